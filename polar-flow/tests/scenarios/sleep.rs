//! The host of sleep, whose 401 does not say `NotAuthenticated`.

use chrono::NaiveDate;
use fake_services::{Answer, Fault};
use polar_flow::Error;
use serde_json::json;

use crate::common::*;

const REPORT: &str = "/api/sleep/report";

fn night() -> NaiveDate {
    "2026-05-26".parse().unwrap()
}

#[tokio::test]
async fn its_own_401_is_renewed_once_and_the_report_is_asked_again() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let refused = Answer::json(401, &json!({"message": "Unauthorized"}));
    fake.faults().next(1, REPORT, Fault::Answer(refused));
    let nights = json!([{"date": "2026-05-26", "sleepScore": 72.5}]);
    fake.faults()
        .always(REPORT, Fault::Answer(Answer::json(200, &nights)));
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
