//! Activity types: the values of the form and the names that the site shows.

use std::fmt;

use serde::ser::{Serialize, Serializer};

macro_rules! types {
    ($($variant:ident = $value:literal, $name:literal;)*) => {
        /// The type of an activity.
        ///
        /// The values are those of the activity form (`li.activityTypeItem[data-value]`, seen 2016-12).
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ActivityType {
            $(#[doc = concat!($name, ", `", $value, "` in forms.")] $variant,)*
            /// A value or name that is not known, as it was.
            Unknown(String),
        }

        impl ActivityType {
            /// Every known type.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The value in forms, such as `RUN`.
            #[must_use]
            pub fn value(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(text) => text,
                }
            }

            /// The English name that the site shows, such as `Running`.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown(text) => text,
                }
            }
        }
    };
}

types! {
    Run = "RUN", "Running";
    Walk = "WALK", "Walking";
    Bike = "BIKE", "Cycling";
    Swimming = "SWIMMING", "Swimming";
    Elliptical = "ELLIPTICAL", "Elliptical";
    StrengthTraining = "STRENGTH_TRAINING", "Strength Training";
    CircuitTraining = "CIRCUIT_TRAINING", "Circuit Training";
    CoreStrengthening = "CORE_STRENGTHENING", "Core Strengthening";
    ArcTrainer = "ARC_TRAINER", "Arc Trainer";
    Rowing = "ROWING", "Rowing";
    Hike = "HIKE", "Hiking";
    MountainBike = "MOUNTAINBIKE", "Mountain Biking";
    Skate = "SKATE", "Skating";
    NordicWalking = "NORDIC_WALKING", "Nordic Walking";
    CrossCountrySki = "XC_SKI", "Cross-Country Skiing";
    DownhillSki = "DH_SKI", "Downhill Skiing";
    Snowboard = "SNOWBOARD", "Snowboarding";
    Wheelchair = "WHEELCHAIR", "Wheelchair";
    Yoga = "YOGA", "Yoga";
    Pilates = "PILATES", "Pilates";
    CrossFit = "CROSSFIT", "CrossFit";
    Spinning = "SPINNING", "Spinning";
    Zumba = "ZUMBA", "Zumba";
    Barre = "BARRE", "Barre";
    GroupWorkout = "GROUP_WORKOUT", "Group Workout";
    Dance = "DANCE", "Dance";
    Bootcamp = "BOOTCAMP", "Bootcamp";
    BoxingMma = "BOXING_MMA", "Boxing / MMA";
    Meditation = "MEDITATION", "Meditation";
    StairmasterStepwell = "STAIRMASTER_STEPWELL", "Stairmaster / Stepwell";
    Sports = "SPORTS", "Sports";
    Other = "OTHER", "Other";
}

impl ActivityType {
    /// Reads a value of the form or a name of the site; letter case, spaces and punctuation do not matter.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let wanted = plain(text);
        Self::ALL
            .iter()
            .find(|known| plain(known.value()) == wanted || plain(known.name()) == wanted)
            .cloned()
            .unwrap_or_else(|| Self::Unknown(text.trim().to_owned()))
    }
}

/// As [`from_text`](ActivityType::from_text): unknown types are kept.
impl std::str::FromStr for ActivityType {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from_text(text))
    }
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// As its value in forms.
impl Serialize for ActivityType {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.value())
    }
}

impl fmt::Display for ActivityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_names_lead_to_the_same_type() {
        for known in ActivityType::ALL {
            assert_eq!(&ActivityType::from_text(known.value()), known);
            assert_eq!(&ActivityType::from_text(known.name()), known);
            assert_eq!(known.to_string().parse().as_ref(), Ok(known));
        }
        assert_eq!(
            ActivityType::from_text("cross-country skiing"),
            ActivityType::CrossCountrySki
        );
        assert_eq!(
            ActivityType::from_text(" Kiting "),
            ActivityType::Unknown("Kiting".into())
        );
    }
}
