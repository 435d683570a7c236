//! Distances that step back.

use crate::Workout;

/// A distance below this share of the one before is a restart (at a lap border), not a wobble.
const RESTART: f64 = 0.1;

/// Makes the distances of all trackpoints one series that never decreases. A restart continues from
/// where the distance was; a small step back stands still.
pub(super) fn continue_all(workout: &mut Workout) -> (usize, String) {
    let mut changed = 0;
    let mut offset = 0.0;
    let mut raw_before = f64::NEG_INFINITY;
    let mut before = f64::NEG_INFINITY;
    for track in workout.tracks_mut() {
        for index in 0..track.len() {
            let Some(raw) = track.distance_m(index) else {
                continue;
            };
            if raw < raw_before && raw >= 0.0 && raw <= raw_before * RESTART {
                offset = before;
            }
            let distance = (raw + offset).max(before);
            if distance != raw
                && let Some(mut point) = track.get(index)
            {
                point.distance_m = Some(distance);
                track.set(index, point);
                changed += 1;
            }
            raw_before = raw;
            before = distance;
        }
    }
    (
        changed,
        format!("changed the distance of {changed} trackpoints so that it never decreases"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{second, workout_of};
    use crate::{Fix, Repairs, Trackpoint};

    #[test]
    fn restarts_continue_and_wobbles_stand_still() {
        let points = [0.0, 50.0, 100.0, 99.5, 101.0, 2.0, 30.0].map(|distance| {
            let mut point = Trackpoint::at(second(1));
            point.distance_m = Some(distance);
            point
        });
        let mut workout = workout_of(points);
        let repairs = Repairs::none().with(Fix::ContinueDistance);
        assert_eq!(repairs.apply(&mut workout)[0].count, 3);
        let distances: Vec<_> = workout.trackpoints().filter_map(|p| p.distance_m).collect();
        assert_eq!(distances, [0.0, 50.0, 100.0, 100.0, 101.0, 103.0, 131.0]);
        assert!(repairs.apply(&mut workout).is_empty());
    }
}
