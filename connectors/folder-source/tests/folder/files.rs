//! Workout files for the tests.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use sync_core::Workout;
use sync_core::conformance::test_workout;

/// The `number`th workout of the suites, as a TCX file.
pub(crate) fn tcx(number: usize) -> Vec<u8> {
    let (_, workout) = test_workout(number);
    workout_files::tcx::write(&[workout]).unwrap().bytes
}

/// A TCX file of these workouts.
pub(crate) fn tcx_of(workouts: &[Workout]) -> Vec<u8> {
    workout_files::tcx::write(workouts).unwrap().bytes
}

/// A GPX file of the `number`th workout.
pub(crate) fn gpx(number: usize) -> Vec<u8> {
    let (_, workout) = test_workout(number);
    workout_files::gpx::write(&[workout]).unwrap().bytes
}

/// Puts a file there that was written an hour ago.
pub(crate) fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    age(path, Duration::from_secs(3600));
}

/// Sets the time of a file's last change.
pub(crate) fn age(path: &Path, age: Duration) {
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

/// Names and contents of everything below a folder, hidden files too.
pub(crate) fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(everything(&path)),
            false => all.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    all.sort();
    all
}
