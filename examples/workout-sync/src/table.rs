//! Results as text that a person likes to read.

use std::fmt::{self, Display, Formatter, Write as _};

use sync_core::{DeliveryForm, Line, Record, Report, StateName};
use workout::Sport;

/// So many settled workouts are listed one by one; of more, only the number is told.
const MOST_SETTLED: usize = 40;

/// A report as a table, followed by one line of counts.
pub fn report(report: &Report) -> impl Display {
    Table(report)
}

struct Table<'a>(&'a Report);

impl Display for Table<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let lines = &self.0.items;
        let settled = lines.iter().filter(|line| line.is_settled()).count();
        let hidden = if settled > MOST_SETTLED { settled } else { 0 };
        let shown = |line: &&Line| hidden == 0 || !line.is_settled();
        let rows = || lines.iter().filter(shown).map(row);
        if lines.len() > hidden {
            aligned(f, ["START", "SPORT", "ID", "STATE", "DETAILS"], rows)?;
            writeln!(f)?;
        }
        if hidden > 0 {
            writeln!(f, "({hidden} settled workouts are not listed)\n")?;
        }
        f.write_str(&counts(self.0))
    }
}

fn row(line: &Line) -> [String; 5] {
    let sport = line.item.sport.as_ref().map_or("-", Sport::as_str);
    [
        line.item.start.format("%Y-%m-%d %H:%M").to_string(),
        sport.replace('_', " "),
        line.item.id.clone(),
        line.state.to_string(),
        remark(line),
    ]
}

/// The counts as one line, such as `12 delivered, 1 waiting`.
#[must_use]
pub fn counts(report: &Report) -> String {
    let parts: Vec<String> = StateName::ALL
        .iter()
        .filter_map(|name| Some(format!("{} {name}", report.counts.get(name)?)))
        .collect();
    if parts.is_empty() {
        return format!("{}: nothing to do\n", report.route);
    }
    format!("{}: {}\n", report.route, parts.join(", "))
}

fn remark(line: &Line) -> String {
    let mut remark = match (line.delivery, &line.reason) {
        (_, Some(reason)) => reason.clone(),
        (Some(DeliveryForm::TrackFile), None) => "with its track".to_owned(),
        (Some(DeliveryForm::ManualEntry), None) => "as a manual entry (no GPS track)".to_owned(),
        _ if line.state == StateName::Linked => "was there already".to_owned(),
        _ => String::new(),
    };
    let ids: Vec<&str> = line
        .receipts()
        .iter()
        .filter_map(|receipt| receipt.activity_id.as_deref())
        .collect();
    if !ids.is_empty() {
        let _ = write!(
            remark,
            "{}activity {}",
            if remark.is_empty() { "" } else { ", " },
            ids.join(", ")
        );
    }
    if let Some(not_before) = line.not_before {
        let _ = write!(
            remark,
            " (not before {})",
            not_before.format("%Y-%m-%d %H:%M:%S UTC")
        );
    }
    remark
}

/// The rows are made twice, once to measure them: a history's worth of them is never in memory.
fn aligned<const N: usize, R: Iterator<Item = [String; N]>>(
    f: &mut Formatter<'_>,
    head: [&str; N],
    rows: impl Fn() -> R,
) -> fmt::Result {
    let mut widths = head.map(str::len);
    for row in rows() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut line = String::new();
    for row in std::iter::once(head.map(str::to_owned)).chain(rows()) {
        line.clear();
        for (width, cell) in widths.iter().zip(row) {
            write!(line, "{cell:width$}  ")?;
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Everything that is known of one workout.
#[must_use]
pub fn explain(record: &Record) -> String {
    let item = &record.item;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<10} {value}");
    };
    line("workout", item.id.clone());
    line(
        "start",
        item.start
            .format("%Y-%m-%d %H:%M:%S local time")
            .to_string(),
    );
    if let Some(utc) = item.start_utc {
        line("", utc.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    }
    if let Some(sport) = &item.sport {
        line("sport", sport.as_str().replace('_', " "));
    }
    if let Some(ms) = item.duration_ms {
        let s = ms / 1000;
        line(
            "duration",
            format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
        );
    }
    if let Some(metres) = item.distance_m {
        line("distance", format!("{:.2} km", metres / 1000.0));
    }
    line("state", record.state.name().to_string());
    if let Some(reason) = record.reason() {
        line("reason", reason);
    }
    if let sync_core::record::State::Parked { evidence, .. } = &record.state {
        for evidence in evidence {
            line("evidence", evidence.clone());
        }
    }
    if record.attempts > 0 {
        line("failures", record.attempts.to_string());
    }
    for part in &record.parts {
        let id = part
            .receipt
            .activity_id
            .as_deref()
            .unwrap_or("(its number is not known)");
        let form = part
            .form
            .map_or("found there", DeliveryForm::as_str)
            .replace('_', " ");
        line("activity", format!("{id}, {form}"));
        if let Some(verify) = &part.verify
            && let Some(fidelity) = &verify.fidelity
        {
            let mut name = "compared";
            for found in fidelity.to_string().lines() {
                line(name, found.to_owned());
                name = "";
            }
        }
    }
    line("next", record.next_action());
    text.push_str("history\n");
    for event in &record.history {
        let _ = writeln!(
            text,
            "  {}  {}",
            event.at.format("%Y-%m-%d %H:%M:%S UTC"),
            event.what
        );
    }
    text
}
