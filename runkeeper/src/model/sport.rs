//! From neutral sports to the 32 activity types of the site, and back.

use workout_files::Sport;

use crate::ActivityType;

/// The activity type for a sport.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SportMapping {
    /// The type.
    pub activity_type: ActivityType,
    /// The loss, when the type is coarser than the sport.
    pub loss: Option<&'static str>,
}

impl ActivityType {
    /// The type that comes closest to a sport, and what it does not say.
    ///
    /// ```
    /// use runkeeper::ActivityType;
    /// use workout_files::Sport;
    ///
    /// let mapped = ActivityType::for_sport(&Sport::PoolSwimming);
    /// assert_eq!(mapped.activity_type, ActivityType::Swimming);
    /// assert_eq!(mapped.loss, Some("there is one type for all swimming"));
    /// assert_eq!(ActivityType::for_sport(&Sport::Running).loss, None);
    /// ```
    #[must_use]
    pub fn for_sport(sport: &Sport) -> SportMapping {
        let (activity_type, loss) = table(sport);
        SportMapping {
            activity_type,
            loss,
        }
    }

    /// The sport that the type stands for.
    #[must_use]
    pub fn to_sport(&self) -> Sport {
        match self {
            Self::Run => Sport::Running,
            Self::Walk => Sport::Walking,
            Self::Bike => Sport::Cycling,
            Self::Swimming => Sport::Swimming,
            Self::Elliptical | Self::ArcTrainer => Sport::Elliptical,
            Self::StrengthTraining => Sport::StrengthTraining,
            Self::CircuitTraining => Sport::CircuitTraining,
            Self::CoreStrengthening => Sport::Core,
            Self::Rowing => Sport::Rowing,
            Self::Hike => Sport::Hiking,
            Self::MountainBike => Sport::MountainBiking,
            Self::Skate => Sport::Skating,
            Self::NordicWalking => Sport::NordicWalking,
            Self::CrossCountrySki => Sport::CrossCountrySkiing,
            Self::DownhillSki => Sport::DownhillSkiing,
            Self::Snowboard => Sport::Snowboarding,
            Self::Wheelchair => Sport::Wheelchair,
            Self::Yoga => Sport::Yoga,
            Self::Pilates => Sport::Pilates,
            Self::CrossFit => Sport::Crossfit,
            Self::Spinning => Sport::IndoorCycling,
            Self::Zumba | Self::Dance => Sport::Dance,
            Self::Barre => Sport::Barre,
            Self::GroupWorkout => Sport::GroupExercise,
            Self::Bootcamp => Sport::Bootcamp,
            Self::BoxingMma => Sport::Boxing,
            Self::Meditation => Sport::Meditation,
            Self::StairmasterStepwell => Sport::StairClimbing,
            Self::Sports | Self::Other => Sport::Other,
            Self::Unknown(text) => Sport::from_token(text),
        }
    }
}

const RUNNING: Option<&str> = Some("there is one type for all running");
const CYCLING: Option<&str> =
    Some("there is one type for all cycling outdoors but mountain biking");
const SWIMMING: Option<&str> = Some("there is one type for all swimming");
const SKATING: Option<&str> = Some("there is one type for all skating");
const SKIING: Option<&str> = Some("there are two types for all skiing");
const ROWING: Option<&str> = Some("there is one type for rowing, on water and indoors");
const BALL: Option<&str> = Some("there is one type for all games and sports with an opponent");
const FIGHTING: Option<&str> = Some("there is one type for boxing and martial arts");
const GYM: Option<&str> = Some("the closest of the gym types");
const NONE: Option<&str> = Some("there is no type for it");

fn table(sport: &Sport) -> (ActivityType, Option<&'static str>) {
    use ActivityType as Type;
    match sport {
        Sport::Running => (Type::Run, None),
        Sport::TrailRunning
        | Sport::TreadmillRunning
        | Sport::TrackRunning
        | Sport::VirtualRunning
        | Sport::Orienteering => (Type::Run, RUNNING),
        Sport::Cycling => (Type::Bike, None),
        Sport::RoadCycling | Sport::GravelCycling | Sport::CycloCross | Sport::ElectricCycling => {
            (Type::Bike, CYCLING)
        }
        Sport::HandCycling => (
            Type::Wheelchair,
            Some("the closest type is the one for wheelchairs"),
        ),
        Sport::MountainBiking => (Type::MountainBike, None),
        Sport::IndoorCycling => (Type::Spinning, None),
        Sport::VirtualCycling => (
            Type::Spinning,
            Some("the closest type is the one for indoor cycling"),
        ),
        Sport::Walking => (Type::Walk, None),
        Sport::NordicWalking => (Type::NordicWalking, None),
        Sport::Hiking => (Type::Hike, None),
        Sport::Mountaineering | Sport::Snowshoeing => {
            (Type::Hike, Some("the closest type is the one for hiking"))
        }
        Sport::Swimming => (Type::Swimming, None),
        Sport::PoolSwimming | Sport::OpenWaterSwimming => (Type::Swimming, SWIMMING),
        Sport::AquaFitness => (Type::GroupWorkout, GYM),
        Sport::Rowing => (Type::Rowing, None),
        Sport::IndoorRowing => (Type::Rowing, ROWING),
        Sport::StrengthTraining => (Type::StrengthTraining, None),
        Sport::CircuitTraining => (Type::CircuitTraining, None),
        Sport::FunctionalTraining | Sport::Hiit => (Type::CircuitTraining, GYM),
        Sport::Bootcamp => (Type::Bootcamp, None),
        Sport::Crossfit => (Type::CrossFit, None),
        Sport::Core => (Type::CoreStrengthening, None),
        Sport::Mobility | Sport::Stretching => (Type::Yoga, GYM),
        Sport::Elliptical => (Type::Elliptical, None),
        Sport::StairClimbing => (Type::StairmasterStepwell, None),
        Sport::Aerobics => (Type::GroupWorkout, GYM),
        Sport::GroupExercise => (Type::GroupWorkout, None),
        Sport::Yoga => (Type::Yoga, None),
        Sport::Pilates => (Type::Pilates, None),
        Sport::Barre => (Type::Barre, None),
        Sport::Meditation => (Type::Meditation, None),
        Sport::Dance => (Type::Dance, None),
        Sport::CrossCountrySkiing => (Type::CrossCountrySki, None),
        Sport::BackcountrySkiing | Sport::RollerSkiing => (Type::CrossCountrySki, SKIING),
        Sport::DownhillSkiing => (Type::DownhillSki, None),
        Sport::TelemarkSkiing => (Type::DownhillSki, SKIING),
        Sport::Snowboarding => (Type::Snowboard, None),
        Sport::Skating => (Type::Skate, None),
        Sport::IceSkating | Sport::InlineSkating | Sport::Skateboarding => (Type::Skate, SKATING),
        Sport::Wheelchair => (Type::Wheelchair, None),
        Sport::Boxing => (Type::BoxingMma, None),
        Sport::MartialArts => (Type::BoxingMma, FIGHTING),
        Sport::Soccer
        | Sport::Futsal
        | Sport::AmericanFootball
        | Sport::Rugby
        | Sport::Basketball
        | Sport::Baseball
        | Sport::Handball
        | Sport::Volleyball
        | Sport::BeachVolleyball
        | Sport::Floorball
        | Sport::FieldHockey
        | Sport::IceHockey
        | Sport::Cricket
        | Sport::Tennis
        | Sport::TableTennis
        | Sport::Badminton
        | Sport::Squash
        | Sport::Padel
        | Sport::Golf
        | Sport::DiscGolf => (Type::Sports, BALL),
        Sport::Triathlon | Sport::Duathlon | Sport::Multisport => (
            Type::Other,
            Some("an activity has one type; the exercises of the session keep theirs"),
        ),
        Sport::Other => (Type::Other, None),
        // A type of the site that has no neutral name, such as Zumba, comes back to itself.
        Sport::Unlisted(name) => match ActivityType::from_text(name) {
            ActivityType::Unknown(_) => (Type::Other, NONE),
            known => (known, None),
        },
        // Water, air, motors, horses, climbing, and what will come.
        _ => (Type::Other, NONE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sport_has_a_type_that_the_form_knows() {
        for sport in Sport::ALL {
            let mapped = ActivityType::for_sport(sport);
            assert!(
                ActivityType::ALL.contains(&mapped.activity_type),
                "{sport:?}"
            );
        }
    }

    #[test]
    fn a_loss_is_named_exactly_when_the_way_back_leads_elsewhere() {
        for sport in Sport::ALL {
            let mapped = ActivityType::for_sport(sport);
            let back = mapped.activity_type.to_sport();
            assert_eq!(
                mapped.loss.is_none(),
                back == *sport,
                "{sport:?} -> {mapped:?} -> {back:?}"
            );
        }
    }

    #[test]
    fn unlisted_names_are_tried_before_they_are_given_up() {
        let type_of =
            |name: &str| ActivityType::for_sport(&Sport::Unlisted(name.into())).activity_type;
        assert_eq!(type_of("Zumba"), ActivityType::Zumba);
        assert_eq!(type_of("polar_9999"), ActivityType::Other);
    }
}
