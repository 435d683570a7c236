//! Fields of another type in Polar's listing: every workout is still listed and moved.

use chrono::NaiveDate;
use fake_services::CalendarEvent;
use serde_json::{Value, json};

use crate::uploads::with_one_run;

/// A listed session whose `field` is `value`.
fn odd_event(id: u64, field: &str, value: Value) -> CalendarEvent {
    let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let mut event = json!({
        "type": "EXERCISE", "eventType": "exercise", "listItemId": id, "title": "00:30:00;5.0 km",
        "datetime": "2026-03-02T09:00:00.000Z", "start": 1_772_442_000, "end": 1_772_443_800,
        "allDay": false, "duration": 1_800_000, "distance": 5000.0, "calories": 300, "isTest": false,
        "hasTrainingTarget": false, "trainingLoadProIndex": 3, "url": format!("/training/analysis2/{id}"),
    });
    event[field] = value;
    CalendarEvent::raw(day, event)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_job_does_not_need_stops_nothing() {
    let world = with_one_run().await;
    let odd = [
        ("trainingLoadProIndex", json!("5")),
        ("calories", json!("2057")),
        ("title", json!({})),
        ("isTest", json!(0)),
        ("hasTrainingTarget", json!([])),
        ("duration", json!({"seconds": 1800})),
        ("distance", json!([5000])),
        ("iconUrl", json!(false)),
        ("allDay", json!({})),
    ];
    let listed = odd.len() + 1;
    for (id, (field, value)) in (801..).zip(odd) {
        world.polar.add_event(odd_event(id, field, value));
    }
    let plan = world.sync(&["plan", "--json"]).await.expect(1);
    assert_eq!(plan.items().len(), listed, "{}", plan.stdout);
    // Only the first one has a file to move: its neighbours do not keep it from moving.
    let ran = world.sync(&["--json"]).await;
    assert_eq!(ran.count("delivered"), 1, "{ran:?}");
}
