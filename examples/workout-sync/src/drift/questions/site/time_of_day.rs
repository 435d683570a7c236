//! Whether the listing shows the time of day at which an activity began.

use serde_json::Value;

use super::ids;

/// The listing knows days; anything like a time of day would be new.
pub(super) fn has_time_of_day(month: &Value) -> &'static str {
    fn is_clock(text: &str) -> bool {
        // `elapsedTime` is a clock, too, and no time of day; the words of a title are the user's.
        let text = text.trim().replace(' ', "T");
        let (day, time) = text.split_once('T').unwrap_or_default();
        let digits = |part: &str| {
            part.bytes()
                .all(|b| b.is_ascii_digit() || b"-/.".contains(&b))
        };
        day.len() >= 8 && digits(day) && time.len() >= 5 && time.contains(':')
    }
    fn is_moment(name: &str, number: &serde_json::Number) -> bool {
        let name = name.to_ascii_lowercase();
        let named = ["time", "start", "date"].iter().any(|it| name.contains(it));
        let number = number.as_u64().unwrap_or_default();
        named && (1_000_000_000_000..10_000_000_000_000).contains(&number)
    }
    fn any(name: &str, value: &Value) -> bool {
        match value {
            Value::String(text) => name != "mainText" && is_clock(text),
            Value::Number(number) => is_moment(name, number),
            Value::Array(inner) => inner.iter().any(|inner| any(name, inner)),
            Value::Object(members) => members.iter().any(|(name, value)| any(name, value)),
            _ => false,
        }
    }
    match (ids(month).is_empty(), any("", month)) {
        (true, _) => "the month was empty",
        (false, true) => "yes",
        (false, false) => "no",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_of_day_is_told_by_places_of_time_only() {
        for (name, value, expected) in [
            ("startTime", json!("2026-03-01T10:00:00"), "yes"),
            ("startTime", json!(1_777_885_200_643_u64), "yes"),
            ("mainText", json!("2026-05-04 18:30"), "no"),
            ("mainText", json!("Run 2026-05-04 18:30"), "no"),
            ("routeId", json!(1_777_885_200_643_u64), "no"),
            ("elapsedTime", json!("1:02:03"), "no"),
        ] {
            let month = json!({"activities": {"2026": {"May": [{"activity_id": 1, name: value}]}}});
            assert_eq!(has_time_of_day(&month), expected, "{month}");
        }
    }
}
