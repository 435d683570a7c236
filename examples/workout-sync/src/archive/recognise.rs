//! The kind and the session of a file, by its content.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};
use polar_flow::export::ExportFormat;
use polar_flow::sports::SportId;
use serde_json::Value;

use super::kind::{DayKind, Kind};
use super::listing::Listing;
use super::record::Listed;

/// A file may begin so much before or after its session: Polar's first trackpoint comes a second late.
const NEAR: i64 = 120;
/// Digits of a number in a file's name that can be an id. Shorter ones are days and hours.
const ID_DIGITS: usize = 8;

/// A file that was recognised.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Of a session.
    Session {
        /// The session.
        id: u64,
        /// The kind of file.
        kind: Kind,
        /// Which exercise, by the name that this program gave it.
        part: Option<u32>,
    },
    /// Of a day.
    Day(DayKind, NaiveDate),
}

/// Recognises a file. `None`: it is something else, or may be of several sessions.
#[must_use]
pub(super) fn recognise(path: &str, bytes: &[u8], listing: &Listing) -> Option<Found> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if bytes.trim_ascii_start().starts_with(b"{") {
        return json(name, bytes, listing);
    }
    let kind = kind(bytes)?;
    let (id, part) = match named(name, listing) {
        Some((id, part)) if fits(kind, bytes, &listing.sessions[&id]) => (id, part),
        // With a wrong name, or without one, the content decides.
        _ => (by_content(kind, bytes, listing)?, None),
    };
    let sport = listing.sessions[&id].sport.as_deref();
    let sport: Option<SportId> = sport.and_then(|sport| sport.parse().ok());
    // One leg is not the session; which one it is, only a name of this program says.
    let has_legs = matches!(kind, Kind::Tcx | Kind::Gpx);
    let is_leg = has_legs && part.is_none() && sport.is_some_and(SportId::is_multisport);
    (!is_leg).then_some(Found::Session { id, kind, part })
}

/// The format, of a file that is whole.
fn kind(bytes: &[u8]) -> Option<Kind> {
    let end = bytes.trim_ascii_end();
    if ExportFormat::Tcx.fits(bytes) {
        return end
            .ends_with(b"</TrainingCenterDatabase>")
            .then_some(Kind::Tcx);
    }
    if ExportFormat::Gpx.fits(bytes) {
        return end.ends_with(b"</gpx>").then_some(Kind::Gpx);
    }
    if ExportFormat::Fit.fits(bytes) {
        return Some(Kind::Fit);
    }
    if ExportFormat::Csv.fits(bytes) {
        return Some(Kind::Csv);
    }
    bytes.starts_with(b"duration,offline").then_some(Kind::Rr)
}

/// The session and the exercise in a name: an id of many digits, or the stem that this program gives.
fn named(name: &str, listing: &Listing) -> Option<(u64, Option<u32>)> {
    let runs = name.split(|c: char| !c.is_ascii_digit());
    let long = runs.filter(|run| run.len() >= ID_DIGITS).find_map(|run| {
        let id = run.parse().ok()?;
        listing.sessions.contains_key(&id).then_some(id)
    });
    let own = || {
        let stem = name.split('.').next()?;
        let last = stem.rsplit('_').next()?;
        let id: u64 = last.split(['-', '~']).next()?.parse().ok()?;
        let listed = listing.sessions.get(&id)?;
        stem.starts_with(&listed.start.format("%Y-%m-%d_%H%M%S").to_string())
            .then_some(id)
    };
    let id = long.or_else(own)?;
    let stem = name.split('.').next().unwrap_or_default();
    let part = stem
        .rsplit_once(&format!("_{id}-"))
        .and_then(|(_, part)| part.parse().ok());
    Some((id, part))
}

/// Whether a file that is named after a session can be of it.
fn fits(kind: Kind, bytes: &[u8], listed: &Listed) -> bool {
    match kind {
        Kind::Csv => csv_starts(bytes).any(|start| is_near(start, listed.start, NEAR)),
        Kind::Tcx | Kind::Gpx | Kind::Fit => {
            // Some files have no times.
            let Some(start) = start_of(bytes) else {
                return true;
            };
            // A leg begins later than its session, in any zone.
            let length = listed.duration_ms.unwrap_or(0) / 1000;
            let room =
                TimeDelta::seconds(i64::try_from(length).unwrap_or(0)) + TimeDelta::hours(16);
            (start - listed.start).abs() <= room
        }
        _ => true,
    }
}

fn start_of(bytes: &[u8]) -> Option<NaiveDateTime> {
    let start = workout_files::read(bytes)
        .ok()?
        .workouts
        .first()?
        .start_time()?;
    Some(start.naive_utc())
}

fn is_near(a: NaiveDateTime, b: NaiveDateTime, seconds: i64) -> bool {
    (a - b).num_seconds().abs() <= seconds
}

fn by_content(kind: Kind, bytes: &[u8], listing: &Listing) -> Option<u64> {
    let ids: Vec<u64> = match kind {
        Kind::Csv => {
            let starts: Vec<NaiveDateTime> = csv_starts(bytes).collect();
            let same = |listed: &Listed| starts.iter().any(|it| is_near(*it, listed.start, 1));
            let found = listing.sessions.iter().filter(|(_, listed)| same(listed));
            found.map(|(id, _)| *id).collect()
        }
        Kind::Tcx | Kind::Gpx | Kind::Fit => {
            let reading = workout_files::read(bytes).ok()?;
            let [workout] = &reading.workouts[..] else {
                return None;
            };
            let start = workout.start_time()?.naive_utc();
            let totals = workout.totals();
            let found = listing.sessions.iter().filter(|(_, listed)| {
                is_in_some_zone(listed.start, start) && is_alike(listed, &totals)
            });
            found.map(|(id, _)| *id).collect()
        }
        _ => return None,
    };
    match ids[..] {
        [id] => Some(id),
        _ => None,
    }
}

/// Whether a wall clock and an instant can be the same time: zones are whole quarters of an hour.
fn is_in_some_zone(wall: NaiveDateTime, utc: NaiveDateTime) -> bool {
    const QUARTER: i64 = 15 * 60;
    let apart = (wall - utc).num_seconds();
    let rest = (apart + QUARTER / 2).rem_euclid(QUARTER) - QUARTER / 2;
    (-12 * 3600 - NEAR..=14 * 3600 + NEAR).contains(&apart) && rest.abs() <= NEAR
}

/// Whether duration and distance, as far as both are known, are about the same.
fn is_alike(listed: &Listed, totals: &workout_files::Totals) -> bool {
    let near = |a: Option<f64>, b: Option<f64>, least: f64| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= least.max(0.03 * a.max(b)),
        _ => true,
    };
    let seconds = listed.duration_ms.map(|ms| ms as f64 / 1000.0);
    let metres = listed.distance_m.filter(|metres| *metres > 0.0);
    let has_time = near(seconds, totals.moving_s, 60.0) || near(seconds, totals.elapsed_s, 60.0);
    has_time && near(metres, totals.distance_m, 100.0)
}

/// The wall-clock starts that the second row of a CSV export may mean: its order of day and month follows the account.
fn csv_starts(bytes: &[u8]) -> impl Iterator<Item = NaiveDateTime> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(8192)]).into_owned();
    let mut lines = text.lines();
    let head: Vec<String> = lines
        .next()
        .unwrap_or_default()
        .split(',')
        .map(str::to_owned)
        .collect();
    let row: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let cell = |name: &str| {
        let at = head.iter().position(|it| it == name)?;
        row.get(at).map(|cell| (*cell).to_owned())
    };
    let date = cell("Date").unwrap_or_default();
    let clock = cell("Start time").unwrap_or_default();
    let time = ["%H:%M:%S", "%I:%M:%S %p"];
    let time = time
        .into_iter()
        .find_map(|it| NaiveTime::parse_from_str(clock.trim(), it).ok());
    let numbers: Vec<u32> = date
        .split(['.', '-', '/'])
        .filter_map(|it| it.parse().ok())
        .collect();
    let days = match numbers[..] {
        [a, b, c] => [(c, b, a), (c, a, b), (a, b, c)].to_vec(),
        _ => Vec::new(),
    };
    let day = |(year, month, day)| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
    days.into_iter()
        .filter_map(move |it| Some(day(it)?.and_time(time?.with_nanosecond(0)?)))
}

fn json(name: &str, bytes: &[u8], listing: &Listing) -> Option<Found> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let day = || name.get(..10)?.parse::<NaiveDate>().ok();
    if value.get("dataPanelData").is_some() {
        return Some(Found::Day(DayKind::Activity, day()?));
    }
    if let Some(date) = value.get("date").and_then(Value::as_str) {
        let date: NaiveDate = date.parse().ok()?;
        let is_night = value.get("sleepStartTime").is_some() || day() == Some(date);
        return is_night.then_some(Found::Day(DayKind::Sleep, date));
    }
    let id = value.get("id").and_then(Value::as_u64)?;
    let is_session = listing.sessions.contains_key(&id) && value.get("exercises").is_some();
    let kind = match value.get("samples").is_some() {
        true => Kind::Details,
        false => Kind::Summary,
    };
    is_session.then_some(Found::Session {
        id,
        kind,
        part: None,
    })
}

/// The version in a name of this program: 1 unless it says another.
#[must_use]
pub(super) fn version(path: &str) -> u32 {
    let name = path.rsplit('/').next().unwrap_or(path);
    let words = name.split('.').filter_map(|word| word.strip_prefix('v'));
    words
        .filter_map(|digits| digits.parse().ok())
        .next_back()
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing() -> Listing {
        let mut listing = Listing::default();
        let mut add = |id, start: &str, seconds: u64, sport: &str| {
            let listed = Listed {
                start: start.parse().unwrap(),
                duration_ms: Some(seconds * 1000),
                sport: Some(sport.into()),
                ..Listed::default()
            };
            listing.sessions.insert(id, listed);
        };
        add(8_100_000_001, "2025-05-01T16:30:42.643", 60, "RUNNING");
        add(8_100_000_002, "2025-05-01T18:30:42.643", 3600, "RUNNING");
        add(8_100_000_003, "2025-05-02T08:00:00", 60, "TRIATHLON");
        listing
    }

    fn tcx(start: &str) -> Vec<u8> {
        format!(
            "<TrainingCenterDatabase xmlns=\"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2\"><Activities><Activity \
             Sport=\"Running\"><Id>{start}</Id><Lap StartTime=\"{start}\"><TotalTimeSeconds>60</TotalTimeSeconds></Lap></Activity>\
             </Activities></TrainingCenterDatabase>"
        )
        .into_bytes()
    }

    fn found(path: &str, bytes: &[u8]) -> Option<(u64, Kind, Option<u32>)> {
        match recognise(path, bytes, &listing())? {
            Found::Session { id, kind, part } => Some((id - 8_100_000_000, kind, part)),
            Found::Day(..) => None,
        }
    }

    #[test]
    fn a_training_file_is_known_by_its_time_and_length() {
        let run = tcx("2025-05-01T14:30:42.643Z");
        assert_eq!(found("x/run.tcx", &run), Some((1, Kind::Tcx, None)));
        let half = &run[..run.len() - 10];
        assert_eq!(found("x/run.tcx", half), None, "a half file is none");
        let other = tcx("2025-05-01T14:37:42Z");
        assert_eq!(
            found("x/run.tcx", &other),
            None,
            "no zone has seven minutes"
        );
        let misnamed = tcx("2025-07-01T14:30:42.643Z");
        assert_eq!(found("x/8100000001.tcx", &misnamed), None);
    }

    #[test]
    fn the_leg_of_a_triathlon_is_not_the_triathlon() {
        let leg = tcx("2025-05-02T06:00:00Z");
        assert_eq!(found("leg.tcx", &leg), None);
        let own = "2025-05-02_080000_triathlon_8100000003-2.tcx";
        assert_eq!(found(own, &leg), Some((3, Kind::Tcx, Some(2))));
    }

    #[test]
    fn tables_and_json_are_known_by_what_is_in_them() {
        let csv = |date: &str, time: &str| {
            format!("Name,Sport,Date,Start time,Duration,\nA B,RUNNING,{date},{time},00:01:00,\n")
        };
        for (date, time) in [
            ("01.05.2025", "16:30:42"),
            ("01-05-2025", "04:30:42 PM"),
            ("05/01/2025", "16:30:42"),
            ("2025-05-01", "16:30:42"),
        ] {
            let csv = csv(date, time);
            assert_eq!(
                found("a.csv", csv.as_bytes()),
                Some((1, Kind::Csv, None)),
                "{date}"
            );
        }
        assert_eq!(
            found("a.csv", csv("01.05.2025", "16:31:42").as_bytes()),
            None
        );
        let rr = b"duration,offline\n412,0\n";
        assert_eq!(found("a.csv", rr), None);
        assert_eq!(found("rr-8100000001.csv", rr), Some((1, Kind::Rr, None)));
        let summary = br#"{"id": 8100000001, "exercises": {}}"#;
        assert_eq!(found("a.json", summary), Some((1, Kind::Summary, None)));
        let details = br#"{"id": 8100000001, "exercises": {}, "samples": {}}"#;
        assert_eq!(found("a.json", details), Some((1, Kind::Details, None)));
        assert_eq!(found("a.json", br#"{"id": 5, "exercises": {}}"#), None);
        let day = "2025-05-01".parse().unwrap();
        let activity = recognise("2025-05-01.json", b"{\"dataPanelData\": null}", &listing());
        assert_eq!(activity, Some(Found::Day(DayKind::Activity, day)));
        let night = br#"{"date": "2025-05-01", "sleepStartTime": "2025-04-30T23:00:00"}"#;
        let night = recognise("x.json", night, &listing());
        assert_eq!(night, Some(Found::Day(DayKind::Sleep, day)));
        assert_eq!((version("a_1.v3.tcx"), version("a_1.tcx")), (3, 1));
    }
}
