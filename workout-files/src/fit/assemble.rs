//! Making workouts of what a file reports.

use chrono::FixedOffset;

use super::deal::{LapTimes, tracks};
use super::file::{File, Reader, too_many_activities};
use super::sport::sport;
use super::summary::{Part, Session};
use crate::model::{
    Device, Lap, Length, MultiSport, Plan, Sport, Track, Training, Workout, instant,
};
use crate::read::{Code, Place, ReadErrorKind};

/// Kinds of file that hold no workout.
const PLANNED: u8 = 5;
const COURSE: u8 = 6;
/// The sport of a session that is the change between two others.
const TRANSITION: u8 = 3;
/// Zones are at most this far from UTC.
const FARTHEST_ZONE_S: i64 = 14 * 3600;

/// A session with its laps.
pub(super) struct Leg {
    pub(super) session: Session,
    pub(super) laps: Vec<Part>,
}

/// Makes the workouts of a file and appends them to those of the reader.
pub(super) fn workouts(mut file: File, reader: &mut Reader<'_>) -> Result<(), ReadErrorKind> {
    let ignored = match file.kind {
        Some(PLANNED) => Some(Code::PlannedIgnored),
        Some(COURSE) => Some(Code::CoursesIgnored),
        _ => None,
    };
    if let Some(code) = ignored {
        reader.diagnostics.note(code, Place::default(), "");
        return Ok(());
    }
    let mut legs = legs(&mut file, reader)?;
    if legs.is_empty() {
        return Ok(());
    }
    let laps = LapTimes::of(&legs);
    for (start, length) in std::mem::take(&mut file.lengths) {
        laps.lap(&mut legs, start).lengths.push(length);
    }
    let points = std::mem::take(&mut file.points);
    for (lap, track) in tracks(points, &laps, &file.timer, reader)? {
        laps.number(&mut legs, lap).tracks.push(track);
    }
    let finished = Finish::new(file, legs.len());
    finished.legs(legs, reader);
    Ok(())
}

/// Sessions in the order of their starts, with their laps. A session without laps is one lap; laps
/// and trackpoints without a session (of a file that was cut off) are a session.
fn legs(file: &mut File, reader: &Reader<'_>) -> Result<Vec<Leg>, ReadErrorKind> {
    let mut sessions = std::mem::take(&mut file.sessions);
    let mut laps = std::mem::take(&mut file.laps);
    if sessions.is_empty() {
        if laps.is_empty() && file.points.is_empty() {
            return Ok(Vec::new());
        }
        if reader.workouts.len() >= reader.limits.activities {
            return Err(too_many_activities(reader.limits));
        }
        laps.extend(open_lap(&laps, &file.points));
        sessions.push(Session {
            sport: file.sport,
            sub_sport: file.sub_sport,
            ..Session::default()
        });
    }
    sessions.sort_by_key(|session| session.part.start);
    let mut legs: Vec<Leg> = sessions
        .into_iter()
        .map(|session| Leg {
            session,
            laps: Vec::new(),
        })
        .collect();
    for lap in laps {
        let index = leg_of(&legs, &lap);
        legs[index].laps.push(lap);
    }
    for leg in &mut legs {
        leg.complete();
    }
    Ok(legs)
}

/// The lap that was running when the file was cut off.
fn open_lap(laps: &[Part], points: &Track) -> Option<Part> {
    let end = laps.iter().filter_map(|lap| lap.end).max()?;
    let last = (0..points.len())
        .rev()
        .find_map(|index| points.time_micros(index))?;
    (last > end).then(|| {
        let lap = Lap {
            start: instant(end),
            ..Lap::default()
        };
        Part {
            // The trackpoint at the very end still belongs to the lap before.
            start: Some(end + 1),
            place: points.len(),
            lap,
            ..Part::default()
        }
    })
}

/// The session that a lap belongs to: by its start, else by its number.
fn leg_of(legs: &[Leg], lap: &Part) -> usize {
    if let Some(start) = lap.start {
        let after = legs.partition_point(|leg| leg.session.part.start.is_none_or(|s| s <= start));
        return after.saturating_sub(1);
    }
    let by_number = legs.iter().position(|leg| {
        let first = leg.session.first_lap.zip(leg.session.laps).zip(lap.index);
        first.is_some_and(|((first, count), index)| {
            (first..first.saturating_add(count)).contains(&index)
        })
    });
    by_number.unwrap_or(legs.len() - 1)
}

impl Leg {
    /// Sees to it that there is a lap, and that a value of the whole session is not lost when no lap
    /// has it.
    fn complete(&mut self) {
        // Laps without a start stay where they are.
        if self.laps.iter().all(|lap| lap.start.is_some()) {
            self.laps.sort_by_key(|lap| lap.start);
        }
        let whole = &mut self.session.part;
        match &mut self.laps[..] {
            [] => self.laps.push(std::mem::take(whole)),
            [only] => {
                let (lap, session) = (&mut only.lap, &whole.lap);
                lap.total_time_s = lap.total_time_s.or(session.total_time_s);
                lap.distance_m = lap.distance_m.or(session.distance_m);
                lap.calories = lap.calories.or(session.calories);
                lap.mean_speed_mps = lap.mean_speed_mps.or(session.mean_speed_mps);
                lap.max_speed_mps = lap.max_speed_mps.or(session.max_speed_mps);
                lap.mean_hr = lap.mean_hr.or(session.mean_hr);
                lap.max_hr = lap.max_hr.or(session.max_hr);
                lap.mean_power_w = lap.mean_power_w.or(session.mean_power_w);
                lap.max_power_w = lap.max_power_w.or(session.max_power_w);
            }
            [first, rest @ ..] => {
                if first.lap.calories.is_none() && rest.iter().all(|lap| lap.lap.calories.is_none())
                {
                    first.lap.calories = whole.lap.calories;
                }
            }
        }
    }

    fn start(&self) -> Option<i64> {
        self.session
            .part
            .start
            .or_else(|| self.laps.iter().find_map(|lap| lap.start))
    }
}

/// What all workouts of a file share.
struct Finish {
    device: Option<Device>,
    training: Option<Training>,
    local_offset: Option<FixedOffset>,
    several: bool,
}

impl Finish {
    fn new(file: File, legs: usize) -> Self {
        Self {
            device: file.recorder.device(),
            training: file.plan.map(|name| Training {
                plan: Some(Plan {
                    name: Some(name),
                    ..Plan::default()
                }),
                ..Training::default()
            }),
            local_offset: file.local_s.and_then(zone),
            several: legs > 1,
        }
    }

    fn legs(&self, legs: Vec<Leg>, reader: &mut Reader<'_>) {
        let session_start = legs.iter().find_map(Leg::start).and_then(instant);
        let mut transition = None;
        let mut number = 0;
        let last = legs.len() - 1;
        for (index, leg) in legs.into_iter().enumerate() {
            if self.several && leg.session.sport == Some(TRANSITION) && index < last {
                transition = Some(Box::new(transition_lap(leg)));
                continue;
            }
            let mut workout = self.workout(leg, reader);
            if let Some(session_start) = session_start.filter(|_| self.several) {
                workout.multi_sport = Some(MultiSport {
                    session_start,
                    leg: number,
                    transition: transition.take(),
                    notes: None,
                });
                number += 1;
            }
            reader.workouts.push(workout);
        }
    }

    fn workout(&self, leg: Leg, reader: &mut Reader<'_>) -> Workout {
        let start = leg.start();
        let place = Place {
            activity: reader.workouts.len() as u32 + 1,
            ..Place::default()
        };
        let sport = match leg.session.sport {
            Some(code) => sport(code, leg.session.sub_sport),
            None => {
                reader.diagnostics.note(Code::SportMissing, place, "");
                Sport::Other
            }
        };
        let mut workout = Workout::new(sport);
        if let Sport::Unlisted(name) = &workout.sport {
            reader.diagnostics.note(Code::SportToken, place, name);
        }
        let on_foot = workout.sport.is_on_foot();
        workout.laps = leg
            .laps
            .into_iter()
            .map(|part| lap(part, on_foot))
            .collect();
        workout.start = start
            .and_then(instant)
            .or_else(|| workout.laps.iter().find_map(Lap::first_time));
        workout.pool_length_m = leg.session.pool_length_m;
        workout.device.clone_from(&self.device);
        workout.training.clone_from(&self.training);
        workout.local_offset = self.local_offset;
        workout
    }
}

fn lap(part: Part, on_foot: bool) -> Lap {
    let mut lap = part.lap;
    if on_foot {
        lap.mean_run_cadence = part.mean_cadence;
        lap.max_run_cadence = part.max_cadence;
    } else {
        lap.cadence = part.mean_cadence;
        lap.max_cadence = part.max_cadence;
    }
    lap
}

/// A transition as one lap, whatever laps it has.
fn transition_lap(leg: Leg) -> Lap {
    let mut laps = leg.laps.into_iter();
    let mut lap = laps.next().map(|part| part.lap).unwrap_or_default();
    let mut tracks: Vec<Track> = std::mem::take(&mut lap.tracks);
    let mut lengths: Vec<Length> = std::mem::take(&mut lap.lengths);
    let mut several = false;
    for part in laps {
        several = true;
        tracks.extend(part.lap.tracks);
        lengths.extend(part.lap.lengths);
    }
    if several {
        lap = leg.session.part.lap;
    }
    lap.tracks = tracks;
    lap.lengths = lengths;
    lap
}

/// The zone, when local time is a whole number of quarter hours before UTC.
fn zone(local_s: i64) -> Option<FixedOffset> {
    let quarters = (local_s as f64 / 900.0).round() as i64 * 900;
    let near = (local_s - quarters).abs() <= 60 && quarters.abs() <= FARTHEST_ZONE_S;
    near.then(|| FixedOffset::east_opt(quarters as i32))
        .flatten()
}
