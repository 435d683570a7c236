//! Real files for local tests. They are not part of the project; tests that want them skip, and say
//! so, where they are absent.

// Every test file uses its own part of this.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used
)]

pub mod fit;
pub mod invariants;
pub mod picture;

use std::path::{Path, PathBuf};

/// A file of the corpus.
pub struct Sample {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The corpus folder: `WORKOUT_CORPUS`, or `shared/corpus` beside the workspace.
pub fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("WORKOUT_CORPUS").map(PathBuf::from);
    let beside = || {
        let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let mut candidates = folders.map(|folder| folder.join("shared/corpus"));
        candidates.find(|path| path.is_dir())
    };
    named.or_else(beside).filter(|path| path.is_dir())
}

/// The files of one folder of the corpus, sorted by name.
pub fn samples(folder: &str) -> Vec<Sample> {
    let Some(corpus) = corpus() else {
        println!("skipped: no corpus (set WORKOUT_CORPUS)");
        return Vec::new();
    };
    let mut paths: Vec<_> = std::fs::read_dir(corpus.join(folder))
        .map(|entries| {
            entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .collect()
        })
        .unwrap_or_default();
    paths.sort();
    paths
        .into_iter()
        .map(|path| Sample {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            bytes: std::fs::read(&path).unwrap(),
        })
        .collect()
}

/// Where two workouts differ first, for a message that can be read.
pub fn difference(a: &workout_files::Workout, b: &workout_files::Workout) -> String {
    let (a, b) = (format!("{a:#?}"), format!("{b:#?}"));
    let shown: Vec<_> = a
        .lines()
        .zip(b.lines())
        .filter(|(a, b)| a != b)
        .take(5)
        .map(|(a, b)| format!("{} / {}", a.trim(), b.trim()))
        .collect();
    shown.join("; ")
}

/// The synthetic files that ship with the project.
pub fn fixtures() -> Vec<Sample> {
    files_in("fixtures")
}

/// Synthetic files with one fault each, made after public bug reports.
pub fn faults() -> Vec<Sample> {
    files_in("fixtures/faults")
}

/// One of [`faults`].
pub fn fault(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/faults")
        .join(name);
    std::fs::read(path).unwrap()
}

fn files_in(folder: &str) -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.is_file())
                .collect()
        })
        .unwrap_or_default();
    paths.sort();
    paths
        .into_iter()
        .map(|path| Sample {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            bytes: std::fs::read(&path).unwrap(),
        })
        .collect()
}
