//! Tracks and the rows that name them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};

use super::{Archive, Diagnostic};

/// Zones are at most so far apart in a day's journey by land.
const HOURS_OFF: TimeDelta = TimeDelta::hours(2);

/// A lap may begin a little later than its row says.
const SLACK: TimeDelta = TimeDelta::minutes(2);

/// The rows of this time before and after show whether a track with its row's clock as UTC is wrong.
const SEASON: TimeDelta = TimeDelta::days(90);

/// A zone is about as wide as this, in degrees of longitude.
const DEGREES_NEAR: f64 = 15.0;

/// The most wrong tracks for each that shows a zone. The fault comes in runs: a version of the app has it.
const ONE_IN: usize = 3;

/// How many rows on each side say what zone a row was in.
const NEIGHBOURS: usize = 3;

/// The tracks of an archive by the names that rows may give them.
pub(super) struct Names<'t> {
    tracks: &'t BTreeMap<String, Vec<u8>>,
    /// By the name without its folder, in small letters.
    by_base: BTreeMap<String, Vec<&'t String>>,
}

impl<'t> Names<'t> {
    pub(super) fn new(tracks: &'t BTreeMap<String, Vec<u8>>) -> Self {
        let mut by_base: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        for path in tracks.keys() {
            by_base.entry(base(path)).or_default().push(path);
        }
        Self { tracks, by_base }
    }

    /// The track that a row names: beside its table, if several folders have one of this name, else by its name, else by a name that
    /// differs in nothing but letter case or folder.
    pub(super) fn find(&self, folder: &str, name: &str) -> Option<String> {
        let name = name.replace('\\', "/");
        let name = name.trim_start_matches("./");
        let exact = [format!("{folder}{name}"), name.to_owned()];
        let mut exact = exact.into_iter();
        if let Some(found) = exact.find(|path| self.tracks.contains_key(path)) {
            return Some(found);
        }
        let (first, others) = self.by_base.get(&base(name))?.split_first()?;
        let is_copy = |other: &&String| self.tracks[*other] == self.tracks[*first];
        // One copy of a track is as good as another; of different tracks none is.
        others.iter().all(is_copy).then(|| (*first).clone())
    }
}

fn base(path: &str) -> String {
    let base = path.rsplit('/').next().unwrap_or_default();
    base.to_ascii_lowercase()
}

/// Says which rows and tracks contradict each other.
pub(super) fn compare(archive: &mut Archive) {
    let mut rows: BTreeMap<String, Vec<NaiveDateTime>> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for activity in &archive.activities {
        let Some(name) = &activity.gpx_file else {
            continue;
        };
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
                let gpx = &archive.tracks[track];
                if let Some(recorded) = first_time(gpx) {
                    clocks.push(Clock {
                        track,
                        listed: *listed,
                        recorded,
                        longitude: first_longitude(gpx),
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
    longitude: Option<f64>,
}

impl Clock<'_> {
    /// The zone, if row and track are right.
    fn offset(&self) -> TimeDelta {
        self.listed - self.recorded.naive_utc()
    }

    fn is_wall_clock(&self) -> bool {
        self.offset().abs() <= SLACK
    }

    /// Whether both begin in one region, as far as is known: a journey leads to another zone.
    fn is_near(&self, other: &Self) -> bool {
        let apart = self.longitude.zip(other.longitude);
        apart.is_none_or(|(one, other)| (one - other).abs() <= DEGREES_NEAR)
    }

    /// Seconds of the zone, in quarter hours. `None`: the offset is that of no zone.
    fn zone(&self) -> Option<i64> {
        let seconds = self.offset().num_seconds();
        let quarter = 15 * 60;
        let rounded = (seconds + quarter / 2).div_euclid(quarter) * quarter;
        let is_zone = (-12 * 3600..=14 * 3600).contains(&rounded)
            && (seconds - rounded).abs() <= SLACK.num_seconds();
        is_zone.then_some(rounded)
    }
}

/// The tracks whose offset is no zone, or hours away from that of most rows around it.
fn off(mut clocks: Vec<Clock<'_>>) -> Vec<Diagnostic> {
    clocks.sort_by_key(|clock| clock.listed);
    let labelled: Vec<bool> = (0..clocks.len())
        .map(|index| is_labelled_as_utc(&clocks, index))
        .collect();
    // The known fault says nothing about the zone of other rows.
    let sound: Vec<&Clock<'_>> = clocks
        .iter()
        .zip(&labelled)
        .filter_map(|(clock, labelled)| (!labelled).then_some(clock))
        .collect();
    let mut is_off = labelled.clone();
    let mut place = 0;
    for (index, clock) in clocks.iter().enumerate() {
        if !labelled[index] {
            is_off[index] = differs(&sound, place) || clock.zone().is_none();
            place += 1;
        }
    }
    let found = clocks.iter().zip(is_off).filter(|(_, is_off)| *is_off);
    let found = found.map(|(clock, _)| Diagnostic::ClockOff {
        track: clock.track.to_owned(),
        listed: clock.listed,
        recorded: clock.recorded,
        is_wall_clock: clock.is_wall_clock(),
        zone: usual_zone(&sound, clock),
    });
    found.collect()
}

/// Whether a track shows its row's clock as UTC, while a good part of the tracks of the same season and region show a zone.
fn is_labelled_as_utc(clocks: &[Clock<'_>], index: usize) -> bool {
    let clock = &clocks[index];
    if !clock.is_wall_clock() {
        return false;
    }
    let until = |day: &Clock<'_>| day.listed - clock.listed > SEASON;
    let from = clocks.partition_point(|day| clock.listed - day.listed > SEASON);
    let season = clocks[from..].iter().take_while(|day| !until(day));
    let is_far = |zone: i64| zone.abs() >= HOURS_OFF.num_seconds();
    let (mut zones, mut labelled) = (0, 0);
    for day in season.filter(|day| day.is_near(clock)) {
        match day.is_wall_clock() {
            true => labelled += 1,
            false => zones += usize::from(day.zone().is_some_and(is_far)),
        }
    }
    zones * ONE_IN >= labelled
}

/// The zone of most of the sound tracks before and after a day, in its region.
fn usual_zone(sound: &[&Clock<'_>], clock: &Clock<'_>) -> Option<FixedOffset> {
    let at = sound.partition_point(|day| day.listed < clock.listed);
    let zone = |day: &&Clock<'_>| day.zone().filter(|_| day.is_near(clock));
    let before = sound[..at].iter().rev().filter_map(zone).take(NEIGHBOURS);
    let after = sound[at..].iter().filter_map(zone).take(NEIGHBOURS);
    let mut zones: Vec<i64> = before.chain(after).collect();
    zones.sort_unstable();
    let zone = zones.get(zones.len() / 2)?;
    FixedOffset::east_opt(i32::try_from(*zone).ok()?)
}

/// Whether a track is hours away from most tracks around it.
fn differs(clocks: &[&Clock<'_>], index: usize) -> bool {
    let clock = clocks[index];
    let around = index.saturating_sub(NEIGHBOURS)..clocks.len().min(index + NEIGHBOURS + 1);
    let mut offsets: Vec<TimeDelta> = around
        .filter(|at| *at != index && clocks[*at].is_near(clock))
        .map(|at| clocks[at].offset())
        .collect();
    offsets.sort();
    let differs = offsets.get(offsets.len() / 2).is_some_and(|usual| {
        let alike = offsets
            .iter()
            .filter(|other| (**other - *usual).abs() < HOURS_OFF);
        // One against one says nothing.
        let is_usual = alike.count() * 2 > offsets.len() && offsets.len() > 1;
        is_usual && (clock.offset() - *usual).abs() >= HOURS_OFF
    });
    // The first and the last day of a journey are like one of their neighbours.
    let neighbours = [index.checked_sub(1), Some(index + 1)];
    let has_ally = neighbours
        .into_iter()
        .flatten()
        .filter_map(|at| clocks.get(at))
        .any(|other| (other.offset() - clock.offset()).abs() < HOURS_OFF);
    differs && !has_ally
}

/// The longitude of the first point.
fn first_longitude(gpx: &[u8]) -> Option<f64> {
    let find = |text: &[u8], mark: &[u8]| {
        let at = text.windows(mark.len()).position(|part| part == mark)?;
        Some(at + mark.len())
    };
    let point = &gpx[find(gpx, b"<trkpt")?..];
    let point = &point[..point.iter().position(|byte| *byte == b'>')?];
    let value = &point[find(point, b"lon=\"")?..];
    let value = value.split(|byte| *byte == b'"').next()?;
    std::str::from_utf8(value).ok()?.trim().parse().ok()
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
