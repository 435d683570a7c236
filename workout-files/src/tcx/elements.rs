//! The elements of TCX: where each may stand, and in which order the schema wants them.

use crate::read::Code;
use crate::read::skeleton::Element;

/// An element in its place. Two elements of one name in different places are two nodes where they
/// mean different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Document,
    Database,
    Activities,
    MultiSportSession,
    SessionId,
    SportOfSession,
    SessionNotes,
    Activity,
    Id,
    Notes,
    Lap,
    Transition,
    TotalTime,
    LapDistance,
    MaximumSpeed,
    Calories,
    AverageHeartRate,
    MaximumHeartRate,
    Intensity,
    LapCadence,
    Trigger,
    Track,
    LapNotes,
    LapExtensions,
    Lx,
    LxAvgSpeed,
    LxMaxBikeCadence,
    LxAvgRunCadence,
    LxMaxRunCadence,
    LxSteps,
    LxAvgWatts,
    LxMaxWatts,
    Cx,
    CxAvgWatts,
    Trackpoint,
    Time,
    Position,
    Latitude,
    Longitude,
    Altitude,
    Distance,
    HeartRate,
    HeartRateValue,
    Cadence,
    SensorState,
    PointExtensions,
    Tpx,
    TpxSpeed,
    TpxRunCadence,
    TpxWatts,
    Training,
    QuickResults,
    QuickTime,
    QuickDistance,
    Plan,
    PlanName,
    Creator,
    Author,
    SourceName,
    UnitId,
    ProductId,
    Version,
    VersionMajor,
    VersionMinor,
    BuildMajor,
    BuildMinor,
    Build,
    BuildType,
    BuildTime,
    Builder,
    LangId,
    PartNumber,
    ActivityExtensions,
    /// Extensions in which nothing is known.
    OtherExtensions,
    /// Our own extension, wherever it stands.
    Own,
    OwnAbsent,
    OwnSport,
    OwnStart,
    OwnName,
    OwnOffset,
    OwnPlanName,
    OwnEmptyTracks,
    Courses,
    Workouts,
    Folders,
    /// Not known here.
    Unknown,
}

use Node as N;

#[inline]
fn child(parent: Node, name: &[u8]) -> Node {
    match parent {
        N::Trackpoint => match name {
            b"Time" => N::Time,
            b"Position" => N::Position,
            b"AltitudeMeters" => N::Altitude,
            b"DistanceMeters" => N::Distance,
            b"HeartRateBpm" => N::HeartRate,
            b"Cadence" => N::Cadence,
            b"SensorState" => N::SensorState,
            b"Extensions" => N::PointExtensions,
            // Runtastic leaves Extensions out.
            b"TPX" => N::Tpx,
            _ => N::Unknown,
        },
        N::Position => match name {
            b"LatitudeDegrees" => N::Latitude,
            b"LongitudeDegrees" => N::Longitude,
            _ => N::Unknown,
        },
        N::HeartRate | N::AverageHeartRate | N::MaximumHeartRate => match name {
            b"Value" => N::HeartRateValue,
            _ => N::Unknown,
        },
        N::PointExtensions => match name {
            b"TPX" => N::Tpx,
            b"Speed" => N::TpxSpeed,
            b"RunCadence" => N::TpxRunCadence,
            b"Watts" => N::TpxWatts,
            b"WX" => N::Own,
            _ => N::Unknown,
        },
        N::Tpx => match name {
            b"Speed" => N::TpxSpeed,
            b"RunCadence" => N::TpxRunCadence,
            b"Watts" => N::TpxWatts,
            b"Extensions" => N::OtherExtensions,
            _ => N::Unknown,
        },
        N::Track => match name {
            b"Trackpoint" => N::Trackpoint,
            _ => N::Unknown,
        },
        N::Lap | N::Transition => in_lap(name),
        N::LapExtensions | N::Lx | N::Cx => in_lap_extension(parent, name),
        N::Document => match name {
            b"TrainingCenterDatabase" => N::Database,
            _ => in_database(name),
        },
        N::Database => in_database(name),
        N::Activities => match name {
            b"Activity" => N::Activity,
            b"MultiSportSession" => N::MultiSportSession,
            _ => N::Unknown,
        },
        N::MultiSportSession => match name {
            b"Id" => N::SessionId,
            b"FirstSport" | b"NextSport" => N::SportOfSession,
            b"Notes" => N::SessionNotes,
            b"Extensions" => N::OtherExtensions,
            _ => N::Unknown,
        },
        N::SportOfSession => match name {
            b"Transition" => N::Transition,
            b"Activity" => N::Activity,
            _ => N::Unknown,
        },
        N::Activity => match name {
            b"Id" => N::Id,
            b"Lap" => N::Lap,
            b"Notes" => N::Notes,
            b"Training" => N::Training,
            b"Creator" => N::Creator,
            b"Extensions" => N::ActivityExtensions,
            _ => N::Unknown,
        },
        N::ActivityExtensions if name == b"WX" => N::Own,
        N::Own => match name {
            b"Absent" => N::OwnAbsent,
            b"Sport" => N::OwnSport,
            b"Start" => N::OwnStart,
            b"Name" => N::OwnName,
            b"OffsetSeconds" => N::OwnOffset,
            b"PlanName" => N::OwnPlanName,
            b"EmptyTracks" => N::OwnEmptyTracks,
            _ => N::Unknown,
        },
        N::Training => match name {
            b"QuickWorkoutResults" => N::QuickResults,
            b"Plan" => N::Plan,
            _ => N::Unknown,
        },
        N::QuickResults => match name {
            b"TotalTimeSeconds" => N::QuickTime,
            b"DistanceMeters" => N::QuickDistance,
            _ => N::Unknown,
        },
        N::Plan => match name {
            b"Name" => N::PlanName,
            b"Extensions" => N::OtherExtensions,
            _ => N::Unknown,
        },
        N::Creator | N::Author | N::Build | N::Version => in_source(parent, name),
        _ => N::Unknown,
    }
}

fn in_database(name: &[u8]) -> Node {
    match name {
        b"Activities" => N::Activities,
        b"Activity" => N::Activity,
        b"MultiSportSession" => N::MultiSportSession,
        b"Courses" | b"Course" => N::Courses,
        b"Workouts" => N::Workouts,
        b"Folders" => N::Folders,
        b"Author" => N::Author,
        b"Extensions" => N::OtherExtensions,
        _ => N::Unknown,
    }
}

fn in_lap(name: &[u8]) -> Node {
    match name {
        b"TotalTimeSeconds" => N::TotalTime,
        b"DistanceMeters" => N::LapDistance,
        b"MaximumSpeed" => N::MaximumSpeed,
        b"Calories" => N::Calories,
        b"AverageHeartRateBpm" => N::AverageHeartRate,
        b"MaximumHeartRateBpm" => N::MaximumHeartRate,
        b"Intensity" => N::Intensity,
        b"Cadence" => N::LapCadence,
        b"TriggerMethod" => N::Trigger,
        b"Track" => N::Track,
        b"Notes" => N::LapNotes,
        b"Extensions" => N::LapExtensions,
        b"LX" => N::Lx,
        _ => N::Unknown,
    }
}

fn in_lap_extension(parent: Node, name: &[u8]) -> Node {
    match name {
        b"LX" if parent == N::LapExtensions => N::Lx,
        b"CX" if parent == N::LapExtensions => N::Cx,
        b"WX" if parent == N::LapExtensions => N::Own,
        b"AvgWatts" if parent == N::Cx => N::CxAvgWatts,
        b"Extensions" => N::OtherExtensions,
        _ if parent == N::Cx => N::Unknown,
        b"AvgSpeed" => N::LxAvgSpeed,
        b"MaxBikeCadence" => N::LxMaxBikeCadence,
        b"AvgRunCadence" => N::LxAvgRunCadence,
        b"MaxRunCadence" => N::LxMaxRunCadence,
        b"Steps" => N::LxSteps,
        b"AvgWatts" => N::LxAvgWatts,
        b"MaxWatts" => N::LxMaxWatts,
        _ => N::Unknown,
    }
}

fn in_source(parent: Node, name: &[u8]) -> Node {
    match (parent, name) {
        (N::Version, b"VersionMajor") => N::VersionMajor,
        (N::Version, b"VersionMinor") => N::VersionMinor,
        (N::Version, b"BuildMajor") => N::BuildMajor,
        (N::Version, b"BuildMinor") => N::BuildMinor,
        (N::Version, _) => N::Unknown,
        (_, b"Version") => N::Version,
        (N::Build, b"Type") => N::BuildType,
        (N::Build, b"Time") => N::BuildTime,
        (N::Build, b"Builder") => N::Builder,
        (N::Build, _) => N::Unknown,
        (_, b"Name") => N::SourceName,
        (_, b"UnitId") => N::UnitId,
        (_, b"ProductID") => N::ProductId,
        (_, b"Build") => N::Build,
        (_, b"LangID") => N::LangId,
        (_, b"PartNumber") => N::PartNumber,
        _ => N::Unknown,
    }
}

impl Element for Node {
    const DOCUMENT: Self = N::Document;
    const ROOT: Self = N::Database;
    const UNKNOWN: Self = N::Unknown;

    #[inline]
    fn child(self, name: &[u8]) -> Self {
        child(self, name)
    }

    fn left_out(self) -> Option<(Code, bool)> {
        match self {
            N::Courses => Some((Code::CoursesIgnored, false)),
            N::Workouts => Some((Code::PlannedIgnored, false)),
            N::Folders => Some((Code::FoldersIgnored, false)),
            _ => None,
        }
    }

    fn repeats(self) -> bool {
        matches!(
            self,
            N::Activity
                | N::Lap
                | N::Track
                | N::Trackpoint
                | N::MultiSportSession
                | N::SportOfSession
        )
    }

    fn holds_extensions(self) -> bool {
        matches!(
            self,
            N::LapExtensions
                | N::PointExtensions
                | N::ActivityExtensions
                | N::OtherExtensions
                | N::Lx
                | N::Cx
                | N::Tpx
        )
    }

    #[inline]
    fn rank(self) -> (u8, bool) {
        match self {
            N::Time | N::Latitude | N::TpxSpeed | N::LxAvgSpeed | N::Id | N::TotalTime => (1, true),
            N::SourceName | N::VersionMajor | N::SessionId | N::QuickTime | N::PlanName => {
                (1, true)
            }
            N::HeartRateValue | N::CxAvgWatts => (1, true),
            N::Folders | N::QuickResults | N::Transition => (1, false),
            N::Position | N::Activities | N::SportOfSession | N::Plan | N::Lap => (2, false),
            N::Longitude | N::LapDistance | N::TpxRunCadence | N::LxMaxBikeCadence => (2, true),
            N::UnitId | N::VersionMinor | N::QuickDistance => (2, true),
            // Version is the fourth of a Creator and the first of a Build.
            N::Build | N::Workouts => (3, false),
            N::Altitude | N::MaximumSpeed | N::TpxWatts | N::LxAvgRunCadence | N::ProductId => {
                (3, true)
            }
            N::BuildMajor | N::SessionNotes | N::Notes => (3, true),
            N::Version | N::Courses | N::Training => (4, false),
            N::Distance | N::Calories | N::LxMaxRunCadence | N::BuildMinor | N::LangId => (4, true),
            N::HeartRate | N::AverageHeartRate | N::Creator | N::Author => (5, false),
            N::LxSteps | N::PartNumber | N::BuildType => (5, true),
            N::MaximumHeartRate | N::ActivityExtensions => (6, false),
            N::Cadence | N::LxAvgWatts | N::BuildTime => (6, true),
            N::SensorState | N::Intensity | N::LxMaxWatts | N::Builder => (7, true),
            N::PointExtensions => (8, false),
            N::LapCadence => (8, true),
            N::Trigger => (9, true),
            N::Track => (10, false),
            N::LapNotes => (11, true),
            N::LapExtensions | N::OtherExtensions => (12, false),
            N::OwnAbsent | N::OwnSport | N::OwnName | N::OwnOffset => (0, true),
            N::OwnPlanName | N::OwnEmptyTracks | N::OwnStart => (0, true),
            N::Document | N::Database | N::MultiSportSession | N::Activity | N::Lx | N::Cx => {
                (0, false)
            }
            N::Trackpoint | N::Tpx | N::Own | N::Unknown => (0, false),
        }
    }
}
