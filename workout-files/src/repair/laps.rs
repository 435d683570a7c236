//! The values that laps report.

use super::apply::Done;
use super::clock::NO_PAUSE;
use crate::check::{calories_on_first_lap, speeds_in_kmh};
use crate::model::{Intensity, Lap, Sport, TriggerMethod, Workout};
use crate::summary::laps::{Judged, judged_metres, judged_seconds, recorded, recorded_lap};
use crate::summary::quarter_hours;

/// A lap may start this much before its first trackpoint, whatever its time.
const LATE_SECONDS: i64 = 60;
/// A step back of up to this many microseconds is no fault of the clock.
const JITTER: i64 = 20_000_000;

/// The trackpoints overrule a lap's start that contradicts them, when their times rise and the lap's
/// own time does not speak for the start. The workout starts at its earliest lap or trackpoint.
/// Trackpoints whose times are a fault overrule nothing.
pub(super) fn starts(workout: &mut Workout) -> Done {
    let found = workout.laps.iter().filter(|lap| contradicts_points(lap));
    let found = found.count();
    if !can_be_trusted(workout) {
        return Done {
            left: found,
            ..Done::default()
        };
    }
    let mut moved = 0;
    for lap in &mut workout.laps {
        if contradicts_points(lap) && !is_confirmed(lap) {
            lap.start = lap.first_time();
            moved += 1;
        }
    }
    let mut details = Vec::new();
    if moved > 0 {
        details.push(format!(
            "moved the starts of {moved} laps to their first trackpoints"
        ));
    }
    let mut changed = moved;
    let earliest = workout.earliest();
    if earliest.is_some() && workout.start.is_some() && workout.start != earliest {
        workout.start = earliest;
        changed += 1;
        details.push("moved the start of the workout to the earliest lap or trackpoint".to_owned());
    }
    Done {
        count: changed,
        detail: details.join("; "),
        left: found - moved,
        ..Done::default()
    }
}

/// Whether the times rise as those of a workout do.
fn can_be_trusted(workout: &Workout) -> bool {
    let tracks = workout.tracks();
    let mut times =
        tracks.flat_map(|track| (0..track.len()).filter_map(|index| track.time_micros(index)));
    let mut before = times.next();
    times.all(|time| {
        let step = before.replace(time).map_or(0, |before| time - before);
        (-JITTER..NO_PAUSE).contains(&step)
    })
}

/// Whether a lap that starts long before its first trackpoint has a time that its trackpoints do not
/// fill: then the first ones are missing, and the start is right.
fn is_confirmed(lap: &Lap) -> bool {
    let Some((start, first)) = lap.start.zip(lap.first_time()) else {
        return false;
    };
    let (Some(total), Some(own)) = (lap.total_time_s, recorded_lap(lap, None).seconds) else {
        return first > start;
    };
    let slack = (total * 0.05).clamp(LATE_SECONDS as f64, 300.0);
    first > start && (total - own).abs() > slack
}

/// Whether a lap starts after its first trackpoint, a zone away from it, or is over before it.
fn contradicts_points(lap: &Lap) -> bool {
    let Some((start, first)) = lap.start.zip(lap.first_time()) else {
        return false;
    };
    let late = (first - start).num_seconds();
    if first < start {
        return true;
    }
    if late <= LATE_SECONDS {
        return false;
    }
    let is_zone = quarter_hours(late as f64, 5.0).is_some_and(|zone| zone > 0);
    let is_over = lap
        .total_time_s
        .is_some_and(|seconds| seconds > 0.0 && seconds < late as f64);
    is_zone || is_over
}

/// How long before its first trackpoint a lap starts, when that is no small step and less than a day.
fn late_seconds(lap: &Lap) -> Option<f64> {
    let late = (lap.first_time()? - lap.start?).num_seconds();
    (LATE_SECONDS..86_400)
        .contains(&late)
        .then_some(late as f64)
}

/// Times and distances that contradict the trackpoints in a known way.
pub(super) fn totals(workout: &mut Workout) -> Done {
    let recorded = recorded(workout);
    let seconds = judged_seconds(workout, &recorded);
    let metres = judged_metres(workout, &recorded);
    let mut changed = Vec::new();
    let mut mend = |lap: usize, name: &str, total: &mut Option<f64>, judged: Judged| {
        if let (Some(fault), Some(value)) = (judged.fault, judged.value)
            && *total != Some(value)
        {
            let was = total.unwrap_or_default();
            changed.push(format!(
                "{name} of lap {}: {was} ({}) is {value}",
                lap + 1,
                fault.as_str()
            ));
            *total = Some(value);
        }
    };
    for (index, lap) in workout.laps.iter_mut().enumerate() {
        mend(index, "time", &mut lap.total_time_s, seconds[index]);
        mend(index, "distance", &mut lap.distance_m, metres[index]);
    }
    let mut detail = changed[..changed.len().min(4)].join("; ");
    if changed.len() > 4 {
        detail.push_str("; and more");
    }
    Done::new(changed.len(), detail)
}

/// The values that every file must have, computed where they can be.
pub(super) fn fill(workout: &mut Workout) -> Done {
    let mut filled = Vec::new();
    let mut count = 0;
    let mut note = |name: &'static str| {
        count += 1;
        if !filled.contains(&name) {
            filled.push(name);
        }
    };
    if workout.start.is_none() {
        workout.start = workout.earliest();
        if workout.start.is_some() {
            note("start of the workout");
        }
    }
    let mut reached = workout.start;
    let begins: Vec<_> = workout
        .laps
        .iter()
        .map(|lap| lap.first_time().or(lap.start))
        .collect();
    let recorded = recorded(workout);
    for (index, lap) in workout.laps.iter_mut().enumerate() {
        if lap.start.is_none() {
            // A lap without trackpoints begins where the one before it ended, or overlaps the next.
            let next = begins[index + 1..].iter().flatten().next().copied();
            let between = reached.into_iter().chain(reached.and(next)).min();
            lap.start = begins[index].or(between);
            if lap.start.is_some() {
                note("start");
            }
        }
        reached = lap.last_time().or(lap.start).or(reached);
        if lap.total_time_s.is_none() {
            let late = late_seconds(lap).unwrap_or(0.0);
            lap.total_time_s = Some(recorded[index].seconds.unwrap_or(0.0) + late);
            note("time");
        }
        if lap.distance_m.is_none() {
            lap.distance_m = Some(recorded[index].metres.unwrap_or(0.0));
            note("distance");
        }
        if lap.calories.is_none() {
            lap.calories = Some(0);
            note("calories");
        }
        if lap.intensity.is_none() {
            lap.intensity = Some(Intensity::Active);
            note("intensity");
        }
        if lap.trigger.is_none() {
            lap.trigger = Some(TriggerMethod::Manual);
            note("trigger");
        }
    }
    Done::new(
        count,
        format!(
            "filled in {count} missing values of laps: {}",
            filled.join(", ")
        ),
    )
}

/// Old Polar exports have km/h where m/s belong.
pub(super) fn speeds(workout: &mut Workout) -> Done {
    if !speeds_in_kmh(&workout.laps) {
        return Done::default();
    }
    let mut changed = 0;
    for lap in &mut workout.laps {
        for speed in [&mut lap.mean_speed_mps, &mut lap.max_speed_mps]
            .into_iter()
            .flatten()
        {
            *speed /= 3.6;
            changed += 1;
        }
    }
    Done::new(
        changed,
        format!("divided {changed} speeds of laps by 3.6: they were in km/h"),
    )
}

/// Spreads the calories of the first lap over all laps in proportion to their times; the sum stays.
pub(super) fn calories(workout: &mut Workout) -> Done {
    if !calories_on_first_lap(&workout.laps) {
        return Done::default();
    }
    let total = workout.laps[0].calories.unwrap_or(0);
    let times: Vec<f64> = workout
        .laps
        .iter()
        .map(|lap| {
            lap.total_time_s
                .filter(|time| time.is_finite())
                .unwrap_or(0.0)
                .max(0.0)
        })
        .collect();
    let all: f64 = times.iter().sum();
    let mut changed = 0;
    let mut elapsed = 0.0;
    let mut given = 0;
    // Rounding the running sum, not each part, keeps the total.
    for (lap, time) in workout.laps.iter_mut().zip(times) {
        elapsed += time;
        let up_to = (f64::from(total) * (elapsed / all)).round() as u16;
        let part = up_to.min(total) - given;
        given += part;
        if lap.calories != Some(part) {
            lap.calories = Some(part);
            changed += 1;
        }
    }
    Done::new(
        changed,
        format!(
            "spread {total} kcal of the first lap over {} laps",
            workout.laps.len()
        ),
    )
}

/// The nearest sport that TCX knows.
pub(super) fn sport(workout: &mut Workout) -> Done {
    let nearest = Sport::from_token(workout.sport.tcx_token());
    if workout.sport == nearest {
        return Done::default();
    }
    let detail = format!("replaced the sport {} by {nearest}", workout.sport);
    workout.sport = nearest;
    Done::new(1, detail)
}

#[cfg(test)]
mod tests {
    use crate::{Fix, Lap, Repairs, Sport, Workout};

    fn laps(values: &[(f64, f64, f64, u16)]) -> Workout {
        let mut workout = Workout::new(Sport::Cycling);
        workout.laps = values
            .iter()
            .map(|&(time, distance, speed, calories)| Lap {
                total_time_s: Some(time),
                distance_m: Some(distance),
                mean_speed_mps: Some(speed),
                max_speed_mps: Some(speed * 2.0),
                calories: Some(calories),
                ..Lap::default()
            })
            .collect();
        workout
    }

    #[test]
    fn kmh_is_seen_on_all_laps_only() {
        let repairs = Repairs::none().with(Fix::SpeedKmh);
        let mut workout = laps(&[(100.0, 1000.0, 36.0, 1), (50.0, 250.0, 18.0, 1)]);
        assert_eq!(repairs.apply(&mut workout).changes[0].count, 4);
        assert_eq!(workout.laps[1].mean_speed_mps, Some(5.0));
        assert_eq!(workout.laps[1].max_speed_mps, Some(10.0));
        assert!(repairs.apply(&mut workout).changes.is_empty());
        let mut workout = laps(&[(100.0, 1000.0, 36.0, 1), (50.0, 250.0, 5.0, 1)]);
        assert!(repairs.apply(&mut workout).changes.is_empty());
    }

    #[test]
    fn spread_calories_keep_their_sum() {
        let repairs = Repairs::none().with(Fix::SpreadCalories);
        let mut workout = laps(&[
            (100.0, 0.0, 0.0, 100),
            (100.0, 0.0, 0.0, 0),
            (107.0, 0.0, 0.0, 0),
        ]);
        repairs.apply(&mut workout);
        let parts: Vec<_> = workout.laps.iter().filter_map(|lap| lap.calories).collect();
        assert_eq!(parts, [33, 32, 35]);
        assert!(repairs.apply(&mut workout).changes.is_empty());
    }

    #[test]
    fn required_values_are_filled_once() {
        let mut workout = Workout::new(Sport::Running);
        workout.laps.push(Lap::default());
        let repairs = Repairs::none().with(Fix::FillRequired);
        assert_eq!(repairs.apply(&mut workout).changes[0].count, 5);
        assert_eq!(workout.laps[0].calories, Some(0));
        assert!(repairs.apply(&mut workout).changes.is_empty());
    }

    #[test]
    fn the_sport_becomes_one_that_tcx_has() {
        let mut workout = Workout::new(Sport::MountainBiking);
        assert_eq!(Repairs::for_garmin().apply(&mut workout).changes.len(), 1);
        assert_eq!(workout.sport, Sport::Cycling);
    }
}
