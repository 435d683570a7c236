use super::*;
use crate::model::trackpoint::{CadenceSensor, Fix, PointText};

fn full() -> Trackpoint {
    Trackpoint {
        time: DateTime::from_timestamp_micros(1_700_000_000_123_456),
        position: Position::new(1.25, -2.5),
        altitude_m: Some(12.5),
        distance_m: Some(99.0),
        heart_rate: Some(255),
        cadence: Some(0),
        sensor_state: Some(SensorState::Absent),
        speed_mps: Some(3.5),
        power_w: Some(u16::MAX),
        run_cadence: Some(90),
        cadence_sensor: Some(CadenceSensor::Bike),
        air_temperature_c: Some(-4.0),
        water_temperature_c: Some(3.0),
        depth_m: Some(1.0),
        course_deg: Some(10.0),
        bearing_deg: Some(11.0),
        magnetic_variation_deg: Some(12.0),
        geoid_height_m: Some(13.0),
        fix: Some(Fix::Dgps),
        satellites: Some(9),
        hdop: Some(1.1),
        vdop: Some(1.2),
        pdop: Some(1.3),
        dgps_age_s: Some(1.4),
        dgps_id: Some(1023),
        text: Some(Box::new(PointText {
            name: Some("peak".into()),
            ..PointText::default()
        })),
    }
}

#[test]
fn a_point_with_everything_comes_back() {
    let mut track = Track::new();
    track.push(Trackpoint::default());
    track.push(full());
    track.push(Trackpoint::default());
    assert_eq!(track.get(1), Some(full()));
    assert_eq!(track.get(0), Some(Trackpoint::default()));
    assert_eq!(track.get(2), Some(Trackpoint::default()));
    assert_eq!(track.get(3), None);
}

#[test]
fn setting_clears_what_was_there() {
    let mut track: Track = [full()].into_iter().collect();
    track.set(0, Trackpoint::default());
    assert_eq!(track.get(0), Some(Trackpoint::default()));
}

#[test]
fn heart_rate_zero_is_no_heart_rate() {
    let mut point = Trackpoint {
        heart_rate: Some(0),
        ..Trackpoint::default()
    };
    let track: Track = [point.clone()].into_iter().collect();
    assert_eq!(track.heart_rate(0), None);
    point.heart_rate = Some(1);
    let track: Track = [point].into_iter().collect();
    assert_eq!(track.heart_rate(0), Some(1));
}

#[test]
fn retain_and_permute_keep_points_whole() {
    let mut other = full();
    other.heart_rate = Some(60);
    other.text = None;
    let mut track: Track = [full(), Trackpoint::default(), other.clone()]
        .into_iter()
        .collect();
    assert_eq!(track.retain(|point| point.position.is_some()), 1);
    track.permute(&[1, 0]);
    assert_eq!(track.iter().collect::<Vec<_>>(), [other, full()]);
}

#[test]
fn both_sides_of_a_split_are_whole() {
    let bare = Trackpoint {
        heart_rate: Some(60),
        ..Trackpoint::default()
    };
    let points = [bare.clone(), full(), bare.clone()];
    for at in 0..=4 {
        let (first, second) = Track::from_iter(points.clone()).split_at(at);
        let at = at.min(3);
        // Equal to tracks that were never longer.
        assert_eq!(first, Track::from_iter(points[..at].to_vec()), "{at}");
        assert_eq!(second, Track::from_iter(points[at..].to_vec()), "{at}");
    }
}

#[test]
fn track_is_iterated_from_both_ends() {
    let points = [full(), Trackpoint::default(), full()];
    let track = Track::from_iter(points.clone());
    let mut seen = Vec::new();
    for point in &track {
        seen.push(point);
    }
    assert_eq!(seen, points);
    assert_eq!(track.iter().len(), 3);
    assert_eq!(track.iter().rev().nth(1), Some(Trackpoint::default()));
    assert_eq!(track.iter().nth(2), Some(full()));
}
