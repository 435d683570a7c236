//! The types of activities, as the API's documentation lists them (2026-11).

use sync_core::Sport::{self, *};

/// The types with their sports. An activity of a type is shown as the first sport of its row.
const TYPES: &[(&str, &[Sport])] = &[
    (
        "Run",
        &[Running, TreadmillRunning, TrackRunning, Orienteering],
    ),
    ("TrailRun", &[TrailRunning]),
    ("VirtualRun", &[VirtualRunning]),
    ("Ride", &[Cycling, RoadCycling, CycloCross, IndoorCycling]),
    ("MountainBikeRide", &[MountainBiking]),
    ("GravelRide", &[GravelCycling]),
    ("VirtualRide", &[VirtualCycling]),
    ("EBikeRide", &[ElectricCycling]),
    ("Handcycle", &[HandCycling]),
    ("Walk", &[Walking, NordicWalking]),
    ("Hike", &[Hiking, Mountaineering]),
    ("Snowshoe", &[Snowshoeing]),
    ("Swim", &[Swimming, PoolSwimming]),
    ("OpenWaterSwim", &[OpenWaterSwimming]),
    ("Rowing", &[Rowing, IndoorRowing]),
    ("Canoeing", &[Canoeing]),
    ("Kayaking", &[Kayaking]),
    ("StandUpPaddling", &[StandUpPaddling]),
    ("Sail", &[Sailing]),
    ("Surfing", &[Surfing]),
    ("Windsurf", &[Windsurfing]),
    ("Kitesurf", &[Kitesurfing]),
    ("WeightTraining", &[StrengthTraining, CircuitTraining, Core]),
    ("HighIntensityIntervalTraining", &[Hiit]),
    ("Crossfit", &[Crossfit]),
    ("Elliptical", &[Elliptical]),
    ("StairStepper", &[StairClimbing]),
    ("Yoga", &[Yoga]),
    ("Pilates", &[Pilates]),
    ("NordicSki", &[CrossCountrySkiing]),
    ("BackcountrySki", &[BackcountrySkiing]),
    ("RollerSki", &[RollerSkiing]),
    ("AlpineSki", &[DownhillSkiing, TelemarkSkiing]),
    ("Snowboard", &[Snowboarding]),
    ("IceSkate", &[Skating, IceSkating]),
    ("InlineSkate", &[InlineSkating]),
    ("Skateboard", &[Skateboarding]),
    ("Wheelchair", &[Wheelchair]),
    ("RockClimbing", &[Climbing]),
    ("Golf", &[Golf]),
    ("Soccer", &[Soccer]),
    ("Rugby", &[Rugby]),
    ("Tennis", &[Tennis]),
    ("TableTennis", &[TableTennis]),
    ("Badminton", &[Badminton]),
    ("Squash", &[Squash]),
    ("Padel", &[Padel]),
    ("Transition", &[Transition]),
    (WORKOUT, &[Other]),
];

/// The type of every other sport.
const WORKOUT: &str = "Workout";

/// The type for a sport; `Workout` for those without one.
pub(crate) fn type_of(sport: &Sport) -> &'static str {
    let row = TYPES.iter().find(|(_, sports)| sports.contains(sport));
    row.map_or(WORKOUT, |(kind, _)| kind)
}

/// Whether intervals.icu has a type for a sport; activities of others become `Workout` there.
///
/// ```
/// use sync_connector_intervals_icu::has_type;
/// use sync_core::Sport::{self, *};
///
/// assert!(has_type(&Sport::PoolSwimming) && !has_type(&Sport::Floorball));
/// ```
#[must_use]
pub fn has_type(sport: &Sport) -> bool {
    TYPES.iter().any(|(_, sports)| sports.contains(sport))
}

/// The sport of a type.
pub(crate) fn sport_of(kind: &str) -> Sport {
    let row = TYPES.iter().find(|(known, _)| *known == kind);
    row.map_or_else(|| Sport::from_token(kind), |(_, sports)| sports[0].clone())
}

/// The type that the importer gives to a TCX file of this sport: the format knows three.
pub(crate) fn imported(sport: &Sport) -> &'static str {
    match sport.tcx_token() {
        "Running" => "Run",
        "Biking" => "Ride",
        _ => WORKOUT,
    }
}
