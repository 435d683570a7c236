//! Prints the splits of every kilometre: `cargo run --example split_by_kilometre FILE`.
#![allow(clippy::print_stdout)]

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os()
        .nth(1)
        .ok_or("usage: split_by_kilometre FILE")?;
    let reading = workout_files::read(&std::fs::read(path)?)?;
    for workout in &reading.workouts {
        println!("{} {:?}", workout.sport, workout.start_time());
        for (index, split) in workout.splits(1000.0).iter().enumerate() {
            let km = index as f64 + split.distance_m / 1000.0;
            let pace = split
                .time_s
                .map(|seconds| seconds / split.distance_m * 1000.0);
            let pace = pace.map_or("unknown pace".to_owned(), |seconds| {
                format!(
                    "{}:{:02.0} min/km",
                    (seconds / 60.0) as u32,
                    (seconds % 60.0).floor()
                )
            });
            let bpm = split
                .mean_hr
                .map_or(String::new(), |bpm| format!(", {bpm:.0} bpm"));
            println!("  to {km:.2} km: {pace}{bpm}");
        }
    }
    Ok(())
}
