//! Peak memory while reading, beside the size of the file, counted by the allocator.
//!
//! The bytes of the file itself are not counted: the caller holds them. Uses the real files of the
//! corpus when it is there (see `tests/support`), and a synthetic hour always.
#![allow(clippy::unwrap_used, missing_docs, clippy::print_stdout)]

#[path = "../tests/support/mod.rs"]
mod support;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

struct Measured {
    bytes: usize,
    peak: usize,
    kept: usize,
    points: usize,
}

fn measure(bytes: &[u8]) -> Option<Measured> {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let reading = workout_files::read(bytes).ok()?;
    let peak = ALLOCATOR.peak_usage() - before;
    let kept = reading
        .workouts
        .iter()
        .flat_map(workout_files::Workout::tracks);
    let kept = kept.map(workout_files::Track::heap_bytes).sum();
    let points = reading
        .workouts
        .iter()
        .map(workout_files::Workout::trackpoint_count)
        .sum();
    Some(Measured {
        bytes: bytes.len(),
        peak,
        kept,
        points,
    })
}

fn report(name: &str, files: &[Vec<u8>]) {
    let all: Vec<Measured> = files.iter().filter_map(|file| measure(file)).collect();
    if all.is_empty() {
        return;
    }
    let share = |m: &Measured| m.peak as f64 / m.bytes as f64;
    let worst = all.iter().map(share).fold(0.0, f64::max);
    let above = all.iter().filter(|m| m.peak >= m.bytes).count();
    let bytes: usize = all.iter().map(|m| m.bytes).sum();
    let peaks: usize = all.iter().map(|m| m.peak).sum();
    let points: usize = all.iter().map(|m| m.points).sum();
    let kept: usize = all.iter().map(|m| m.kept).sum();
    println!(
        "{name}: {} files, {bytes} bytes, {points} trackpoints; peak {:.3} of the file on average, \
         {worst:.3} at worst, {above} files above 1; {:.1} bytes kept per trackpoint",
        all.len(),
        peaks as f64 / bytes as f64,
        kept as f64 / points.max(1) as f64,
    );
}

/// An hour of seconds: with heart rate only, or with everything.
fn synthetic(everything: bool) -> Vec<u8> {
    let start = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let points = (0..3600).map(|second| {
        let mut point = workout_files::Trackpoint::at(start + chrono::TimeDelta::seconds(second));
        point.heart_rate = Some(120 + (second % 50) as u8);
        if everything {
            point.position = workout_files::Position::new(0.01 + second as f64 * 1.1e-5, 0.02);
            point.altitude_m = Some(100.0 + (second % 30) as f64);
            point.distance_m = Some(second as f64 * 2.8);
            point.cadence = Some(85);
        }
        point
    });
    let mut lap = workout_files::Lap::default();
    lap.tracks.push(workout_files::Track::from_iter(points));
    let mut run = workout_files::Workout::new(workout_files::Sport::Running);
    run.laps.push(lap);
    workout_files::tcx::write(&[run]).unwrap().bytes
}

fn main() {
    report("synthetic, heart rate only", &[synthetic(false)]);
    report("synthetic, with positions", &[synthetic(true)]);
    for folder in ["polar-tcx", "other-tcx", "gpx"] {
        let files: Vec<_> = support::samples(folder)
            .into_iter()
            .map(|sample| sample.bytes)
            .collect();
        report(folder, &files);
    }
}
