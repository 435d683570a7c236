//! A dependent can build every answer in its tests, and what it built is written and read as the service's own.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Debug;

use polar_flow::sports::SportId;
use polar_flow::{ExerciseId, FavoriteId, SessionId, UserId};
use polar_flow::{
    account, activity, calendar, details, favorites, history, progress, route, sleep,
    sport_profiles, summary, training_target, week_summary,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn round<T: Serialize + DeserializeOwned + PartialEq + Debug>(built: T) {
    let json = serde_json::to_value(&built).unwrap();
    let read: T = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(read, built, "{json}");
}

#[test]
fn every_answer_can_be_built() {
    let user = account::User::new(UserId(1));
    round(user.clone());
    round(account::Account::new(user));
    round(account::PhysicalInfo::default());
    round(activity::ActivityDay::default());
    round(activity::ActivityGraph::default());
    round(activity::ActivitySample::new(7));
    round(activity::ActivityIcon::default());
    round(activity::ActivityTotals::default());
    round(details::Details::new(SessionId(1)));
    round(details::ExerciseDetails::new(ExerciseId(2)));
    round(details::Zones::default());
    round(details::Pause::default());
    round(details::Coordinate::new(1.5, 2.5, 1000));
    round(details::SwimData::default());
    round(details::PoolLength::default());
    round(favorites::Favorite::new(FavoriteId(3)));
    round(history::HistoryEntry::new(SessionId(1)));
    round(progress::Progress::default());
    round(route::FavoriteTarget::default());
    round(route::Waypoint::new(1.5, 2.5));
    round(sleep::SleepNight::new("2026-05-26".parse().unwrap()));
    round(sleep::SleepPhase::new(sleep::SleepStage::Deep, 60));
    round(sport_profiles::SportProfile::default());
    round(summary::Summary::new(SessionId(1)));
    round(summary::ExerciseSummary::new(ExerciseId(2)));
    round(summary::SportRef::new(SportId::RUNNING));
    round(summary::Statistic::default());
    round(training_target::TrainingTarget::default());
    round(training_target::Phase::default());
    round(week_summary::WeekSummary::default());
    // Entries of the calendar are read as a whole only.
    let start = "2025-05-01T08:00:00".parse().unwrap();
    let session = calendar::SessionEvent::new(SessionId(1), start);
    assert_eq!((session.id, session.start), (SessionId(1), start));
    let target = calendar::TrainingTargetEvent::default();
    assert_eq!(target.title, None);
    let other = calendar::OtherEvent::new("NEW".to_owned(), serde_json::Value::Null);
    assert_eq!((&*other.kind, other.start), ("NEW", None));
}
