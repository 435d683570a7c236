//! A workout: one activity of one sport.

use chrono::{DateTime, FixedOffset, Utc};

use super::{Application, Device, Lap, Sport, Track, Training};

/// A link to a web page (GPX).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Address.
    pub href: String,
    /// Text shown for it.
    pub text: Option<String>,
    /// Media type.
    pub kind: Option<String>,
}

/// The session of several sports that a workout is a leg of (TCX `MultiSportSession`).
#[derive(Clone, Debug, PartialEq)]
pub struct MultiSport {
    /// Start of the session, the same for all its legs.
    pub session_start: DateTime<Utc>,
    /// Position among the legs, from 0.
    pub leg: usize,
    /// The change of clothes before this leg.
    pub transition: Option<Box<Lap>>,
    /// Notes on the whole session (kept on the first leg).
    pub notes: Option<String>,
}

/// A workout: one activity of one sport, with what was recorded and what was reported.
///
/// ```
/// use workout_files::{Lap, Sport, Workout};
///
/// let mut workout = Workout::new(Sport::Running);
/// let mut lap = Lap::default();
/// lap.distance_m = Some(1200.0);
/// workout.laps.push(lap);
/// assert_eq!(workout.totals().distance_m, Some(1200.0));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Workout {
    /// The sport.
    pub sport: Sport,
    /// When it began; `None` when the file says nothing (some GPX files have no times).
    pub start: Option<DateTime<Utc>>,
    /// The time zone at the place of the workout, when known. Times are instants in any case.
    pub local_offset: Option<FixedOffset>,
    /// Title (GPX `trk/name`).
    pub name: Option<String>,
    /// Free text of the athlete.
    pub notes: Option<String>,
    /// The laps in order.
    pub laps: Vec<Lap>,
    /// Metres of one length of the pool.
    pub pool_length_m: Option<f64>,
    /// What recorded it.
    pub device: Option<Device>,
    /// What wrote the file.
    pub author: Option<Application>,
    /// The plan.
    pub training: Option<Training>,
    /// Set when this is a leg of a session of several sports.
    pub multi_sport: Option<MultiSport>,
    /// Links (GPX `trk/link`).
    pub links: Vec<Link>,
    /// Comment (GPX `trk/cmt`).
    pub comment: Option<String>,
    /// The origin of the data (GPX `trk/src`).
    pub source: Option<String>,
    /// Number of the track in its file (GPX `trk/number`).
    pub number: Option<u32>,
}

impl Workout {
    /// An empty workout of a sport.
    #[must_use]
    pub fn new(sport: Sport) -> Self {
        Self {
            sport,
            ..Self::default()
        }
    }

    /// All tracks of all laps, in order.
    pub fn tracks(&self) -> impl DoubleEndedIterator<Item = &Track> {
        self.laps.iter().flat_map(|lap| &lap.tracks)
    }

    /// All tracks of all laps, in order, to be changed.
    pub fn tracks_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Track> {
        self.laps.iter_mut().flat_map(|lap| &mut lap.tracks)
    }

    /// All trackpoints of all laps, in order.
    pub fn trackpoints(&self) -> impl Iterator<Item = super::Trackpoint> + '_ {
        self.tracks().flat_map(Track::iter)
    }

    /// Number of lengths of a pool and of rests between them, over all laps.
    pub(crate) fn length_count(&self) -> usize {
        self.laps.iter().map(|lap| lap.lengths.len()).sum()
    }

    /// Number of trackpoints.
    #[must_use]
    pub fn trackpoint_count(&self) -> usize {
        self.tracks().map(Track::len).sum()
    }

    /// Number of trackpoints with a position.
    #[must_use]
    pub fn position_count(&self) -> usize {
        self.tracks().map(Track::positions).sum()
    }

    /// Whether there is a route: at least two trackpoints with a position, and not just a handful of
    /// them in a long workout indoors. Runkeeper takes no file without one.
    #[must_use]
    pub fn has_route(&self) -> bool {
        self.position_count() >= 2 && !crate::summary::has_too_few(self)
    }

    /// The earliest start of a lap or time of a trackpoint; `None` without any. The start of a lap
    /// that is more than a day away from the lap's trackpoints does not count.
    #[must_use]
    pub fn earliest(&self) -> Option<DateTime<Utc>> {
        self.laps.iter().filter_map(Lap::earliest).min()
    }

    /// When it began: `start`, else the start of the first lap, else the first trackpoint.
    #[must_use]
    pub fn start_time(&self) -> Option<DateTime<Utc>> {
        self.start
            .or_else(|| self.laps.iter().find_map(|lap| lap.start))
            .or_else(|| self.laps.iter().find_map(Lap::first_time))
    }
}
