//! The state of the fleet as metrics, in the format of Prometheus, with the names that `workout-sync serve` has.

use std::fmt::{Display, Write};

use crate::commands::status::FleetStatus;

/// The text for Prometheus.
pub(crate) fn text(status: &FleetStatus) -> String {
    let mut text = Text::default();
    let accounts = [
        ("all", status.accounts),
        ("due", status.due),
        ("paused", status.paused),
        ("sign_in_needed", status.sign_in_needed.len()),
        ("failing", status.failing.len()),
        ("needs_person", status.needs_person.len()),
        ("with_backlog", status.with_backlog),
    ];
    text.head("accounts", "Accounts by state");
    for (state, count) in accounts {
        text.sample("accounts", &format!("{{state=\"{state}\"}}"), count);
    }
    text.head("late_seconds", "By how much the latest account is overdue");
    text.sample("late_seconds", "", status.late_secs);
    text.head("backlog", "Workouts that later runs will work on");
    text.sample("backlog", "", status.backlog);
    text.head("runs", "Runs since the accounts were added");
    text.sample("runs", "", status.runs);
    text.head(
        "delivered",
        "Workouts delivered since the accounts were added",
    );
    text.sample("delivered", "", status.delivered);
    text.head(
        "workers",
        "Workers that gave a sign of life within a minute",
    );
    text.sample("workers", "", status.workers);
    text.head("slots", "Places at a service host");
    text.head("slots_used", "Places at a service host that are taken");
    for host in &status.hosts {
        let label = format!("{{host=\"{}\"}}", host.host.replace(['"', '\\', '\n'], ""));
        text.sample("slots", &label, host.limit);
        text.sample("slots_used", &label, host.used);
    }
    text.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, help: &str) {
        let _ = writeln!(
            self.0,
            "# HELP workout_fleet_{name} {help}\n# TYPE workout_fleet_{name} gauge"
        );
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = writeln!(self.0, "workout_fleet_{name}{labels} {value}");
    }
}
