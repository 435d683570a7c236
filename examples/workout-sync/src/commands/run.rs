//! `workout-sync run`, the default

use std::io::{IsTerminal, Write, stderr, stdin};

use sync_core::{RouteReport, Run, SyncPlan};
use workout_sync::exit::{Exit, Failure, message};
use workout_sync::interrupt::interruptible;
use workout_sync::progress::{self, Shown};
use workout_sync::services::Services;
use workout_sync::settings::Settings;
use workout_sync::table;

use super::{print, request};
use crate::cli::Cli;

/// Above this number of workouts the program asks first, on a terminal.
const ASK_ABOVE: usize = 100;

pub(crate) async fn run(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(cli, settings.since)?;
    let shown = Shown::on_stderr(settings.route.from.title());
    let services = Services::open(settings, shown).await?;
    // Nothing is written while listing: a signal may end the program at once.
    let plan = services.engine.plan(&request).await?;
    let many = plan.due() > ASK_ABOVE;
    if many
        && !cli.yes
        && stdin().is_terminal()
        && !progress::quietly(|| agreed(&plan.report(&settings.policy)))?
    {
        print(cli, &plan.report(&settings.policy))?;
        return Ok(Exit::Unfinished);
    }
    let run = carry_out(&services, plan).await;
    // The report comes even when the sessions cannot be kept.
    let kept = services.close().await;
    let noticed = settings.watch.summary();
    settings.watch.keep_in(settings.facts.as_deref());
    let exit = finish(cli, &run)?;
    let _ = write!(stderr(), "{noticed}");
    kept.map(|()| exit)
}

/// Shows a plan and asks.
fn agreed(report: &RouteReport) -> Result<bool, Failure> {
    let mut answer = String::new();
    let _ = write!(
        stderr(),
        "{}Move {} workouts from {}? [y/N] ",
        table::report(report),
        report.items.len(),
        report.route
    );
    stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::failed(format!("the answer cannot be read: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Works until done, or until the first signal.
pub(crate) async fn carry_out(services: &Services, plan: SyncPlan) -> Run {
    let work = interruptible();
    services.execute(plan, &work.cancel).await
}

/// Prints what was done and says how the program ends.
pub(crate) fn finish(cli: &Cli, run: &Run) -> Result<Exit, Failure> {
    print(cli, &run.report)?;
    if let Some(stop) = &run.stopped {
        let _ = writeln!(stderr(), "{}", message(stop));
    }
    Ok(Exit::of_run(&run.report, run.stopped.as_ref()))
}
