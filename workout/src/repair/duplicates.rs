//! Trackpoints of one time.

use crate::Workout;
use crate::model::{Track, Trackpoint};

/// Merges neighbours of one time: what the first lacks is taken from the second.
pub(super) fn merge(workout: &mut Workout) -> (usize, String) {
    let gone = workout.tracks_mut().map(merge_in).sum();
    (
        gone,
        format!("merged {gone} trackpoints into the one before, which has the same time"),
    )
}

fn merge_in(track: &mut Track) -> usize {
    let mut keep = vec![true; track.len()];
    let mut first = 0;
    for (index, keep) in keep.iter_mut().enumerate().skip(1) {
        if track.time_micros(index).is_some()
            && track.time_micros(index) == track.time_micros(first)
        {
            *keep = false;
            if let (Some(mut into), Some(from)) = (track.get(first), track.get(index)) {
                fill(&mut into, from);
                track.set(first, into);
            }
        } else {
            first = index;
        }
    }
    track.retain_flags(&keep)
}

fn fill(into: &mut Trackpoint, from: Trackpoint) {
    macro_rules! fill {
        ($($field:ident),+ $(,)?) => {
            $(if into.$field.is_none() { into.$field = from.$field; })+
        };
    }
    fill!(
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
}

#[cfg(test)]
mod tests {
    use super::super::tests::{second, workout_of};
    use crate::{Fix, Repairs, Trackpoint};

    #[test]
    fn partial_points_of_one_time_become_one_whole() {
        let mut first = Trackpoint::at(second(1));
        first.heart_rate = Some(100);
        let mut again = Trackpoint::at(second(1));
        again.altitude_m = Some(5.0);
        again.heart_rate = Some(101);
        let mut workout = workout_of([first, again, Trackpoint::at(second(2))]);
        let changes = Repairs::none()
            .with(Fix::MergeDuplicates)
            .apply(&mut workout);
        assert_eq!(changes[0].count, 1);
        let merged = workout.laps[0].tracks[0].get(0).unwrap();
        assert_eq!(
            (merged.heart_rate, merged.altitude_m),
            (Some(100), Some(5.0))
        );
        assert_eq!(workout.trackpoint_count(), 2);
    }
}
