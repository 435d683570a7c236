//! Converts FIT to TCX: `cargo run --features fit --example fit_to_tcx IN.fit OUT.tcx`.
#![allow(clippy::print_stdout)]

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1);
    let (Some(input), Some(output)) = (paths.next(), paths.next()) else {
        return Err("usage: fit_to_tcx IN.fit OUT.tcx".into());
    };
    let reading = workout_files::fit::read(&std::fs::read(input)?)?;
    for oddity in &reading.diagnostics {
        println!("! {oddity}");
    }
    let written = workout_files::tcx::write(&reading.workouts)?;
    for loss in &written.losses {
        println!("lost: {loss}");
    }
    std::fs::write(output, written.bytes)?;
    Ok(())
}
