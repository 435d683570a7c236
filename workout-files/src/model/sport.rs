//! Sports.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

macro_rules! sports {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal [$($alias:literal),*]),+ $(,)?) => {
        /// A sport, independent of any service.
        ///
        /// Names are lower-case words joined by `_`. Reading a name never fails: one that is not
        /// in the list is kept in [`Sport::Unlisted`].
        ///
        /// ```
        /// use workout_files::Sport;
        ///
        /// assert_eq!("trail_running".parse(), Ok(Sport::TrailRunning));
        /// assert_eq!(Sport::TrailRunning.as_str(), "trail_running");
        /// assert_eq!(Sport::from_token("Quidditch").as_str(), "Quidditch");
        /// ```
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Sport {
            $($(#[doc = $doc])* $variant,)+
            /// Not known.
            #[default]
            Other,
            /// A name that is not in the list, kept as it was.
            Unlisted(Box<str>),
        }

        impl Sport {
            /// Every listed sport.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+ Self::Other];

            /// The name: lower-case words joined by `_`, or what was read for an unlisted one.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Other => "other",
                    Self::Unlisted(name) => name,
                }
            }

            fn from_plain(plain: &str) -> Option<Self> {
                Some(match plain {
                    $($name $(| $alias)* => Self::$variant,)+
                    "other" | "" => Self::Other,
                    _ => return None,
                })
            }
        }
    };
}

sports! {
    /// Running.
    Running = "running" ["run", "jogging"],
    /// Running on trails.
    TrailRunning = "trail_running" ["trail_run"],
    /// Running on a treadmill.
    TreadmillRunning = "treadmill_running" ["treadmill", "indoor_running"],
    /// Running on a stadium track.
    TrackRunning = "track_running" ["track_and_field"],
    /// Running in virtual worlds.
    VirtualRunning = "virtual_running" ["virtual_run"],
    /// Orienteering.
    Orienteering = "orienteering" [],
    /// Cycling.
    Cycling = "cycling" ["biking", "bike", "ride", "bicycling", "cycle"],
    /// Cycling on roads.
    RoadCycling = "road_cycling" ["road_biking"],
    /// Mountain biking.
    MountainBiking = "mountain_biking" ["mtb", "mountain_bike_ride", "mountain_bike"],
    /// Cycling on a stationary bicycle.
    IndoorCycling = "indoor_cycling" ["spinning"],
    /// Cycling in virtual worlds.
    VirtualCycling = "virtual_cycling" ["virtual_ride"],
    /// Cycling on a bicycle with a motor.
    ElectricCycling = "electric_cycling" ["e_bike_ride", "ebike_ride", "e_biking"],
    /// Gravel cycling.
    GravelCycling = "gravel_cycling" ["gravel_ride"],
    /// Cyclo-cross.
    CycloCross = "cyclo_cross" ["cyclocross"],
    /// Hand cycling.
    HandCycling = "hand_cycling" ["handcycle"],
    /// Walking.
    Walking = "walking" ["walk"],
    /// Nordic walking.
    NordicWalking = "nordic_walking" [],
    /// Hiking.
    Hiking = "hiking" ["hike"],
    /// Mountaineering.
    Mountaineering = "mountaineering" [],
    /// Walking on snowshoes.
    Snowshoeing = "snowshoeing" ["snowshoe", "snowshoe_trekking"],
    /// Swimming.
    Swimming = "swimming" ["swim"],
    /// Swimming in a pool.
    PoolSwimming = "pool_swimming" ["lap_swimming"],
    /// Swimming in open water.
    OpenWaterSwimming = "open_water_swimming" [],
    /// Aqua fitness.
    AquaFitness = "aqua_fitness" [],
    /// Rowing on water.
    Rowing = "rowing" ["row"],
    /// Rowing on a machine.
    IndoorRowing = "indoor_rowing" ["rowing_machine"],
    /// Canoeing.
    Canoeing = "canoeing" [],
    /// Kayaking.
    Kayaking = "kayaking" [],
    /// Stand-up paddling.
    StandUpPaddling = "stand_up_paddling" ["paddling"],
    /// Sailing.
    Sailing = "sailing" [],
    /// Surfing.
    Surfing = "surfing" [],
    /// Windsurfing.
    Windsurfing = "windsurfing" [],
    /// Kitesurfing.
    Kitesurfing = "kitesurfing" [],
    /// Water skiing.
    WaterSkiing = "water_skiing" ["waterskiing"],
    /// Diving.
    Diving = "diving" [],
    /// Strength training.
    StrengthTraining = "strength_training" ["weight_training"],
    /// Circuit training.
    CircuitTraining = "circuit_training" [],
    /// Functional training.
    FunctionalTraining = "functional_training" [],
    /// Bootcamp.
    Bootcamp = "bootcamp" [],
    /// High-intensity intervals.
    Hiit = "hiit" ["high_intensity_interval_training"],
    /// CrossFit.
    Crossfit = "crossfit" ["cross_fit"],
    /// Core exercises.
    Core = "core" [],
    /// Mobility exercises.
    Mobility = "mobility" [],
    /// Stretching.
    Stretching = "stretching" [],
    /// Elliptical trainer.
    Elliptical = "elliptical" ["elliptical_trainer", "cross_trainer"],
    /// Stairs or a stair machine.
    StairClimbing = "stair_climbing" ["stair_stepper", "stairmaster_stepwell"],
    /// Group exercise to music.
    Aerobics = "aerobics" [],
    /// Group exercise.
    GroupExercise = "group_exercise" ["group_workout"],
    /// Yoga.
    Yoga = "yoga" [],
    /// Pilates.
    Pilates = "pilates" [],
    /// Barre.
    Barre = "barre" [],
    /// Meditation.
    Meditation = "meditation" [],
    /// Dance.
    Dance = "dance" ["dancing"],
    /// Cross-country skiing.
    CrossCountrySkiing = "cross_country_skiing" ["nordic_ski", "crosscountry_skiing"],
    /// Back-country skiing.
    BackcountrySkiing = "backcountry_skiing" ["backcountry_ski", "ski_touring"],
    /// Skiing on wheels.
    RollerSkiing = "roller_skiing" ["roller_ski"],
    /// Downhill skiing.
    DownhillSkiing = "downhill_skiing" ["alpine_ski", "skiing"],
    /// Telemark skiing.
    TelemarkSkiing = "telemark_skiing" [],
    /// Snowboarding.
    Snowboarding = "snowboarding" ["snowboard"],
    /// Skating.
    Skating = "skating" [],
    /// Ice skating.
    IceSkating = "ice_skating" ["ice_skate"],
    /// Inline skating.
    InlineSkating = "inline_skating" ["inline_skate"],
    /// Skateboarding.
    Skateboarding = "skateboarding" ["skateboard"],
    /// Triathlon.
    Triathlon = "triathlon" [],
    /// Duathlon.
    Duathlon = "duathlon" [],
    /// Several sports in one session.
    Multisport = "multisport" ["multi_sport", "free_multisport"],
    /// The change between two sports of a session.
    Transition = "transition" [],
    /// Wheelchair.
    Wheelchair = "wheelchair" [],
    /// Boxing.
    Boxing = "boxing" ["boxing_mma", "kickboxing"],
    /// Martial arts.
    MartialArts = "martial_arts" [],
    /// Climbing.
    Climbing = "climbing" ["rock_climbing"],
    /// Horse riding.
    HorseRiding = "horse_riding" ["riding"],
    /// Golf.
    Golf = "golf" [],
    /// Disc golf.
    DiscGolf = "disc_golf" [],
    /// Soccer.
    Soccer = "soccer" [],
    /// Futsal.
    Futsal = "futsal" [],
    /// American football.
    AmericanFootball = "american_football" [],
    /// Rugby.
    Rugby = "rugby" [],
    /// Basketball.
    Basketball = "basketball" [],
    /// Baseball.
    Baseball = "baseball" [],
    /// Handball.
    Handball = "handball" [],
    /// Volleyball.
    Volleyball = "volleyball" [],
    /// Beach volleyball.
    BeachVolleyball = "beach_volleyball" [],
    /// Floorball.
    Floorball = "floorball" [],
    /// Field hockey.
    FieldHockey = "field_hockey" [],
    /// Ice hockey.
    IceHockey = "ice_hockey" [],
    /// Cricket.
    Cricket = "cricket" [],
    /// Tennis.
    Tennis = "tennis" [],
    /// Table tennis.
    TableTennis = "table_tennis" [],
    /// Badminton.
    Badminton = "badminton" [],
    /// Squash.
    Squash = "squash" [],
    /// Padel.
    Padel = "padel" [],
    /// Motor sports.
    MotorSports = "motor_sports" [],
    /// Something under a roof.
    OtherIndoor = "other_indoor" [],
    /// Something in the open.
    OtherOutdoor = "other_outdoor" [],
}

impl Sport {
    /// The sport for any spelling of its name: letter case and the separators space, `-` and `_` do
    /// not matter, neither does `TrailRun` for `trail_run`. Never fails.
    #[must_use]
    pub fn from_token(token: &str) -> Self {
        let token = token.trim();
        Self::from_plain(token).unwrap_or_else(|| {
            let plain = plain_name(token);
            Self::from_plain(&plain).unwrap_or_else(|| Self::Unlisted(token.into()))
        })
    }

    /// The closest of the three sports that TCX knows: `Running`, `Biking` or `Other`.
    #[must_use]
    pub fn tcx_token(&self) -> &'static str {
        use Sport::{
            Cycling, CycloCross, ElectricCycling, GravelCycling, IndoorCycling, MountainBiking,
            Orienteering, RoadCycling, Running, TrackRunning, TrailRunning, TreadmillRunning,
            VirtualCycling, VirtualRunning,
        };
        match self {
            Running | TrailRunning | TreadmillRunning | TrackRunning | VirtualRunning
            | Orienteering => "Running",
            Cycling | RoadCycling | MountainBiking | IndoorCycling | VirtualCycling
            | ElectricCycling | GravelCycling | CycloCross => "Biking",
            _ => "Other",
        }
    }

    /// Whether cadence counts strides of one leg (running, walking) rather than revolutions.
    #[must_use]
    pub fn is_on_foot(&self) -> bool {
        use Sport::{Hiking, Mountaineering, NordicWalking, Snowshoeing, Walking};
        self.tcx_token() == "Running"
            || matches!(
                self,
                Walking | NordicWalking | Hiking | Mountaineering | Snowshoeing
            )
    }
}

/// `TrailRun`, `trail run`, `TRAIL-RUN` -> `trail_run`.
fn plain_name(token: &str) -> String {
    let mut plain = String::with_capacity(token.len() + 4);
    let mut after_lower = false;
    for c in token.chars() {
        if matches!(c, ' ' | '-' | '_' | '/') {
            if !plain.ends_with('_') {
                plain.push('_');
            }
            after_lower = false;
        } else {
            if c.is_uppercase() && after_lower {
                plain.push('_');
            }
            after_lower = c.is_lowercase();
            plain.extend(c.to_lowercase());
        }
    }
    plain
}

impl fmt::Display for Sport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Sport {
    type Err = Infallible;

    fn from_str(token: &str) -> Result<Self, Infallible> {
        Ok(Self::from_token(token))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Sport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Sport {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::from_token(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_sport_survives_its_name() {
        for sport in Sport::ALL {
            assert_eq!(&Sport::from_token(sport.as_str()), sport);
            assert_eq!(&Sport::from_token(&sport.as_str().to_uppercase()), sport);
        }
    }

    #[test]
    fn spellings_that_files_have() {
        for (token, sport) in [
            ("Running", Sport::Running),
            ("Biking", Sport::Cycling),
            ("Bike", Sport::Cycling),
            ("Swimming", Sport::Swimming),
            ("VirtualRide", Sport::VirtualCycling),
            ("NordicSki", Sport::CrossCountrySkiing),
            ("Mountain Biking", Sport::MountainBiking),
            (" Other ", Sport::Other),
            ("", Sport::Other),
        ] {
            assert_eq!(Sport::from_token(token), sport, "{token:?}");
        }
    }

    #[test]
    fn an_unlisted_sport_keeps_its_spelling() {
        let sport = Sport::from_token("Лыжи 2x");
        assert_eq!(sport.as_str(), "Лыжи 2x");
        assert_eq!(sport.tcx_token(), "Other");
        assert_eq!(Sport::from_token(sport.as_str()), sport);
    }
}
