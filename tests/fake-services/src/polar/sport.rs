//! The sports that the fake knows: id, API name and icon hash as the service uses them.

/// A sport of Polar Flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolarSport {
    /// Number in `/api/sports/sports`.
    pub id: u16,
    /// Name in `/api/sports/sports`.
    pub name: &'static str,
    /// First 32 digits of the icon's address, the only hint in the calendar.
    pub icon: &'static str,
    /// The value of the `Sport` attribute in the TCX export.
    pub tcx: &'static str,
}

macro_rules! sports {
    ($($(#[$doc:meta])* $constant:ident = $id:literal, $name:literal, $icon:literal, $tcx:literal;)*) => {
        impl PolarSport {
            $($(#[$doc])* pub const $constant: Self = Self { id: $id, name: $name, icon: $icon, tcx: $tcx };)*

            /// Every sport listed here.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];
        }
    };
}

sports! {
    /// Running.
    RUNNING = 1, "RUNNING", "808d0882e97375e68844ec6c5417ea33", "Running";
    /// Cycling.
    CYCLING = 2, "CYCLING", "561a80f6d7eef7cc328aa07fe992af8e", "Biking";
    /// Walking; its icon was never recorded, so the fake invents one.
    WALKING = 3, "WALKING", "00000000000000000000000000000003", "Other";
    /// Mountain biking.
    MOUNTAIN_BIKING = 5, "MOUNTAIN_BIKING", "4ddd474b10302e72fb53bbd69028e15b", "Biking";
    /// Hiking.
    HIKING = 11, "HIKING", "e25370188b9c9b611dcafb6f0028faeb", "Other";
    /// Strength training.
    STRENGTH_TRAINING = 15, "STRENGTH_TRAINING", "d1ce94078aec226be28f6c602e6803e1", "Other";
    /// Indoor cycling.
    INDOOR_CYCLING = 18, "INDOOR_CYCLING", "1b29ee703b12f73b609566861a9beaa9", "Biking";
    /// Swimming.
    SWIMMING = 23, "SWIMMING", "f4197b0c1a4d65962b9e45226c77d4d5", "Other";
    /// Trail running; its icon was never recorded, so the fake invents one.
    TRAIL_RUNNING = 27, "TRAIL_RUNNING", "00000000000000000000000000000027", "Running";
    /// Road biking.
    ROAD_BIKING = 38, "ROAD_BIKING", "2524f40bcd8372f0912cb213c1fc9a29", "Biking";
    /// Triathlon, a sport that only a multi-sport session has.
    TRIATHLON = 68, "TRIATHLON", "003304795bc33d808ee8e6ab8bf45d1f", "Other";
    /// A multi-sport session of any parts.
    FREE_MULTISPORT = 82, "FREE_MULTISPORT", "20951a7d8b02def8265f5231f57f4ed9", "Other";
    /// Other indoor; its icon was never recorded, so the fake invents one.
    OTHER_INDOOR = 83, "OTHER_INDOOR", "00000000000000000000000000000083", "Other";
    /// Other outdoor; its icon was never recorded, so the fake invents one.
    OTHER_OUTDOOR = 16, "OTHER_OUTDOOR", "00000000000000000000000000000016", "Other";
    /// Pool swimming: its TCX says `Swimming`, which the schema does not allow.
    POOL_SWIMMING = 103, "POOL_SWIMMING", "40894732d0b606b3fd9c9c34471df222", "Swimming";
    /// Open water swimming.
    OPEN_WATER_SWIMMING = 105, "OPEN_WATER_SWIMMING", "5cdfcd252814f732414d977484cef4ea", "Other";
}

impl PolarSport {
    /// The best guess from what a TCX says.
    #[must_use]
    pub fn from_tcx(sport: Option<&str>) -> Self {
        match sport {
            Some("Running") => Self::RUNNING,
            Some("Biking") => Self::CYCLING,
            Some("Swimming") => Self::POOL_SWIMMING,
            _ => Self::OTHER_OUTDOOR,
        }
    }

    /// True for the sports that stand for a session of several exercises.
    #[must_use]
    pub fn is_multisport(self) -> bool {
        matches!(self.id, 68..=71 | 82)
    }

    pub(crate) fn icon_url(self) -> String {
        format!(
            "https://platform.cdn.polar.com/ecosystem/sport/icon/{}-2024-04-16_06_01_32",
            self.icon
        )
    }
}
