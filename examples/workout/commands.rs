//! The commands.

use std::io::{self, Read, Write, stderr, stdin};
use std::path::{Path, PathBuf};

use workout::{Format, Reading, Repairs, Workout, Written};

use crate::Exit;
use crate::cli::{Destination, format_of};
use crate::report::{Failure, Report};

/// `check FILE...`
pub fn check(files: &[PathBuf], json: bool, out: &mut impl Write) -> io::Result<Exit> {
    let mut exit = Exit::Good;
    for file in files {
        let outcome = read(file);
        exit = exit.max(code(&outcome));
        Report::new(name(file), &outcome).write(json, out)?;
    }
    Ok(exit)
}

/// `repair IN OUT`
pub fn repair(
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
pub fn convert(input: &Path, output: &Path, json: bool, out: &mut impl Write) -> io::Result<Exit> {
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
pub fn compare(before: &Path, after: &Path, json: bool, out: &mut impl Write) -> io::Result<Exit> {
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
