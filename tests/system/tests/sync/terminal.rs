//! The program at a terminal. A pseudo-terminal is made by `script` (util-linux); without it these tests skip with a message.
#![cfg(target_os = "linux")]

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{FakePolarFlow, PolarSession, PolarSport};
use system_tests::{Terminal, World};

const PATIENCE: Duration = Duration::from_secs(60);

/// The program in a terminal; `None`: there is no `script`.
fn terminal(world: &World, arguments: &[&str]) -> Option<Terminal> {
    narrow_terminal(world, 120, arguments)
}

fn narrow_terminal(world: &World, columns: usize, arguments: &[&str]) -> Option<Terminal> {
    let terminal = world.terminal(columns, arguments);
    if terminal.is_none() {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: there is no `script` to make a terminal with");
        }
    }
    terminal
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_before_many_workouts_stays_on_the_screen() {
    let world = World::signed_in().await;
    let first: DateTime<Utc> = "2025-06-01T09:00:00Z".parse().unwrap();
    for number in 0..101_u64 {
        let start = first + TimeDelta::days(number as i64);
        let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(60);
        world
            .polar
            .add_session(PolarSession::new(1 + number, 60, tcx.exercise(60)));
    }
    let Some(mut terminal) = terminal(&world, &["--since", "2025-06-01"]) else {
        return;
    };
    terminal.wait_for("[y/N] ", PATIENCE).await;
    // A progress bar that still ticks draws itself again eight times a second.
    terminal.listen(Duration::from_secs(1)).await;
    let shown = terminal.shown();
    assert!(shown.ends_with("[y/N] "), "{shown:?}");
    assert!(shown.contains("Move 101 workouts"), "{shown:?}");
    terminal.type_in("n\n").await;
    assert_eq!(terminal.end(PATIENCE).await, 1);
    assert!(world.runkeeper.activities().is_empty());
}

/// Neither is anything of the progress left, nor anything of the report erased with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_of_any_width_shows_the_report_and_nothing_else() {
    for columns in [10, 20, 21, 40, 80, 200] {
        let world = World::signed_in().await;
        world
            .polar
            .add_sessions(fake_services::synthetic::history());
        for (arguments, done) in [
            (&["plan"][..], "new"),
            (&[], "delivered"),
            (&[], "nothing to do"),
        ] {
            let Some(mut terminal) = narrow_terminal(&world, columns, arguments) else {
                return;
            };
            terminal.end(PATIENCE).await;
            let screen = terminal.screen();
            let lines: Vec<&String> = screen.iter().filter(|line| !line.is_empty()).collect();
            let first = lines.first().unwrap();
            let is_last = |line: &&&String| line.starts_with("polar-flow -> runkeeper: ");
            let last = lines.iter().rev().find(is_last);
            let last = last.unwrap_or_else(|| panic!("{columns}: {screen:#?}"));
            let (what, below) = (arguments.first(), lines.last().unwrap());
            let losses = below.contains("compares each upload");
            assert_eq!(losses, what == Some(&"plan"), "{columns}: {screen:#?}");
            let whole = if done == "nothing to do" {
                lines.len() == 1
            } else {
                first.starts_with("START ")
            };
            assert!(whole, "{columns}: {screen:#?}");
            assert!(last.contains(done), "{columns}: {screen:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_asks_only_for_missing_credentials() {
    let mut world = World::start().await;
    world.unset("POLAR_EMAIL");
    world.unset("POLAR_PASSWORD");
    let settings = format!("[polar]\nemail = \"{}\"\n", FakePolarFlow::EMAIL);
    world.write("mine.toml", settings.as_bytes());
    let Some(mut terminal) = terminal(&world, &["sign-in", "polar", "--config", "mine.toml"])
    else {
        return;
    };
    terminal.wait_for(": ", PATIENCE).await;
    let asked = terminal.shown();
    assert!(
        asked.contains("Polar Flow password") && !asked.contains("e-mail"),
        "{asked:?}"
    );
    // The prompt comes first, then the terminal stops echoing.
    terminal.listen(Duration::from_millis(500)).await;
    terminal
        .type_in(&format!("{}\n", FakePolarFlow::PASSWORD))
        .await;
    assert_eq!(terminal.end(PATIENCE).await, 0, "{:?}", terminal.shown());
    assert!(!terminal.shown().contains(FakePolarFlow::PASSWORD));
}
