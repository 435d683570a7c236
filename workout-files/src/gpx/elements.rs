//! The elements of GPX: where each may stand, and in which order the schema wants them.

use crate::read::Code;
use crate::read::skeleton::Element;

/// An element in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Document,
    Gpx,
    Metadata,
    MetadataName,
    Track,
    TrackName,
    TrackComment,
    TrackDescription,
    TrackSource,
    TrackNumber,
    TrackType,
    TrackTime,
    TrackExtensions,
    Segment,
    Point,
    Elevation,
    Time,
    Course,
    Speed,
    MagneticVariation,
    GeoidHeight,
    PointName,
    PointComment,
    PointDescription,
    PointSource,
    PointSymbol,
    PointType,
    Fix,
    Satellites,
    Hdop,
    Vdop,
    Pdop,
    DgpsAge,
    DgpsId,
    PointExtensions,
    /// A container of values inside the extensions of a point.
    TrackPointExtension,
    HeartRate,
    Cadence,
    Power,
    /// Cluetrust's distance since the start.
    Distance,
    AirTemperature,
    WaterTemperature,
    Depth,
    Bearing,
    Link,
    LinkText,
    LinkType,
    Url,
    UrlName,
    /// Extensions in which nothing is known.
    OtherExtensions,
    /// Extensions of the file, which can hold laps.
    FileExtensions,
    /// Cluetrust's lap.
    Lap,
    LapStart,
    LapTime,
    LapCalories,
    LapDistance,
    LapIntensity,
    LapTrigger,
    /// A value of a lap that is not kept.
    LapOther,
    Own,
    OwnStart,
    OwnOffset,
    Waypoint,
    Route,
    /// Metadata that are not kept.
    Other,
    /// Not known here.
    Unknown,
}

use Node as N;

#[inline]
fn child(parent: Node, name: &[u8]) -> Node {
    match parent {
        N::Point => in_point(name),
        N::Segment => match name {
            b"trkpt" => N::Point,
            b"trkseg" => N::Segment,
            b"extensions" => N::OtherExtensions,
            _ => N::Unknown,
        },
        N::PointExtensions | N::TrackPointExtension => in_extension(parent, name),
        N::Track => match name {
            b"trkseg" => N::Segment,
            b"trkpt" => N::Point,
            b"name" => N::TrackName,
            b"cmt" => N::TrackComment,
            b"desc" => N::TrackDescription,
            b"src" => N::TrackSource,
            b"link" => N::Link,
            b"url" => N::Url,
            b"urlname" => N::UrlName,
            b"number" => N::TrackNumber,
            b"type" => N::TrackType,
            b"time" => N::TrackTime,
            b"extensions" => N::TrackExtensions,
            _ => N::Unknown,
        },
        N::TrackExtensions if name == b"WX" => N::Own,
        N::TrackExtensions | N::FileExtensions if name == b"lap" => N::Lap,
        N::Lap => match name {
            b"startTime" => N::LapStart,
            b"elapsedTime" => N::LapTime,
            b"calories" => N::LapCalories,
            b"distance" => N::LapDistance,
            b"intensity" => N::LapIntensity,
            b"trigger" => N::LapTrigger,
            b"index" | b"startPoint" | b"endPoint" => N::LapOther,
            _ => N::Unknown,
        },
        N::Own => match name {
            b"Start" => N::OwnStart,
            b"OffsetSeconds" => N::OwnOffset,
            _ => N::Unknown,
        },
        N::Link => match name {
            b"text" => N::LinkText,
            b"type" => N::LinkType,
            _ => N::Unknown,
        },
        N::Document if name == b"gpx" => N::Gpx,
        N::Document | N::Gpx => match name {
            b"metadata" => N::Metadata,
            b"trk" => N::Track,
            b"trkseg" => N::Segment,
            b"trkpt" => N::Point,
            b"wpt" => N::Waypoint,
            b"rte" => N::Route,
            b"extensions" => N::FileExtensions,
            // GPX 1.0 has its metadata in the root.
            b"name" => N::MetadataName,
            b"desc" | b"author" | b"email" | b"url" | b"urlname" | b"time" | b"keywords"
            | b"bounds" => N::Other,
            _ => N::Unknown,
        },
        N::Metadata => match name {
            b"name" => N::MetadataName,
            b"extensions" => N::OtherExtensions,
            b"desc" | b"author" | b"copyright" | b"link" | b"time" | b"keywords" | b"bounds" => {
                N::Other
            }
            _ => N::Unknown,
        },
        _ => N::Unknown,
    }
}

#[inline]
fn in_point(name: &[u8]) -> Node {
    match name {
        b"ele" => N::Elevation,
        b"time" => N::Time,
        b"extensions" => N::PointExtensions,
        b"speed" => N::Speed,
        b"course" => N::Course,
        b"magvar" => N::MagneticVariation,
        b"geoidheight" => N::GeoidHeight,
        b"name" => N::PointName,
        b"cmt" => N::PointComment,
        b"desc" => N::PointDescription,
        b"src" => N::PointSource,
        b"link" => N::Link,
        b"url" => N::Url,
        b"urlname" => N::UrlName,
        b"sym" => N::PointSymbol,
        b"type" => N::PointType,
        b"fix" => N::Fix,
        b"sat" => N::Satellites,
        b"hdop" => N::Hdop,
        b"vdop" => N::Vdop,
        b"pdop" => N::Pdop,
        b"ageofdgpsdata" => N::DgpsAge,
        b"dgpsid" => N::DgpsId,
        // Not of GPX, but there are files that have them here.
        b"heartrate" | b"hr" => N::HeartRate,
        b"power" => N::Power,
        b"cadence" | b"cad" => N::Cadence,
        b"TrackPointExtension" => N::TrackPointExtension,
        _ => N::Unknown,
    }
}

/// Garmin's TrackPointExtension 1 and 2 and the older TrackPointExtension of GpxExtensions 3,
/// Cluetrust's GPXData, Garmin's PowerExtension, and the bare elements of Strava and Amazfit.
fn in_extension(parent: Node, name: &[u8]) -> Node {
    match name {
        b"hr" | b"heartrate" | b"HeartRate" => N::HeartRate,
        b"cad" | b"cadence" | b"Cadence" => N::Cadence,
        b"power" | b"PowerInWatts" | b"watts" => N::Power,
        b"atemp" | b"temp" | b"Temperature" => N::AirTemperature,
        b"wtemp" => N::WaterTemperature,
        b"depth" | b"Depth" => N::Depth,
        b"speed" => N::Speed,
        b"course" => N::Course,
        b"bearing" => N::Bearing,
        b"distance" => N::Distance,
        b"TrackPointExtension" | b"PowerExtension" if parent == N::PointExtensions => {
            N::TrackPointExtension
        }
        b"Extensions" => N::PointExtensions,
        _ => N::Unknown,
    }
}

impl Element for Node {
    const DOCUMENT: Self = N::Document;
    const ROOT: Self = N::Gpx;
    const UNKNOWN: Self = N::Unknown;

    #[inline]
    fn child(self, name: &[u8]) -> Self {
        child(self, name)
    }

    fn left_out(self) -> Option<(Code, bool)> {
        match self {
            N::Waypoint => Some((Code::WaypointsIgnored, false)),
            N::Route => Some((Code::RoutesIgnored, false)),
            N::Other => Some((Code::MetadataIgnored, true)),
            _ => None,
        }
    }

    #[inline]
    fn rank(self) -> (u8, bool) {
        match self {
            N::Elevation => (1, true),
            N::Time => (2, true),
            N::MagneticVariation => (4, true),
            N::GeoidHeight => (5, true),
            N::PointName | N::TrackName => (6, true),
            N::PointComment | N::TrackComment => (7, true),
            N::PointDescription | N::TrackDescription => (8, true),
            N::PointSource | N::TrackSource => (9, true),
            N::Link => (10, false),
            N::TrackNumber | N::PointSymbol => (11, true),
            N::PointType | N::TrackType => (12, true),
            N::Fix => (13, true),
            N::Satellites => (14, true),
            N::Hdop => (15, true),
            N::Vdop => (16, true),
            N::Pdop => (17, true),
            N::DgpsAge => (18, true),
            N::DgpsId => (19, true),
            N::PointExtensions | N::TrackExtensions => (20, false),
            N::Segment => (21, false),
            N::MetadataName | N::LinkText | N::LinkType | N::Url | N::UrlName => (0, true),
            N::TrackTime | N::OwnStart | N::OwnOffset => (0, true),
            N::Course | N::Speed | N::HeartRate | N::Cadence | N::Power => (0, true),
            N::Distance | N::LapStart | N::LapTime | N::LapCalories => (0, true),
            N::LapDistance | N::LapIntensity | N::LapOther => (0, true),
            N::AirTemperature | N::WaterTemperature | N::Depth | N::Bearing => (0, true),
            _ => (0, false),
        }
    }

    fn repeats(self) -> bool {
        matches!(self, N::Segment | N::Link)
    }

    fn holds_extensions(self) -> bool {
        matches!(
            self,
            N::PointExtensions
                | N::TrackPointExtension
                | N::TrackExtensions
                | N::FileExtensions
                | N::OtherExtensions
                | N::Lap
        )
    }
}
