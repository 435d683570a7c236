//! Compares two versions of a workout, as a table and as a picture:
//! `cargo run --features plot --example compare_files BEFORE AFTER OUT.svg`.
#![allow(clippy::print_stdout)]

use std::error::Error;

use workout_files::plot::Names;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let [before, after, picture] = &paths[..] else {
        return Err("usage: compare_files BEFORE AFTER OUT.svg".into());
    };
    let (was, is) = (
        workout_files::read(&std::fs::read(before)?)?.workouts,
        workout_files::read(&std::fs::read(after)?)?.workouts,
    );
    let (Some(was), Some(is)) = (was.first(), is.first()) else {
        return Err("a file holds no workout".into());
    };
    let report = workout_files::compare(was, is);
    println!("{report}");
    if let Some(route) = report.route {
        println!("the routes are up to {:.1} m apart", route.max_m);
    }
    std::fs::write(
        picture,
        workout_files::plot::comparison(was, is, &Names::default()),
    )?;
    Ok(())
}
