//! Ascent and descent.

/// Metres that the altitude must turn by before it counts. Barometers wander by a metre or two,
/// satellites by more; without such a band standing still climbs mountains.
const BAND_M: f64 = 3.0;

/// Adds up ascent and descent with hysteresis: the altitude has to move by [`BAND_M`] away from the
/// last turning point before the movement counts, and then counts in full.
#[derive(Default)]
pub(super) struct Climb {
    /// The last turning point that was counted from.
    reference: Option<f64>,
    pub(super) ascent_m: f64,
    pub(super) descent_m: f64,
}

impl Climb {
    pub(super) fn add(&mut self, altitude: f64) {
        let Some(reference) = self.reference else {
            self.reference = Some(altitude);
            return;
        };
        let moved = altitude - reference;
        if moved >= BAND_M {
            self.ascent_m += moved;
        } else if moved <= -BAND_M {
            self.descent_m -= moved;
        } else {
            return;
        }
        self.reference = Some(altitude);
    }

    pub(super) fn any(&self) -> bool {
        self.reference.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn climb(altitudes: &[f64]) -> (f64, f64) {
        let mut climb = Climb::default();
        altitudes.iter().for_each(|&altitude| climb.add(altitude));
        (climb.ascent_m, climb.descent_m)
    }

    #[test]
    fn noise_does_not_climb() {
        let noise: Vec<f64> = (0..1000).map(|i| 100.0 + f64::from(i % 3)).collect();
        assert_eq!(climb(&noise), (0.0, 0.0));
    }

    #[test]
    fn a_hill_counts_in_full() {
        let hill: Vec<f64> = (0..=50).chain((0..50).rev()).map(f64::from).collect();
        let (ascent, descent) = climb(&hill);
        assert!((48.0..=50.0).contains(&ascent), "{ascent}");
        assert!((45.0..=50.0).contains(&descent), "{descent}");
    }
}
