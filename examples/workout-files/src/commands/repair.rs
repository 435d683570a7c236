//! `repair`: repairs a file, also one that was cut off.

use std::io::{self, Write};
use std::path::Path;

use workout_files::{Fix, Repairs, WriteOptions};

use super::deliver::deliver;
use super::files::{name, read, unknown_extension};
use crate::Exit;
use crate::cli::{Destination, format_of};
use crate::report::{Failure, Report};

/// The choices of `repair`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Choices {
    pub destination: Option<Destination>,
    pub salvage: bool,
    pub drop_far_positions: bool,
}

/// `repair IN OUT`
pub(crate) fn repair(
    input: &Path,
    output: &Path,
    choices: Choices,
    json: bool,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let Some(format) = format_of(output) else {
        return Ok(unknown_extension(output));
    };
    let outcome = read(input);
    let mut report = Report::new(name(input), &outcome);
    let reading = match outcome {
        Ok(reading) => Some(reading),
        Err(Failure::Read(error)) if choices.salvage => {
            report.salvaged = error.partial().is_some();
            error.into_partial()
        }
        Err(_) => None,
    };
    let Some(mut reading) = reading else {
        report.write(json, out)?;
        return Ok(Exit::Unreadable);
    };
    let mut repairs = choices
        .destination
        .map_or_else(Repairs::safe, Destination::repairs);
    if choices.drop_far_positions {
        repairs = repairs.with(Fix::DropFarPosition);
    }
    // An importer gets nothing but what the schemas define.
    let options = match choices.destination {
        Some(_) => WriteOptions::plain(),
        None => WriteOptions::default(),
    };
    let mut changes = Vec::new();
    for workout in &mut reading.workouts {
        let repaired = repairs.apply_for(workout, format, &options);
        changes.extend(repaired.changes);
        report.declined.extend(repaired.declined);
    }
    report.changes = Some(changes);
    let exit = deliver(reading, output, format, &options, &repairs, &mut report)?;
    report.write(json, out)?;
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::support::{DESTINATIONS, choices, fault, folder, lines};

    #[test]
    fn a_destination_that_needs_times_or_positions_refuses_a_workout_without() {
        let folder = folder();
        let output = folder.path().join("out.tcx");
        std::fs::write(&output, "precious").unwrap();
        let cases = [
            ("no-time.gpx", Destination::Runkeeper, "time"),
            ("no-time.gpx", Destination::Garmin, "time"),
            ("no-time.gpx", Destination::Strava, "time"),
            (
                "distance-restarts-per-lap.tcx",
                Destination::Runkeeper,
                "position",
            ),
        ];
        for (input, destination, cause) in cases {
            let mut out = Vec::new();
            let exit = repair(
                &fault(input),
                &output,
                choices(Some(destination)),
                true,
                &mut out,
            );
            assert_eq!(exit.unwrap(), Exit::Unreadable, "{input}");
            let report = &lines(&out)[0];
            assert!(report["error"].to_string().contains(cause), "{report}");
            assert_eq!(report["left_out"][0]["activity"], 1);
            assert_eq!(std::fs::read(&output).unwrap(), b"precious");
        }
    }

    #[test]
    fn a_far_position_is_taken_out_on_request() {
        let folder = folder();
        let point = |second: usize| {
            let latitude = if second == 20 {
                61.0
            } else {
                52.0 + second as f64 * 3e-5
            };
            format!(
                "<trkpt lat=\"{latitude}\" lon=\"13\"><time>2024-03-09T07:00:{second:02}Z</time></trkpt>"
            )
        };
        let points: String = (0..60).map(point).collect();
        let input = folder.path().join("far.gpx");
        let gpx = "<gpx xmlns=\"http://www.topografix.com/GPX/1/1\" version=\"1.1\" creator=\"t\">";
        std::fs::write(
            &input,
            format!("{gpx}<trk><trkseg>{points}</trkseg></trk></gpx>"),
        )
        .unwrap();
        for drop_far_positions in [false, true] {
            for destination in DESTINATIONS {
                let choices = Choices {
                    drop_far_positions,
                    ..choices(destination)
                };
                let output = folder.path().join("out.tcx");
                let mut out = Vec::new();
                let exit = repair(&input, &output, choices, true, &mut out);
                assert_eq!(exit.unwrap(), Exit::Good);
                assert!(
                    lines(&out)[0]["diagnostics"]
                        .to_string()
                        .contains("position_far")
                );
                let after = workout_files::read(&std::fs::read(&output).unwrap()).unwrap();
                let positions = after.workouts[0].position_count();
                assert_eq!(positions, 60 - usize::from(drop_far_positions));
                // The lap's distance is that of the others in any case.
                assert!(after.workouts[0].laps[0].distance_m.unwrap() < 220.0);
            }
        }
    }

    #[test]
    fn faults_keep_their_trackpoints_through_every_profile_and_format() {
        let folder = folder();
        for input in [
            "hour-not-rolled.tcx",
            "dst-local-labelled-z.gpx",
            "sub-second-skew.gpx",
            "distance-drops-to-zero.tcx",
            "all-same-time.gpx",
        ] {
            let before = workout_files::read(&std::fs::read(fault(input)).unwrap()).unwrap();
            let metres = before.workouts[0].summary().distance_m.unwrap();
            for destination in DESTINATIONS {
                for extension in ["gpx", "tcx"] {
                    let output = folder.path().join(format!("out.{extension}"));
                    let mut out = Vec::new();
                    let exit = repair(&fault(input), &output, choices(destination), true, &mut out);
                    assert_eq!(exit.unwrap(), Exit::Good, "{input}");
                    let after = workout_files::read(&std::fs::read(&output).unwrap()).unwrap();
                    let (was, is) = (&before.workouts[0], &after.workouts[0]);
                    assert_eq!(is.trackpoint_count(), was.trackpoint_count(), "{input}");
                    let after_m = is.summary().distance_m.unwrap();
                    assert!(
                        (after_m - metres).abs() < metres * 0.001,
                        "{input}: {after_m}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_truncated_file_is_written_only_with_salvage() {
        let folder = folder();
        let output = folder.path().join("out.gpx");
        let input = fault("truncated.gpx");
        let mut out = Vec::new();
        let exit = repair(&input, &output, choices(None), true, &mut out).unwrap();
        assert_eq!(exit, Exit::Unreadable);
        assert!(!output.exists());
        out.clear();
        let salvage = Choices {
            salvage: true,
            ..choices(None)
        };
        assert_eq!(
            repair(&input, &output, salvage, true, &mut out).unwrap(),
            Exit::Good
        );
        let report = &lines(&out)[0];
        assert_eq!(report["salvaged"], true);
        assert!(
            report["error"].to_string().contains("too early"),
            "{report}"
        );
        let read = workout_files::read(&std::fs::read(&output).unwrap()).unwrap();
        assert_eq!(read.workouts[0].trackpoint_count(), 29);
    }

    #[test]
    fn activities_that_can_not_be_delivered_are_left_out_by_name() {
        let folder = folder();
        let input = folder.path().join("two.gpx");
        std::fs::write(
            &input,
            "<gpx xmlns=\"http://www.topografix.com/GPX/1/1\" version=\"1.1\" creator=\"t\">\
             <trk><trkseg><trkpt lat=\"1\" lon=\"2\"/></trkseg></trk><trk><trkseg>\
             <trkpt lat=\"1\" lon=\"2\"><time>2024-03-09T07:00:00Z</time></trkpt>\
             <trkpt lat=\"1\" lon=\"2.1\"><time>2024-03-09T07:10:00Z</time></trkpt>\
             </trkseg></trk></gpx>",
        )
        .unwrap();
        let output = folder.path().join("out.tcx");
        let mut out = Vec::new();
        let strava = choices(Some(Destination::Strava));
        assert_eq!(
            repair(&input, &output, strava, true, &mut out).unwrap(),
            Exit::Good
        );
        let report = &lines(&out)[0];
        assert_eq!(report["left_out"].as_array().unwrap().len(), 1, "{report}");
        let read = workout_files::read(&std::fs::read(&output).unwrap()).unwrap();
        assert_eq!(read.workouts.len(), 1);
    }

    #[test]
    fn repair_writes_what_runkeeper_takes() {
        let folder = folder();
        let output = folder.path().join("out.tcx");
        let mut out = Vec::new();
        let input = folder.path().join("run.tcx");
        let exit = repair(
            &input,
            &output,
            choices(Some(Destination::Runkeeper)),
            true,
            &mut out,
        )
        .unwrap();
        assert_eq!(exit, Exit::Good);
        assert_eq!(lines(&out)[0]["changes"][0]["fix"], "drop_without_position");
        let repaired = workout_files::read(&std::fs::read(&output).unwrap()).unwrap();
        assert_eq!(repaired.workouts[0].trackpoint_count(), 2);
    }
}
