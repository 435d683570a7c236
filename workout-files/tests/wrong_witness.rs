//! Values that contradict each other: two witnesses that agree win.
#![allow(clippy::unwrap_used, missing_docs)]

use workout_files::{Repairs, Workout};

/// A lap of its total, with the time, the distance and the steps of 30 m of each trackpoint.
fn tcx(totals: &str, points: impl Iterator<Item = (u32, Option<String>, Option<f64>)>) -> Workout {
    let mut text = format!(
        "<TrainingCenterDatabase xmlns=\"{}\"><Activities><Activity Sport=\"Biking\">\
         <Id>2022-08-01T06:00:00Z</Id><Lap StartTime=\"2022-08-01T06:00:00Z\">{totals}<Track>",
        workout_files::tcx::NAMESPACE
    );
    for (second, distance, steps) in points {
        let (hour, minute, second) = (6 + second / 3600, second / 60 % 60, second % 60);
        text += &format!("<Trackpoint><Time>2022-08-01T{hour:02}:{minute:02}:{second:02}Z</Time>");
        if let Some(steps) = steps {
            let longitude = 10.0 + steps * 30.0 / 111_319.49;
            text += &format!(
                "<Position><LatitudeDegrees>0</LatitudeDegrees>\
                 <LongitudeDegrees>{longitude:.8}</LongitudeDegrees></Position>"
            );
        }
        if let Some(distance) = distance {
            text += &format!("<DistanceMeters>{distance}</DistanceMeters>");
        }
        text += "</Trackpoint>";
    }
    text += "</Track></Lap></Activity></Activities></TrainingCenterDatabase>";
    workout_files::read(text.as_bytes())
        .unwrap()
        .workouts
        .remove(0)
}

/// The distance of the lap before and after the repair.
fn distances(workout: &Workout) -> (Option<f64>, Option<f64>) {
    let mut repaired = workout.clone();
    Repairs::safe().apply(&mut repaired);
    (workout.totals().distance_m, repaired.laps[0].distance_m)
}

fn near(value: Option<f64>, right: f64) -> bool {
    value.is_some_and(|value| (value - right).abs() <= right * 0.01)
}

/// 400 trackpoints, 10 s and 30 m apart: 11,970 m, with other distances.
fn ride(total: Option<f64>, distance: impl Fn(f64, usize) -> Option<String>) -> Workout {
    let totals = "<TotalTimeSeconds>3990</TotalTimeSeconds>";
    let total = total.map(|metres| format!("<DistanceMeters>{metres}</DistanceMeters>"));
    let totals = format!("{totals}{}", total.unwrap_or_default());
    let points = (0..400_usize).map(|index| {
        let metres = index as f64 * 30.0;
        (
            index as u32 * 10,
            distance(metres, index),
            Some(index as f64),
        )
    });
    tcx(&totals, points)
}

#[test]
fn a_lap_that_agrees_with_the_route_stays() {
    for factor in [1000.0, 0.001, 1.0, 0.01] {
        let workout = ride(Some(11_970.0), |metres, _| {
            Some((metres * factor).to_string())
        });
        assert_eq!(
            distances(&workout),
            (Some(11_970.0), Some(11_970.0)),
            "{factor}"
        );
    }
}

#[test]
fn useless_distances_give_way_to_the_route() {
    type Distance = fn(f64, usize) -> Option<String>;
    let faults: [(&str, Distance); 5] = [
        ("all zero", |_, _| Some("0".to_owned())),
        ("a spike at the end", |metres, index| {
            Some(if index == 399 {
                "99999".to_owned()
            } else {
                metres.to_string()
            })
        }),
        ("lost half way", |metres, index| {
            (index < 200).then(|| metres.to_string())
        }),
        ("a jump", |metres, index| {
            Some((metres + if index > 200 { 5000.0 } else { 0.0 }).to_string())
        }),
        ("kilometres", |metres, _| {
            Some((metres / 1000.0).to_string())
        }),
    ];
    for (name, distance) in faults {
        for total in [None, Some(0.0)] {
            let (read, repaired) = distances(&ride(total, distance));
            assert!(
                near(read, 11_970.0) && near(repaired, 11_970.0),
                "{name} {total:?}: {read:?}"
            );
        }
    }
}

#[test]
fn a_route_that_stays_in_one_place_is_no_distance() {
    let jitter = (0..3000_u32).map(|second| (second, None, Some(f64::from(second % 2) / 15.0)));
    let totals = "<TotalTimeSeconds>2999</TotalTimeSeconds><DistanceMeters>0</DistanceMeters>";
    assert_eq!(distances(&tcx(totals, jitter)), (Some(0.0), Some(0.0)));
}

#[test]
fn tracks_without_a_pause_between_them_are_one_segment() {
    for length in [1, 30] {
        for (seconds, segments) in [(299, 1), (300 / length * (length - 1), 300 / length)] {
            let mut workout = tcx(
                "",
                (0..300).map(|second| (second, None, Some(f64::from(second)))),
            );
            workout.laps[0].total_time_s = Some(f64::from(seconds));
            let mut rest = workout.laps[0].tracks.remove(0);
            while !rest.is_empty() {
                let (track, behind) = rest.split_at(length as usize);
                workout.laps[0].tracks.push(track);
                rest = behind;
            }
            let gpx = workout_files::gpx::write(std::slice::from_ref(&workout)).unwrap();
            let back = workout_files::read(&gpx.bytes).unwrap().workouts.remove(0);
            if seconds > 0 {
                assert_eq!(
                    back.tracks().count(),
                    segments as usize,
                    "{length} {seconds}"
                );
            }
            if segments == 1 {
                assert_eq!(workout.summary().moving_s, Some(299.0));
                assert_eq!(back.summary().moving_s, Some(299.0));
            }
        }
    }
}

#[test]
fn laps_beside_a_track_keep_its_order() {
    for (from, off) in [(250, -250), (150, -3600), (299, 1800), (0, 0)] {
        let mut text = format!(
            "<gpx xmlns=\"{}\" version=\"1.1\" creator=\"t\" \
             xmlns:gpxdata=\"http://www.cluetrust.com/XML/GPXDATA/1/0\"><trk><trkseg>",
            workout_files::gpx::NAMESPACE
        );
        let stamp = |second: i64| {
            chrono::DateTime::from_timestamp(1_700_000_000 + second, 0)
                .unwrap()
                .to_rfc3339()
        };
        for index in 0..300_i64 {
            let time = stamp(if index >= from { index + off } else { index });
            let longitude = 10.0 + index as f64 * 3e-5;
            text += &format!("<trkpt lat=\"0\" lon=\"{longitude}\"><time>{time}</time></trkpt>");
        }
        text += "</trkseg></trk><extensions>";
        for lap in 0..3 {
            text += &format!(
                "<gpxdata:lap><gpxdata:index>{lap}</gpxdata:index><gpxdata:startTime>{}\
                 </gpxdata:startTime><gpxdata:elapsedTime>100</gpxdata:elapsedTime></gpxdata:lap>",
                stamp(lap * 100)
            );
        }
        text += "</extensions></gpx>";
        let workout = workout_files::read(text.as_bytes())
            .unwrap()
            .workouts
            .remove(0);
        assert_eq!(workout.laps.len(), 3);
        let longitudes: Vec<f64> = workout
            .trackpoints()
            .map(|point| point.position.unwrap().longitude)
            .collect();
        assert!(
            longitudes.is_sorted() && longitudes.len() == 300,
            "{from} {off}"
        );
    }
}
