//! An activity as the fake keeps it, and the names of activity types.

use std::fmt;

use chrono::{NaiveDateTime, TimeDelta};

use crate::track::{self, TrackFile};

/// How an activity came into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActivityOrigin {
    /// A file sent to the bulk upload.
    BulkUpload,
    /// A file sent to the two-step upload, saved with the form.
    TwoStepUpload,
    /// Typed into the form.
    ManualEntry,
    /// There from the start.
    Seeded,
}

/// An activity on the fake Runkeeper.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FakeActivity {
    /// Its id.
    pub id: u64,
    /// The UUID in the page's meta tag.
    pub trip_uuid: String,
    /// Its origin.
    pub origin: ActivityOrigin,
    /// A value such as `RUN`.
    pub activity_type: String,
    /// Wall clock of the account at the start.
    pub start_local: NaiveDateTime,
    /// Time without pauses.
    pub duration: TimeDelta,
    /// Distance in metres.
    pub distance_m: f64,
    /// Kilocalories.
    pub calories: Option<u32>,
    /// Notes.
    pub notes: String,
    /// Only its owner may see it.
    pub private: bool,
    /// The uploaded file; `None` for manual entries.
    pub file: Option<Vec<u8>>,
}

impl FakeActivity {
    /// An activity that is there from the start: a run without a track.
    #[must_use]
    pub fn new(start_local: NaiveDateTime, duration: TimeDelta, distance_m: f64) -> Self {
        Self {
            id: 0,
            trip_uuid: String::new(),
            origin: ActivityOrigin::Seeded,
            activity_type: "RUN".to_owned(),
            start_local,
            duration,
            distance_m,
            calories: None,
            notes: String::new(),
            private: false,
            file: None,
        }
    }

    /// Its type, a value such as `BIKE`.
    #[must_use]
    pub fn activity_type(mut self, value: &str) -> Self {
        value.clone_into(&mut self.activity_type);
        self
    }

    /// Its track, a TCX or GPX document.
    #[must_use]
    pub fn file(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.file = Some(bytes.into());
        self
    }

    /// Hides it from all accounts.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// The name that the site shows for the type.
    #[must_use]
    pub fn type_name(&self) -> &str {
        type_name(&self.activity_type)
    }

    pub(crate) fn track(&self) -> Option<TrackFile> {
        track::read(self.file.as_deref()?)
            .ok()
            .filter(TrackFile::has_position)
    }
}

/// One file that arrived at an upload endpoint, stored or not.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upload {
    /// File name of the part; `None` when it had none.
    pub file_name: Option<String>,
    /// Content type of the part.
    pub content_type: Option<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The activity that it became; `None` when it was refused.
    pub activity_id: Option<u64>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file_name", &self.file_name)
            .field("bytes", &self.bytes.len())
            .field("activity_id", &self.activity_id)
            .finish_non_exhaustive()
    }
}

/// The activity types of the form (`data-value`) and what the site calls them.
pub(crate) const TYPES: [(&str, &str); 32] = [
    ("RUN", "Running"),
    ("WALK", "Walking"),
    ("BIKE", "Cycling"),
    ("SWIMMING", "Swimming"),
    ("ELLIPTICAL", "Elliptical"),
    ("STRENGTH_TRAINING", "Strength Training"),
    ("CIRCUIT_TRAINING", "Circuit Training"),
    ("CORE_STRENGTHENING", "Core Strengthening"),
    ("ARC_TRAINER", "Arc Trainer"),
    ("ROWING", "Rowing"),
    ("HIKE", "Hiking"),
    ("MOUNTAINBIKE", "Mountain Biking"),
    ("SKATE", "Skating"),
    ("NORDIC_WALKING", "Nordic Walking"),
    ("XC_SKI", "Cross-Country Skiing"),
    ("DH_SKI", "Downhill Skiing"),
    ("SNOWBOARD", "Snowboarding"),
    ("WHEELCHAIR", "Wheelchair"),
    ("YOGA", "Yoga"),
    ("PILATES", "Pilates"),
    ("CROSSFIT", "CrossFit"),
    ("SPINNING", "Spinning"),
    ("ZUMBA", "Zumba"),
    ("BARRE", "Barre"),
    ("GROUP_WORKOUT", "Group Workout"),
    ("DANCE", "Dance"),
    ("BOOTCAMP", "Bootcamp"),
    ("BOXING_MMA", "Boxing / MMA"),
    ("MEDITATION", "Meditation"),
    ("STAIRMASTER_STEPWELL", "Stairmaster / Stepwell"),
    ("SPORTS", "Sports"),
    ("OTHER", "Other"),
];

pub(crate) fn type_name(value: &str) -> &'static str {
    TYPES
        .iter()
        .find(|(code, _)| *code == value)
        .map_or("Other", |(_, name)| name)
}
