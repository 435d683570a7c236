//! The client's reading of an answer, for `drift`: an answer that it cannot use is breaking.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use web_session::decode::{self, Entries, Listing};
use web_session::{DecodeIssue, Observer};

use crate::endpoints::calendar::CalendarEvent;
use crate::endpoints::{
    account::Account, activity::ActivityDay, calendar as events, details::Details,
    favorites::Favorites, history::HistoryEntry, progress::Progress, route::FavoriteTarget,
    sleep::SleepNight, sport_profiles::SportProfile, summary::Summary,
    training_target::TrainingTarget, week_summary::WeekSummary,
};
use crate::model::sports::SportId;

type Read = Result<(), DecodeIssue>;

fn read<T: DeserializeOwned>(body: &[u8], observer: Option<&Observer>) -> Result<T, DecodeIssue> {
    decode::from_slice("answer", body, observer)
}

/// A listing in which workouts stand under a word that the client does not know makes them look deleted.
pub(super) fn calendar(body: &[u8], observer: Option<&Observer>) -> Read {
    let events = events::decode(body, observer)?;
    let is_exercise = |event: &CalendarEvent| match event {
        CalendarEvent::Other(other) => {
            let kind = other.raw["eventType"].as_str().unwrap_or_default();
            // Of the known kinds only sessions have these together.
            let mut members = ["listItemId", "duration", "hasTrainingTarget"].into_iter();
            kind.eq_ignore_ascii_case("exercise") || members.all(|it| !other.raw[it].is_null())
        }
        _ => false,
    };
    match events.iter().any(is_exercise) {
        true => Err(DecodeIssue::new(
            "[].type",
            "training sessions stand there under a word that is not known",
        )),
        false => Ok(()),
    }
}

/// A workout whose exercises are not known waits: it could be one of several sports.
pub(super) fn summary(body: &[u8], observer: Option<&Observer>) -> Read {
    let summary: Summary = read(body, observer)?;
    match summary.exercises.is_empty() {
        true => Err(DecodeIssue::new(
            "exercises",
            "it names no exercise, so how many the workout has is not known",
        )),
        false => Ok(()),
    }
}

macro_rules! readers {
    ($($name:ident: $type:ty),* $(,)?) => {
        $(pub(super) fn $name(body: &[u8], observer: Option<&Observer>) -> Read {
            read::<$type>(body, observer).map(drop)
        })*
    };
}

readers! {
    account: Account,
    history: Listing<HistoryEntry>,
    details: Details,
    sports: Entries<BTreeMap<SportId, String>>,
    sleep: Entries<Vec<SleepNight>>,
    activity: Entries<BTreeMap<NaiveDate, ActivityDay>>,
    progress: Progress,
    week_summary: Entries<Vec<WeekSummary>>,
    sport_profiles: Entries<Vec<SportProfile>>,
    favorites: Favorites,
    favorite_target: FavoriteTarget,
    training_target: TrainingTarget,
}
