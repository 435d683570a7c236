//! Ascent and descent.

use crate::model::{Track, Workout};

/// Metres that the altitude must turn by before it counts. Barometers wander by a metre or two,
/// satellites by more; without such a band standing still climbs mountains.
const BAND_M: f64 = 3.0;

/// Altitudes outside are marks for "no data" (-9999, -32768, 65535, ...): the lowest land is the
/// shore of the Dead Sea, and airliners stay below.
const PLAUSIBLE_M: std::ops::RangeInclusive<f64> = -500.0..=15_000.0;

/// A step of more than `JUMP_M` plus `JUMP_MPS` times its seconds is a fault of the receiver or of
/// its number format, not a climb.
const JUMP_M: f64 = 30.0;
const JUMP_MPS: f64 = 25.0;
/// The first fix is often far off in altitude: the first steps must be as slow as these.
const FIRST_JUMP_M: f64 = 20.0;
const FIRST_JUMP_MPS: f64 = 3.0;
const FIRST_STEPS: u32 = 3;
/// Seconds of a step without times.
const UNKNOWN_S: f64 = 5.0;

/// Whether an altitude can be one.
pub(crate) fn is_plausible(altitude: f64) -> bool {
    PLAUSIBLE_M.contains(&altitude)
}

/// Metres climbed and descended; `None` without altitudes.
pub(super) fn climb(workout: &Workout) -> (Option<f64>, Option<f64>) {
    let mut climb = Climb::default();
    workout.tracks().for_each(|track| climb.track(track));
    (climb.ascent_m(), climb.descent_m())
}

/// Adds up ascent and descent: each rise or fall between two turning points that is at least
/// [`BAND_M`] counts in full.
#[derive(Default)]
struct Climb {
    before: Option<(Option<i64>, f64)>,
    /// Added to the altitudes, so that jumps disappear.
    shift: f64,
    steps: u32,
    leg: Option<Leg>,
    ascent_m: f64,
    descent_m: f64,
}

/// From the last turning point to the farthest altitude since.
struct Leg {
    low: f64,
    high: f64,
    /// 1 up, -1 down, 0 while the band was not left.
    direction: i8,
}

impl Climb {
    fn track(&mut self, track: &Track) {
        for index in 0..track.len() {
            if let Some(altitude) = track.altitude_m(index) {
                self.add(track.time_micros(index), altitude);
            }
        }
    }

    fn add(&mut self, time: Option<i64>, altitude: f64) {
        if !is_plausible(altitude) {
            return;
        }
        if let Some((last_time, last)) = self.before {
            let seconds = last_time
                .zip(time)
                .map_or(UNKNOWN_S, |(a, b)| (b - a).max(0) as f64 / 1e6);
            self.steps += 1;
            // Exactly 0 is a mark for "no data" too, but also the shore: a step to or from it counts
            // when it is as slow as a climb.
            let may_be_mark = altitude == 0.0 || last == 0.0;
            let limit = if self.steps <= FIRST_STEPS || may_be_mark {
                FIRST_JUMP_M + FIRST_JUMP_MPS * seconds
            } else {
                JUMP_M + JUMP_MPS * seconds
            };
            if (altitude - last).abs() > limit {
                self.shift += last - altitude;
            }
        }
        self.before = Some((time, altitude));
        self.turn(altitude + self.shift);
    }

    fn turn(&mut self, altitude: f64) {
        let Some(leg) = &mut self.leg else {
            self.leg = Some(Leg {
                low: altitude,
                high: altitude,
                direction: 0,
            });
            return;
        };
        if leg.direction >= 0 && altitude > leg.high {
            leg.high = altitude;
            if altitude - leg.low >= BAND_M {
                leg.direction = 1;
            }
        }
        if leg.direction <= 0 && altitude < leg.low {
            leg.low = altitude;
            if leg.high - altitude >= BAND_M {
                leg.direction = -1;
            }
        }
        if leg.direction == 1 && leg.high - altitude >= BAND_M {
            self.ascent_m += leg.high - leg.low;
            *leg = Leg {
                low: altitude,
                high: leg.high,
                direction: -1,
            };
        } else if leg.direction == -1 && altitude - leg.low >= BAND_M {
            self.descent_m += leg.high - leg.low;
            *leg = Leg {
                low: leg.low,
                high: altitude,
                direction: 1,
            };
        }
    }

    fn ascent_m(&self) -> Option<f64> {
        let leg = self.leg.as_ref()?;
        let open = if leg.direction == 1 {
            leg.high - leg.low
        } else {
            0.0
        };
        Some(self.ascent_m + open)
    }

    fn descent_m(&self) -> Option<f64> {
        let leg = self.leg.as_ref()?;
        let open = if leg.direction == -1 {
            leg.high - leg.low
        } else {
            0.0
        };
        Some(self.descent_m + open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn climb(altitudes: &[f64]) -> (f64, f64) {
        let mut climb = Climb::default();
        for (second, &altitude) in altitudes.iter().enumerate() {
            climb.add(Some(second as i64 * 1_000_000), altitude);
        }
        (climb.ascent_m().unwrap(), climb.descent_m().unwrap())
    }

    #[test]
    fn noise_does_not_climb() {
        let noise: Vec<f64> = (0..1000).map(|i| 100.0 + f64::from(i % 3)).collect();
        assert_eq!(climb(&noise), (0.0, 0.0));
    }

    #[test]
    fn a_hill_counts_in_full() {
        let hill: Vec<f64> = (0..=50).chain((0..50).rev()).map(f64::from).collect();
        assert_eq!(climb(&hill), (50.0, 50.0));
    }

    #[test]
    fn marks_for_no_data_do_not_climb() {
        for mark in [
            -32768.0, -9999.0, -999.0, 32767.0, 65535.0, 20_000.0, 12_607.0,
        ] {
            let altitudes = [100.0, 101.0, 102.0, mark, 103.0, 104.0, mark, mark, 104.0];
            let (ascent, descent) = climb(&altitudes);
            assert!((3.0..=4.0).contains(&ascent), "{mark}: {ascent}");
            assert_eq!(descent, 0.0, "{mark}");
        }
    }

    #[test]
    fn wraps_and_the_jump_at_the_first_fix_do_not_climb() {
        // Below zero in a format without a sign.
        let wrapped = [4.0, 2.0, 1.0, 0.5, 6553.0, 6552.0, 6553.0, 1.0, 2.0];
        assert!(climb(&wrapped).0 < 4.0, "{:?}", climb(&wrapped));
        let first_fix = [0.0, 250.0, 251.0, 252.0, 255.0];
        assert_eq!(climb(&first_fix), (5.0, 0.0));
    }

    #[test]
    fn marks_of_zero_do_not_climb_at_long_steps() {
        for step in [1, 10, 30, 60] {
            let mut climb = Climb::default();
            for index in 0..60 {
                let altitude = if index % 10 == 5 { 0.0 } else { 350.0 };
                climb.add(Some(index * step * 1_000_000), altitude);
            }
            assert_eq!(climb.ascent_m(), Some(0.0), "{step}");
        }
    }

    #[test]
    fn steep_ground_counts() {
        let stairs: Vec<f64> = (0..10).map(|i| f64::from(i) * 2.0).collect();
        assert_eq!(climb(&stairs), (18.0, 0.0));
    }
}
