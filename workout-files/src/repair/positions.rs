//! Trackpoints without a position.

use super::apply::Done;
use super::report::DeclineReason;
use crate::Workout;
use crate::model::{Position, Track};
use crate::summary::{are_too_few, has_too_few, is_zero, remove, strays, zero_is_no_fix};

/// Drops them, and the tracks that this leaves empty. Laps stay, with their totals. Of a workout with
/// only a few positions nothing that is worth delivering would be left.
pub(super) fn drop_without(workout: &mut Workout) -> Done {
    let before = workout.trackpoint_count();
    let positions = workout.position_count();
    let would_lose_most =
        |workout: &Workout| are_too_few(workout.trackpoints().map(|p| p.position.is_some()));
    if positions > 0 && would_lose_most(workout) {
        return Done {
            refused: Some(DeclineReason::FewPositions {
                positions,
                trackpoints: before,
            }),
            ..Done::default()
        };
    }
    let mut gone = 0;
    for lap in &mut workout.laps {
        lap.tracks.retain_mut(|track| {
            let dropped = track.retain(|point| point.position.is_some());
            gone += dropped;
            dropped == 0 || !track.is_empty()
        });
    }
    Done::new(
        gone,
        format!("dropped {gone} of {before} trackpoints, which have no position"),
    )
}

/// Removes positions of exactly 0, 0 when they stand for no fix.
pub(super) fn drop_zero(workout: &mut Workout) -> Done {
    let mut gone = 0;
    if !zero_is_no_fix(workout) {
        return Done::default();
    }
    for track in workout.tracks_mut() {
        for index in 0..track.len() {
            let at = track.position(index);
            if at.is_some_and(is_zero) {
                track.set_position(index, None);
                gone += 1;
            }
        }
    }
    Done::new(
        gone,
        format!("removed the position 0, 0 of {gone} trackpoints"),
    )
}

/// Removes positions that no athlete can have reached.
pub(super) fn drop_far(workout: &mut Workout) -> Done {
    let strays = strays(workout);
    remove(workout, &strays);
    let farthest = strays
        .iter()
        .fold(0.0_f64, |far, stray| far.max(stray.away_m));
    Done::new(
        strays.len(),
        format!(
            "removed {} positions up to {:.1} km away, which no athlete can have reached",
            strays.len(),
            farthest / 1000.0
        ),
    )
}

/// Fills gaps between two positions of a track, in proportion to time. A few positions of a workout
/// indoors are no route that has gaps.
pub(super) fn interpolate(workout: &mut Workout) -> Done {
    if has_too_few(workout) {
        return Done::default();
    }
    let filled = workout.tracks_mut().map(interpolate_in).sum();
    Done::new(
        filled,
        format!("filled in the positions of {filled} trackpoints between known ones"),
    )
}

/// Neighbours are neighbours in time, so that the order of the trackpoints does not matter.
fn interpolate_in(track: &mut Track) -> usize {
    let mut known: Vec<(i64, Position)> = (0..track.len())
        .filter_map(|index| track.time_micros(index).zip(track.position(index)))
        .collect();
    known.sort_by_key(|(time, _)| *time);
    let mut filled = 0;
    for index in 0..track.len() {
        let (None, Some(at)) = (track.position(index), track.time_micros(index)) else {
            continue;
        };
        let after = known.partition_point(|(time, _)| *time < at);
        let Some(&(start, a)) = after.checked_sub(1).and_then(|before| known.get(before)) else {
            continue;
        };
        let Some(&(end, b)) = known.get(after) else {
            continue;
        };
        let share = (at - start) as f64 / (end - start) as f64;
        track.set_position(index, between(a, b, share));
        filled += usize::from(track.position(index).is_some());
    }
    filled
}

/// On a straight line in degrees, the short way around the globe; to the seventh decimal, which is
/// a centimetre.
fn between(a: Position, b: Position, share: f64) -> Option<Position> {
    let mut east = b.longitude - a.longitude;
    if east > 180.0 {
        east -= 360.0;
    } else if east < -180.0 {
        east += 360.0;
    }
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    let mut longitude = round(a.longitude + east * share);
    if longitude >= 180.0 {
        longitude -= 360.0;
    } else if longitude < -180.0 {
        longitude += 360.0;
    }
    Position::new(
        round(a.latitude + (b.latitude - a.latitude) * share),
        longitude,
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{second, workout_of};
    use crate::{Fix, Position, Repairs, Trackpoint};

    fn at(seconds: i64, longitude: Option<f64>) -> Trackpoint {
        let mut point = Trackpoint::at(second(seconds));
        point.position = longitude.and_then(|longitude| Position::new(1.0, longitude));
        point
    }

    #[test]
    fn gaps_are_filled_in_proportion_to_time_and_only_gaps() {
        let points = [None, Some(10.0), None, Some(11.0), None];
        let seconds = [0, 1, 4, 5, 6];
        let mut workout = workout_of(std::array::from_fn::<_, 5, _>(|i| {
            at(seconds[i], points[i])
        }));
        let repairs = Repairs::none().with(Fix::InterpolatePositions);
        assert_eq!(repairs.apply(&mut workout).changes[0].count, 1);
        let longitudes: Vec<_> = workout
            .trackpoints()
            .map(|p| p.position.map(|at| at.longitude))
            .collect();
        assert_eq!(
            longitudes,
            [None, Some(10.0), Some(10.75), Some(11.0), None]
        );
        assert!(repairs.apply(&mut workout).changes.is_empty());
    }

    #[test]
    fn the_date_line_is_crossed_the_short_way() {
        let mut workout = workout_of([at(0, Some(179.0)), at(1, None), at(2, Some(-179.0))]);
        Repairs::none()
            .with(Fix::InterpolatePositions)
            .apply(&mut workout);
        let middle = workout.laps[0].tracks[0].position(1).unwrap();
        assert_eq!(middle.longitude, -180.0);
    }

    #[test]
    fn trackpoints_without_a_fix_are_dropped() {
        let mut zero = Trackpoint::at(second(1));
        zero.position = Position::new(0.0, 0.0);
        let mut workout = workout_of([at(0, None), zero, at(2, Some(3.0))]);
        let report = Repairs::for_runkeeper().apply(&mut workout);
        assert_eq!(workout.trackpoint_count(), 1);
        let fixes: Vec<_> = report.changes.iter().map(|change| change.fix).collect();
        assert!(
            fixes.contains(&Fix::DropZeroPosition) && fixes.contains(&Fix::DropWithoutPosition)
        );
    }

    #[test]
    fn zero_near_the_route_is_a_place() {
        let near = |seconds, longitude| {
            let mut point = Trackpoint::at(second(seconds));
            point.position = Position::new(0.0, longitude);
            point
        };
        let mut workout = workout_of([near(0, -1e-4), near(1, 0.0), near(2, 1e-4)]);
        assert!(
            Repairs::for_strava()
                .apply(&mut workout)
                .changes
                .iter()
                .all(|change| { change.fix != Fix::DropZeroPosition })
        );
        assert_eq!(workout.position_count(), 3);
    }
}
