//! The suites of `sync-core` on the connectors of both clients.

use fake_services::synthetic::SyntheticTcx;
use fake_services::{
    Answer, FakeActivity, FakePolarFlow, FakeRunkeeper, Fault, ListingLag, PolarSession,
    PolarSport, UploadMode,
};
use polar_flow::PolarFlow;
use runkeeper::Runkeeper;
use runkeeper::engine::RunkeeperSource;
use sync_core::conformance::{
    DestinationHarness, HeldWorkout, Report, SendFault, SourceHarness, Verdict, check_destination,
    check_source,
};

use crate::ends::{polar_client, runkeeper_client};

fn left_out(report: &Report) -> Vec<&'static str> {
    let outcomes = report.outcomes.iter();
    let left_out = outcomes.filter(|outcome| outcome.verdict != Verdict::Passed);
    left_out.map(|outcome| outcome.name).collect()
}

struct Polar(FakePolarFlow);

impl SourceHarness for Polar {
    type Source = PolarFlow;

    async fn open(&self) -> PolarFlow {
        polar_client(&self.0).await
    }

    fn held(&self) -> Vec<HeldWorkout> {
        let held = [
            (1, "2025-05-01", 1),
            (2, "2025-05-01", 1),
            (3, "2025-06-30", 2),
        ];
        held.map(|(id, day, exercises)| {
            HeldWorkout::on(day.parse().unwrap())
                .with_id(id.to_string())
                .with_exercises(exercises)
        })
        .into()
    }

    fn unknown_id(&self) -> String {
        "999".into()
    }

    async fn break_listings(&self) -> bool {
        self.0
            .faults()
            .always("GET /training/getCalendarEvents", Fault::Truncate(40));
        true
    }

    async fn mend(&self) {
        self.0.faults().clear();
    }

    async fn fingerprint(&self) -> Option<String> {
        Some(format!("{:?}", self.0.sessions()))
    }
}

#[tokio::test]
async fn polar_flow_passes_the_suite() {
    let fake = FakePolarFlow::start().await.unwrap();
    let recipe =
        |start: &str| SyntheticTcx::new(start.parse().unwrap(), PolarSport::RUNNING).seconds(120);
    fake.add_session(PolarSession::new(
        1,
        120,
        recipe("2025-05-01T05:00:00Z").exercise(120),
    ));
    fake.add_session(PolarSession::new(
        2,
        120,
        recipe("2025-05-01T16:00:00Z").exercise(120),
    ));
    let legs =
        ["2025-06-30T08:00:00Z", "2025-06-30T09:00:00Z"].map(|start| recipe(start).exercise(120));
    fake.add_session(PolarSession::multisport(3, 120, legs.into()));
    let report = check_source(&Polar(fake)).await;
    report.assert_conformant();
    assert_eq!(left_out(&report), [""; 0]);
}

struct Account {
    fake: FakeRunkeeper,
    ids: Vec<(u64, &'static str)>,
}

impl SourceHarness for Account {
    type Source = RunkeeperSource;

    async fn open(&self) -> RunkeeperSource {
        RunkeeperSource::new(runkeeper_client(&self.fake))
    }

    fn held(&self) -> Vec<HeldWorkout> {
        let held = self.ids.iter();
        held.map(|(id, day)| HeldWorkout::on(day.parse().unwrap()).with_id(id.to_string()))
            .collect()
    }

    fn unknown_id(&self) -> String {
        "1234567".into()
    }

    async fn break_listings(&self) -> bool {
        self.fake
            .faults()
            .always("GET /activitiesByDateRange", Fault::Truncate(40));
        true
    }

    async fn mend(&self) {
        self.fake.faults().clear();
    }

    async fn fingerprint(&self) -> Option<String> {
        Some(format!("{:?}", self.fake.activities()))
    }
}

#[tokio::test]
async fn runkeeper_passes_the_suite_as_a_source() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let mut ids = Vec::new();
    for (day, start) in [
        ("2025-05-01", "2025-05-01T05:00:00Z"),
        ("2025-06-30", "2025-06-30T08:00:00Z"),
    ] {
        let recipe = SyntheticTcx::new(start.parse().unwrap(), PolarSport::RUNNING).seconds(120);
        let local = recipe.exercise(60).start_local;
        let track =
            FakeActivity::new(local, chrono::TimeDelta::seconds(120), 400.0).file(recipe.build());
        ids.push((fake.add_activity(track), day));
    }
    let typed = "2025-05-01T20:00:00".parse().unwrap();
    let typed = FakeActivity::new(typed, chrono::TimeDelta::minutes(45), 0.0).activity_type("YOGA");
    ids.push((fake.add_activity(typed), "2025-05-01"));
    let report = check_source(&Account { fake, ids }).await;
    report.assert_conformant();
    assert_eq!(left_out(&report), [""; 0]);
}

struct Uploads {
    fake: FakeRunkeeper,
    lags: bool,
}

const UPLOAD: &str = "POST /trackMultipleFileUpload";

impl DestinationHarness for Uploads {
    type Destination = Runkeeper;

    async fn open(&self) -> Runkeeper {
        runkeeper_client(&self.fake)
    }

    async fn activities(&self) -> usize {
        self.fake.activities().len()
    }

    async fn create_requests(&self) -> Option<usize> {
        Some(self.fake.requests().count(UPLOAD))
    }

    async fn fail_next_send(&self, fault: SendFault) -> bool {
        let mode = match fault {
            SendFault::LostAnswer => UploadMode::ResetAfterStoring,
            SendFault::LostRequest => UploadMode::ResetAfterBody,
            SendFault::ErrorAfterStoring => UploadMode::StatusAfterStoring(500),
            SendFault::UnreadableAnswer => UploadMode::Html,
            SendFault::Busy => UploadMode::TooManyRequests(Some(1)),
            SendFault::Refused => UploadMode::ErrorJson("it has no GPS data".into()),
            _ => return false,
        };
        self.fake.next_uploads(1, mode);
        true
    }

    async fn break_listings(&self) -> bool {
        let page = Fault::Answer(Answer::html(200, "<html></html>"));
        self.fake
            .faults()
            .always("GET /activitiesByDateRange", page);
        true
    }

    async fn mend(&self) {
        self.fake.faults().clear();
    }

    async fn settle(&self) {
        if self.lags {
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        }
    }
}

#[tokio::test]
async fn runkeeper_passes_the_suite_also_when_its_listing_lags() {
    for lags in [false, true] {
        let fake = FakeRunkeeper::start().await.unwrap();
        if lags {
            fake.set(|switches| {
                switches.listing_lag = ListingLag::Delay(std::time::Duration::from_millis(30));
            });
        }
        let report = check_destination(&Uploads { fake, lags }).await;
        report.assert_conformant();
        assert_eq!(
            left_out(&report),
            ["same-key", "same-key-after-lost-answer", "time-of-day"],
            "lags: {lags}"
        );
    }
}
