//! Oddities of a file and what was done about them.

use std::fmt;

/// Where something is: which activity, lap, track and trackpoint (all counted from 1; 0 means
/// "not inside one"), and the byte where the element in question ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Place {
    /// Activity (TCX) or track (GPX `trk`).
    pub activity: u32,
    /// Lap of that activity.
    pub lap: u32,
    /// Track of that lap.
    pub track: u32,
    /// Trackpoint of that track.
    pub trackpoint: u32,
    /// Byte offset in the file, when the oddity is one of the text rather than of the values.
    pub byte: Option<u64>,
    /// Line, from 1, when known.
    pub line: Option<u32>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = [
            ("line", self.line.unwrap_or(0)),
            ("activity", self.activity),
            ("lap", self.lap),
            ("track", self.track),
            ("trackpoint", self.trackpoint),
        ]
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .peekable();
        if parts.peek().is_none() {
            return match self.byte {
                Some(byte) => write!(f, "byte {byte}"),
                None => f.write_str("file"),
            };
        }
        for (index, (name, number)) in parts.enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {number}")?;
        }
        Ok(())
    }
}

macro_rules! codes {
    ($($variant:ident = $name:literal, $meaning:literal, $done:literal;)+) => {
        /// A kind of oddity. The text of a code ([`Code::as_str`]) does not change between
        /// versions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] #[doc = ""] #[doc = $done] $variant,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its stable text.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Its meaning.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }

            /// The reader's reaction.
            #[must_use]
            pub fn action(self) -> &'static str {
                match self { $(Self::$variant => $done),+ }
            }
        }
    };
}

codes! {
    LeadingWhitespace = "leading_whitespace", "White space before the XML declaration.", "Skipped.";
    ByteOrderMark = "byte_order_mark", "The file starts with a byte order mark.", "Skipped.";
    Utf16 = "utf16", "The file is UTF-16.", "Converted.";
    DeclaredEncoding = "declared_encoding", "The file is not UTF-8 but in the encoding that it declares.", "Converted.";
    NotUtf8 = "not_utf8", "The file has bytes that are not UTF-8.", "Read as Windows-1252.";
    TrailingContent = "trailing_content", "Something follows the end of the document.", "Ignored.";
    RootMissing = "root_missing", "The root element is not the one of the format.", "Read.";
    NamespaceMissing = "namespace_missing", "The root element has no namespace or a wrong one.", "Read.";
    VersionMissing = "version_missing", "The root element has no version or creator.", "Read.";
    DoctypeIgnored = "doctype_ignored", "The file has a document type declaration.", "Ignored; entities are never expanded.";
    UnknownElement = "unknown_element", "An element that the format does not have here.", "Left out.";
    UnknownExtension = "unknown_extension", "An extension that is not known.", "Left out.";
    StrayText = "stray_text", "Text where only elements belong.", "Left out.";
    InvalidCharacter = "invalid_character", "A character that XML does not allow.", "Left out.";
    ElementOrder = "element_order", "Elements are not in the order of the schema.", "Read.";
    ElementRepeated = "element_repeated", "An element that may occur once occurs again.", "The last one counts.";
    CoursesIgnored = "courses_ignored", "The file has courses.", "Left out: they are not workouts.";
    PlannedIgnored = "planned_ignored", "The file has planned workouts.", "Left out: they are not workouts.";
    FoldersIgnored = "folders_ignored", "The file has folders.", "Left out.";
    WaypointsIgnored = "waypoints_ignored", "The file has waypoints.", "Left out: they are not workouts.";
    RoutesIgnored = "routes_ignored", "The file has planned routes.", "Left out: they are not workouts.";
    MetadataIgnored = "metadata_ignored", "The file has metadata about itself.", "Left out, but for the name.";
    NoActivity = "no_activity", "The file has no activity.", "The list of workouts is empty.";
    SportMissing = "sport_missing", "The activity names no sport.", "Taken as other.";
    SportToken = "sport_token", "A sport that the format does not have.", "Kept.";
    IdMissing = "id_missing", "The activity has no start.", "Taken from its first lap or trackpoint when they have one.";
    IdNotStart = "id_not_start", "The id of an activity, or the time of a GPX track, is not when its recording begins.", "The start is the earliest lap or trackpoint.";
    IdDuplicate = "id_duplicate", "Two activities have the same start.", "Both kept.";
    LapStartMissing = "lap_start_missing", "A lap has no start.", "Left unknown.";
    LapElementMissing = "lap_element_missing", "A lap lacks an element that the schema requires.", "Left unknown.";
    LapStartOrder = "lap_start_order", "A lap starts before the lap before it.", "Kept.";
    LapStartOff = "lap_start_off", "The first trackpoint of a lap is before its start, or more than a minute after it.", "Kept; trust the trackpoints.";
    LapWithoutTrack = "lap_without_track", "A lap has no track.", "Kept.";
    LapTimeZero = "lap_time_zero", "A lap of zero seconds.", "Kept.";
    LapTimeContradicts = "lap_time_contradicts", "The time of a lap contradicts its trackpoints.", "Kept; totals take the trackpoints' time where the fault is known (zero, thousandths, running total).";
    LapDistanceContradicts = "lap_distance_contradicts", "The distance of a lap contradicts its trackpoints.", "Kept; totals take the trackpoints' distance where the fault is known (zero, thousands, running total).";
    PointsMissing = "points_missing", "The trackpoints cover much less than the laps report.", "Kept.";
    NoLap = "no_lap", "The activity has no lap.", "Kept.";
    EmptyTrack = "empty_track", "A track has no trackpoint.", "Kept.";
    TimeMissing = "time_missing", "A trackpoint has no time.", "Kept.";
    OnlyTime = "only_time", "A trackpoint has nothing but a time.", "Kept.";
    TimeDecreasing = "time_decreasing", "A trackpoint is earlier than the one before it.", "Kept.";
    TimeJump = "time_jump", "A trackpoint is more than a week later than the one before it, which no pause is.", "Kept.";
    TimeDuplicate = "time_duplicate", "A trackpoint has the time of the one before it.", "Kept.";
    TimesEqual = "times_equal", "All trackpoints have the same time.", "Kept; the time says nothing.";
    TimeWithOffset = "time_with_offset", "A time has an offset instead of Z.", "Converted to UTC; the offset of the start is kept.";
    TimeWithoutZone = "time_without_zone", "A time has no zone.", "Taken as UTC.";
    TimeInvalid = "time_invalid", "A time in an unknown spelling.", "Left out.";
    DistanceDecreasing = "distance_decreasing", "A trackpoint has less distance than the one before it.", "Kept.";
    NumberInvalid = "number_invalid", "A number in an unknown spelling.", "Left out.";
    NumberEmpty = "number_empty", "An element without its value.", "Taken as absent.";
    NumberNotFinite = "number_not_finite", "Not a number, or infinite.", "Taken as absent.";
    NumberRange = "number_range", "A number outside the range of the format.", "Left out.";
    NumberFraction = "number_fraction", "A fraction where a whole number belongs.", "Rounded.";
    OddSpelling = "odd_spelling", "Digits of another script, or a doubled Z.", "Read.";
    DecimalComma = "decimal_comma", "A number with a decimal comma.", "Read with a point.";
    HeartRateZero = "heart_rate_zero", "A heart rate of zero.", "Taken as absent.";
    PositionRange = "position_range", "A position that is not on the globe.", "Left out.";
    LongitudeWrapped = "longitude_wrapped", "A longitude outside -180 to 180.", "Taken once around the globe.";
    PositionMissing = "position_missing", "A GPX trackpoint without a position.", "Kept.";
    PositionIncomplete = "position_incomplete", "A position with only one coordinate.", "Left out.";
    PositionZero = "position_zero", "A position of exactly 0, 0.", "Kept.";
    PositionFar = "position_far", "A position that no athlete can have reached, between others that follow one another.", "Kept; it does not count as distance.";
    PositionsFew = "positions_few", "Only a few trackpoints have a position.", "Kept; they are no route and do not count as distance.";
    AltitudeInvalid = "altitude_invalid", "An altitude outside -500 to 15,000 m: a mark for no data.", "Kept; it does not count as climbing.";
    TokenInvalid = "token_invalid", "A word that the format does not have here.", "Left out.";
    TextTooLong = "text_too_long", "A text longer than the format allows.", "Kept.";
    SourceType = "source_type", "A creator or author without its type.", "Read.";
    SourceIncomplete = "source_incomplete", "A creator or author lacks elements that the schema requires.", "Taken as zero or left unknown.";
    BuildMissing = "build_missing", "A version without build numbers, which Garmin Connect refuses.", "Taken as 0.";
    SpeedKmh = "speed_kmh", "The speeds of the laps are in km/h.", "Kept; the repair divides by 3.6.";
    CaloriesFirstLap = "calories_first_lap", "All calories are on the first lap.", "Kept; the repair spreads them.";
    FieldType = "field_type", "A FIT field has another type than the format gives it.", "Read where the value fits, else left out.";
    DeveloperField = "developer_field", "A FIT field that another developer defined.", "Left out: the model has no place for it.";
    SegmentTags = "segment_tags", "Doubled or stray trkseg tags.", "Read as the segments they were meant to be.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One kind of oddity: how often, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Diagnostic {
    /// What kind.
    pub code: Code,
    /// How often it occurs.
    pub count: u64,
    /// The first place.
    pub first: Place,
    /// Of what: the element, or the word that was found. One diagnostic per detail for the unknown
    /// elements and extensions, the first one for the others.
    pub detail: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        write!(f, ": {} times, first at {}. ", self.count, self.first)?;
        write!(f, "{} {}", self.code.meaning(), self.code.action())
    }
}

/// Distinct details kept per code; more are counted under the last one's `...`.
const DETAILS: usize = 50;
/// Characters kept of a detail.
const DETAIL_CHARS: usize = 60;

/// Collects diagnostics while reading.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Notes an oddity; the first place and detail of a code are kept.
    #[cold]
    pub(crate) fn note(&mut self, code: Code, first: Place, detail: &str) {
        if let Some(known) = self.list.iter_mut().find(|known| known.code == code) {
            known.count += 1;
        } else {
            let detail = shorten(detail);
            self.list.push(Diagnostic {
                code,
                count: 1,
                first,
                detail,
            });
        }
    }

    /// Notes an oddity that is counted per detail.
    #[cold]
    pub(crate) fn note_each(&mut self, code: Code, first: Place, detail: &str) {
        let detail = shorten(detail);
        let mut others = 0;
        for known in self.list.iter_mut().filter(|known| known.code == code) {
            others += 1;
            if known.detail == detail || known.detail == "..." {
                known.count += 1;
                return;
            }
        }
        let detail = if others < DETAILS {
            detail
        } else {
            "...".to_owned()
        };
        self.list.push(Diagnostic {
            code,
            count: 1,
            first,
            detail,
        });
    }

    /// Notes an oddity that was counted elsewhere, per detail.
    #[cfg(feature = "fit")]
    pub(crate) fn note_many(&mut self, code: Code, first: Place, detail: &str, count: u64) {
        self.note_each(code, first, detail);
        let of_code = self.list.iter_mut().filter(|known| known.code == code);
        let detail = shorten(detail);
        if let Some(known) = of_code
            .rev()
            .find(|known| known.detail == detail || known.detail == "...")
        {
            known.count += count.saturating_sub(1);
        }
    }

    /// The list; places that know their byte get a line from the text.
    pub(crate) fn finish(mut self, text: Option<&[u8]>) -> Vec<Diagnostic> {
        if let Some(text) = text {
            self.list.sort_by_key(|diagnostic| diagnostic.first.byte);
            let (mut line, mut at) = (1, 0);
            for diagnostic in &mut self.list {
                let Some(byte) = diagnostic.first.byte else {
                    continue;
                };
                let end = usize::try_from(byte).unwrap_or(text.len()).min(text.len());
                line += text[at..end].iter().filter(|&&b| b == b'\n').count() as u32;
                at = end;
                diagnostic.first.line = Some(line);
            }
        }
        self.list.sort_by_key(|diagnostic| diagnostic.code);
        self.list
    }
}

fn shorten(detail: &str) -> String {
    let mut short: String = detail.trim().chars().take(DETAIL_CHARS).collect();
    if short.len() < detail.trim().len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_lower_case() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} twice");
            assert!(
                text.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            );
        }
    }

    #[test]
    fn a_flood_of_distinct_details_stays_small() {
        let mut diagnostics = Diagnostics::default();
        for index in 0..10_000 {
            diagnostics.note_each(Code::UnknownElement, Place::default(), &format!("e{index}"));
        }
        let list = diagnostics.finish(None);
        assert_eq!(list.len(), DETAILS + 1);
        assert_eq!(
            list.iter().map(|diagnostic| diagnostic.count).sum::<u64>(),
            10_000
        );
    }

    #[test]
    fn places_read_like_a_path() {
        let place = Place {
            activity: 1,
            lap: 2,
            track: 1,
            trackpoint: 7,
            ..Place::default()
        };
        assert_eq!(
            place.to_string(),
            "activity 1, lap 2, track 1, trackpoint 7"
        );
        assert_eq!(Place::default().to_string(), "file");
    }
}
