//! The lines of `manifest.jsonl`, each a JSON object.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::kind::{DayKind, Kind};

/// The format of the manifest that this program writes.
pub(super) const FORMAT: u32 = 1;

/// A line of the manifest. A later line about the same thing takes the place of an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Record {
    /// The first line: whose archive it is.
    Archive(Head),
    /// A session, or a change of it at the source.
    Session(SessionLine),
    /// A file of a session.
    File(FileLine),
    /// A file that does not exist at the source. It is not asked for again.
    Absent(AbsentLine),
    /// The JSON of a day.
    Day(DayLine),
    /// Days without data at the source. They are not asked for again.
    Empty(EmptyLine),
    /// A file of the whole account.
    Account(AccountLine),
}

impl Record {
    /// Changes the path of the line's file, where it has one.
    pub(super) fn set_path(&mut self, path: &str) {
        match self {
            Self::File(FileLine { path: there, .. })
            | Self::Day(DayLine { path: there, .. })
            | Self::Account(AccountLine { path: there, .. }) => path.clone_into(there),
            Self::Archive(_) | Self::Session(_) | Self::Absent(_) | Self::Empty(_) => {}
        }
    }
}

/// Whose archive it is, and what wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// The service.
    pub(super) source: String,
    /// The format of the lines that follow.
    pub(super) format: u32,
    /// The number of the account at the service.
    pub(super) account: Option<u64>,
    /// The program.
    pub(super) program: String,
}

/// A session as the listing shows it. A difference in what both listings show means that it was edited at the source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Wall-clock start.
    pub(super) start: NaiveDateTime,
    /// Milliseconds without pauses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) duration_ms: Option<u64>,
    /// Metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) distance_m: Option<f64>,
    /// Kilocalories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) calories: Option<u64>,
    /// Mean heart rate in beats per minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) heart_rate: Option<u64>,
    /// The service's word for the sport, such as `TRAIL_RUNNING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sport: Option<Box<str>>,
    /// A checksum of the note, as 16 hexadecimal digits: the note itself is in `summary.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<Box<str>>,
}

impl Listed {
    /// Whether the other listing shows the same session unchanged. A field that only one of them shows does not count: fields come and
    /// go at the service.
    #[must_use]
    pub(super) fn agrees(&self, other: &Self) -> bool {
        fn same<T>(a: &Option<T>, b: &Option<T>, equal: impl Fn(&T, &T) -> bool) -> bool {
            match (a, b) {
                (Some(a), Some(b)) => equal(a, b),
                _ => true,
            }
        }
        // The calendar has milliseconds where the history may have seconds.
        let second = |time: NaiveDateTime| time.and_utc().timestamp();
        second(self.start) == second(other.start)
            && same(&self.duration_ms, &other.duration_ms, PartialEq::eq)
            && same(&self.distance_m, &other.distance_m, |a, b| {
                (a - b).abs() < 0.05
            })
            && same(&self.calories, &other.calories, PartialEq::eq)
            && same(&self.heart_rate, &other.heart_rate, PartialEq::eq)
            && same(&self.sport, &other.sport, PartialEq::eq)
            && same(&self.note, &other.note, PartialEq::eq)
    }

    /// The fields of `newer`, and those of this one that it lacks.
    #[must_use]
    pub(super) fn updated(&self, newer: &Self) -> Self {
        Self {
            start: newer.start,
            duration_ms: newer.duration_ms.or(self.duration_ms),
            distance_m: newer.distance_m.or(self.distance_m),
            calories: newer.calories.or(self.calories),
            heart_rate: newer.heart_rate.or(self.heart_rate),
            sport: newer.sport.clone().or_else(|| self.sport.clone()),
            note: newer.note.clone().or_else(|| self.note.clone()),
        }
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SessionLine {
    /// Its id at the service.
    pub(super) id: u64,
    /// 1, and one more for each edit that was noticed.
    pub(super) version: u32,
    /// The first part of its files' names.
    pub(super) stem: Box<str>,
    /// When the edit was noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) changed: Option<DateTime<Utc>>,
    /// Its fields in the listing.
    pub(super) listed: Listed,
}

/// A file of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileLine {
    /// The session.
    pub(super) id: u64,
    /// The kind of file.
    pub(super) kind: Kind,
    /// Which exercise, from 1, in a session of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<u32>,
    /// How many exercises the session has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<u32>,
    /// The version of the session that it belongs to.
    pub(super) version: u32,
    /// Its path below the archive's folder, with `/`.
    pub(super) path: String,
    /// Its checksum.
    pub(super) sha256: Digest,
    /// Its length in bytes.
    pub(super) size: u64,
    /// When it was fetched, or found.
    pub(super) fetched: DateTime<Utc>,
    /// It was there already and recognised by its content.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) adopted: bool,
}

/// A file that does not exist at the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AbsentLine {
    /// The session.
    pub(super) id: u64,
    /// The kind of file.
    pub(super) kind: Kind,
    /// Which exercise, from 1, in a session of several; `None`: none of them has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<u32>,
    /// How many exercises the session has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<u32>,
    /// The version of the session.
    pub(super) version: u32,
    /// When the service said so.
    pub(super) asked: DateTime<Utc>,
}

/// The JSON of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DayLine {
    /// Sleep or activity.
    pub(super) kind: DayKind,
    /// The user's local day; of a night, the day of waking up.
    pub(super) day: NaiveDate,
    /// Its path.
    pub(super) path: String,
    /// Its checksum.
    pub(super) sha256: Digest,
    /// Its length in bytes.
    pub(super) size: u64,
    /// When it was fetched, or found.
    pub(super) fetched: DateTime<Utc>,
}

/// Days without data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EmptyLine {
    /// Sleep or activity.
    pub(super) kind: DayKind,
    /// The first day.
    pub(super) from: NaiveDate,
    /// The last day, included.
    pub(super) until: NaiveDate,
}

/// A file of the whole account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AccountLine {
    /// `account.json` or `sports.json`.
    pub(super) path: String,
    /// Its checksum.
    pub(super) sha256: Digest,
    /// Its length in bytes.
    pub(super) size: u64,
    /// When it was fetched.
    pub(super) fetched: DateTime<Utc>,
}

/// A SHA-256, in JSON as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Digest(pub(super) [u8; 32]);

impl Digest {
    /// Of these bytes.
    #[must_use]
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self::from(ring::digest::digest(&ring::digest::SHA256, bytes))
    }
}

impl From<ring::digest::Digest> for Digest {
    fn from(digest: ring::digest::Digest) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&digest.as_ref()[..32]);
        Self(bytes)
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        let mut bytes = [0; 32];
        let digit = |at: usize| {
            text.as_bytes()
                .get(at)
                .and_then(|d| (*d as char).to_digit(16))
        };
        for (index, byte) in bytes.iter_mut().enumerate() {
            let pair = digit(2 * index).zip(digit(2 * index + 1));
            let value = pair.map(|(high, low)| high * 16 + low);
            *byte = value
                .and_then(|value| u8::try_from(value).ok())
                .filter(|_| text.len() == 64)
                .ok_or_else(|| serde::de::Error::custom("no SHA-256"))?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let line = r#"{"type":"file","id":7,"kind":"tcx","version":1,"path":"a.tcx","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":3,"fetched":"2026-11-28T12:00:00Z"}"#;
        let record: Record = serde_json::from_str(line).unwrap();
        let Record::File(file) = &record else {
            panic!("{record:?}")
        };
        assert_eq!(file.sha256, Digest::of(b"abc"));
        assert_eq!(serde_json::to_string(&record).unwrap(), line);
        let short = line.replace("7816bf", "78bf");
        assert!(serde_json::from_str::<Record>(&short).is_err());
    }

    #[test]
    fn only_what_both_listings_show_is_compared() {
        let start = "2025-05-01T16:30:42.643".parse().unwrap();
        let old = Listed {
            start,
            duration_ms: Some(1000),
            note: Some("a".into()),
            ..Listed::default()
        };
        let mut new = Listed {
            start: "2025-05-01T16:30:42".parse().unwrap(),
            duration_ms: Some(1000),
            sport: Some("RUNNING".into()),
            ..Listed::default()
        };
        assert!(old.agrees(&new));
        let both = old.updated(&new);
        assert_eq!(
            (both.note.as_deref(), both.sport.as_deref()),
            (Some("a"), Some("RUNNING"))
        );
        new.note = Some("b".into());
        assert!(!old.agrees(&new));
        new.note = None;
        new.duration_ms = Some(1001);
        assert!(!old.agrees(&new));
    }
}
