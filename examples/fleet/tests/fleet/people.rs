//! Simulated people: each has an account at either service, and both services count over all of them.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{FakePolarFlow, FakeRunkeeper, Fault, InFlight, PolarSession, PolarSport};
use serde_json::{Value, json};

/// Where Polar Flow's fakes listen, and where Runkeeper's do.
pub const POLAR_HOST: &str = "127.0.0.1";
pub const RUNKEEPER_HOST: &str = "127.0.0.2";

/// One person.
pub struct Person {
    pub name: String,
    pub polar: FakePolarFlow,
    pub runkeeper: FakeRunkeeper,
    workouts: usize,
}

/// All people of a test.
#[derive(Default)]
pub struct People {
    pub all: Vec<Person>,
    pub polar_in_flight: InFlight,
    pub runkeeper_in_flight: InFlight,
}

impl People {
    pub async fn new(count: usize, workouts: usize, latency: Duration) -> Self {
        let mut people = Self::default();
        for number in 0..count {
            people
                .add(&format!("person-{number:04}"), workouts, latency)
                .await;
        }
        people
    }

    pub async fn add(&mut self, name: &str, workouts: usize, latency: Duration) {
        let polar = FakePolarFlow::builder().in_flight(&self.polar_in_flight);
        let polar = polar.start().await.unwrap();
        let runkeeper = FakeRunkeeper::builder()
            .ip(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)))
            .in_flight(&self.runkeeper_in_flight);
        let runkeeper = runkeeper.start().await.unwrap();
        for faults in [
            polar.faults(),
            polar.auth_faults(),
            runkeeper.faults(),
            runkeeper.asics_faults(),
        ] {
            if !latency.is_zero() {
                faults.always("/", Fault::Slow(latency));
            }
        }
        let first: DateTime<Utc> = "2025-03-03T09:00:00Z".parse().unwrap();
        for number in 0..workouts {
            let start = first + TimeDelta::days(number as i64);
            let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(60 + number as u32);
            polar.add_session(PolarSession::new(1 + number as u64, 60, tcx.exercise(60)));
        }
        self.all.push(Person {
            name: name.to_owned(),
            polar,
            runkeeper,
            workouts,
        });
    }

    /// The file for `add --file`.
    pub fn lines(&self, every: &str, settings: &[(&str, &str)]) -> String {
        let lines = self.all.iter().map(|person| {
            let mut line = person.line(every);
            for (name, value) in settings {
                line["settings"][*name] = (*value).into();
            }
            format!("{line}\n")
        });
        lines.collect()
    }

    pub fn delivered(&self) -> usize {
        self.all
            .iter()
            .map(|person| person.runkeeper.activity_count())
            .sum()
    }

    pub fn expected(&self) -> usize {
        self.all.iter().map(|person| person.workouts).sum()
    }

    #[track_caller]
    pub fn each_exactly_once(&self) {
        for person in &self.all {
            let activities = person.runkeeper.activities();
            let starts: BTreeSet<_> = activities.iter().map(|it| it.start_local).collect();
            let duplicates = person.runkeeper.duplicates();
            assert_eq!(
                (activities.len(), starts.len()),
                (person.workouts, person.workouts),
                "{}: {duplicates:?}",
                person.name
            );
        }
    }
}

impl Person {
    fn line(&self, every: &str) -> Value {
        json!({
            "account": self.name,
            "every": every,
            "settings": {
                "POLAR_EMAIL": FakePolarFlow::EMAIL,
                "POLAR_PASSWORD": FakePolarFlow::PASSWORD,
                "POLAR_FLOW_URL": self.polar.flow_url(),
                "POLAR_AUTH_URL": self.polar.auth_url(),
                "RUNKEEPER_EMAIL": FakeRunkeeper::EMAIL,
                "RUNKEEPER_PASSWORD": FakeRunkeeper::PASSWORD,
                "RUNKEEPER_URL": self.runkeeper.url(),
                "ASICS_ID_URL": self.runkeeper.asics_url(),
                "SYNC_SINCE": "2025-03-01",
                "SYNC_PACE_MS": "0",
                "SYNC_BACKOFF_MS": "10",
                "SYNC_SETTLE_SECS": "1",
                "SYNC_RESEND_SECS": "2",
                "SYNC_LEASE_SECS": "4",
                "SYNC_HTTP_TIMEOUT_SECS": "2",
                "SYNC_MAX_ATTEMPTS": "60",
            },
        })
    }
}
