//! The commands.

use std::io::{self, Read, Write, stderr, stdin};
use std::path::{Path, PathBuf};

use workout_files::{Code, Format, Reading, Repairs, WriteOptions};

use crate::Exit;
use crate::cli::{Destination, format_of};
use crate::report::{Failure, LeftOut, Report};

/// `check FILE...`
pub(crate) fn check(files: &[PathBuf], json: bool, out: &mut impl Write) -> io::Result<Exit> {
    let mut exit = Exit::Good;
    for file in files {
        let outcome = read(file);
        exit = exit.max(code(&outcome));
        Report::new(name(file), &outcome).write(json, out)?;
    }
    Ok(exit)
}

/// The choices of `repair`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Choices {
    pub destination: Option<Destination>,
    pub salvage: bool,
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
    let repairs = choices
        .destination
        .map_or_else(Repairs::safe, Destination::repairs);
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
    let exit = write(reading, output, format, &options, &repairs, &mut report)?;
    report.write(json, out)?;
    Ok(exit)
}

/// `convert IN OUT`
pub(crate) fn convert(
    input: &Path,
    output: &Path,
    json: bool,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let Some(format) = format_of(output) else {
        return Ok(unknown_extension(output));
    };
    let outcome = read(input);
    let mut report = Report::new(name(input), &outcome);
    let exit = match outcome {
        Ok(reading) => {
            let options = WriteOptions::default();
            write(
                reading,
                output,
                format,
                &options,
                &Repairs::none(),
                &mut report,
            )?
        }
        Err(_) => Exit::Unreadable,
    };
    report.write(json, out)?;
    Ok(exit)
}

/// Writes the workouts that can be delivered. Without any the output stays untouched, and the report
/// names the cause.
fn write(
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
            Ok(()) if format == Format::Gpx && workout.position_count() == 0 => {
                Some("no trackpoint has a position, and GPX holds no others".to_owned())
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
        report.error = Some(format!("nothing was written: {cause}"));
        return Ok(Exit::Unreadable);
    }
    let written = workout_files::write_with(&kept, format, options).map_err(io::Error::other)?;
    save(output, &written.bytes)?;
    report.losses = written.losses;
    Ok(Exit::Good)
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

/// `compare A B`: activity by activity. With JSON a line for each file, then one with the
/// comparisons. With a file for it, every activity is drawn.
pub(crate) fn compare(
    before: &Path,
    after: &Path,
    svg: Option<&Path>,
    json: bool,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let (was, is) = (read(before), read(after));
    let exit = code(&was).max(code(&is));
    for (file, outcome) in [(before, &was), (after, &is)] {
        if json || outcome.is_err() {
            Report::new(name(file), outcome).write(json, out)?;
        }
    }
    let (Ok(was), Ok(is)) = (was, is) else {
        return Ok(exit);
    };
    let comparisons: Vec<_> = was
        .workouts
        .iter()
        .zip(&is.workouts)
        .map(|(before, after)| workout_files::compare(before, after))
        .collect();
    if let Some(svg) = svg {
        let names = workout_files::plot::Names {
            before: file_name(before),
            after: file_name(after),
        };
        for (index, (before, after)) in was.workouts.iter().zip(&is.workouts).enumerate() {
            let picture = workout_files::plot::comparison(before, after, &names);
            save(&numbered(svg, index), picture.as_bytes())?;
        }
    }
    if json {
        serde_json::to_writer(
            &mut *out,
            &serde_json::json!({ "comparisons": comparisons }),
        )?;
        writeln!(out)?;
        return Ok(exit);
    }
    if was.workouts.len() != is.workouts.len() {
        writeln!(
            out,
            "{} activities became {}",
            was.workouts.len(),
            is.workouts.len()
        )?;
    }
    for comparison in comparisons {
        writeln!(out, "{comparison}")?;
    }
    Ok(exit)
}

fn unknown_extension(output: &Path) -> Exit {
    let _ = writeln!(
        stderr(),
        "workout-files: {}: the name must end in .tcx or .gpx, to say the format",
        output.display()
    );
    Exit::Usage
}

fn name(file: &Path) -> String {
    file.display().to_string()
}

/// The name of a file without its folders: a picture may be shown to others.
fn file_name(file: &Path) -> String {
    file.file_name()
        .map_or_else(|| name(file), |name| name.to_string_lossy().into_owned())
}

/// `name.svg`, `name-2.svg`, ...
fn numbered(path: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}", index + 1));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

fn code(outcome: &Result<Reading, Failure>) -> Exit {
    if outcome.is_ok() {
        Exit::Good
    } else {
        Exit::Unreadable
    }
}

fn read(file: &Path) -> Result<Reading, Failure> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    workout_files::read(&bytes.map_err(Failure::Io)?)
        .map_err(|error| Failure::Read(Box::new(error)))
}

/// Written beside its place and renamed, so that a half-written file never has the name.
fn save(output: &Path, bytes: &[u8]) -> io::Result<()> {
    let explain = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("{} can't be written: {error}", output.display()),
        )
    };
    let folder = output
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(".workout-")
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(explain)?;
    file.write_all(bytes).map_err(explain)?;
    file.persist(output).map_err(|error| explain(error.error))?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::Value;

    use super::*;

    const RUN: &str = "<TrainingCenterDatabase \
        xmlns=\"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2\"><Activities>\
        <Activity Sport=\"Running\"><Id>2024-03-09T07:00:00.000Z</Id>\
        <Lap StartTime=\"2024-03-09T07:00:00.000Z\"><TotalTimeSeconds>3.0</TotalTimeSeconds>\
        <DistanceMeters>9.0</DistanceMeters><Calories>2</Calories><Intensity>Active</Intensity>\
        <TriggerMethod>Manual</TriggerMethod><Track>\
        <Trackpoint><Time>2024-03-09T07:00:01.000Z</Time></Trackpoint>\
        <Trackpoint><Time>2024-03-09T07:00:02.000Z</Time><Position><LatitudeDegrees>0.01\
        </LatitudeDegrees><LongitudeDegrees>0.02</LongitudeDegrees></Position><HeartRateBpm><Value>\
        120</Value></HeartRateBpm></Trackpoint>\
        <Trackpoint><Time>2024-03-09T07:00:03.000Z</Time><Position><LatitudeDegrees>0.01\
        </LatitudeDegrees><LongitudeDegrees>0.0201</LongitudeDegrees></Position><HeartRateBpm><Value>\
        130</Value></HeartRateBpm></Trackpoint></Track></Lap></Activity></Activities>\
        </TrainingCenterDatabase>";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("run.tcx"), RUN).unwrap();
        std::fs::write(
            folder.path().join("page.tcx"),
            "<!DOCTYPE html><html></html>",
        )
        .unwrap();
        folder
    }

    #[cfg(feature = "fit")]
    #[test]
    fn fit_is_read_whatever_its_name() {
        let folder = folder();
        let input = folder.path().join("ride.tcx");
        std::fs::write(&input, crate::fit::FitFile::run(20).finish()).unwrap();
        let mut out = Vec::new();
        let files = std::slice::from_ref(&input);
        assert_eq!(check(files, true, &mut out).unwrap(), Exit::Good);
        let report = &lines(&out)[0];
        assert_eq!(report["format"], "fit");
        assert_eq!(report["activities"][0]["trackpoints"], 20);
        let output = folder.path().join("out.tcx");
        assert_eq!(
            convert(&input, &output, true, &mut out).unwrap(),
            Exit::Good
        );
        out.clear();
        assert_eq!(
            compare(&input, &output, None, true, &mut out).unwrap(),
            Exit::Good
        );
        let comparison = &lines(&out)[2]["comparisons"][0];
        assert_eq!(comparison["route"]["max_m"], 0.0);
        assert_eq!(comparison["heart_rate"]["compared"], 20);
        let bytes = std::fs::read(&input).unwrap();
        std::fs::write(&input, &bytes[..bytes.len() - 50]).unwrap();
        out.clear();
        assert_eq!(check(files, true, &mut out).unwrap(), Exit::Unreadable);
        let report = &lines(&out)[0];
        assert_eq!(report["activities"][0]["trackpoints"], 20);
        assert!(report["error"].as_str().unwrap().contains("ends too early"));
    }

    fn lines(out: &[u8]) -> Vec<Value> {
        std::str::from_utf8(out)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn choices(destination: Option<Destination>) -> Choices {
        Choices {
            destination,
            salvage: false,
        }
    }

    const DESTINATIONS: [Option<Destination>; 4] = [
        None,
        Some(Destination::Runkeeper),
        Some(Destination::Garmin),
        Some(Destination::Strava),
    ];

    /// A file of the crate `workout-files` with one fault.
    fn fault(name: &str) -> PathBuf {
        let folder = "../../workout-files/fixtures/faults";
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(folder)
            .join(name)
    }

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
    fn check_prints_one_object_per_input_and_its_code_is_the_worst() {
        let folder = folder();
        let files = ["run.tcx", "page.tcx", "none.tcx"].map(|name| folder.path().join(name));
        let mut out = Vec::new();
        assert_eq!(check(&files, true, &mut out).unwrap(), Exit::Unreadable);
        let reports = lines(&out);
        assert_eq!(reports.len(), 3);
        let activity = &reports[0]["activities"][0];
        let expected = serde_json::json!({
            "sport": "running", "start": "2024-03-09T07:00:00Z", "laps": 1, "tracks": 1,
            "trackpoints": 3, "positions": 2, "heart_rates": 2, "distance_m": 9.0,
            "elapsed_s": 3.0, "moving_s": 3.0, "calories": 2, "mean_hr": 125.0,
        });
        assert_eq!(activity, &expected);
        assert_eq!(reports[0]["diagnostics"][0]["code"], "only_time");
        assert_eq!(reports[0]["losses"], serde_json::json!([]));
        assert_eq!(reports[1]["readable"], false);
        assert!(reports[1]["error"].as_str().unwrap().contains("web page"));
        assert_eq!(reports[2]["format"], Value::Null);
        out.clear();
        assert_eq!(check(&files[..1], false, &mut out).unwrap(), Exit::Good);
        assert!(
            String::from_utf8(out)
                .unwrap()
                .contains("3 trackpoints, 2 positions")
        );
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

    #[test]
    fn convert_takes_the_format_from_the_extension_and_lists_losses() {
        let folder = folder();
        let input = folder.path().join("run.tcx");
        let mut out = Vec::new();
        let bad = convert(&input, &folder.path().join("out.fit"), true, &mut out).unwrap();
        assert_eq!((bad, out.len()), (Exit::Usage, 0));
        let output = folder.path().join("out.GPX");
        assert_eq!(
            convert(&input, &output, true, &mut out).unwrap(),
            Exit::Good
        );
        let losses = lines(&out)[0]["losses"].to_string();
        assert!(
            losses.contains("no_position") && losses.contains("totals"),
            "{losses}"
        );
        assert!(workout_files::gpx::read(&std::fs::read(&output).unwrap()).is_ok());
    }

    #[test]
    fn compare_draws_every_activity() {
        let folder = folder();
        let run = folder.path().join("run.tcx");
        let two = folder.path().join("two.tcx");
        let end = RUN.find("</Activities>").unwrap();
        let activity = &RUN[RUN.find("<Activity ").unwrap()..end];
        std::fs::write(&two, [&RUN[..end], activity, &RUN[end..]].concat()).unwrap();
        let svg = folder.path().join("out.svg");
        let mut out = Vec::new();
        assert_eq!(
            compare(&two, &two, Some(&svg), false, &mut out).unwrap(),
            Exit::Good
        );
        for name in ["out.svg", "out-2.svg"] {
            let picture = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(
                picture.contains("<svg") && picture.contains("two.tcx"),
                "{name}"
            );
            assert!(!picture.contains(folder.path().to_str().unwrap()), "{name}");
        }
        std::fs::remove_file(&svg).unwrap();
        let page = folder.path().join("page.tcx");
        assert_eq!(
            compare(&run, &page, Some(&svg), false, &mut out).unwrap(),
            Exit::Unreadable
        );
        assert!(!svg.exists());
    }

    #[test]
    fn compare_shows_a_table_or_json() {
        let folder = folder();
        let (run, page) = (
            folder.path().join("run.tcx"),
            folder.path().join("page.tcx"),
        );
        let mut out = Vec::new();
        assert_eq!(
            compare(&run, &run, None, false, &mut out).unwrap(),
            Exit::Good
        );
        assert!(String::from_utf8(out).unwrap().contains("heart rate (bpm)"));
        let mut out = Vec::new();
        assert_eq!(
            compare(&run, &run, None, true, &mut out).unwrap(),
            Exit::Good
        );
        assert_eq!(lines(&out)[2]["comparisons"][0]["route"]["max_m"], 0.0);
        let mut out = Vec::new();
        assert_eq!(
            compare(&run, &page, None, true, &mut out).unwrap(),
            Exit::Unreadable
        );
        assert_eq!(lines(&out).len(), 2);
    }
}
