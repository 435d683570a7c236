//! Every repair of any input, in memory and for a file, ends and keeps the invariants.
#![no_main]

#[path = "../../tests/support/invariants.rs"]
mod invariants;

use libfuzzer_sys::fuzz_target;
use workout_files::{Fix, Format, Repairs, WriteOptions};

fuzz_target!(|bytes: &[u8]| {
    let [choice, target, file @ ..] = bytes else { return };
    let workouts = match workout_files::read(file) {
        Ok(reading) => reading.workouts,
        Err(error) => error.into_partial().map(|partial| partial.workouts).unwrap_or_default(),
    };
    let repairs = match choice % 6 {
        0 => Repairs::for_runkeeper(),
        1 => Repairs::for_garmin(),
        2 => Repairs::for_strava(),
        3 => Repairs::safe(),
        4 => Fix::ALL.iter().fold(Repairs::none(), |set, &fix| set.with(fix)),
        _ => Repairs::none().with(Fix::ALL[usize::from(choice / 6) % Fix::ALL.len()]),
    };
    let target = match target % 5 {
        0 => None,
        1 => Some((Format::Tcx, WriteOptions::default())),
        2 => Some((Format::Tcx, WriteOptions::plain())),
        3 => Some((Format::Gpx, WriteOptions::default())),
        _ => Some((Format::Gpx, WriteOptions::plain())),
    };
    for workout in workouts {
        if let Err(broken) = invariants::repaired(&repairs, target.as_ref(), &workout) {
            panic!("{broken}");
        }
    }
});
