//! Losses: values that a format has no place for.

use std::fmt;

macro_rules! losses {
    ($($variant:ident = $name:literal, $meaning:literal;)+) => {
        /// A kind of loss. The text of a code ([`LossCode::as_str`]) does not change between
        /// versions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum LossCode {
            $(#[doc = $meaning] $variant,)+
        }

        impl LossCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its stable text.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Its meaning.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }
        }
    };
}

losses! {
    Sport = "sport", "The format has no such sport; the nearest one was written.";
    Start = "start", "The start is not that of the earliest trackpoint or lap, and the format has no other place for it.";
    LocalOffset = "local_offset", "The time zone was not written.";
    Title = "title", "The title was not written.";
    Notes = "notes", "Notes were not written.";
    Comment = "comment", "The comment, source or number of the track was not written.";
    Links = "links", "Links were not written.";
    LinkEncoded = "link_encoded", "An address was percent-encoded, because it was no URI.";
    Laps = "laps", "Laps and their totals were not written.";
    Totals = "totals", "Totals of laps were not written.";
    Lengths = "lengths", "Lengths of a pool were not written.";
    Device = "device", "The device was not written.";
    Author = "author", "The workouts have several authors; the first was written.";
    AuthorDetails = "author_details", "Of the author only the name was written.";
    Training = "training", "The plan was not written.";
    PlanName = "plan_name", "The name of the plan was cut to 15 characters.";
    MultiSport = "multi_sport", "That the workouts are legs of one session was not written.";
    Transition = "transition", "The transition between two sports was not written.";
    Order = "order", "The order of the workouts changed: single activities come before sessions.";
    IdChanged = "id_changed", "Two workouts start at the same instant; one start was moved by milliseconds, because ids must differ.";
    MadeUp = "made_up", "A value that the format requires was not known and was computed, or is a placeholder.";
    EmptyTracks = "empty_tracks", "Tracks without trackpoints were not written.";
    NoTime = "no_time", "Trackpoints without a time were not written.";
    NoPosition = "no_position", "Trackpoints without a position were not written.";
    Distance = "distance", "Distances of trackpoints were not written.";
    RunCadence = "run_cadence", "Run cadence was not written beside the cadence.";
    SensorState = "sensor_state", "Sensor states were not written.";
    CadenceSensor = "cadence_sensor", "The kind of cadence sensor was not written.";
    Power = "power", "Power was not written.";
    Speed = "speed", "Speed was not written.";
    Temperature = "temperature", "Temperatures were not written.";
    Depth = "depth", "Depth was not written.";
    Heading = "heading", "Course and bearing were not written.";
    Accuracy = "accuracy", "The quality of the satellite fix was not written.";
    PointText = "point_text", "Names, comments and links of single trackpoints were not written.";
    Range = "range", "A value outside what the format allows was not written.";
    Characters = "characters", "Characters that XML does not allow were not written.";
}

impl fmt::Display for LossCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for LossCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One kind of loss, and how many values it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Loss {
    /// What kind.
    pub code: LossCode,
    /// How many values, trackpoints or laps.
    pub count: u64,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} times. {}",
            self.code,
            self.count,
            self.code.meaning()
        )
    }
}

/// Collects losses while writing.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    list: Vec<Loss>,
}

impl Losses {
    pub(crate) fn add(&mut self, code: LossCode, count: usize) {
        if count == 0 {
            return;
        }
        let count = count as u64;
        match self.list.iter_mut().find(|loss| loss.code == code) {
            Some(loss) => loss.count += count,
            None => self.list.push(Loss { code, count }),
        }
    }

    pub(crate) fn one(&mut self, code: LossCode) {
        self.add(code, 1);
    }

    pub(crate) fn one_if(&mut self, lost: bool, code: LossCode) {
        self.add(code, usize::from(lost));
    }

    pub(crate) fn finish(mut self) -> Vec<Loss> {
        self.list.sort_by_key(|loss| loss.code);
        self.list
    }
}
