//! The host of sleep, whose 401 does not say `NotAuthenticated`.

use chrono::NaiveDate;
use fake_services::{Answer, FakePolarFlow, Fault};
use polar_flow::Error;
use polar_flow::sleep::SleepNight;
use serde_json::json;

use crate::common::*;

const REPORT: &str = "/api/sleep/report";

fn night() -> NaiveDate {
    "2026-05-26".parse().unwrap()
}

/// A fake with a night for each day of two years.
async fn sleeper() -> FakePolarFlow {
    let fake = fake().await;
    let first: NaiveDate = "2024-06-01".parse().unwrap();
    for date in first.iter_days().take(730) {
        let fields = json!({"sleepScore": 72.5});
        fake.add_night(date, fields.as_object().unwrap().clone());
    }
    fake
}

async fn windows(from: &str, until: &str) -> (Vec<SleepNight>, usize) {
    let fake = sleeper().await;
    let nights = signed_in(&fake).await.sleep(days(from, until)).await;
    (nights.unwrap(), fake.requests().count(REPORT))
}

/// The host refuses every window that is shorter than 30 days or longer than 365.
#[tokio::test]
async fn windows_are_widened_and_cut_to_what_the_host_answers() {
    for (from, until, count, requests) in [
        ("2026-05-26", "2026-05-26", 1, 1),
        ("2026-05-01", "2026-05-30", 30, 1),
        ("2026-05-01", "2026-05-31", 31, 1),
        ("2025-06-01", "2026-05-31", 365, 1),
        ("2025-05-31", "2026-05-31", 366, 2),
        ("2024-06-01", "2026-05-31", 730, 2),
    ] {
        let (nights, asked) = windows(from, until).await;
        assert_eq!((nights.len(), asked), (count, requests), "{from} {until}");
        let of_range = days(from, until);
        assert!(nights.iter().all(|night| of_range.contains(&night.date)));
    }
}

#[tokio::test]
async fn its_own_401_is_renewed_once_and_the_report_is_asked_again() {
    let fake = sleeper().await;
    let polar = signed_in(&fake).await;
    fake.expire_sessions();
    let nights = polar.sleep(night()..=night()).await.unwrap();
    assert_eq!(nights.len(), 1);
    assert_eq!(fake.requests().count(REPORT), 2);
    assert_eq!(fake.sessions_minted(), 2, "signed in, renewed");
}

#[tokio::test]
async fn a_401_right_after_the_renewal_needs_a_sign_in() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let refused = Answer::json(401, &json!({"message": "Unauthorized"}));
    fake.faults().always(REPORT, Fault::Answer(refused));
    let error = polar.sleep(night()..=night()).await.unwrap_err();
    // The session itself is alive: the answer is about this report.
    assert!(
        matches!(
            error,
            Error::UnexpectedContent { .. } | Error::SignInNeeded(_)
        ),
        "{error:?}"
    );
    assert_eq!(fake.requests().count(REPORT), 2, "asked again once");
    assert_eq!(fake.sessions_minted(), 2);
}
