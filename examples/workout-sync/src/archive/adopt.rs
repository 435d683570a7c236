//! Taking files into an archive that are in its folder already: of other tools, of an earlier archive, or moved about.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use chrono::{DateTime, SubsecRound as _, Utc};

use super::folder::{Folder, trouble};
use super::kind::Kind;
use super::listing::Listing;
use super::manifest::Manifest;
use super::recognise::{Found, recognise, version};
use super::record::{DayLine, Digest, FileLine, Record, SessionLine};
use super::state::State;
use super::{names, scan};
use crate::exit::Failure;

/// The largest file that is looked at.
const LARGEST: u64 = 128 * 1024 * 1024;

/// A file of a session that was recognised.
struct Candidate {
    path: String,
    sha256: Digest,
    size: u64,
}

/// Recognises the files that are not on record, and puts them there; gives their number. The files stay where they are.
///
/// # Errors
/// When the folder cannot be read or the manifest cannot be written.
pub(super) fn adopt(
    folder: &Folder,
    manifest: &mut Manifest,
    state: &mut State,
    listing: &Listing,
) -> Result<usize, Failure> {
    let now = Utc::now().trunc_subsecs(0);
    let recorded = state.all_files();
    let mut lost: HashMap<Digest, Vec<String>> = HashMap::new();
    for (path, stored) in &recorded {
        if !folder.place(path).exists() {
            lost.entry(stored.sha256).or_default().push(path.clone());
        }
    }
    let mut moved: HashMap<String, String> = HashMap::new();
    let mut sessions: BTreeMap<(u64, Kind, Option<u32>), Candidate> = BTreeMap::new();
    let mut lines = Vec::new();
    for path in scan::files(folder.root())? {
        if recorded.contains_key(&path) || path.starts_with("pages/") {
            continue;
        }
        let place = folder.place(&path);
        let failed = |error: &std::io::Error| trouble(&place, "cannot be read", error);
        let size = fs::metadata(&place).map_err(|error| failed(&error))?.len();
        if size > LARGEST {
            continue;
        }
        let bytes = fs::read(&place).map_err(|error| failed(&error))?;
        let sha256 = Digest::of(&bytes);
        if let Some(from) = lost
            .get_mut(&sha256)
            .and_then(|lost| same_name(lost, &path))
        {
            moved.insert(from, path);
            continue;
        }
        match recognise(&path, &bytes, listing) {
            Some(Found::Session { id, kind, part }) => {
                let better = |known: &Candidate| version(&path) > version(&known.path);
                let key = (id, kind, part);
                if sessions.get(&key).is_none_or(better) {
                    sessions.insert(key, Candidate { path, sha256, size });
                }
            }
            Some(Found::Day(kind, day)) if !state.days.contains_key(&(kind, day)) => {
                lines.push(Record::Day(DayLine {
                    kind,
                    day,
                    path,
                    sha256,
                    size,
                    fetched: now,
                }));
            }
            _ => {}
        }
    }
    let known: Vec<Record> = state.lines().collect();
    lines.extend(
        known
            .into_iter()
            .filter_map(|line| at_its_new_place(line, &moved)),
    );
    lines.extend(of_sessions(sessions, state, listing, now));
    let count = lines
        .iter()
        .filter(|line| !matches!(line, Record::Session(_)))
        .count();
    let path = folder.root().join(names::MANIFEST);
    let appended = manifest.append(&lines);
    appended.map_err(|error| trouble(&path, "cannot be written", &error))?;
    for line in lines {
        state.apply(line).map_err(Failure::failed)?;
    }
    Ok(count)
}

/// Takes the path with the same name out of the list, or any.
fn same_name(lost: &mut Vec<String>, path: &str) -> Option<String> {
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    let same = lost.iter().position(|it| name(it) == name(path));
    let index = same.or_else(|| lost.len().checked_sub(1))?;
    Some(lost.swap_remove(index))
}

fn at_its_new_place(line: Record, moved: &HashMap<String, String>) -> Option<Record> {
    match line {
        Record::File(mut file) => {
            file.path = moved.get(&file.path)?.clone();
            Some(Record::File(file))
        }
        Record::Day(mut day) => {
            day.path = moved.get(&day.path)?.clone();
            Some(Record::Day(day))
        }
        _ => None,
    }
}

fn of_sessions(
    candidates: BTreeMap<(u64, Kind, Option<u32>), Candidate>,
    state: &State,
    listing: &Listing,
    now: DateTime<Utc>,
) -> Vec<Record> {
    let mut most: BTreeMap<u64, u32> = BTreeMap::new();
    for (id, _, part) in candidates.keys() {
        let most = most.entry(*id).or_default();
        *most = (*most).max(part.unwrap_or(0));
    }
    let mut lines = Vec::new();
    let mut last = None;
    for ((id, kind, part), file) in candidates {
        let known = state.sessions.get(&id);
        if known.is_some_and(|session| session.has(kind)) {
            continue;
        }
        let Some(listed) = listing.sessions.get(&id) else {
            continue;
        };
        if known.is_none() && last != Some(id) {
            lines.push(Record::Session(SessionLine {
                id,
                version: 1,
                stem: names::stem(listed.start, listed.sport.as_deref(), &id.to_string()).into(),
                changed: None,
                listed: listed.clone(),
            }));
        }
        last = Some(id);
        lines.push(Record::File(FileLine {
            id,
            kind,
            part,
            of: part.and(most.get(&id).copied()),
            version: known.map_or(1, |session| session.version),
            path: file.path,
            sha256: file.sha256,
            size: file.size,
            fetched: now,
            adopted: true,
        }));
    }
    lines
}
