//! Repairs a file for Runkeeper and writes it as TCX:
//! `cargo run --example repair_for_destination IN OUT.tcx`.
#![allow(clippy::print_stdout)]

use std::error::Error;

use workout_files::Repairs;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1);
    let (Some(input), Some(output)) = (paths.next(), paths.next()) else {
        return Err("usage: repair_for_destination IN OUT.tcx".into());
    };
    let mut workouts = workout_files::read(&std::fs::read(input)?)?.workouts;
    for workout in &mut workouts {
        let report = Repairs::for_runkeeper().apply(workout);
        println!("{} {:?}: {report:#?}", workout.sport, workout.start_time());
        // Runkeeper takes no file without GPS: better to know before the upload.
        if !workout.has_route() {
            return Err("the workout has no route".into());
        }
    }
    let written = workout_files::tcx::write(&workouts)?;
    for loss in &written.losses {
        println!("lost: {loss}");
    }
    std::fs::write(output, written.bytes)?;
    Ok(())
}
