//! What the page, the probes and the metrics show.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::state::State;
use super::{Order, Overview, SERVICES, service_words};

/// Failures in a row after which the service is unhealthy.
const MANY_FAILURES: u32 = 3;
/// How late a run may be before the schedule counts as overdue.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// The service as it was last seen from inside.
#[derive(Debug, Clone)]
pub struct View {
    /// `polar-flow -> runkeeper`.
    pub route: String,
    /// When the process started.
    pub started_at: DateTime<Utc>,
    /// What the ledger remembers.
    pub state: State,
    /// How the workouts stand.
    pub overview: Overview,
    /// The order in work.
    pub running: Option<Running>,
    /// Orders that wait for it.
    pub queued: VecDeque<Order>,
    /// Whether there is progress.
    pub is_alive: bool,
    /// The pause between two runs that succeed.
    pub period: Duration,
    /// What is wrong with the ledger, if something is.
    pub ledger_problem: Option<String>,
}

/// An order in work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The order.
    pub order: Order,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl View {
    /// Everything that makes the service unhealthy; empty when it is well.
    #[must_use]
    pub fn problems(&self, now: DateTime<Utc>) -> Vec<String> {
        let mut problems = Vec::new();
        for service in SERVICES {
            match self.state.access.get(service.word()) {
                Some(access) if access.signed_in => {}
                Some(_) => problems.push(format!("{}: sign-in needed", service.title())),
                None => problems.push(format!("{}: not signed in yet", service.title())),
            }
        }
        if self.state.failures >= MANY_FAILURES {
            problems.push(format!("{} runs failed in a row", self.state.failures));
        }
        let late = LATE.max(TimeDelta::from_std(self.period).unwrap_or(LATE));
        if self.running.is_none()
            && let Some(next) = self.state.next_run
            && now - next > late
        {
            problems.push(format!(
                "overdue: a run was due at {}",
                next.format("%F %T UTC")
            ));
        }
        if !self.is_alive {
            problems.push("the run makes no progress".to_owned());
        }
        if self.ledger_problem.is_some() {
            problems.push("the ledger fails".to_owned());
        }
        problems
    }

    /// Whether a service needs the user to sign in.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        !self.state.is_signed_in(&service_words())
    }

    /// The document of `/status`.
    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> Value {
        let problems = self.problems(now);
        let authorization: serde_json::Map<String, Value> = service_words()
            .into_iter()
            .map(|service| {
                let access = self.state.access.get(service);
                let word = match access {
                    None => "unknown",
                    Some(access) if access.signed_in => "signed_in",
                    Some(_) => "sign_in_needed",
                };
                let since = access.map(|access| access.since);
                (service.to_owned(), json!({"state": word, "since": since}))
            })
            .collect();
        json!({
            "route": self.route,
            "version": env!("CARGO_PKG_VERSION"),
            "started_at": self.started_at,
            "healthy": problems.is_empty(),
            "problems": problems,
            "authorization": authorization,
            "running": self.running.as_ref().map(|it| json!({"order": it.order.to_string(), "since": it.since})),
            "queued": self.queued.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "last_run": self.state.history.iter().rev().find(|past| past.order == "run"),
            "last_success": self.state.last_success,
            "next_run": self.state.next_run,
            "failures": self.state.failures,
            "backlog": self.overview.backlog,
            "counts": self.overview.counts,
            "parked": self.overview.parked,
            "more_parked": self.overview.more_parked,
        })
    }

    /// The text of `/metrics`, in the format of Prometheus.
    #[must_use]
    pub fn metrics(&self, now: DateTime<Utc>) -> String {
        let mut text = Metrics::default();
        let flag = |yes: bool| i64::from(yes);
        let time = |time: Option<DateTime<Utc>>| time.map_or(0, |time| time.timestamp());
        text.gauge(
            "healthy",
            "1 when /healthz answers 200",
            flag(self.problems(now).is_empty()),
        );
        text.gauge(
            "running",
            "1 while an order is in work",
            flag(self.running.is_some()),
        );
        text.gauge(
            "consecutive_failures",
            "Failed runs in a row",
            self.state.failures,
        );
        text.gauge(
            "backlog",
            "Workouts that later runs will work on",
            self.overview.backlog,
        );
        text.gauge(
            "next_run_timestamp_seconds",
            "When the next run is due",
            time(self.state.next_run),
        );
        text.gauge(
            "last_success_timestamp_seconds",
            "The last run that did not fail",
            time(self.state.last_success),
        );
        text.gauge(
            "last_new_timestamp_seconds",
            "The last run that delivered or linked a workout",
            time(self.state.last_new),
        );
        text.head("signed_in", "1 when the service accepts the session");
        for service in service_words() {
            let signed_in = self.state.is_signed_in(&[service]);
            text.sample(
                "signed_in",
                &format!("{{service=\"{service}\"}}"),
                flag(signed_in),
            );
        }
        text.head("workouts", "Workouts in the ledger by state");
        for (state, count) in &self.overview.counts {
            text.sample("workouts", &format!("{{state=\"{state}\"}}"), count);
        }
        if let Some(bytes) = resident_bytes() {
            text.gauge("resident_memory_bytes", "Memory of the process", bytes);
        }
        text.0
    }
}

#[derive(Default)]
struct Metrics(String);

impl Metrics {
    fn head(&mut self, name: &str, help: &str) {
        self.0.push_str(&format!(
            "# HELP workout_sync_{name} {help}\n# TYPE workout_sync_{name} gauge\n"
        ));
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        self.0
            .push_str(&format!("workout_sync_{name}{labels} {value}\n"));
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, help);
        self.sample(name, "", value);
    }
}

/// The memory of this process, where the system tells (Linux).
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-28T10:00:00Z".parse().unwrap()
    }

    fn healthy() -> View {
        let mut state = State::default();
        for service in service_words() {
            state.set_access(service, true, now());
        }
        View {
            route: "a -> b".to_owned(),
            started_at: now(),
            state,
            overview: Overview::default(),
            running: None,
            queued: VecDeque::new(),
            is_alive: true,
            period: Duration::from_secs(1800),
            ledger_problem: None,
        }
    }

    #[track_caller]
    fn only_problem(change: impl FnOnce(&mut View), words: &str) {
        let mut view = healthy();
        change(&mut view);
        let problems = view.problems(now());
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains(words), "{problems:?}");
        assert_eq!(view.status(now())["healthy"], false);
        assert!(view.metrics(now()).contains("workout_sync_healthy 0\n"));
    }

    #[test]
    fn health_has_reasons() {
        assert!(healthy().problems(now()).is_empty());
        only_problem(
            |view| view.state.set_access("polar", false, now()),
            "sign-in needed",
        );
        only_problem(
            |view| drop(view.state.access.remove("runkeeper")),
            "not signed in yet",
        );
        only_problem(|view| view.state.failures = 3, "3 runs failed");
        only_problem(|view| view.is_alive = false, "no progress");
        only_problem(|view| view.ledger_problem = Some(String::new()), "ledger");
        let late = now() - TimeDelta::minutes(31);
        only_problem(|view| view.state.next_run = Some(late), "overdue");
    }

    #[test]
    fn a_run_that_is_a_little_late_or_in_work_is_not_overdue() {
        let mut view = healthy();
        view.state.next_run = Some(now() - TimeDelta::minutes(29));
        assert!(view.problems(now()).is_empty());
        view.state.next_run = Some(now() - TimeDelta::days(1));
        view.running = Some(Running {
            order: Order::Run,
            since: now(),
        });
        assert!(view.problems(now()).is_empty());
    }

    #[test]
    fn metrics_have_one_type_line_for_each_name() {
        let mut view = healthy();
        view.overview.counts = [("delivered".to_owned(), 3), ("parked".to_owned(), 1)].into();
        let text = view.metrics(now());
        assert!(
            text.contains("workout_sync_workouts{state=\"delivered\"} 3\n"),
            "{text}"
        );
        assert!(
            text.contains("workout_sync_signed_in{service=\"polar\"} 1\n"),
            "{text}"
        );
        let mut types: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("# TYPE"))
            .collect();
        let count = types.len();
        types.dedup();
        assert_eq!(types.len(), count);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let value = line.rsplit(' ').next().unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
}
