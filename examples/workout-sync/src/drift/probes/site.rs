//! Runkeeper's listing against its page of an activity.

use api_drift::Weight;
use serde_json::Value;

use super::agree::{Apart, amounts, number};
use super::{Answers, Probed, id_of};

const KM_PER_MILE: f64 = 1.609_344;

/// The listing and the page of an activity.
pub(super) fn probe(answers: &Answers<'_>, probed: &mut Probed) {
    let service = answers.service;
    for exchange in answers.of("activity") {
        let Some(id) = id_of(exchange) else {
            continue;
        };
        let body = exchange.body.as_deref().unwrap_or_default();
        let Ok(page) = web_session::page::Page::parse(&String::from_utf8_lossy(body)) else {
            continue;
        };
        let text = |selector: &str| page.select(selector).first().map(|it| it.text());
        let listed = answers
            .json("month")
            .find_map(|(_, month)| entry(&month, id));
        let Some(listed) = listed else {
            continue;
        };
        let shown = text("#totalDistance .value").and_then(|text| number(&text));
        let known = listed["distance"]
            .as_str()
            .and_then(number)
            .or_else(|| listed["distance"].as_f64());
        if let Some((a, b)) = known.zip(shown) {
            // A page may show another unit than the listing, when the account's was changed in between.
            let unit = text("#totalDistance")
                .unwrap_or_default()
                .to_ascii_lowercase();
            let listed_in = listed["distanceUnits"].as_str().unwrap_or_default();
            let shown_in = ["km", "mi"].into_iter().find(|it| unit.contains(it));
            let b = match (listed_in, shown_in) {
                ("mi", Some("km")) => b / KM_PER_MILE,
                ("km", Some("mi")) => b * KM_PER_MILE,
                _ => b,
            };
            let result = amounts(a, b, 0.02);
            let weight = Weight::Breaking;
            probed.hold(
                service,
                "month",
                "activities.*.*[].distance",
                weight,
                "the page of the activity",
                result,
            );
        }
        let seconds = |text: &str| -> Option<f64> {
            text.split(':').try_fold(0.0, |sum, part| {
                Some(sum * 60.0 + part.trim().parse::<f64>().ok()?)
            })
        };
        let shown = text("#totalDuration .value").and_then(|text| seconds(&text));
        let known = listed["elapsedTime"].as_str().and_then(seconds);
        if let Some((a, b)) = known.zip(shown) {
            let result = amounts(a, b, 2.0);
            let weight = Weight::Additive;
            probed.hold(
                service,
                "month",
                "activities.*.*[].elapsedTime",
                weight,
                "the page of the activity",
                result,
            );
        }
        // `Thu May 01 16:30:42 GMT 2025 - Running`: the day of the month is the third word.
        let day = text(".activitySubTitle")
            .and_then(|text| text.split_whitespace().nth(2)?.parse::<u32>().ok());
        let known = listed["dayOfMonth"]
            .as_str()
            .and_then(|text| text.trim().parse::<u32>().ok())
            .or_else(|| listed["dayOfMonth"].as_u64()?.try_into().ok());
        if let Some((a, b)) = known.zip(day) {
            let result = (a != b).then(|| Apart::new("differs: another time zone?", None));
            let weight = Weight::Breaking;
            probed.hold(
                service,
                "month",
                "activities.*.*[].dayOfMonth",
                weight,
                "the page of the activity",
                result,
            );
        }
    }
}

fn entry(month: &Value, id: u64) -> Option<Value> {
    let years = month["activities"]
        .as_object()?
        .values()
        .filter_map(Value::as_object);
    let mut entries = years
        .flat_map(|it| it.values())
        .filter_map(Value::as_array)
        .flatten();
    entries
        .find(|entry| entry["activity_id"].as_u64() == Some(id))
        .cloned()
}
