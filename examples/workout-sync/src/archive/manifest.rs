//! `manifest.jsonl`: read, appended to, made smaller.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use super::folder::{Folder, sync, trouble};
use super::names;
use super::record::{FORMAT, Record};
use super::state::State;
use crate::exit::Failure;

/// Superseded lines that are no reason to write the manifest anew.
const DEAD: usize = 200;

/// The manifest, open for more lines.
#[derive(Debug)]
pub(super) struct Manifest {
    file: File,
}

/// A manifest that was read.
#[derive(Debug, Default)]
struct Read {
    state: State,
    lines: usize,
    /// Lines that a later one took the place of.
    dead: usize,
    /// The length of the whole lines in bytes. A program or machine that stopped may have left a piece of a line behind them.
    length: u64,
    is_torn: bool,
}

impl Manifest {
    /// Reads the manifest of a folder, or begins one, and opens it for more lines. A last line that is not whole is dropped: what it
    /// told is found out again. A manifest with many superseded lines is written anew.
    ///
    /// # Errors
    /// When it cannot be read or written, or a line in it is damaged: then nothing is changed.
    pub(super) fn open(folder: &Folder) -> Result<(Self, State), Failure> {
        let path = folder.root().join(names::MANIFEST);
        let read = read(&path)?;
        let failed = |error: &io::Error| trouble(&path, "cannot be written", error);
        if read.dead > DEAD + read.lines / 4 {
            rewrite(folder, &read.state).map_err(|error| failed(&error))?;
        }
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).open(&path);
        let file = file.map_err(|error| failed(&error))?;
        if read.is_torn && read.dead <= DEAD + read.lines / 4 {
            file.set_len(read.length).map_err(|error| failed(&error))?;
        }
        sync(folder.root());
        Ok((Self { file }, read.state))
    }

    /// Adds lines. They are on disk when this returns.
    ///
    /// # Errors
    /// Those of the file system. A piece of the lines may have been written.
    pub(super) fn append(&mut self, records: &[Record]) -> io::Result<()> {
        let mut text = Vec::new();
        for record in records {
            serde_json::to_writer(&mut text, record)?;
            text.push(b'\n');
        }
        let before = self.file.metadata()?.len();
        let written = self
            .file
            .write_all(&text)
            .and_then(|()| self.file.sync_data());
        if written.is_err() {
            // On a full disk half a line is of no use; the next run would drop it, too.
            let _ = self.file.set_len(before);
        }
        written
    }
}

/// Reads the manifest of an archive without changing anything.
///
/// # Errors
/// When there is none, it cannot be read, or a line in it is damaged.
pub(super) fn load(root: &Path) -> Result<State, Failure> {
    let path = root.join(names::MANIFEST);
    if !path.exists() {
        let what = match root.is_dir() {
            true => "is no archive: there is no manifest.jsonl in it",
            false => "does not exist",
        };
        return Err(Failure::usage(format!("{} {what}", root.display())));
    }
    Ok(read(&path)?.state)
}

fn read(path: &Path) -> Result<Read, Failure> {
    let failed = |error: &io::Error| trouble(path, "cannot be read", error);
    let mut read = Read::default();
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(read),
        file => file.map_err(|error| failed(&error))?,
    };
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    // A line that cannot be read, with its number: no trouble when it is the last one.
    let mut damaged: Option<(usize, String)> = None;
    loop {
        line.clear();
        let count = reader
            .read_until(b'\n', &mut line)
            .map_err(|e| failed(&e))?;
        if count == 0 {
            break;
        }
        if let Some((number, why)) = damaged {
            return Err(Failure::failed(format!(
                "{}, line {number}, cannot be read: {why}. Nothing was changed. Move the manifest out of the folder and run it again \
                 with --adopt: the files are recognised",
                path.display()
            )));
        }
        read.lines += 1;
        let taken = match line.ends_with(b"\n") {
            false => Err("it is not whole".to_owned()),
            true => take(&mut read.state, &line),
        };
        match taken {
            Ok(replaced) => {
                read.dead += usize::from(replaced);
                read.length += count as u64;
            }
            Err(why) => damaged = Some((read.lines, why)),
        }
    }
    let format = read.state.head.as_ref().map_or(FORMAT, |head| head.format);
    if format > FORMAT {
        return Err(Failure::usage(format!(
            "{} was written by a newer program (format {format}); use that one",
            path.display()
        )));
    }
    read.is_torn = damaged.is_some();
    Ok(read)
}

fn take(state: &mut State, line: &[u8]) -> Result<bool, String> {
    let record = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    state.apply(record).map_err(str::to_owned)
}

/// Writes a manifest without superseded lines. The old one is there until the new one is whole.
fn rewrite(folder: &Folder, state: &State) -> io::Result<()> {
    let temporary = folder.root().join(names::TEMPORARY).join("manifest");
    let mut out = BufWriter::new(File::create(&temporary)?);
    for record in state.lines() {
        serde_json::to_writer(&mut out, &record)?;
        out.write_all(b"\n")?;
    }
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    fs::rename(temporary, folder.root().join(names::MANIFEST))?;
    sync(folder.root());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::kind::{DayKind, Kind};
    use crate::archive::record::{
        AbsentLine, DayLine, Digest, EmptyLine, FileLine, Head, Listed, SessionLine,
    };

    fn session(id: u64, version: u32) -> Record {
        let start = "2025-05-01T16:30:42".parse().unwrap();
        Record::Session(SessionLine {
            id,
            version,
            stem: format!("2025-05-01_163042_running_{id}").into(),
            changed: None,
            listed: Listed {
                start,
                ..Listed::default()
            },
        })
    }

    fn records() -> Vec<Record> {
        let now = "2026-11-28T12:00:00Z".parse().unwrap();
        let digest = Digest::of(b"x");
        let file = |path: &str, part, version| {
            Record::File(FileLine {
                id: 7,
                kind: Kind::Tcx,
                part,
                of: part.map(|_| 2),
                version,
                path: path.to_owned(),
                sha256: digest,
                size: 1,
                fetched: now,
                adopted: false,
            })
        };
        let day = |text: &str| text.parse().unwrap();
        vec![
            Record::Archive(Head {
                source: "polar-flow".into(),
                format: FORMAT,
                account: Some(1),
                program: "test".into(),
            }),
            session(7, 1),
            file(
                "sessions/2025/05/2025-05-01_163042_running_7-1.tcx",
                Some(1),
                1,
            ),
            file("elsewhere/b.tcx", Some(2), 1),
            Record::Absent(AbsentLine {
                id: 7,
                kind: Kind::Gpx,
                part: None,
                of: None,
                version: 1,
                asked: now,
            }),
            Record::Day(DayLine {
                kind: DayKind::Sleep,
                day: day("2025-05-01"),
                path: "sleep/2025/05/2025-05-01.json".to_owned(),
                sha256: digest,
                size: 1,
                fetched: now,
            }),
            Record::Empty(EmptyLine {
                kind: DayKind::Sleep,
                from: day("2025-05-02"),
                until: day("2025-05-04"),
            }),
        ]
    }

    fn opened(root: &Path) -> (Folder, Manifest, State) {
        let folder = Folder::open(root, true).unwrap();
        let (manifest, state) = Manifest::open(&folder).unwrap();
        (folder, manifest, state)
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_made_smaller_without_a_change() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        let (folder, mut manifest, _) = opened(root);
        manifest.append(&records()).unwrap();
        let state = load(root).unwrap();
        let seven = &state.sessions[&7];
        assert!(seven.has(Kind::Tcx) && seven.has(Kind::Gpx) && !seven.has(Kind::Csv));
        assert!(state.has_day(DayKind::Sleep, "2025-05-03".parse().unwrap()));
        assert!(!state.has_day(DayKind::Activity, "2025-05-03".parse().unwrap()));
        assert!(state.all_files().contains_key("elsewhere/b.tcx"));
        assert_eq!(state.lines().collect::<Vec<_>>(), records());
        for _ in 0..300 {
            manifest.append(&[session(7, 1)]).unwrap();
        }
        drop((folder, manifest));
        drop(opened(root));
        let text = fs::read_to_string(root.join(names::MANIFEST)).unwrap();
        assert_eq!(text.lines().count(), records().len());
        assert_eq!(load(root).unwrap().lines().collect::<Vec<_>>(), records());
    }

    /// Wherever a write was cut off: what was whole stays, and the next line begins on its own.
    #[test]
    fn a_torn_last_line_is_dropped() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        let path = root.join(names::MANIFEST);
        let (folder, mut manifest, _) = opened(root);
        manifest.append(&records()).unwrap();
        drop((folder, manifest));
        let whole = fs::read(&path).unwrap();
        let last = whole[..whole.len() - 1]
            .iter()
            .rposition(|b| *b == b'\n')
            .unwrap()
            + 1;
        for cut in last..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (folder, mut manifest, state) = opened(root);
            assert!(state.empty.is_empty() && state.sessions.len() == 1);
            manifest.append(&[session(8, 1)]).unwrap();
            drop((folder, manifest));
            assert_eq!(load(root).unwrap().sessions.len(), 2, "cut at {cut}");
        }
        let mut damaged = whole.clone();
        damaged.extend_from_slice(b"\0\0\0\0\n");
        fs::write(&path, &damaged).unwrap();
        assert_eq!(load(root).unwrap().sessions.len(), 1);
    }

    #[test]
    fn a_damaged_line_is_named_and_nothing_is_changed() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        let path = root.join(names::MANIFEST);
        let (folder, mut manifest, _) = opened(root);
        manifest.append(&records()).unwrap();
        drop((folder, manifest));
        let text = fs::read_to_string(&path).unwrap();
        let damaged = text.replacen("\"type\":\"file\"", "\"type\":\"f\u{0}le\"", 1);
        fs::write(&path, &damaged).unwrap();
        let folder = Folder::open(root, true).unwrap();
        let failure = Manifest::open(&folder).unwrap_err();
        assert!(failure.message.contains("line 3"), "{}", failure.message);
        assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
        let newer = text.replacen("\"format\":1", "\"format\":2", 1);
        fs::write(&path, newer).unwrap();
        assert!(load(root).unwrap_err().message.contains("newer program"));
    }
}
