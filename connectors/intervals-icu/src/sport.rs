//! The types of activities, as the API's documentation lists them (2026-11).

use sync_core::Sport;

/// The type for a sport; `Workout` for those without one.
pub(crate) fn type_of(sport: &Sport) -> &'static str {
    match sport {
        Sport::Running | Sport::TreadmillRunning | Sport::TrackRunning | Sport::Orienteering => {
            "Run"
        }
        Sport::TrailRunning => "TrailRun",
        Sport::VirtualRunning => "VirtualRun",
        Sport::Cycling | Sport::RoadCycling | Sport::CycloCross | Sport::IndoorCycling => "Ride",
        Sport::MountainBiking => "MountainBikeRide",
        Sport::GravelCycling => "GravelRide",
        Sport::VirtualCycling => "VirtualRide",
        Sport::ElectricCycling => "EBikeRide",
        Sport::HandCycling => "Handcycle",
        Sport::Walking | Sport::NordicWalking => "Walk",
        Sport::Hiking | Sport::Mountaineering => "Hike",
        Sport::Snowshoeing => "Snowshoe",
        Sport::Swimming | Sport::PoolSwimming => "Swim",
        Sport::OpenWaterSwimming => "OpenWaterSwim",
        Sport::Rowing | Sport::IndoorRowing => "Rowing",
        Sport::Canoeing => "Canoeing",
        Sport::Kayaking => "Kayaking",
        Sport::StandUpPaddling => "StandUpPaddling",
        Sport::Sailing => "Sail",
        Sport::Surfing => "Surfing",
        Sport::Windsurfing => "Windsurf",
        Sport::Kitesurfing => "Kitesurf",
        Sport::StrengthTraining | Sport::CircuitTraining | Sport::Core => "WeightTraining",
        Sport::Hiit => "HighIntensityIntervalTraining",
        Sport::Crossfit => "Crossfit",
        Sport::Elliptical => "Elliptical",
        Sport::StairClimbing => "StairStepper",
        Sport::Yoga => "Yoga",
        Sport::Pilates => "Pilates",
        Sport::CrossCountrySkiing => "NordicSki",
        Sport::BackcountrySkiing => "BackcountrySki",
        Sport::RollerSkiing => "RollerSki",
        Sport::DownhillSkiing | Sport::TelemarkSkiing => "AlpineSki",
        Sport::Snowboarding => "Snowboard",
        Sport::IceSkating | Sport::Skating => "IceSkate",
        Sport::InlineSkating => "InlineSkate",
        Sport::Skateboarding => "Skateboard",
        Sport::Wheelchair => "Wheelchair",
        Sport::Climbing => "RockClimbing",
        Sport::Golf => "Golf",
        Sport::Soccer => "Soccer",
        Sport::Rugby => "Rugby",
        Sport::Tennis => "Tennis",
        Sport::TableTennis => "TableTennis",
        Sport::Badminton => "Badminton",
        Sport::Squash => "Squash",
        Sport::Padel => "Padel",
        Sport::Transition => "Transition",
        _ => "Workout",
    }
}

/// Whether intervals.icu has a type for a sport; activities of others become `Workout` there.
///
/// ```
/// use sync_connector_intervals_icu::has_type;
/// use sync_core::Sport;
///
/// assert!(has_type(&Sport::PoolSwimming) && !has_type(&Sport::Floorball));
/// ```
#[must_use]
pub fn has_type(sport: &Sport) -> bool {
    *sport == Sport::Other || type_of(sport) != "Workout"
}

/// The sport of a type.
pub(crate) fn sport_of(kind: &str) -> Sport {
    match kind {
        "Workout" | "Other" => Sport::Other,
        _ => Sport::ALL
            .iter()
            .find(|sport| type_of(sport) == kind)
            .cloned()
            .unwrap_or_else(|| Sport::from_token(kind)),
    }
}

/// The type that the importer gives to a TCX file of this sport: the format knows three.
pub(crate) fn imported(sport: &Sport) -> &'static str {
    match sport.tcx_token() {
        "Running" => "Run",
        "Biking" => "Ride",
        _ => "Workout",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_lead_back_to_sports_of_the_same_type() {
        for sport in Sport::ALL {
            let kind = type_of(sport);
            assert_eq!(type_of(&sport_of(kind)), kind, "{sport}");
        }
        assert_eq!(sport_of("Velomobile"), Sport::from_token("Velomobile"));
    }
}
