//! Trackpoints of one time.

use super::apply::Done;
use crate::Workout;
use crate::model::{Track, Trackpoint};

/// Merges neighbours of one time where no value that both formats hold contradicts the other; of other
/// values (how well the receiver saw the sky, texts) the first one counts. Neighbours that contradict
/// each other stay: the time is wrong, not the trackpoint.
pub(super) fn merge(workout: &mut Workout) -> Done {
    let gone = workout.tracks_mut().map(merge_in).sum();
    Done::new(
        gone,
        format!("merged {gone} trackpoints into the one before, which has the same time"),
    )
}

fn merge_in(track: &mut Track) -> usize {
    let mut keep = vec![true; track.len()];
    let mut first = 0;
    for (index, keep) in keep.iter_mut().enumerate().skip(1) {
        let time = track.time_micros(index);
        let merged = (time.is_some() && time == track.time_micros(first))
            .then(|| merged(track.get(first)?, track.get(index)?))
            .flatten();
        match merged {
            Some(point) => {
                track.set(first, point);
                *keep = false;
            }
            None => first = index,
        }
    }
    track.retain_flags(&keep)
}

/// One trackpoint with the values of both; `None` when they contradict each other.
fn merged(mut into: Trackpoint, from: Trackpoint) -> Option<Trackpoint> {
    macro_rules! merge {
        ($($field:ident),+ $(,)?) => {
            $(match (&into.$field, from.$field) {
                (Some(a), Some(b)) if *a != b => return None,
                (None, b) => into.$field = b,
                _ => {}
            })+
        };
    }
    merge!(
        position,
        altitude_m,
        distance_m,
        heart_rate,
        cadence,
        sensor_state,
        speed_mps,
        power_w,
        run_cadence,
        cadence_sensor,
    );
    macro_rules! first {
        ($($field:ident),+ $(,)?) => {
            $(into.$field = into.$field.or(from.$field);)+
        };
    }
    first!(
        air_temperature_c,
        water_temperature_c,
        depth_m,
        course_deg,
        bearing_deg,
        magnetic_variation_deg,
        geoid_height_m,
        fix,
        satellites,
        hdop,
        vdop,
        pdop,
        dgps_age_s,
        dgps_id,
        text,
    );
    Some(into)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{second, workout_of};
    use crate::{Fix, Repairs, Trackpoint, Workout};

    fn point(heart_rate: Option<u8>, altitude_m: Option<f64>) -> Trackpoint {
        let mut point = Trackpoint::at(second(1));
        point.heart_rate = heart_rate;
        point.altitude_m = altitude_m;
        point
    }

    fn merged(points: Vec<Trackpoint>) -> Workout {
        let mut workout = workout_of(points);
        let repairs = Repairs::none().with(Fix::MergeDuplicates);
        repairs.apply(&mut workout);
        assert!(repairs.apply(&mut workout).changes.is_empty());
        workout
    }

    #[test]
    fn partial_points_of_one_time_become_one_whole() {
        let parts = vec![
            point(Some(100), None),
            point(None, Some(5.0)),
            point(Some(100), Some(5.0)),
            Trackpoint::at(second(2)),
        ];
        let workout = merged(parts);
        assert_eq!(workout.trackpoint_count(), 2);
        assert_eq!(
            workout.laps[0].tracks[0].get(0).unwrap(),
            point(Some(100), Some(5.0))
        );
    }

    #[test]
    fn points_of_one_time_that_differ_stay() {
        for points in [
            vec![point(Some(100), None), point(Some(101), None)],
            vec![
                point(None, Some(1.0)),
                point(None, Some(2.0)),
                point(None, Some(1.0)),
            ],
        ] {
            assert_eq!(merged(points.clone()).trackpoint_count(), points.len());
        }
    }
}
