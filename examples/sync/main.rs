//! One-shot sync of workouts from Polar Flow to Runkeeper.
fn main() {}
