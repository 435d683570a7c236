//! Reads a workout file and prints what is in it: `cargo run --example read_and_print FILE`.
#![allow(clippy::print_stdout)]

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os()
        .nth(1)
        .ok_or("usage: read_and_print FILE")?;
    let reading = match workout_files::read(&std::fs::read(path)?) {
        Ok(reading) => reading,
        Err(error) => {
            println!("{error}");
            // A file that was cut off still holds what was read before the cut.
            error.into_partial().ok_or("nothing was read")?
        }
    };
    for workout in &reading.workouts {
        let totals = workout.totals();
        println!("{} {:?}", workout.sport, workout.start_time());
        println!(
            "  {} laps, {} trackpoints",
            workout.laps.len(),
            workout.trackpoint_count()
        );
        println!("  {:?} m in {:?} s", totals.distance_m, totals.moving_s);
        if let Some(device) = &workout.device {
            println!("  recorded by {}", device.name);
        }
    }
    for oddity in &reading.diagnostics {
        println!("! {oddity}");
    }
    Ok(())
}
