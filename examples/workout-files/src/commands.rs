//! The commands.

use std::io::{self, Read, Write, stderr, stdin};
use std::path::{Path, PathBuf};

use workout::{Format, Reading, Repairs, Workout, Written};

use crate::Exit;
use crate::cli::{Destination, format_of};
use crate::report::{Failure, Report};

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

/// `repair IN OUT`
pub(crate) fn repair(
    input: &Path,
    output: &Path,
    destination: Option<Destination>,
    json: bool,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let Some(format) = format_of(output) else {
        return Ok(unknown_extension(output));
    };
    let outcome = read(input);
    let mut report = Report::new(name(input), &outcome);
    let exit = code(&outcome);
    if let Ok(mut reading) = outcome {
        let repairs = destination.map_or_else(Repairs::safe, Destination::repairs);
        let changes = reading
            .workouts
            .iter_mut()
            .flat_map(|workout| repairs.apply(workout))
            .collect();
        report.changes = Some(changes);
        // An importer gets nothing but what the schemas define.
        let written = encode(&reading.workouts, format, destination.is_some())?;
        save(output, &written.bytes)?;
        report.losses = written.losses;
        let routeless = reading.workouts.iter().any(|workout| !workout.has_route());
        if destination == Some(Destination::Runkeeper) && routeless {
            writeln!(
                stderr(),
                "workout: no GPS: Runkeeper will not take this file"
            )?;
        }
    }
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
    if let Ok(reading) = &outcome {
        let written = encode(&reading.workouts, format, false)?;
        save(output, &written.bytes)?;
        report.losses = written.losses;
    }
    report.write(json, out)?;
    Ok(code(&outcome))
}

/// `compare A B`: activity by activity. With JSON a line for each file, then one with the
/// comparisons.
pub(crate) fn compare(
    before: &Path,
    after: &Path,
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
        .map(|(before, after)| workout::compare(before, after))
        .collect();
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
        "workout: {}: the name must end in .tcx or .gpx, to say the format",
        output.display()
    );
    Exit::Usage
}

fn name(file: &Path) -> String {
    file.display().to_string()
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
    workout::read(&bytes.map_err(Failure::Io)?).map_err(|error| Failure::Read(Box::new(error)))
}

fn encode(workouts: &[Workout], format: Format, plain: bool) -> io::Result<Written> {
    let written = match (format, plain) {
        (Format::Gpx, false) => workout::gpx::write(workouts),
        (Format::Gpx, true) => {
            workout::gpx::write_with(workouts, &workout::gpx::WriteOptions::plain())
        }
        (_, false) => workout::tcx::write(workouts),
        (_, true) => workout::tcx::write_with(workouts, &workout::tcx::WriteOptions::plain()),
    };
    written.map_err(io::Error::other)
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

    fn lines(out: &[u8]) -> Vec<Value> {
        std::str::from_utf8(out)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
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
            Some(Destination::Runkeeper),
            true,
            &mut out,
        )
        .unwrap();
        assert_eq!(exit, Exit::Good);
        assert_eq!(lines(&out)[0]["changes"][0]["fix"], "drop_without_position");
        let repaired = workout::read(&std::fs::read(&output).unwrap()).unwrap();
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
        assert!(workout::gpx::read(&std::fs::read(&output).unwrap()).is_ok());
    }

    #[test]
    fn compare_shows_a_table_or_json() {
        let folder = folder();
        let (run, page) = (
            folder.path().join("run.tcx"),
            folder.path().join("page.tcx"),
        );
        let mut out = Vec::new();
        assert_eq!(compare(&run, &run, false, &mut out).unwrap(), Exit::Good);
        assert!(String::from_utf8(out).unwrap().contains("heart rate (bpm)"));
        let mut out = Vec::new();
        assert_eq!(compare(&run, &run, true, &mut out).unwrap(), Exit::Good);
        assert_eq!(lines(&out)[2]["comparisons"][0]["route"]["max_m"], 0.0);
        let mut out = Vec::new();
        assert_eq!(
            compare(&run, &page, true, &mut out).unwrap(),
            Exit::Unreadable
        );
        assert_eq!(lines(&out).len(), 2);
    }
}
