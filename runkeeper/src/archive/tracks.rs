//! Tracks and the rows that name them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::{Archive, Diagnostic};

/// Zones are at most so far apart in a day's journey by land.
const HOURS_OFF: TimeDelta = TimeDelta::hours(2);

/// A lap may begin a little later than its row says.
const SLACK: TimeDelta = TimeDelta::minutes(2);

/// How many rows on each side say what zone a row was in.
const NEIGHBOURS: usize = 3;

/// Leads each row to its track, and says which rows and tracks contradict each other. `folders` are those of the rows'
/// tables.
pub(super) fn compare(archive: &mut Archive, folders: &[String]) {
    let mut rows: BTreeMap<String, Vec<NaiveDateTime>> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (activity, folder) in archive.activities.iter_mut().zip(folders) {
        let Some(name) = &mut activity.gpx_file else {
            continue;
        };
        // Beside its table, if several folders have a track of this name.
        let beside = format!("{folder}{name}");
        if archive.tracks.contains_key(&beside) {
            *name = beside;
        }
        match archive.tracks.contains_key(name.as_str()) {
            true => rows.entry(name.clone()).or_default().push(activity.start),
            false => diagnostics.push(Diagnostic::TrackMissing {
                track: name.clone(),
                start: activity.start,
            }),
        }
    }
    let mut clocks = Vec::new();
    for (track, starts) in &rows {
        match &starts[..] {
            [listed] => {
                if let Some(recorded) = first_time(&archive.tracks[track]) {
                    clocks.push(Clock {
                        track,
                        listed: *listed,
                        recorded,
                    });
                }
            }
            _ => diagnostics.push(Diagnostic::TrackShared {
                track: track.clone(),
                starts: starts.clone(),
            }),
        }
    }
    diagnostics.extend(off(clocks));
    let named: BTreeSet<&String> = rows.keys().collect();
    let others = archive.tracks.keys().filter(|track| !named.contains(track));
    diagnostics.extend(others.map(|track| Diagnostic::TrackWithoutRow {
        track: track.clone(),
    }));
    archive.diagnostics.extend(diagnostics);
}

struct Clock<'t> {
    track: &'t str,
    listed: NaiveDateTime,
    recorded: DateTime<Utc>,
}

impl Clock<'_> {
    /// The zone, if row and track are right.
    fn offset(&self) -> TimeDelta {
        self.listed - self.recorded.naive_utc()
    }

    fn is_zone(&self) -> bool {
        let seconds = self.offset().num_seconds();
        let quarter = 15 * 60;
        let rounded = (seconds + quarter / 2).div_euclid(quarter) * quarter;
        (-12 * 3600..=14 * 3600).contains(&rounded)
            && (seconds - rounded).abs() <= SLACK.num_seconds()
    }
}

/// The tracks whose offset is no zone, or hours away from that of most rows around it.
fn off(mut clocks: Vec<Clock<'_>>) -> Vec<Diagnostic> {
    clocks.sort_by_key(|clock| clock.listed);
    let mut found = Vec::new();
    for (index, clock) in clocks.iter().enumerate() {
        let around = index.saturating_sub(NEIGHBOURS)..clocks.len().min(index + NEIGHBOURS + 1);
        let mut offsets: Vec<TimeDelta> = around
            .filter(|at| *at != index)
            .map(|at| clocks[at].offset())
            .collect();
        offsets.sort();
        let is_wall_clock = clock.offset().abs() <= SLACK;
        let differs = offsets.get(offsets.len() / 2).is_some_and(|usual| {
            let alike = offsets
                .iter()
                .filter(|other| (**other - *usual).abs() < HOURS_OFF);
            // One against one: the known fault decides.
            let is_usual =
                alike.count() * 2 > offsets.len() && (offsets.len() > 1 || is_wall_clock);
            is_usual && (clock.offset() - *usual).abs() >= HOURS_OFF
        });
        // The first and the last day of a journey are like one of their neighbours.
        let neighbours = [index.checked_sub(1), Some(index + 1)];
        let has_ally = neighbours
            .into_iter()
            .flatten()
            .filter_map(|at| clocks.get(at))
            .any(|other| (other.offset() - clock.offset()).abs() < HOURS_OFF);
        let is_off = differs && (is_wall_clock || !has_ally);
        if is_off || !clock.is_zone() {
            found.push(Diagnostic::ClockOff {
                track: clock.track.to_owned(),
                listed: clock.listed,
                recorded: clock.recorded,
                is_wall_clock,
            });
        }
    }
    found
}

/// The time of the first point that has one. Some tracks are malformed, so they are searched and not parsed.
fn first_time(gpx: &[u8]) -> Option<DateTime<Utc>> {
    let find = |from: usize, mark: &[u8]| {
        let at = gpx
            .get(from..)?
            .windows(mark.len())
            .position(|part| part == mark)?;
        Some(from + at + mark.len())
    };
    let mut from = find(0, b"<trkpt").unwrap_or_default();
    while let Some(start) = find(from, b"<time>") {
        let length = gpx[start..].iter().position(|byte| *byte == b'<')?;
        let text = std::str::from_utf8(&gpx[start..start + length]).ok()?;
        if let Ok(time) = text.trim().parse() {
            return Some(time);
        }
        from = start;
    }
    None
}
