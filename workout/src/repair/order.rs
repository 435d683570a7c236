//! The order of times.

use crate::model::{Lap, Track};
use crate::{Workout, model};

/// Sorts, stably: trackpoints in their tracks, tracks in their laps, laps in the workout. What has
/// no time stays behind what it followed.
pub(super) fn by_time(workout: &mut Workout) -> (usize, String) {
    let mut points = 0;
    let mut others = 0;
    for lap in &mut workout.laps {
        for track in &mut lap.tracks {
            points += sort_points(track);
        }
        others += sort_by_key(&mut lap.tracks, |track: &Track| {
            (0..track.len()).find_map(|index| track.time_micros(index))
        });
    }
    others += sort_by_key(&mut workout.laps, |lap: &Lap| {
        lap.first_time().or(lap.start).map(model::micros)
    });
    (
        points + others,
        format!("moved {points} trackpoints and {others} tracks or laps into order"),
    )
}

fn sort_points(track: &mut Track) -> usize {
    let keys = carried((0..track.len()).map(|index| track.time_micros(index)));
    if keys.is_sorted() {
        return 0;
    }
    let mut order: Vec<u32> = (0..track.len() as u32).collect();
    order.sort_by_key(|&index| keys[index as usize]);
    track.permute(&order);
    moved(&order)
}

fn sort_by_key<T>(items: &mut Vec<T>, key: impl Fn(&T) -> Option<i64>) -> usize {
    let keys = carried(items.iter().map(key));
    if keys.is_sorted() {
        return 0;
    }
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    order.sort_by_key(|&index| keys[index as usize]);
    let mut slots: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(
        order
            .iter()
            .filter_map(|&index| slots[index as usize].take()),
    );
    moved(&order)
}

/// The key of what has none is the key of what came before it.
fn carried(keys: impl Iterator<Item = Option<i64>>) -> Vec<i64> {
    let mut last = i64::MIN;
    keys.map(|key| {
        last = key.unwrap_or(last);
        last
    })
    .collect()
}

fn moved(order: &[u32]) -> usize {
    order
        .iter()
        .enumerate()
        .filter(|(index, from)| *index != **from as usize)
        .count()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{second, workout_of};
    use crate::{Fix, Repairs, Trackpoint};

    #[test]
    fn times_end_up_in_order_and_points_stay_whole() {
        let mut late = Trackpoint::at(second(5));
        late.heart_rate = Some(150);
        let unknown = Trackpoint {
            heart_rate: Some(151),
            ..Trackpoint::default()
        };
        let mut workout = workout_of([late.clone(), unknown.clone(), Trackpoint::at(second(3))]);
        let repairs = Repairs::none().with(Fix::OrderTimes);
        assert_eq!(repairs.apply(&mut workout)[0].count, 3);
        let points: Vec<_> = workout.trackpoints().collect();
        assert_eq!(points, [Trackpoint::at(second(3)), late, unknown]);
        assert!(repairs.apply(&mut workout).is_empty());
    }
}
