//! From any sport to the type of Runkeeper that comes closest.

use workout::Sport;

use super::ActivityType;

impl ActivityType {
    /// The type for a sport. What the site has no type for becomes `Sports` (games) or `Other`.
    #[must_use]
    pub fn of_sport(sport: &Sport) -> Self {
        use Sport as S;
        match sport {
            S::Running
            | S::TrailRunning
            | S::TreadmillRunning
            | S::TrackRunning
            | S::VirtualRunning
            | S::Orienteering => Self::Run,
            S::Cycling
            | S::RoadCycling
            | S::VirtualCycling
            | S::ElectricCycling
            | S::GravelCycling
            | S::CycloCross => Self::Bike,
            S::MountainBiking => Self::MountainBike,
            S::IndoorCycling => Self::Spinning,
            S::HandCycling | S::Wheelchair => Self::Wheelchair,
            S::Walking => Self::Walk,
            S::NordicWalking => Self::NordicWalking,
            S::Hiking | S::Mountaineering | S::Snowshoeing => Self::Hike,
            S::Swimming | S::PoolSwimming | S::OpenWaterSwimming => Self::Swimming,
            S::Rowing | S::IndoorRowing => Self::Rowing,
            S::StrengthTraining => Self::StrengthTraining,
            S::CircuitTraining | S::FunctionalTraining | S::Hiit => Self::CircuitTraining,
            S::Bootcamp => Self::Bootcamp,
            S::Crossfit => Self::CrossFit,
            S::Core => Self::CoreStrengthening,
            S::Elliptical => Self::Elliptical,
            S::StairClimbing => Self::StairmasterStepwell,
            S::Aerobics | S::GroupExercise | S::AquaFitness => Self::GroupWorkout,
            S::Yoga => Self::Yoga,
            S::Pilates => Self::Pilates,
            S::Barre => Self::Barre,
            S::Meditation => Self::Meditation,
            S::Dance => Self::Dance,
            S::CrossCountrySkiing | S::RollerSkiing | S::BackcountrySkiing => Self::CrossCountrySki,
            S::DownhillSkiing | S::TelemarkSkiing => Self::DownhillSki,
            S::Snowboarding => Self::Snowboard,
            S::Skating | S::IceSkating | S::InlineSkating => Self::Skate,
            S::Boxing | S::MartialArts => Self::BoxingMma,
            S::Soccer
            | S::Futsal
            | S::AmericanFootball
            | S::Rugby
            | S::Basketball
            | S::Baseball
            | S::Handball
            | S::Volleyball
            | S::BeachVolleyball
            | S::Floorball
            | S::FieldHockey
            | S::IceHockey
            | S::Cricket
            | S::Tennis
            | S::TableTennis
            | S::Badminton
            | S::Squash
            | S::Padel
            | S::Golf
            | S::DiscGolf => Self::Sports,
            S::Unlisted(name) => match Self::from_text(name) {
                Self::Unknown(_) => Self::Other,
                known => known,
            },
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sport_becomes_a_type_that_the_form_knows() {
        for sport in Sport::ALL {
            let kind = ActivityType::of_sport(sport);
            assert!(ActivityType::ALL.contains(&kind), "{sport} became {kind}");
        }
        let unlisted = Sport::from_token("Zumba");
        assert_eq!(ActivityType::of_sport(&unlisted), ActivityType::Zumba);
        let unlisted = Sport::from_token("Quidditch");
        assert_eq!(ActivityType::of_sport(&unlisted), ActivityType::Other);
    }
}
