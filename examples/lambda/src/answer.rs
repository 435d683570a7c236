//! The answer to an invocation.

use serde_json::{Value, json};
use sync_core::{ReportEntry, RouteReport, RunError};
use workout_sync::exit::{Exit, Failure, message};
use workout_sync::notices::RouteEnd;

/// The outcome of one route.
pub(crate) struct Outcome {
    pub(crate) exit: Exit,
    pub(crate) report: Option<RouteReport>,
    /// Why it ended early.
    pub(crate) message: Option<String>,
}

impl Outcome {
    pub(crate) fn of_run(report: RouteReport, stopped: Option<&RunError>) -> Self {
        Self {
            exit: Exit::of_run(&report, stopped),
            message: stopped.map(message),
            report: Some(report),
        }
    }

    pub(crate) fn of_plan(report: RouteReport) -> Self {
        Self {
            exit: Exit::of_report(&report),
            message: None,
            report: Some(report),
        }
    }

    pub(crate) fn of_failure(failure: Failure) -> Self {
        Self {
            exit: failure.exit,
            message: Some(failure.message),
            report: None,
        }
    }

    /// The workouts that wait for a decision of the user.
    fn needing_user(&self) -> impl Iterator<Item = &ReportEntry> {
        let items = self.report.iter().flat_map(|report| &report.items);
        items.filter(|entry| entry.state.needs_user())
    }

    /// The end of the route, for the user's notices.
    pub(crate) fn end(&self, route: &str) -> RouteEnd {
        RouteEnd {
            route: route.to_owned(),
            exit: self.exit,
            message: self.message.clone(),
            waiting: self.needing_user().cloned().collect(),
        }
    }

    /// `route`, `exit` (a word), `counts`, `backlog`, `needs_user` (workouts), `message`, and `items` where they were asked for.
    pub(crate) fn to_json(&self, route: &str, items: bool) -> Value {
        let mut answer = json!({
            "route": route,
            "exit": self.exit.word(),
            "message": self.message,
        });
        if let Some(report) = &self.report {
            answer["counts"] = json!(report.counts);
            answer["backlog"] = json!(report.backlog);
            answer["needs_user"] = self.needing_user().map(|entry| json!(entry)).collect();
            if items {
                answer["items"] = json!(report.items);
            }
        }
        answer
    }
}
