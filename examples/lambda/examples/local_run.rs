//! Invokes the function once on this machine, under a Runtime API that this program plays, with the arguments of `workout-sync run`:
//! `local_run [run] [--since DATE] [--until DATE] [--dry-run] [--json]`. The settings come from the environment. It prints the report,
//! and ends with the exit code of `workout-sync`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Ended, Function};
use tokio::process::Command;

/// The time of an invocation.
const TIME: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> ExitCode {
    let mut event = json!({ "items": true });
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "run" | "--json" => {}
            "--dry-run" => event["dry_run"] = true.into(),
            "--since" | "--until" => {
                let day = arguments.next().unwrap_or_default();
                event[argument.trim_start_matches('-')] = day.into();
            }
            other => {
                eprintln!("the function takes no {other}");
                return ExitCode::from(64);
            }
        }
    }
    let program = std::env::current_exe().unwrap();
    let program = program
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("bootstrap");
    let mut function = Function::start(Command::new(program)).await.unwrap();
    let (word, message) = match function.invoke(event, TIME).await {
        Ended::Answer(mut answer) => {
            let word = answer["exit"].as_str().unwrap_or_default().to_owned();
            let message = answer["message"].as_str().map(str::to_owned);
            if let Value::Object(fields) = &mut answer {
                fields.retain(|name, _| {
                    ["route", "counts", "backlog", "items"].contains(&name.as_str())
                });
            }
            println!("{answer}");
            (word, message)
        }
        Ended::Error(error) => {
            let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
            (text("errorType"), Some(text("errorMessage")))
        }
        Ended::TimedOut => ("failed".to_owned(), Some("it was cut off".to_owned())),
        Ended::Died => ("failed".to_owned(), Some("the function died".to_owned())),
    };
    if let Some(message) = message {
        eprintln!("{message}");
    }
    ExitCode::from(match word.as_str() {
        "settled" => 0,
        "unfinished" => 1,
        "needs_person" => 2,
        "sign_in_needed" => 3,
        "guard" => 4,
        "usage" => 64,
        _ => 70,
    })
}
