//! Polar's sports in the words of the crate `workout-files`.

use workout_files::Sport;

use super::{SportIcon, SportId};

impl SportId {
    /// The neutral sport. Finer kinds fall together (`ROAD_RUNNING` is running); what has no neutral sport becomes
    /// indoor or outdoor exercise; a number not known here keeps itself as `polar_<number>`.
    #[must_use]
    pub fn to_sport(self) -> Sport {
        match self.0 {
            1 | 4 | 19 | 92 | 153 => Sport::Running,
            2 => Sport::Cycling,
            3 => Sport::Walking,
            5 | 86 => Sport::MountainBiking,
            6 | 24 | 25 | 85 | 87 => Sport::CrossCountrySkiing,
            7 => Sport::DownhillSkiing,
            8 => Sport::Rowing,
            9 => Sport::NordicWalking,
            10 => Sport::Skating,
            11 | 203 => Sport::Hiking,
            12 | 188 | 197 => Sport::Tennis,
            13 => Sport::Squash,
            14 => Sport::Badminton,
            15 | 128 | 148 | 204 => Sport::StrengthTraining,
            16 | 149 | 155 | 186 | 190 => Sport::OtherOutdoor,
            17 => Sport::TreadmillRunning,
            18 | 118 | 135 | 138 | 141 => Sport::IndoorCycling,
            20 => Sport::CircuitTraining,
            22 => Sport::Snowboarding,
            23 => Sport::Swimming,
            27 | 178 => Sport::TrailRunning,
            28 => Sport::IceSkating,
            29 | 30 => Sport::InlineSkating,
            32 => Sport::GroupExercise,
            33 | 140 => Sport::Yoga,
            34 => Sport::Crossfit,
            35 => Sport::Golf,
            36 => Sport::TrackRunning,
            38 => Sport::RoadCycling,
            39 => Sport::Soccer,
            40 => Sport::Cricket,
            41 => Sport::Basketball,
            42 | 104 => Sport::Baseball,
            43 => Sport::Rugby,
            44 => Sport::FieldHockey,
            45 => Sport::Volleyball,
            46 | 154 | 187 => Sport::IceHockey,
            47 => Sport::AmericanFootball,
            48 => Sport::Handball,
            49 => Sport::BeachVolleyball,
            50 => Sport::Futsal,
            51 => Sport::Floorball,
            52 | 67 | 119 | 120 | 121 | 122 | 123 | 124 | 125 | 134 | 136 => Sport::Dance,
            53 | 54 => Sport::HorseRiding,
            55 => Sport::Elliptical,
            56 | 115 | 158 => Sport::MartialArts,
            57 | 202 => Sport::FunctionalTraining,
            58 => Sport::Bootcamp,
            59 | 60 => Sport::RollerSkiing,
            61 | 63 | 129 | 130 | 137 | 139 => Sport::Aerobics,
            62 | 163 | 164 => Sport::AquaFitness,
            64 | 111 | 127 => Sport::Mobility,
            65 => Sport::Pilates,
            66 => Sport::Stretching,
            68 | 70 => Sport::Triathlon,
            69 | 71 => Sport::Duathlon,
            82 => Sport::Multisport,
            83 | 114 | 147 | 191 | 194 | 205 => Sport::OtherIndoor,
            84 => Sport::Orienteering,
            88 => Sport::Sailing,
            89 | 192 | 193 => Sport::Wheelchair,
            90 => Sport::DiscGolf,
            91 => Sport::TableTennis,
            94 | 179 => Sport::Climbing,
            95 => Sport::Kayaking,
            96 => Sport::Canoeing,
            100 => Sport::Kitesurfing,
            101 => Sport::Windsurfing,
            102 => Sport::Surfing,
            103 => Sport::PoolSwimming,
            105 => Sport::OpenWaterSwimming,
            107 | 108 | 196 => Sport::WaterSkiing,
            109 | 110 | 144 => Sport::Boxing,
            112 => Sport::TelemarkSkiing,
            113 => Sport::BackcountrySkiing,
            116 => Sport::Snowshoeing,
            117 => Sport::IndoorRowing,
            126 | 142 => Sport::Core,
            131 | 132 | 133 | 184 => Sport::Hiit,
            143 => Sport::Barre,
            156 => Sport::Skateboarding,
            157 => Sport::StandUpPaddling,
            173 | 174 | 175 | 180 | 181 | 182 | 183 => Sport::MotorSports,
            176 => Sport::Padel,
            177 => Sport::ElectricCycling,
            185 => Sport::StairClimbing,
            189 => Sport::HandCycling,
            195 => Sport::GravelCycling,
            other => Sport::Unlisted(format!("polar_{other}").into()),
        }
    }
}

impl SportIcon {
    /// The neutral sport; `None` for an icon not known here, because an icon says nothing by itself.
    #[must_use]
    pub fn to_sport(&self) -> Option<Sport> {
        self.sport_id().map(SportId::to_sport)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sport_of_the_service_has_a_neutral_one() {
        for (id, name) in SportId::all() {
            let sport = id.to_sport();
            assert!(!matches!(sport, Sport::Unlisted(_)), "{name}");
            assert_eq!(
                id.is_multisport(),
                matches!(
                    sport,
                    Sport::Triathlon | Sport::Duathlon | Sport::Multisport
                ),
                "{name}"
            );
        }
        assert_eq!(SportId(9999).to_sport().as_str(), "polar_9999");
    }
}
