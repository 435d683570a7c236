//! The report on an input: a JSON object, or lines of text.

use std::io::{self, Write};

use serde::Serialize;
use workout_files::{Change, Declined, Diagnostic, Format, Loss, ReadError, Reading, Workout};

/// One input. The keys are a contract: scripts rely on them.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub file: String,
    pub format: Option<Format>,
    pub readable: bool,
    pub error: Option<String>,
    pub activities: Vec<Activity>,
    pub diagnostics: Vec<Oddity>,
    pub losses: Vec<Loss>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
    /// Fixes that would have done harm, or for which nothing shows how to mend the fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub declined: Vec<Declined>,
    /// Activities that were not written, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Set when a damaged file was written as far as it could be read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub salvaged: bool,
}

/// An activity that was not written.
#[derive(Debug, Serialize)]
pub(crate) struct LeftOut {
    /// Its number in the file, from 1.
    pub activity: usize,
    pub cause: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Activity {
    sport: String,
    start: Option<String>,
    laps: usize,
    tracks: usize,
    trackpoints: usize,
    positions: usize,
    heart_rates: usize,
    distance_m: Option<f64>,
    elapsed_s: Option<f64>,
    moving_s: Option<f64>,
    calories: Option<u32>,
    mean_hr: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Oddity {
    code: &'static str,
    count: u64,
    first: String,
    detail: String,
    #[serde(skip)]
    explanation: String,
}

impl Report {
    /// The report on an input that was read, or on the reason why not. Of a damaged file the part
    /// before the damage is listed too.
    pub(crate) fn new(file: String, outcome: &Result<Reading, Failure>) -> Self {
        let (reading, error) = match outcome {
            Ok(reading) => (Some(reading), None),
            Err(Failure::Read(error)) => (error.partial(), Some(error.to_string())),
            Err(Failure::Io(error)) => (None, Some(error.to_string())),
        };
        Self {
            file,
            format: reading.map(|reading| reading.format),
            readable: outcome.is_ok(),
            error,
            activities: reading
                .map(|reading| reading.workouts.iter().map(Activity::new).collect())
                .unwrap_or_default(),
            diagnostics: reading
                .map(|reading| reading.diagnostics.iter().map(Oddity::new).collect())
                .unwrap_or_default(),
            losses: Vec::new(),
            changes: None,
            declined: Vec::new(),
            left_out: Vec::new(),
            salvaged: false,
        }
    }

    /// No output was written: nothing changed, and nothing was salvaged.
    pub(crate) fn not_written(&mut self) {
        self.salvaged = false;
        self.changes = self.changes.take().map(|_| Vec::new());
    }

    /// Writes it as one line of JSON, or as text.
    pub(crate) fn write(&self, json: bool, out: &mut impl Write) -> io::Result<()> {
        if json {
            serde_json::to_writer(&mut *out, self)?;
            return writeln!(out);
        }
        let mut text = Vec::new();
        self.write_text(&mut text)?;
        let text: String = String::from_utf8_lossy(&text)
            .chars()
            .map(|c| {
                if is_printable(c) {
                    c
                } else {
                    char::REPLACEMENT_CHARACTER
                }
            })
            .collect();
        out.write_all(text.as_bytes())
    }

    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let format = self.format.map_or("?", Format::as_str);
        match &self.error {
            None => writeln!(out, "{} ({format})", self.file)?,
            Some(error) => writeln!(out, "{}: {error}", self.file)?,
        }
        for activity in &self.activities {
            activity.write(out)?;
        }
        for oddity in &self.diagnostics {
            writeln!(out, "  ! {}", oddity.explanation)?;
        }
        for change in self.changes.iter().flatten() {
            writeln!(out, "  * {change}")?;
        }
        for declined in &self.declined {
            writeln!(out, "  * {declined}")?;
        }
        for left_out in &self.left_out {
            let LeftOut { activity, cause } = left_out;
            writeln!(out, "  - activity {activity} was not written: {cause}")?;
        }
        if self.salvaged {
            writeln!(out, "  * salvaged: the part before the damage was written")?;
        }
        for loss in &self.losses {
            writeln!(out, "  - lost: {loss}")?;
        }
        Ok(())
    }
}

/// Whether a terminal shows a character without obeying it.
fn is_printable(c: char) -> bool {
    let turns_text =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c == '\n' || !c.is_control() && !turns_text
}

/// Why an input is not readable.
#[derive(Debug)]
pub(crate) enum Failure {
    Read(Box<ReadError>),
    Io(io::Error),
}

impl Activity {
    fn new(workout: &Workout) -> Self {
        let totals = workout.totals();
        let tracks = || workout.tracks();
        Self {
            sport: workout.sport.to_string(),
            start: workout
                .start_time()
                .map(|start| start.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
            laps: workout.laps.len(),
            tracks: tracks().count(),
            trackpoints: workout.trackpoint_count(),
            positions: workout.position_count(),
            heart_rates: tracks().map(workout_files::Track::heart_rates).sum(),
            distance_m: totals.distance_m,
            elapsed_s: totals.elapsed_s,
            moving_s: totals.moving_s,
            calories: totals.calories,
            mean_hr: totals.mean_hr,
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let start = self.start.as_deref().unwrap_or("at an unknown time");
        writeln!(out, "  {} {start}", self.sport)?;
        writeln!(
            out,
            "    {} laps, {} tracks, {} trackpoints, {} positions, {} heart rates",
            self.laps, self.tracks, self.trackpoints, self.positions, self.heart_rates
        )?;
        let number = |value: Option<f64>, unit| {
            value.map_or_else(|| format!("? {unit}"), |value| format!("{value:.1} {unit}"))
        };
        let calories = self
            .calories
            .map_or("?".to_owned(), |calories| calories.to_string());
        writeln!(
            out,
            "    {}, {} moving, {} elapsed, {calories} kcal, mean heart rate {}",
            number(self.distance_m, "m"),
            number(self.moving_s, "s"),
            number(self.elapsed_s, "s"),
            number(self.mean_hr, "bpm"),
        )
    }
}

impl Oddity {
    fn new(diagnostic: &Diagnostic) -> Self {
        Self {
            code: diagnostic.code.as_str(),
            count: diagnostic.count,
            first: diagnostic.first.to_string(),
            detail: diagnostic.detail.clone(),
            explanation: diagnostic.to_string(),
        }
    }
}
