//! `workout-sync setup`: a guide on the terminal. Every step is kept when it is done, so that the guide can be left and started again.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::path::Path;

use chrono::NaiveDate;
use sync_core::{DeliveryForm, Side, SportFilter};
use workout_sync::exit::{Exit, Failure, message};
use workout_sync::progress::Shown;
use workout_sync::services::{self, Services};
use workout_sync::settings::{Credentials, RouteEnds, ServiceName, Settings, set_entry};
use workout_sync::{ledger, name, table};

use super::import_session::read;
use super::run::carry_out;
use super::{request, schedule};
use crate::cli::Cli;

pub(crate) async fn setup(cli: &Cli, settings: Settings) -> Result<Exit, Failure> {
    if !stdin().is_terminal() {
        let me = name::program();
        return Err(Failure::usage(format!(
            "setup asks questions and needs a terminal; elsewhere use `{me} sign-in`, `{me} import-session` and the settings file"
        )));
    }
    say(
        "Moves workouts from Polar Flow to Runkeeper. Ctrl-C leaves the guide; started again, it goes on where you left.",
    );
    // The guide is about this one route.
    let settings = settings.on(&RouteEnds::default());
    let ends = [
        (ServiceName::Polar, Side::Source),
        (ServiceName::Runkeeper, Side::Destination),
    ];
    for (number, (service, side)) in ends.into_iter().enumerate() {
        if !signed_in(number + 1, &settings, service, side).await? {
            return left();
        }
    }
    let settings = choices(cli, settings)?;
    let exit = first_run(cli, &settings).await?;
    offer_schedule(cli)?;
    say(&format!(
        "Done. `{} status` shows how things stand, `{0} --help` every command.",
        name::program()
    ));
    Ok(exit)
}

fn left() -> Result<Exit, Failure> {
    say(&format!(
        "Completed steps are kept; `{} setup` goes on from here.",
        name::program()
    ));
    Ok(Exit::Unfinished)
}

/// Has a session that the service accepts. `false`: the user left.
async fn signed_in(
    step: usize,
    settings: &Settings,
    service: ServiceName,
    side: Side,
) -> Result<bool, Failure> {
    let title = service.title();
    let ledger = ledger::open_for_plan(&settings.ledger).await?;
    let services = Services::build(settings, ledger, sync_core::NoopObserver)?;
    if services.prove(settings, side).await.is_ok() {
        say(&format!("{step}/4 {title}: signed in"));
        return Ok(true);
    }
    let ways = ways(service);
    let names: Vec<String> = ways
        .iter()
        .enumerate()
        .map(|(index, way)| format!("[{}] {way}", index + 1))
        .collect();
    loop {
        say(&format!(
            "{step}/4 {title}: how to sign in?  {}  [q] leave",
            names.join("  ")
        ));
        let answer = ask("> ")?;
        if matches!(answer.as_str(), "q" | "Q") {
            return Ok(false);
        }
        let chosen = answer
            .parse::<usize>()
            .ok()
            .and_then(|number| ways.get(number.checked_sub(1)?));
        let Some(way) = chosen else {
            continue;
        };
        match sign_in(settings, service, way).await {
            Ok(how) => {
                let place = &settings.service(service).session;
                say(&format!(
                    "    signed in ({how}); the session is kept in {place}"
                ));
                return Ok(true);
            }
            Err(failure) => say(&format!("    {}", failure.message)),
        }
    }
}

/// A way to sign in.
enum Way {
    #[cfg(feature = "browsers")]
    Browser(web_session::import::browser::BrowserProfile),
    Password,
    File,
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            #[cfg(feature = "browsers")]
            Self::Browser(profile) => write!(f, "session of {profile}"),
            Self::Password => f.write_str("e-mail and password"),
            Self::File => f.write_str("file of an exported session"),
        }
    }
}

fn ways(service: ServiceName) -> Vec<Way> {
    let mut ways = Vec::new();
    #[cfg(feature = "browsers")]
    ways.extend(
        web_session::import::browser::installed()
            .into_iter()
            .take(4)
            .map(Way::Browser),
    );
    // Runkeeper's login page keeps programs out.
    if service == ServiceName::Polar {
        ways.push(Way::Password);
    }
    ways.push(Way::File);
    ways
}

async fn sign_in(settings: &Settings, service: ServiceName, way: &Way) -> Result<String, Failure> {
    match way {
        #[cfg(feature = "browsers")]
        Way::Browser(profile) => {
            let report = services::import_browser(settings, service, profile.clone()).await?;
            Ok(report.to_string())
        }
        Way::Password => {
            let mut settings = settings.clone();
            let email = ask("    e-mail: ")?;
            let password = rpassword::prompt_password("    password (used once, not kept): ")
                .map_err(unreadable)?;
            settings.polar.credentials = Some(Credentials {
                email: email.into(),
                password: password.into(),
            });
            services::sign_in_polar(&settings).await.map(str::to_owned)
        }
        Way::File => {
            let file = ask("    file (cookies.txt, JSON, HAR or \"Copy as cURL\"): ")?;
            let text = read(Path::new(&file), false)?;
            let report = match service {
                ServiceName::Polar => services::import_polar(settings, &text).await?,
                ServiceName::Runkeeper => services::import_runkeeper(settings, &text).await?,
            };
            Ok(report.to_string())
        }
    }
}

/// Asks what is to be moved, and keeps it in the settings file.
fn choices(cli: &Cli, settings: Settings) -> Result<Settings, Failure> {
    let Some(file) = settings.file.clone() else {
        return Ok(settings);
    };
    say("3/4 What is moved? (Enter keeps what stands in brackets)");
    let shown = settings
        .since
        .map_or("the beginning".to_owned(), |day| day.to_string());
    let since = until_valid(
        &format!("    since which day (YYYY-MM-DD) [{shown}]: "),
        |answer| {
            answer
                .parse::<NaiveDate>()
                .map(drop)
                .map_err(|_| "a day is written as 2026-01-31".to_owned())
        },
    )?;
    let sports = until_valid(
        "    sports, as in running,cycling or !swimming [all]: ",
        |answer| {
            answer
                .parse::<SportFilter>()
                .map(drop)
                .map_err(|error| error.to_string())
        },
    )?;
    let manual = ask("    type in workouts without GPS as manual entries? [Y/n]: ")?;
    let mut entries = Vec::new();
    entries.extend(since.map(|since| ("since", format!("\"{since}\""))));
    entries.extend(
        sports.map(|sports| ("sports", format!("\"{}\"", sports.replace(['"', '\\'], "")))),
    );
    if is_no(&manual) {
        entries.push(("manual_entries", "false".to_owned()));
    }
    for (key, value) in &entries {
        set_entry(&file, key, value).map_err(|error| {
            Failure::failed(format!(
                "the settings file {} cannot be written: {error}",
                file.display()
            ))
        })?;
    }
    match entries.is_empty() {
        true => Ok(settings),
        false => Settings::load(&cli.flags),
    }
}

/// Shows the plan, and carries it out when the user wants it.
async fn first_run(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let services = Services::open(settings, Shown::on_stderr(settings.route.from.title())).await?;
    let plan = services.engine.plan(&request(cli, settings.since)?).await?;
    workout_sync::progress::clear();
    let report = plan.report(&settings.policy);
    let count = report.items.len();
    if count == 0 {
        say("4/4 There is nothing to move now.");
        services.close().await?;
        return Ok(Exit::Settled);
    }
    let days = report.items.iter().map(|line| line.item.start.date());
    let first = days.min().map(|day| day.to_string()).unwrap_or_default();
    let manual = report
        .items
        .iter()
        .filter(|it| it.delivery == Some(DeliveryForm::ManualEntry))
        .count();
    let manual = if manual > 0 {
        format!(", {manual} as manual entries")
    } else {
        String::new()
    };
    say(&format!(
        "4/4 {count} workouts since {first}{manual}; `{} plan` lists them.",
        name::program()
    ));
    if is_no(&ask("    Move them now? [Y/n]: ")?) {
        services.close().await?;
        return Ok(Exit::Unfinished);
    }
    let run = carry_out(&services, plan).await;
    services.close().await?;
    workout_sync::progress::clear();
    say(&format!("    {}", table::counts(&run.report).trim_end()));
    if let Some(stop) = &run.stopped {
        say(&format!("    {}", message(stop)));
    }
    Ok(Exit::of_run(&run.report, run.stopped.as_ref()))
}

/// Shows how the program runs by itself, and writes files only when asked to.
fn offer_schedule(cli: &Cli) -> Result<(), Failure> {
    let answer = ask(
        "Run every 30 minutes by itself?  [1] systemd timer  [2] cron  [3] launchd  [Enter] no: ",
    )?;
    let (program, account) = (schedule::this_program(), cli.flags.account.as_deref());
    let home = std::env::var_os("HOME").unwrap_or_default();
    let home = Path::new(&home);
    let recipe = match answer.as_str() {
        "1" => schedule::systemd(home, &program, account),
        "2" => {
            say(&format!(
                "Add this line with `crontab -e`:\n{}",
                schedule::cron(&program, account)
            ));
            return Ok(());
        }
        "3" => schedule::launchd(home, &program, account),
        _ => return Ok(()),
    };
    for file in &recipe.files {
        say(&format!(
            "# {}\n{}",
            file.path.display(),
            file.text.trim_end()
        ));
    }
    if matches!(
        ask("Write these files? [y/N]: ")?.as_str(),
        "y" | "Y" | "yes"
    ) {
        for file in &recipe.files {
            write(file).map_err(|error| {
                Failure::failed(format!(
                    "{} cannot be written: {error}",
                    file.path.display()
                ))
            })?;
        }
        say(&format!("Written. It starts with: {}", recipe.command));
    }
    Ok(())
}

fn write(file: &schedule::File) -> std::io::Result<()> {
    if let Some(folder) = file.path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&file.path, &file.text)
}

fn is_no(answer: &str) -> bool {
    matches!(answer, "n" | "N" | "no")
}

/// Asks until the answer fits; `None`: the user just pressed Enter.
fn until_valid(
    question: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Option<String>, Failure> {
    loop {
        let answer = ask(question)?;
        if answer.is_empty() {
            return Ok(None);
        }
        match check(&answer) {
            Ok(()) => return Ok(Some(answer)),
            Err(why) => say(&format!("    {why}")),
        }
    }
}

fn ask(question: &str) -> Result<String, Failure> {
    let _ = write!(stderr(), "{question}");
    let _ = stderr().flush();
    let mut answer = String::new();
    match stdin().read_line(&mut answer).map_err(unreadable)? {
        // The terminal was closed.
        0 => Err(Failure {
            exit: Exit::Unfinished,
            message: "setup was left; what is done is kept".to_owned(),
        }),
        _ => Ok(answer.trim().to_owned()),
    }
}

fn unreadable(error: std::io::Error) -> Failure {
    Failure::failed(format!("the answer cannot be read: {error}"))
}

fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}
