//! Putting the copies of recordings together.

use std::cmp::Reverse;

use super::Sketch;

/// Puts the copies of each recording together, those of its parts too; in each group the longest comes first, and copies of one
/// length keep their order.
///
/// A copy belongs to the first group whose longest one [is the same recording](Sketch::is_same_recording). `sketch` gives the sketch
/// of what is sorted: files, items of a listing.
///
/// ```
/// use workout_files::{Sketch, group_copies};
///
/// let file = |from: u32, until: u32| {
///     let point = |n| format!("<trkpt lat=\"52.{:04}\" lon=\"13.0\"><time>2026-05-01T08:00:{n:02}Z</time></trkpt>", n + 1000);
///     let points: String = (from..until).map(point).collect();
///     format!("<gpx version=\"1.1\"><trk><trkseg>{points}</trkseg></trk></gpx>")
/// };
/// let mut sketches = Vec::new();
/// for (name, file) in [("half", file(0, 15)), ("other", file(31, 60)), ("whole", file(0, 30))] {
///     sketches.push((name, Sketch::new(&workout_files::read(file.as_bytes())?.workouts)));
/// }
/// let groups = group_copies(sketches, |(_, sketch)| sketch);
/// let names: Vec<Vec<&str>> = groups.iter().map(|group| group.iter().map(|(name, _)| *name).collect()).collect();
/// assert_eq!(names, [vec!["whole", "half"], vec!["other"]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn group_copies<T>(
    recordings: impl IntoIterator<Item = T>,
    sketch: impl Fn(&T) -> &Sketch,
) -> Vec<Vec<T>> {
    let mut recordings: Vec<T> = recordings.into_iter().collect();
    recordings.sort_by_key(|recording| Reverse(sketch(recording).seconds()));
    let mut groups: Vec<Vec<T>> = Vec::new();
    for recording in recordings {
        let is_copy = |group: &&mut Vec<T>| {
            let longest = sketch(&group[0]);
            longest.is_same_recording(sketch(&recording))
        };
        match groups.iter_mut().find(is_copy) {
            Some(group) => group.push(recording),
            None => groups.push(vec![recording]),
        }
    }
    groups
}
