//! Sports.

use rustyfit::profile::typedef;

use super::device::listed;
use crate::model::Sport;

/// The sport for the two numbers of a session.
pub(super) fn sport(sport: u8, sub_sport: Option<u8>) -> Sport {
    let main = listed(&typedef::Sport(sport).to_string(), "Sport");
    let sub = sub_sport.and_then(|sub| listed(&typedef::SubSport(sub).to_string(), "SubSport"));
    let Some(main) = main else {
        return Sport::Unlisted(format!("FIT sport {sport}").into());
    };
    by_name(&main, sub.as_deref().unwrap_or_default())
}

fn by_name(main: &str, sub: &str) -> Sport {
    match (main, sub) {
        ("running", "treadmill" | "indoor running") => Sport::TreadmillRunning,
        ("running", "trail") => Sport::TrailRunning,
        ("running", "track") => Sport::TrackRunning,
        ("running", "virtual activity") => Sport::VirtualRunning,
        ("cycling", "road") => Sport::RoadCycling,
        ("cycling", "mountain" | "downhill" | "enduro") => Sport::MountainBiking,
        ("cycling", "spin" | "indoor cycling") => Sport::IndoorCycling,
        ("cycling", "virtual activity") => Sport::VirtualCycling,
        ("cycling", "gravel cycling" | "mixed surface") => Sport::GravelCycling,
        ("cycling", "cyclocross") => Sport::CycloCross,
        ("cycling", "hand cycling" | "indoor hand cycling") => Sport::HandCycling,
        ("cycling", "e bike fitness" | "e bike mountain" | "e bike enduro") | ("e biking", _) => {
            Sport::ElectricCycling
        }
        ("swimming", "lap swimming") => Sport::PoolSwimming,
        ("swimming", "open water") => Sport::OpenWaterSwimming,
        ("walking", "speed walking") => Sport::Walking,
        ("fitness equipment" | "training" | "generic", _) => by_sub_sport(sub),
        ("rowing", "indoor rowing") => Sport::IndoorRowing,
        ("alpine skiing" | "cross country skiing" | "snowboarding", "backcountry") => {
            Sport::BackcountrySkiing
        }
        ("alpine skiing", _) => Sport::DownhillSkiing,
        ("stand up paddleboarding", _) => Sport::StandUpPaddling,
        ("horseback riding", _) => Sport::HorseRiding,
        ("rock climbing" | "floor climbing", _) => Sport::Climbing,
        ("mixed martial arts", _) => Sport::MartialArts,
        ("wheelchair push walk" | "wheelchair push run", _) => Sport::Wheelchair,
        ("motorcycling" | "driving" | "motor sports", _) => Sport::MotorSports,
        ("racket", "padel") => Sport::Padel,
        ("racket", "squash") => Sport::Squash,
        ("racket", "badminton") => Sport::Badminton,
        ("racket", "table tennis") => Sport::TableTennis,
        ("hockey", "ice") => Sport::IceHockey,
        ("hockey", "field") => Sport::FieldHockey,
        ("multisport", "triathlon" | "pool triathlon") => Sport::Triathlon,
        ("multisport", "duathlon") => Sport::Duathlon,
        ("all", _) => Sport::Other,
        _ => Sport::from_token(main),
    }
}

fn by_sub_sport(sub: &str) -> Sport {
    match sub {
        "indoor cycling" | "spin" => Sport::IndoorCycling,
        "treadmill" | "indoor running" => Sport::TreadmillRunning,
        "indoor rowing" => Sport::IndoorRowing,
        "elliptical" => Sport::Elliptical,
        "stair climbing" => Sport::StairClimbing,
        "strength training" => Sport::StrengthTraining,
        "flexibility training" => Sport::Stretching,
        "indoor walking" => Sport::Walking,
        "indoor climbing" | "bouldering" => Sport::Climbing,
        "yoga" => Sport::Yoga,
        "pilates" => Sport::Pilates,
        "hiit" | "amrap" | "emom" | "tabata" => Sport::Hiit,
        "cardio training" | "exercise" => Sport::OtherIndoor,
        _ => Sport::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_numbers_have_a_sport() {
        for (main, sub, expected) in [
            (1, Some(0), Sport::Running),
            (1, Some(3), Sport::TrailRunning),
            (1, None, Sport::Running),
            (2, Some(8), Sport::MountainBiking),
            (2, Some(58), Sport::VirtualCycling),
            (4, Some(15), Sport::Elliptical),
            (5, Some(17), Sport::PoolSwimming),
            (10, Some(20), Sport::StrengthTraining),
            (12, Some(0), Sport::CrossCountrySkiing),
            (17, Some(0), Sport::Hiking),
            (0, Some(0), Sport::Other),
        ] {
            assert_eq!(sport(main, sub), expected, "{main} {sub:?}");
        }
    }

    #[test]
    fn sports_without_a_place_in_the_list_keep_their_name() {
        assert_eq!(sport(29, None).as_str(), "fishing");
        assert_eq!(sport(200, None).as_str(), "FIT sport 200");
    }

    #[test]
    fn every_sport_of_the_profile_reads_like_a_name() {
        for code in 0..=u8::MAX {
            let name = sport(code, None).to_string();
            assert!(
                !name.is_empty() && !name.contains("Sport("),
                "{code}: {name}"
            );
        }
    }
}
