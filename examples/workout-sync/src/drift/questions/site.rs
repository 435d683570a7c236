//! Answers that requests to Runkeeper give.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use api_drift::{Exchange, Shape};
use chrono::{DateTime, Utc};
use serde_json::Value;
use web_session::page::{Element, Page};
use workout_files::Fate;

use super::Answered;
use super::words::{content_type, fields, json, sort};
use crate::drift::names;

mod time_of_day;

use time_of_day::has_time_of_day;

/// State from one request to the next.
#[derive(Debug, Default)]
pub(super) struct Asker {
    uploaded_at: Option<DateTime<Utc>>,
    /// The highest number that each month was listed with, by its query.
    highest: BTreeMap<String, u64>,
}

impl Asker {
    pub(super) fn ask(&mut self, endpoint: Option<&'static str>, it: &Exchange) -> Vec<Answered> {
        let mut answers = Vec::new();
        if it.url.path() == "/exportData" && it.method == "GET" {
            answers.push(("runkeeper.export_form", export_form(it)));
        }
        let Some(endpoint) = endpoint else {
            return answers;
        };
        answers.push(("runkeeper.alive", format!("{endpoint}: {}", it.status)));
        if let [one] = &it.sent_cookies[..]
            && one == "checker"
            && endpoint == "home"
        {
            let word = if it.status == 200 { "yes" } else { "no" };
            answers.push(("runkeeper.checker_alone", format!("{word} ({})", it.status)));
        }
        if endpoint == "upload" {
            answers.push(("runkeeper.upload_answer", answer_shape(it)));
            self.uploaded_at = (it.status == 200).then_some(it.at).flatten();
        }
        if endpoint == "month" && it.status == 200 {
            let month = json(it);
            answers.push(("runkeeper.time_of_day", has_time_of_day(&month).to_owned()));
            answers.extend(self.delay(it, ids(&month).last().copied().unwrap_or(0)));
            answers.push(("runkeeper.duplicates", alike(&month).to_owned()));
        }
        if endpoint == "download" && it.status == 200 {
            answers.extend(streams(it));
        }
        answers
    }
}

impl Asker {
    /// The activity of an upload has a number above all others, and the month that it stands in was listed without it before.
    fn delay(&mut self, it: &Exchange, highest: u64) -> Option<Answered> {
        let month = it.url.query().unwrap_or_default().to_owned();
        let above_all = self.highest.values().all(|before| highest > *before);
        let before = self.highest.insert(month, highest);
        let (sent, at) = self.uploaded_at.zip(it.at)?;
        if before.is_none() || !above_all || highest == 0 {
            return None;
        }
        self.uploaded_at = None;
        let late = (at - sent).to_std().unwrap_or_default();
        Some(("runkeeper.listing_delay", delay(late).to_owned()))
    }
}

/// The aspects that a delivery kept, by the engine's comparison; `None` for an aspect that no question is about.
#[must_use]
pub fn kept(aspect: &workout_files::Aspect) -> Option<Answered> {
    let asked = [
        "heart rate",
        "cadence",
        "calories",
        "laps",
        "sport",
        "altitude",
        "notes",
    ];
    let name = asked.into_iter().find(|it| *it == aspect.what)?;
    let fate = match aspect.fate {
        Fate::Kept => "kept",
        Fate::Changed => "changed",
        Fate::Lost => "lost",
        Fate::Added => "added",
        _ => return None,
    };
    Some(("runkeeper.kept", format!("{name}: {fate}")))
}

/// The columns of a table of the account's export that is not read; of other tables than the two that were never seen only
/// how many.
#[must_use]
pub fn unread_table(file: &str, columns: &[String]) -> Answered {
    let asked = ["heartRate.csv", "steps.csv"];
    let count = columns.len();
    let answer = match asked.into_iter().find(|it| *it == file) {
        Some(file) if columns.iter().all(|it| is_column(it)) => {
            format!("{file}: {}", columns.join(", "))
        }
        Some(file) => format!("{file}: {count} columns without plain names"),
        None => format!("another table: {count} columns"),
    };
    ("runkeeper.archive_tables", answer)
}

/// Known words, and a unit in parentheses: a line of data has digits or other words.
fn is_column(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && !name.bytes().any(|b| b.is_ascii_digit())
        && names().text(name)
}

/// Whether the file of an activity has what importers lose.
fn streams(it: &Exchange) -> Vec<Answered> {
    let body = it.body.as_deref().unwrap_or_default();
    let Ok(reading) = workout_files::read(body) else {
        return Vec::new();
    };
    let points = || reading.workouts.iter().flat_map(|it| it.trackpoints());
    let has = |name: &str, is_there: bool| {
        let words = if is_there { "is there" } else { "is not there" };
        ("runkeeper.kept", format!("{name} of a file: {words}"))
    };
    vec![
        has("heart rate", points().any(|it| it.heart_rate.is_some())),
        has(
            "cadence",
            points().any(|it| it.cadence.is_some() || it.run_cadence.is_some()),
        ),
    ]
}

/// Names of the form's fields.
fn export_form(it: &Exchange) -> String {
    let text = String::from_utf8_lossy(it.body.as_deref().unwrap_or_default());
    let Ok(page) = Page::parse(&text) else {
        return format!("{}: {}", it.status, sort(it));
    };
    let forms = page.select("form");
    let is_it = |form: &&Element<'_>| {
        let about_export = |name: &str| {
            let text = form.attribute(name).unwrap_or_default();
            text.to_ascii_lowercase().contains("export")
        };
        about_export("action") || about_export("id")
    };
    let Some(form) = forms.iter().find(is_it) else {
        return format!("{}: no form", it.status);
    };
    let inputs = form.select("input[name], textarea[name], select[name]");
    let names = inputs.iter().filter_map(|field| field.attribute("name"));
    format!("{}: {}", it.status, fields(names))
}

/// Whether two activities of a day have the same distance and duration, to the digit: a destination that refuses
/// duplicates has none.
fn alike(month: &Value) -> &'static str {
    let mut seen = BTreeSet::new();
    let mut entries = entries(month).peekable();
    if entries.peek().is_none() {
        return "the month was empty";
    }
    for entry in entries {
        let key = ["dayOfMonth", "distance", "elapsedTime"].map(|name| entry[name].to_string());
        if !seen.insert((entry["month"].to_string(), key)) {
            return "two activities that look the same are listed";
        }
    }
    "no two activities look the same"
}

fn answer_shape(it: &Exchange) -> String {
    let mut text = format!("{} {}, {}", it.status, content_type(it), sort(it));
    if sort(it) == "JSON" {
        let mut shape = Shape::new();
        shape.learn(&json(it));
        text.push_str(&format!(" ({})", shape.top_level(names())));
    }
    text
}

fn ids(month: &Value) -> BTreeSet<u64> {
    entries(month)
        .filter_map(|entry| entry["activity_id"].as_u64())
        .collect()
}

fn entries(month: &Value) -> impl Iterator<Item = &Value> {
    let years = month["activities"]
        .as_object()
        .into_iter()
        .flat_map(|it| it.values());
    let months = years
        .filter_map(Value::as_object)
        .flat_map(|it| it.values());
    months.filter_map(Value::as_array).flatten()
}

fn delay(late: Duration) -> &'static str {
    match late.as_secs() {
        0..5 => "within 5 s",
        5..30 => "within 30 s",
        30..120 => "within 2 min",
        120..600 => "within 10 min",
        600..3600 => "within an hour",
        _ => "later than an hour",
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use serde_json::json;
    use url::Url;

    use super::*;

    fn answered(answers: &[Answered], question: &str) -> Vec<String> {
        let of_it = answers.iter().filter(|(id, _)| *id == question);
        of_it.map(|(_, answer)| answer.clone()).collect()
    }

    fn got(path: &str, body: &str) -> Exchange {
        let url = Url::parse("https://runkeeper.com").unwrap().join(path);
        let mut it = Exchange::new("GET", url.unwrap(), 200);
        it.body = Some(body.as_bytes().to_vec());
        it
    }

    #[test]
    fn a_look_with_one_cookie_answers_whether_it_suffices() {
        for (cookies, status, expected) in [
            (&["checker"][..], 200, &["yes (200)"][..]),
            (&["checker"], 302, &["no (302)"]),
            (&["checker", "JSESSIONID"], 200, &[]),
        ] {
            let mut it = got("/home", "");
            it.status = status;
            it.sent_cookies = cookies.iter().map(|it| (*it).to_owned()).collect();
            let answers = Asker::default().ask(Some("home"), &it);
            assert_eq!(answered(&answers, "runkeeper.checker_alone"), expected);
        }
    }

    #[test]
    fn entries_that_look_the_same_show_that_duplicates_are_kept() {
        let entry = |id: u64, distance: &str| json!({"activity_id": id, "dayOfMonth": "5", "distance": distance, "elapsedTime": "30:00"});
        for (entries, expected) in [
            (
                json!([entry(1, "5.00"), entry(2, "5.00")]),
                "two activities that look the same are listed",
            ),
            (
                json!([entry(1, "5.00"), entry(2, "5.01")]),
                "no two activities look the same",
            ),
            (json!([]), "the month was empty"),
        ] {
            let month = json!({"activities": {"2026": {"May": entries}}});
            let it = got("/activitiesByDateRange", &month.to_string());
            let answers = Asker::default().ask(Some("month"), &it);
            assert_eq!(answered(&answers, "runkeeper.duplicates"), [expected]);
        }
    }

    #[test]
    fn a_delay_is_told_of_the_activity_that_was_sent_only() {
        let second = |second: u32| Utc.with_ymd_and_hms(2026, 5, 4, 10, 0, second).unwrap();
        let month = |asker: &mut Asker, at: u32, month: &str, ids: &[u64]| {
            let entries: Vec<Value> = ids.iter().map(|id| json!({"activity_id": id})).collect();
            let body = json!({"activities": {"2026": {"May": entries}}}).to_string();
            let mut it = got(&format!("/activitiesByDateRange?startDate={month}"), &body);
            it.at = Some(second(at));
            answered(&asker.ask(Some("month"), &it), "runkeeper.listing_delay")
        };
        let upload = |asker: &mut Asker| {
            let mut it = got("/trackMultipleFileUpload", "{}");
            it.at = Some(second(0));
            asker.ask(Some("upload"), &it);
        };
        let mut asker = Asker::default();
        upload(&mut asker);
        assert_eq!(
            month(&mut asker, 3, "May", &[1, 2]),
            [""; 0],
            "it was not listed before"
        );
        assert_eq!(month(&mut asker, 4, "Apr", &[0]), [""; 0], "another month");
        assert_eq!(
            month(&mut asker, 5, "Apr", &[0, 2]),
            [""; 0],
            "an older one"
        );
        assert_eq!(month(&mut asker, 20, "May", &[1, 2, 3]), ["within 30 s"]);
        assert_eq!(
            month(&mut asker, 21, "May", &[1, 2, 3, 4]),
            [""; 0],
            "told once"
        );
    }

    #[test]
    fn the_form_of_the_export_gives_its_names_and_no_value() {
        let page = "<form action='/login'><input name='email'></form><form action='/exportData'>\
                    <input name='startDate' value='canary'><input name='a b'><select name='kind'></select></form>";
        let answers = Asker::default().ask(None, &got("/exportData", page));
        assert_eq!(
            answered(&answers, "runkeeper.export_form"),
            ["200: (a name that may be data), kind, startDate"]
        );
        let answers = Asker::default().ask(None, &got("/exportData", "<p>canary</p>"));
        assert_eq!(
            answered(&answers, "runkeeper.export_form"),
            ["200: no form"]
        );
    }

    #[test]
    fn a_file_shows_which_streams_survived() {
        let gpx = |inner: &str| {
            format!(
                "<gpx xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:x=\"http://www.garmin.com/xmlschemas/TrackPointExtension/v1\"><trk>\
                 <trkseg><trkpt lat=\"1\" lon=\"1\"><time>2026-05-01T10:00:00Z</time><extensions><x:TrackPointExtension>{inner}\
                 </x:TrackPointExtension></extensions></trkpt></trkseg></trk></gpx>"
            )
        };
        for (inner, heart_rate, cadence) in [
            ("<x:hr>120</x:hr>", "is there", "is not there"),
            ("<x:cad>80</x:cad>", "is not there", "is there"),
        ] {
            let answers =
                Asker::default().ask(Some("download"), &got("/download/activity", &gpx(inner)));
            assert_eq!(
                answered(&answers, "runkeeper.kept"),
                [
                    format!("heart rate of a file: {heart_rate}"),
                    format!("cadence of a file: {cadence}")
                ]
            );
        }
    }

    #[test]
    fn tables_of_an_archive_give_column_names_and_no_line_of_data() {
        let columns = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        for (file, names, expected) in [
            (
                "heartRate.csv",
                &["Date", "Heart Rate (bpm)"][..],
                "heartRate.csv: Date, Heart Rate (bpm)",
            ),
            (
                "steps.csv",
                &["2026-05-01", "canary"],
                "steps.csv: 2 columns without plain names",
            ),
            ("canary.csv", &["canary"], "another table: 1 columns"),
        ] {
            let (question, answer) = unread_table(file, &columns(names));
            assert_eq!((question, &*answer), ("runkeeper.archive_tables", expected));
        }
    }
}
