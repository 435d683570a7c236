//! Every repair of whatever was read ends, and doing it again changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workout::{Fix, Repairs};

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, file)) = bytes.split_first() else { return };
    let workouts = match workout::read(file) {
        Ok(reading) => reading.workouts,
        Err(error) => error.into_partial().map(|partial| partial.workouts).unwrap_or_default(),
    };
    let repairs = match choice % 5 {
        0 => Repairs::for_runkeeper(),
        1 => Repairs::for_garmin(),
        2 => Repairs::for_strava(),
        3 => Fix::ALL.iter().fold(Repairs::none(), |set, &fix| set.with(fix)),
        _ => Repairs::none().with(Fix::ALL[usize::from(choice / 5) % Fix::ALL.len()]),
    };
    for mut workout in workouts {
        repairs.apply(&mut workout);
        let once = workout.clone();
        let again = repairs.apply(&mut workout);
        assert!(again.is_empty(), "{again:?}");
        assert!(workout == once);
    }
});
