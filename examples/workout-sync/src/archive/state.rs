//! The manifest in memory: some hundred bytes for each session.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::kind::{DayKind, Kind};
use super::names;
use super::record::{
    AbsentLine, AccountLine, DayLine, Digest, EmptyLine, FileLine, Head, Listed, Record,
    SessionLine,
};

/// Everything on record.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Whose archive it is.
    pub(super) head: Option<Head>,
    /// The sessions by id.
    pub(super) sessions: BTreeMap<u64, Session>,
    /// The files of the whole account, by path.
    pub(super) account: BTreeMap<String, AccountLine>,
    /// The stored days, with their paths where they are not the usual ones.
    pub(super) days: BTreeMap<(DayKind, NaiveDate), StoredDay>,
    /// Days without data at the source.
    pub(super) empty: BTreeSet<(DayKind, NaiveDate)>,
}

/// A day's file, and its path where it is not the usual one.
type StoredDay = (Stored, Option<Box<str>>);

/// A file on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stored {
    /// Its checksum.
    pub(super) sha256: Digest,
    /// Its length in bytes.
    pub(super) size: u64,
    /// When it was fetched, or found.
    pub(super) fetched: DateTime<Utc>,
}

/// A session on record.
#[derive(Debug)]
pub(super) struct Session {
    /// 1, and one more for each edit that was noticed.
    pub(super) version: u32,
    /// The first part of its files' names.
    pub(super) stem: Box<str>,
    /// When the last edit was noticed.
    pub(super) changed: Option<DateTime<Utc>>,
    /// Its fields in the listing.
    pub(super) listed: Listed,
    /// Its files, and those that do not exist.
    pub(super) entries: Vec<Entry>,
}

/// A file of a session, or its absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The kind of file.
    pub(super) kind: Kind,
    /// The version of the session.
    pub(super) version: u32,
    /// Which exercise.
    pub(super) part: Option<u32>,
    /// How many exercises there are.
    pub(super) of: Option<u32>,
    /// The path, where it is not the usual one.
    path: Option<Box<str>>,
    /// The file; `None`: it does not exist at the source.
    pub(super) stored: Option<Stored>,
    /// When the service said that it does not exist.
    asked: DateTime<Utc>,
    /// It was recognised by its content.
    pub(super) adopted: bool,
}

impl Entry {
    fn path_below(&self, stem: &str) -> String {
        match &self.path {
            Some(path) => path.to_string(),
            None => names::file(stem, self.kind, self.part, self.version),
        }
    }
}

impl Session {
    /// The path of an entry in the archive.
    #[must_use]
    pub(super) fn path(&self, entry: &Entry) -> String {
        entry.path_below(&self.stem)
    }

    /// The files of the present version, with their paths.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Entry, Stored, String)> {
        let present = self.entries.iter().filter(|it| it.version == self.version);
        present.filter_map(|entry| Some((entry, entry.stored?, self.path(entry))))
    }

    /// Whether nothing is left to ask for: each exercise has its file of this kind, or does not have one at the source.
    #[must_use]
    pub(super) fn has(&self, kind: Kind) -> bool {
        let mut parts = BTreeSet::new();
        let mut of = None;
        for entry in &self.entries {
            if entry.kind == kind && entry.version == self.version {
                match entry.part {
                    None => return true,
                    Some(part) => {
                        parts.insert(part);
                        of = of.max(entry.of);
                    }
                }
            }
        }
        of.is_some_and(|of| (1..=of).all(|part| parts.contains(&part)))
    }

    /// The stored file of another version with these bytes.
    #[must_use]
    pub(super) fn same_bytes(
        &self,
        kind: Kind,
        part: Option<u32>,
        sha256: Digest,
    ) -> Option<String> {
        let same = |entry: &&Entry| {
            let is = |stored: Stored| stored.sha256 == sha256;
            entry.kind == kind && entry.part == part && entry.stored.is_some_and(is)
        };
        self.entries.iter().find(same).map(|entry| self.path(entry))
    }

    /// Forgets the absences and the files of the present version whose path does not pass.
    pub(super) fn retain(&mut self, is_there: impl Fn(&str) -> bool) {
        let (version, stem) = (self.version, self.stem.clone());
        self.entries.retain(|entry| {
            let path = entry.path_below(&stem);
            entry.version != version || (entry.stored.is_some() && is_there(&path))
        });
    }

    fn put(&mut self, entry: Entry) -> bool {
        let same = |it: &&mut Entry| {
            it.kind == entry.kind && it.version == entry.version && it.part == entry.part
        };
        match self.entries.iter_mut().find(same) {
            Some(known) => {
                *known = entry;
                true
            }
            None => {
                self.entries.push(entry);
                false
            }
        }
    }
}

impl State {
    /// Takes a line in. Whether it took the place of an earlier one.
    ///
    /// # Errors
    /// A line about a session that no line before it names.
    pub(super) fn apply(&mut self, record: Record) -> Result<bool, &'static str> {
        const UNKNOWN: &str = "it names a session that no line before it does";
        Ok(match record {
            Record::Archive(head) => self.head.replace(head).is_some(),
            Record::Session(line) => {
                let known = self.sessions.contains_key(&line.id);
                let session = self.sessions.entry(line.id).or_insert_with(|| Session {
                    version: 0,
                    stem: Box::default(),
                    changed: None,
                    listed: Listed::default(),
                    entries: Vec::new(),
                });
                session.version = line.version;
                session.stem = line.stem;
                session.changed = line.changed;
                session.listed = line.listed;
                known
            }
            Record::File(line) => {
                let session = self.sessions.get_mut(&line.id).ok_or(UNKNOWN)?;
                let usual = names::file(&session.stem, line.kind, line.part, line.version);
                session.put(Entry {
                    kind: line.kind,
                    version: line.version,
                    part: line.part,
                    of: line.of,
                    path: (usual != line.path).then(|| line.path.into()),
                    stored: Some(Stored {
                        sha256: line.sha256,
                        size: line.size,
                        fetched: line.fetched,
                    }),
                    asked: line.fetched,
                    adopted: line.adopted,
                })
            }
            Record::Absent(line) => {
                let session = self.sessions.get_mut(&line.id).ok_or(UNKNOWN)?;
                session.put(Entry {
                    kind: line.kind,
                    version: line.version,
                    part: line.part,
                    of: line.of,
                    path: None,
                    stored: None,
                    asked: line.asked,
                    adopted: false,
                })
            }
            Record::Day(line) => {
                let stored = Stored {
                    sha256: line.sha256,
                    size: line.size,
                    fetched: line.fetched,
                };
                let day = (line.kind, line.day);
                self.empty.remove(&day);
                let usual = names::day(line.kind, line.day);
                let path = (usual != line.path).then(|| line.path.into());
                self.days.insert(day, (stored, path)).is_some()
            }
            Record::Empty(line) => {
                let mut day = Some(line.from);
                while let Some(it) = day.filter(|it| *it <= line.until) {
                    self.empty.insert((line.kind, it));
                    day = it.succ_opt();
                }
                false
            }
            Record::Account(line) => self.account.insert(line.path.clone(), line).is_some(),
        })
    }

    /// Every line that is needed to say the same again.
    pub(super) fn lines(&self) -> impl Iterator<Item = Record> + '_ {
        let head = self.head.iter().cloned().map(Record::Archive);
        let account = self.account.values().cloned().map(Record::Account);
        let sessions = self.sessions.iter().flat_map(|(id, session)| {
            let first = Record::Session(SessionLine {
                id: *id,
                version: session.version,
                stem: session.stem.clone(),
                changed: session.changed,
                listed: session.listed.clone(),
            });
            let entries = session.entries.iter().map(|entry| session.line(*id, entry));
            std::iter::once(first).chain(entries)
        });
        let days = self.days.iter().map(|((kind, day), (stored, path))| {
            Record::Day(DayLine {
                kind: *kind,
                day: *day,
                path: day_path(*kind, *day, path),
                sha256: stored.sha256,
                size: stored.size,
                fetched: stored.fetched,
            })
        });
        head.chain(account)
            .chain(sessions)
            .chain(days)
            .chain(self.empty_lines())
    }

    fn empty_lines(&self) -> impl Iterator<Item = Record> + '_ {
        let mut days = self.empty.iter().copied().peekable();
        std::iter::from_fn(move || {
            let (kind, from) = days.next()?;
            let mut until = from;
            while let Some((_, next)) = days
                .next_if(|(next_kind, next)| *next_kind == kind && until.succ_opt() == Some(*next))
            {
                until = next;
            }
            Some(Record::Empty(EmptyLine { kind, from, until }))
        })
    }

    /// Whether a day is settled: stored, or without data.
    #[must_use]
    pub(super) fn has_day(&self, kind: DayKind, day: NaiveDate) -> bool {
        self.days.contains_key(&(kind, day)) || self.empty.contains(&(kind, day))
    }

    /// Forgets the days that do not pass: each comes with its path, or with `None` when it has no data.
    pub(super) fn retain_days(&mut self, passes: impl Fn(NaiveDate, Option<String>) -> bool) {
        self.days
            .retain(|(kind, day), (_, path)| passes(*day, Some(day_path(*kind, *day, path))));
        self.empty.retain(|(_, day)| passes(*day, None));
    }

    /// The newest of the listed sessions that has a file of this kind: the proof that the service still offers it.
    #[must_use]
    pub(super) fn example_of(&self, kind: Kind, listed: &HashSet<u64>) -> Option<u64> {
        let with = |session: &&Session| {
            let is = |entry: &Entry| entry.kind == kind && entry.stored.is_some() && !entry.adopted;
            session.entries.iter().any(is)
        };
        let sessions = self
            .sessions
            .iter()
            .filter(|(id, session)| listed.contains(id) && with(session));
        sessions
            .max_by_key(|(_, session)| session.listed.start)
            .map(|(id, _)| *id)
    }

    /// Every file on record: path, checksum and length. A file of several versions comes once.
    #[must_use]
    pub(super) fn all_files(&self) -> BTreeMap<String, Stored> {
        let of_sessions = self.sessions.values().flat_map(|session| {
            let entries = session.entries.iter();
            entries.filter_map(|entry| Some((session.path(entry), entry.stored?)))
        });
        let of_days = self.days.iter();
        let of_days =
            of_days.map(|((kind, day), (stored, path))| (day_path(*kind, *day, path), *stored));
        let of_account = self.account.values().map(|line| {
            let stored = Stored {
                sha256: line.sha256,
                size: line.size,
                fetched: line.fetched,
            };
            (line.path.clone(), stored)
        });
        of_sessions.chain(of_days).chain(of_account).collect()
    }
}

fn day_path(kind: DayKind, day: NaiveDate, path: &Option<Box<str>>) -> String {
    match path {
        Some(path) => path.to_string(),
        None => names::day(kind, day),
    }
}

impl Session {
    fn line(&self, id: u64, entry: &Entry) -> Record {
        match entry.stored {
            Some(stored) => Record::File(FileLine {
                id,
                kind: entry.kind,
                part: entry.part,
                of: entry.of,
                version: entry.version,
                path: self.path(entry),
                sha256: stored.sha256,
                size: stored.size,
                fetched: stored.fetched,
                adopted: entry.adopted,
            }),
            None => Record::Absent(AbsentLine {
                id,
                kind: entry.kind,
                part: entry.part,
                of: entry.of,
                version: entry.version,
                asked: entry.asked,
            }),
        }
    }
}
