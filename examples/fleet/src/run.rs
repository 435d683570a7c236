//! One run of one account, on all its routes.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, NoopObserver, RunRequest};
use workout_sync::days::Days;
use workout_sync::exit::{Exit, Failure};
use workout_sync::services::Services;
use workout_sync::settings::Settings;

use crate::outcome::Outcome;

/// The budget of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    /// Workouts of each route.
    pub(crate) max_items: usize,
    /// Time for all routes.
    pub(crate) time: Duration,
}

/// Runs one route after the other. A route that fails does not hold up the others.
pub(crate) async fn run(
    routes: &[Settings],
    ledger: &SharedLedger,
    budget: Budget,
    cancel: &Cancel,
) -> Outcome {
    let mut outcome = Outcome::default();
    let began = tokio::time::Instant::now();
    for settings in routes {
        let left = budget.time.saturating_sub(began.elapsed());
        let budget = Budget {
            time: left,
            ..budget
        };
        if let Err(failure) = run_route(settings, ledger, budget, cancel, &mut outcome).await {
            outcome.add_route_failure(&settings.route.name(), &failure);
        }
    }
    outcome
}

async fn run_route(
    settings: &Settings,
    ledger: &SharedLedger,
    budget: Budget,
    cancel: &Cancel,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let asked = Utc::now();
    // The engine compares the deadline with the ledger's clock.
    let now = ledger.now().await.map_err(failed)?.unwrap_or(asked);
    let left = TimeDelta::from_std(budget.time).unwrap_or_default();
    let days = Days {
        since: None,
        until: None,
        default_since: settings.since,
    };
    let window = days.window(asked.date_naive()).map_err(Failure::usage)?;
    let request = RunRequest::new()
        .with_window(window)
        .with_max_items(Some(budget.max_items))
        .with_deadline(Some(now + left));
    let services = Services::on(settings, ledger.clone(), NoopObserver).await?;
    let plan = match services.engine.plan(&request).await {
        Ok(plan) => plan,
        Err(error) => {
            // The listing may have renewed a session.
            services.close().await?;
            return Err(error.into());
        }
    };
    let run = services.execute(plan, cancel).await;
    outcome.add_run(&settings.route.name(), &run.report, run.stopped.as_ref());
    services.close().await
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure {
        exit: Exit::Failed,
        message: error.to_string(),
    }
}
