//! Real files for local tests. They are not part of the project; tests that want them skip, and say
//! so, where they are absent.

use std::path::{Path, PathBuf};

/// A file of the corpus.
pub struct Sample {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The corpus folder: `WORKOUT_CORPUS`, or `shared/corpus` beside the workspace.
pub fn corpus() -> Option<PathBuf> {
    let path = std::env::var_os("WORKOUT_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    path.is_dir().then_some(path)
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
