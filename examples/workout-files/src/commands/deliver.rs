//! The workouts of an output: those that can be delivered, or the cause.

use std::io;
use std::path::Path;

use workout_files::{Code, Fix, Format, Reading, Repairs, Undeliverable, Workout, WriteOptions};

use super::files::save;
use crate::Exit;
use crate::report::{LeftOut, Report};

/// Writes the workouts that can be delivered. Without any the output stays untouched, and the report
/// names the cause.
pub(super) fn deliver(
    reading: Reading,
    output: &Path,
    format: Format,
    options: &WriteOptions,
    repairs: &Repairs,
    report: &mut Report,
) -> io::Result<Exit> {
    let nothing = nothing_to_write(&reading);
    let mut kept = Vec::with_capacity(reading.workouts.len());
    for (index, workout) in reading.workouts.into_iter().enumerate() {
        let cause = match repairs.deliverable(&workout) {
            Err(cause) => Some(cause.to_string()),
            Ok(()) if format == Format::Gpx => unfit_for_gpx(&workout),
            Ok(()) if format == Format::Tcx && has_no_times(&workout) => {
                Some("no trackpoint has a time, and TCX needs one on each".to_owned())
            }
            Ok(()) => None,
        };
        match cause {
            Some(cause) => report.left_out.push(LeftOut {
                activity: index + 1,
                cause,
            }),
            None => kept.push(workout),
        }
    }
    if kept.is_empty() {
        let cause = report
            .left_out
            .first()
            .map(|left_out| left_out.cause.as_str());
        let cause = cause.unwrap_or(nothing);
        // The damage of the input comes first: it is why there is nothing.
        let damage = report.error.take().map(|damage| format!("{damage}; "));
        let damage = damage.unwrap_or_default();
        report.error = Some(format!("{damage}nothing was written: {cause}"));
        report.not_written();
        return Ok(Exit::Unreadable);
    }
    let written = workout_files::write_with(&kept, format, options).map_err(io::Error::other)?;
    if let Err(error) = save(output, &written.bytes) {
        report.error = Some(error.to_string());
        report.not_written();
        return Ok(Exit::Failed);
    }
    report.losses = written.losses;
    Ok(Exit::Good)
}

/// Why a file of GPX, which holds only positions, would not be the workout.
fn unfit_for_gpx(workout: &Workout) -> Option<String> {
    let routes_only = Repairs::none().with(Fix::DropWithoutPosition);
    match routes_only.deliverable(workout) {
        _ if workout.position_count() == 0 => {
            Some("no trackpoint has a position, and GPX holds no others".to_owned())
        }
        Err(Undeliverable::FewPositions {
            positions,
            trackpoints,
        }) => Some(format!(
            "only {positions} of {trackpoints} trackpoints have a position, and GPX holds no others"
        )),
        _ => None,
    }
}

/// Whether there are trackpoints, and none has a time: the writer would have to make all of them up.
fn has_no_times(workout: &Workout) -> bool {
    workout.trackpoint_count() > 0 && workout.trackpoints().all(|point| point.time.is_none())
}

/// Why a file without activities has none.
fn nothing_to_write(reading: &Reading) -> &'static str {
    let has = |code| reading.diagnostics.iter().any(|found| found.code == code);
    if has(Code::CoursesIgnored) {
        "the file holds only courses, which are planned and not recorded"
    } else if has(Code::RoutesIgnored) {
        "the file holds only routes, which are planned and not recorded"
    } else if has(Code::PlannedIgnored) {
        "the file holds only planned workouts"
    } else if has(Code::WaypointsIgnored) {
        "the file holds only waypoints"
    } else {
        "the file holds no activity"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_not_made_up_and_a_damaged_file_without_trackpoints_names_the_damage() {
        let folder = folder();
        let output = folder.path().join("out.tcx");
        let mut out = Vec::new();
        let exit = convert(&fault("no-time.gpx"), &output, true, &mut out).unwrap();
        assert_eq!((exit, output.exists()), (Exit::Unreadable, false));
        let cut = folder.path().join("cut.gpx");
        std::fs::write(
            &cut,
            "<gpx xmlns=\"http://www.topografix.com/GPX/1/1\" version=\"1.1\" creator=\"t\"><trk><trkseg>",
        )
        .unwrap();
        let mut out = Vec::new();
        let salvage = repair::Choices {
            salvage: true,
            ..choices(Some(crate::cli::Destination::Runkeeper))
        };
        let exit = repair::repair(&cut, &output, salvage, true, &mut out).unwrap();
        assert_eq!((exit, output.exists()), (Exit::Unreadable, false));
        let report = &lines(&out)[0];
        assert!(
            report["error"].to_string().contains("too early"),
            "{report}"
        );
        assert!(
            report["salvaged"].is_null() && report["changes"][0].is_null(),
            "{report}"
        );
    }

    #[test]
    fn a_workout_indoors_is_not_cut_down_to_its_positions() {
        let folder = folder();
        let (input, output) = (folder.path().join("in.tcx"), folder.path().join("out.gpx"));
        let points: String = (0..60)
            .map(|second| {
                let place = "<Position><LatitudeDegrees>1</LatitudeDegrees><LongitudeDegrees>2\
                             </LongitudeDegrees></Position>";
                let place = if second < 3 { place } else { "" };
                format!(
                    "<Trackpoint><Time>2024-03-09T07:00:{second:02}Z</Time>{place}</Trackpoint>"
                )
            })
            .collect();
        let (before, rest) = RUN.split_once("<Trackpoint>").unwrap();
        let (_, after) = rest.split_once("</Track>").unwrap();
        std::fs::write(&input, format!("{before}{points}</Track>{after}")).unwrap();
        let mut out = Vec::new();
        let exit = convert(&input, &output, true, &mut out).unwrap();
        assert_eq!((exit, output.exists()), (Exit::Unreadable, false));
        let error = lines(&out)[0]["error"].to_string();
        assert!(
            error.contains("only 3 of 60 trackpoints have a position"),
            "{error}"
        );
        let exit = convert(&input, &output.with_extension("tcx"), true, &mut out).unwrap();
        assert_eq!(exit, Exit::Good);
    }

    #[test]
    fn an_output_that_cannot_be_written_is_in_the_report() {
        let folder = folder();
        let output = folder.path().join("none").join("out.tcx");
        let mut out = Vec::new();
        let exit = convert(&fault("id-at-end.tcx"), &output, true, &mut out).unwrap();
        assert_eq!(exit, Exit::Failed);
        assert!(
            lines(&out)[0]["error"]
                .to_string()
                .contains("cannot be written")
        );
    }
    use crate::commands::support::{DESTINATIONS, RUN, choices, fault, folder, lines};
    use crate::commands::{convert, repair};

    #[test]
    fn nothing_convertible_leaves_the_output_untouched_and_names_the_cause() {
        let folder = folder();
        let empty = folder.path().join("empty.gpx");
        std::fs::write(
            &empty,
            "<gpx xmlns=\"http://www.topografix.com/GPX/1/1\" version=\"1.1\" creator=\"t\">\
             <trk><trkseg/></trk></gpx>",
        )
        .unwrap();
        let cases = [
            (fault("route-only.gpx"), "routes"),
            (fault("course-only.tcx"), "courses"),
            (empty, "neither trackpoints nor totals"),
        ];
        for (input, cause) in cases {
            for extension in ["gpx", "tcx"] {
                let output = folder.path().join(format!("out.{extension}"));
                std::fs::write(&output, "precious").unwrap();
                let check = |exit: Exit, out: Vec<u8>| {
                    assert_eq!(exit, Exit::Unreadable, "{input:?}");
                    let error = lines(&out)[0]["error"].to_string();
                    assert!(error.contains(cause), "{error}");
                    assert_eq!(std::fs::read(&output).unwrap(), b"precious");
                };
                for destination in DESTINATIONS {
                    let mut out = Vec::new();
                    let exit = repair(&input, &output, choices(destination), true, &mut out);
                    check(exit.unwrap(), out);
                }
                let mut out = Vec::new();
                check(convert(&input, &output, true, &mut out).unwrap(), out);
            }
        }
    }
}
