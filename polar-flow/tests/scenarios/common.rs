//! A fake with one workout, and clients for it without the pauses that the live site deserves.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::NaiveDate;
use fake_services::synthetic::SyntheticTcx;
use fake_services::{FakePolarFlow, PolarExercise, PolarSession, PolarSport};
use futures_util::TryStreamExt;
use polar_flow::calendar::CalendarEvent;
use polar_flow::{Error, PolarFlow, PolarFlowBuilder};

pub(crate) const EMAIL: &str = "runner@example.org";
pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const ID: u64 = 8_104_000_021;

pub(crate) async fn fake() -> FakePolarFlow {
    let fake = FakePolarFlow::builder()
        .account(EMAIL, PASSWORD)
        .start()
        .await
        .unwrap();
    let tcx = SyntheticTcx::new(
        "2025-05-07T07:05:15.250Z".parse().unwrap(),
        PolarSport::RUNNING,
    )
    .seconds(60);
    fake.add_session(PolarSession::new(ID, 180, tcx.exercise(180)));
    fake
}

pub(crate) fn plain(fake: &FakePolarFlow) -> PolarFlowBuilder {
    PolarFlow::builder()
        .base_url(fake.flow_url().parse().unwrap())
        .auth_url(fake.auth_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(5))
        .timeout(Duration::from_secs(5))
}

pub(crate) fn client(fake: &FakePolarFlow) -> PolarFlow {
    plain(fake).password(EMAIL, PASSWORD).build().unwrap()
}

pub(crate) async fn signed_in(fake: &FakePolarFlow) -> PolarFlow {
    let polar = client(fake);
    polar.sign_in().await.unwrap();
    polar
}

pub(crate) fn days(from: &str, until: &str) -> RangeInclusive<NaiveDate> {
    from.parse().unwrap()..=until.parse().unwrap()
}

pub(crate) async fn list(polar: &PolarFlow) -> Result<Vec<CalendarEvent>, Error> {
    polar
        .calendar(days("2025-05-01", "2025-05-31"))
        .try_collect()
        .await
}

pub(crate) fn triathlon() -> PolarSession {
    let leg = |at: &str, sport| -> PolarExercise {
        SyntheticTcx::new(at.parse().unwrap(), sport)
            .seconds(40)
            .exercise(180)
    };
    PolarSession::multisport(
        88,
        180,
        vec![
            leg("2025-05-10T06:00:00Z", PolarSport::OPEN_WATER_SWIMMING),
            leg("2025-05-10T06:30:00Z", PolarSport::CYCLING),
            leg("2025-05-10T08:00:00Z", PolarSport::RUNNING),
        ],
    )
}
