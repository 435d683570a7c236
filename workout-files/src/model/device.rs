//! What recorded a workout and what wrote the file.

/// A version number as TCX has it. Missing parts are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// `VersionMajor`
    pub major: u16,
    /// `VersionMinor`
    pub minor: u16,
    /// `BuildMajor`
    pub build_major: u16,
    /// `BuildMinor`
    pub build_minor: u16,
}

/// The device that recorded a workout (TCX `Creator` of type `Device_t`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// Its name, for example the model of a watch.
    pub name: String,
    /// Serial number; 0 when unknown.
    pub unit_id: u32,
    /// Product number; 0 when unknown.
    pub product_id: u16,
    /// Firmware.
    pub version: Version,
}

impl Device {
    /// A device known by its name only.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

/// TCX `Build/Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuildType {
    /// `Internal`
    Internal,
    /// `Alpha`
    Alpha,
    /// `Beta`
    Beta,
    /// `Release`
    Release,
}

/// The program that wrote a file (TCX `Author` of type `Application_t`, GPX `creator`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Application {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// TCX `Build/Type`.
    pub build_type: Option<BuildType>,
    /// TCX `Build/Time`, free text.
    pub build_time: Option<String>,
    /// TCX `Build/Builder`.
    pub builder: Option<String>,
    /// Two letters, for example `EN`. `None` writes `EN`.
    pub language: Option<String>,
    /// Of the shape `XXX-XXXXX-XX` (capital letters or digits). `None` writes `000-00000-00`.
    pub part_number: Option<String>,
}

impl Application {
    /// An application known by its name only.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}
