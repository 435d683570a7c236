//! Distance on the ellipsoid.

use geographiclib_rs::{Geodesic, InverseGeodesic};

use crate::model::Position;

/// Metres between two positions along the geodesic of WGS 84 (C. F. F. Karney, "Algorithms for
/// geodesics", J. Geodesy 87, 43-55, 2013; accurate to nanometres, also for nearly opposite
/// points, where Vincenty's formula does not converge).
pub(crate) fn metres(a: Position, b: Position) -> f64 {
    if a == b {
        return 0.0;
    }
    wgs84().inverse(a.latitude, a.longitude, b.latitude, b.longitude)
}

/// Metres along positions; `None` for fewer than two.
pub(crate) fn path_metres(positions: impl Iterator<Item = Position>) -> Option<f64> {
    let mut before: Option<Position> = None;
    let mut total = None;
    for position in positions {
        if let Some(before) = before {
            *total.get_or_insert(0.0) += metres(before, position);
        }
        before = Some(position);
    }
    total
}

fn wgs84() -> &'static Geodesic {
    static WGS84: std::sync::OnceLock<Geodesic> = std::sync::OnceLock::new();
    WGS84.get_or_init(Geodesic::wgs84)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_distances() {
        let at = |latitude, longitude| Position::new(latitude, longitude).unwrap();
        // A degree along the equator is a 360th of 2 pi 6378137 m.
        let degree = metres(at(0.0, 0.0), at(0.0, 1.0));
        assert!((degree - 111_319.490_793).abs() < 1e-4, "{degree}");
        // A quarter meridian of WGS 84.
        let quarter = metres(at(0.0, 0.0), at(90.0, 0.0));
        assert!((quarter - 10_001_965.729).abs() < 1e-2, "{quarter}");
        assert_eq!(metres(at(1.0, 2.0), at(1.0, 2.0)), 0.0);
        assert!(metres(at(0.0, 0.0), at(0.5, 179.5)).is_finite());
    }
}
