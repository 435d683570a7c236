//! Where positions are in a picture.

use super::canvas::Area;
use crate::model::Position;

/// The mean radius of the earth in metres.
const RADIUS_M: f64 = 6_371_008.8;
/// Up to this angle from the middle lengths are right to two in a hundred, in radians.
const TRUE_TO: f64 = 0.35;
/// How far north may turn from the middle to the edge of a picture, in radians.
const TURN: f64 = 0.15;
/// A route is shown at least this large.
const LEAST_M: f64 = 10.0;

/// A map around the middle of a route: distances and directions from there are right anywhere on the
/// globe, at the poles and on the date line too (azimuthal equidistant).
pub(super) struct Projection {
    /// The middle in radians.
    latitude: f64,
    longitude: f64,
    /// Pixels per metre.
    pub(super) scale: f64,
    /// Whether one scale holds all over the picture.
    pub(super) has_scale: bool,
    /// Whether north is up all over the picture.
    pub(super) is_north_up: bool,
    /// Metres at the middle of the area, and that middle.
    middle: (f64, f64),
    pub(super) centre: (f64, f64),
}

impl Projection {
    pub(super) fn new(positions: &[Position], area: Area) -> Option<Self> {
        let (latitude, longitude) = middle(positions)?;
        let mut projection = Self {
            latitude,
            longitude,
            scale: 1.0,
            has_scale: true,
            is_north_up: true,
            middle: (0.0, 0.0),
            centre: (area.left + area.width / 2.0, area.top + area.height / 2.0),
        };
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for &position in positions {
            let (x, y) = projection.metres(position);
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        projection.middle = ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0);
        let width = (high.0 - low.0).max(LEAST_M);
        let height = (high.1 - low.1).max(LEAST_M);
        projection.scale = (area.width / width).min(area.height / height);
        let corners = [low.0, low.1, high.0, high.1].into_iter();
        let farthest = corners.fold(0.0, |far: f64, side| far.max(side.abs())) / RADIUS_M;
        projection.has_scale = farthest <= TRUE_TO;
        let turn = farthest * latitude.tan().abs();
        projection.is_north_up = projection.has_scale && turn <= TURN;
        Some(projection)
    }

    fn metres(&self, position: Position) -> (f64, f64) {
        let (sin, cos) = self.latitude.sin_cos();
        let (north, across) = position.latitude.to_radians().sin_cos();
        let (east, along) = (position.longitude.to_radians() - self.longitude).sin_cos();
        let angle = (sin * north + cos * across * along).clamp(-1.0, 1.0).acos();
        // The opposite point is everywhere on the rim: somewhere on it is right.
        if std::f64::consts::PI - angle < 1e-6 {
            return (RADIUS_M * angle, 0.0);
        }
        let stretch = if angle < 1e-9 {
            1.0
        } else {
            angle / angle.sin()
        };
        let metres = RADIUS_M * stretch;
        (
            metres * across * east,
            metres * (cos * north - sin * across * along),
        )
    }

    pub(super) fn at(&self, position: Position) -> (f64, f64) {
        let (x, y) = self.metres(position);
        (
            self.centre.0 + (x - self.middle.0) * self.scale,
            self.centre.1 - (y - self.middle.1) * self.scale,
        )
    }
}

/// Latitude and longitude of the middle of some positions, in radians.
fn middle(positions: &[Position]) -> Option<(f64, f64)> {
    let first = positions.first()?;
    let (mut x, mut y, mut z) = (0.0, 0.0, 0.0);
    for position in positions {
        let (north, across) = position.latitude.to_radians().sin_cos();
        let (east, along) = position.longitude.to_radians().sin_cos();
        x += across * along;
        y += across * east;
        z += north;
    }
    // Positions all around the globe have none.
    if x.hypot(y).hypot(z) < 1e-6 * positions.len() as f64 {
        let radians = |degrees: f64| degrees.to_radians();
        return Some((radians(first.latitude), radians(first.longitude)));
    }
    Some((z.atan2(x.hypot(y)), y.atan2(x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = Area {
        left: 0.0,
        top: 0.0,
        width: 600.0,
        height: 600.0,
    };

    fn at(latitude: f64, longitude: f64) -> Position {
        Position {
            latitude,
            longitude,
        }
    }

    #[test]
    fn lengths_are_right_at_the_poles_and_on_the_date_line() {
        for route in [
            [at(89.9, 0.0), at(89.9, 90.0), at(89.9, 180.0)],
            [at(-89.9, 10.0), at(-89.95, -90.0), at(-89.99, 170.0)],
            [at(90.0, 0.0), at(89.99, 77.0), at(89.99, -103.0)],
            [at(-17.0, 179.99), at(-17.01, -179.99), at(-17.02, 179.98)],
            [at(52.0, 13.0), at(52.01, 13.02), at(52.0, 13.04)],
            [at(0.0, -1.0), at(3.0, 0.0), at(0.0, 2.0)],
        ] {
            let on = Projection::new(&route, AREA).unwrap();
            assert!(on.has_scale, "{route:?}");
            for pair in route.windows(2) {
                let (a, b) = (on.at(pair[0]), on.at(pair[1]));
                let shown = (a.0 - b.0).hypot(a.1 - b.1) / on.scale;
                let real = pair[0].distance_m(pair[1]);
                assert!(
                    (shown / real - 1.0).abs() < 0.01,
                    "{route:?}: {shown}, {real}"
                );
                for (x, y) in [a, b] {
                    assert!((-0.1..=600.1).contains(&x) && (-0.1..=600.1).contains(&y));
                }
            }
        }
    }

    #[test]
    fn north_is_up_unless_it_turns() {
        let is_up = |route: &[Position]| Projection::new(route, AREA).unwrap().is_north_up;
        assert!(is_up(&[at(52.0, 13.0), at(52.4, 13.5)]));
        assert!(is_up(&[at(78.0, 15.0), at(78.1, 15.5)]));
        assert!(!is_up(&[at(89.9, 0.0), at(89.9, 180.0)]));
        let on = Projection::new(&[at(10.0, 179.9), at(10.1, -179.9)], AREA).unwrap();
        let (west, east) = (on.at(at(10.0, 179.9)), on.at(at(10.1, -179.9)));
        assert!(west.0 < east.0 && west.1 > east.1);
    }

    #[test]
    fn a_picture_of_half_the_globe_has_no_scale() {
        for route in [
            vec![at(0.0, 0.0), at(0.0, 179.0)],
            vec![at(0.0, 0.0), at(0.0, -180.0)],
            vec![at(90.0, 0.0), at(-90.0, 0.0), at(0.0, 0.0)],
            vec![at(50.0, -60.0), at(50.0, 10.0)],
        ] {
            let on = Projection::new(&route, AREA).unwrap();
            assert!(!on.has_scale, "{route:?}");
            for position in route {
                let (x, y) = on.at(position);
                assert!(x.is_finite() && y.is_finite());
            }
        }
    }
}
