//! One invocation: the settings, the run within the time that there is, the answer.

use std::io::{Write, stderr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{TimeDelta, Utc};
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::Value;
use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, NoopObserver, RunRequest};
use url::Url;
use workout_sync::days::Days;
use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::notices::Notices;
use workout_sync::services::Services;
use workout_sync::settings::Settings;

use crate::answer::Outcome;
use crate::environment::Environment;
use crate::event::Event;
use crate::secrets;

/// The time at the end for keeping the sessions, sending notices and answering.
const FAREWELL: Duration = Duration::from_secs(3);
/// An invocation with less time does nothing.
const LEAST: Duration = Duration::from_secs(5);

/// No function of Lambda has more time.
const LONGEST: Duration = Duration::from_secs(900);

/// Answers an invocation. What fails for good is an error of the function, so that alarms and the dead-letter queue see it; what waits or
/// needs the user is an answer.
pub(crate) async fn handle(invocation: LambdaEvent<Event>) -> Result<Value, Diagnostic> {
    let deadline = deadline(invocation.context.deadline, SystemTime::now());
    invoke(invocation.payload, deadline)
        .await
        .map_err(|failure| Diagnostic {
            error_type: failure.exit.word().to_owned(),
            error_message: failure.message,
        })
}

/// Lambda gives the instant in milliseconds since 1970. The emulator of `cargo lambda` (1.9.2) gives the time that there is.
fn deadline(ms: u64, now: SystemTime) -> SystemTime {
    let given = Duration::from_millis(ms);
    match given <= LONGEST {
        true => now + given,
        false => UNIX_EPOCH + given,
    }
}

async fn invoke(event: Event, deadline: SystemTime) -> Result<Value, Failure> {
    let left = || {
        deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default()
    };
    if left() < LEAST {
        return Err(Failure::usage(format!(
            "the function has {} s for a run and needs {} at least; raise its timeout",
            left().as_secs(),
            LEAST.as_secs()
        )));
    }
    let variables = |name: &str| std::env::var(name).ok();
    let environment = Environment::new(&variables, event.account.clone())?;
    let secrets = secrets::read(&environment).await?;
    let environment = environment.with_secrets(secrets);
    let settings = environment.settings(left().as_secs())?;
    let notify = match environment.get("NOTIFY_URL") {
        None => None,
        // Not the text itself: topics and hooks are secrets.
        Some(text) => Some(Notices {
            url: Url::parse(&text)
                .map_err(|_| Failure::usage("NOTIFY_URL must be an http or https address"))?,
            subject: "workout-sync".to_owned(),
            when_sign_in_is_needed: None,
            when_workouts_wait: None,
        }),
    };
    let ledger = ledger::open(&settings.ledger).await?;
    let mut answers = Vec::new();
    let mut failed = None;
    for route in &settings.routes {
        let settings = settings.on(route);
        let outcome = match run_in_time(&event, &settings, &ledger, left()).await {
            Ok(outcome) => outcome,
            // A route that fails does not hold up the others.
            Err(failure) if matches!(failure.exit, Exit::Usage | Exit::Failed) => {
                failed.get_or_insert(failure);
                continue;
            }
            Err(failure) => Outcome::of_failure(failure),
        };
        if let Some(notices) = notify.as_ref().filter(|_| !event.dry_run)
            && let Err(why) = notices.tell(&ledger, &outcome.end(&route.name())).await
        {
            let _ = writeln!(stderr(), "warning: a notice was not sent: {why}");
        }
        answers.push(outcome.to_json(&route.name(), event.items));
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    Ok(match <[Value; 1]>::try_from(answers) {
        Ok([answer]) => answer,
        Err(answers) => serde_json::json!({ "routes": answers }),
    })
}

/// Ends with an error before the function is cut off, also when a service does not answer.
async fn run_in_time(
    event: &Event,
    settings: &Settings,
    ledger: &SharedLedger,
    left: Duration,
) -> Result<Outcome, Failure> {
    let limit = left.saturating_sub(FAREWELL / 3);
    let run = run(event, settings, ledger, left.saturating_sub(FAREWELL));
    match tokio::time::timeout(limit, run).await {
        Ok(result) => result,
        // The ledger has a record of every step: the next invocation goes on from there.
        Err(_) => Err(Failure::failed(
            "the time of the function is over before the run came to an end; raise its timeout, or limit the days with `since`",
        )),
    }
}

async fn run(
    event: &Event,
    settings: &Settings,
    ledger: &SharedLedger,
    left: Duration,
) -> Result<Outcome, Failure> {
    let asked = Utc::now();
    // The engine compares the deadline with the ledger's clock, the runtime's is this machine's.
    let now = ledger.now().await.map_err(failed)?.unwrap_or(asked);
    let left = TimeDelta::from_std(left).unwrap_or_default() - (Utc::now() - asked);
    let days = Days {
        since: event.since,
        until: event.until,
        default_since: settings.since,
    };
    let window = days.window(asked.date_naive()).map_err(Failure::usage)?;
    let request = RunRequest::new()
        .with_window(window)
        .with_deadline(Some(now + left));
    if event.dry_run {
        let services = Services::for_looking(settings, ledger.clone(), NoopObserver).await?;
        let plan = services.engine.plan(&request).await?;
        services.close_source().await?;
        return Ok(Outcome::of_plan(plan.report(&settings.policy)));
    }
    let services = Services::on(settings, ledger.clone(), NoopObserver).await?;
    let plan = services.engine.plan(&request).await?;
    let run = services.execute(plan, &Cancel::new()).await;
    services.close().await?;
    Ok(Outcome::of_run(run.report, run.stopped.as_ref()))
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadline_is_an_instant_or_the_emulators_duration() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let later = |secs| now + Duration::from_secs(secs);
        assert_eq!(deadline(1_800_000_030_000, now), later(30));
        assert_eq!(deadline(600_000, now), later(600));
    }
}
