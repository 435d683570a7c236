//! Results as text for people.

use std::fmt::{self, Display, Formatter, Write as _};
use std::io::IsTerminal;

use chrono::{DateTime, Local, TimeDelta, Utc};
use sync_core::{DeliveryForm, Reason, Record, ReportEntry, RouteReport, StateName};
use unicode_width::UnicodeWidthStr;
use workout_files::Sport;

use crate::name;

/// Up to this number settled workouts are listed one by one; above it, only their number is shown.
const MOST_SETTLED: usize = 40;
/// The number of commands that are spelt out.
const MOST_COMMANDS: usize = 5;
/// The column of the states.
const STATE: usize = 3;

/// A report as a table, followed by one line of counts.
pub fn report(report: &RouteReport) -> impl Display {
    Table(report)
}

struct Table<'a>(&'a RouteReport);

impl Display for Table<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let lines = &self.0.items;
        let settled = lines.iter().filter(|line| line.is_settled()).count();
        let hidden = if settled > MOST_SETTLED { settled } else { 0 };
        let shown = |line: &&ReportEntry| hidden == 0 || !line.is_settled();
        let rows = || lines.iter().filter(shown).map(row);
        if lines.len() > hidden {
            aligned(f, ["START", "SPORT", "ID", "STATE", "DETAILS"], rows)?;
            writeln!(f)?;
        }
        if hidden > 0 {
            writeln!(f, "({hidden} settled workouts are not listed)\n")?;
        }
        f.write_str(&counts(self.0))?;
        waiting_for_the_user(f, lines)
    }
}

/// The commands to type for the workouts that nothing happens with by itself.
fn waiting_for_the_user(f: &mut Formatter<'_>, lines: &[ReportEntry]) -> fmt::Result {
    let mut waiting = lines.iter().filter(|line| line.state.needs_user());
    let Some(first) = waiting.next() else {
        return Ok(());
    };
    writeln!(f, "\nTo see why a workout waits for you, and what to do:")?;
    for line in std::iter::once(first).chain(waiting.by_ref().take(MOST_COMMANDS - 1)) {
        if let Some(command) = name::order("explain", &line.item.id) {
            writeln!(f, "  {command}")?;
        }
    }
    match waiting.count() {
        0 => Ok(()),
        more => writeln!(f, "  ({more} more)"),
    }
}

fn row(line: &ReportEntry) -> [String; 5] {
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
pub fn counts(report: &RouteReport) -> String {
    let parts: Vec<String> = StateName::ALL
        .iter()
        .filter_map(|name| Some(format!("{} {name}", report.counts.get(name)?)))
        .collect();
    if parts.is_empty() {
        return format!("{}: nothing to do\n", report.route);
    }
    format!("{}: {}\n", report.route, parts.join(", "))
}

fn remark(line: &ReportEntry) -> String {
    let mut remark = match (line.delivery, line.reason()) {
        (_, Some(reason)) => reason.to_owned(),
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
    if let Some(not_before) = line.not_before() {
        let _ = write!(
            remark,
            " (not before {}, {})",
            local(not_before),
            from_now(not_before - Utc::now())
        );
    }
    remark
}

/// An instant in the time of this machine.
fn local(instant: DateTime<Utc>) -> String {
    let local = instant.with_timezone(&Local);
    local.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// How long it is until then, in words.
pub(crate) fn from_now(time: TimeDelta) -> String {
    let seconds = time.num_seconds();
    match seconds {
        ..=0 => "now".to_owned(),
        1..60 => format!("in {seconds} s"),
        60..3600 => format!("in {} min", (seconds + 30) / 60),
        3600..86_400 => format!("in {} h", (seconds + 1800) / 3600),
        86_400..172_800 => "in a day".to_owned(),
        _ => format!("in {} days", (seconds + 43_200) / 86_400),
    }
}

/// Whether standard output shows colours.
fn has_colours() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::io::stdout().is_terminal()
        && !set("NO_COLOR")
        && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// The colour of a state: what is settled, what waits, what needs the user.
fn colour(state: &str) -> Option<&'static str> {
    let state = StateName::ALL.iter().find(|name| name.as_str() == state)?;
    Some(match state {
        state if state.needs_user() => "\u{1b}[31m",
        state if state.is_settled() => "\u{1b}[32m",
        _ => "\u{1b}[33m",
    })
}

/// The rows are made twice, once to measure them: a history's worth of them is never in memory.
fn aligned<const N: usize, R: Iterator<Item = [String; N]>>(
    f: &mut Formatter<'_>,
    head: [&str; N],
    rows: impl Fn() -> R,
) -> fmt::Result {
    let mut widths = head.map(UnicodeWidthStr::width);
    for row in rows() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let colours = has_colours();
    for row in std::iter::once(head.map(str::to_owned)).chain(rows()) {
        // Nothing is written behind the last cell that has something in it.
        let last = row.iter().rposition(|cell| !cell.is_empty()).unwrap_or(0);
        for (column, (cell, width)) in row[..=last].iter().zip(widths).enumerate() {
            match colour(cell).filter(|_| colours && column == STATE) {
                Some(colour) => write!(f, "{colour}{cell}\u{1b}[0m")?,
                None => f.write_str(cell)?,
            }
            if column < last {
                write!(f, "{:1$}", "", width - cell.width() + 2)?;
            }
        }
        writeln!(f)?;
    }
    Ok(())
}

/// The commands that a text names in back-ticks, as they are typed.
fn commands(text: &str, id: &str) -> Vec<String> {
    ["reconcile", "retry", "skip", "undo"]
        .into_iter()
        .filter(|order| text.contains(&format!("`{order}`")))
        .filter_map(|order| match order {
            "reconcile" => name::order(order, "").map(|typed| typed.trim_end().to_owned()),
            _ => name::order(order, id),
        })
        .collect()
}

/// The evidence on a workout that waits for the user.
#[must_use]
pub fn evidence(record: &Record) -> &[String] {
    match &record.state {
        sync_core::model::State::Parked { evidence, .. } => evidence,
        _ => &[],
    }
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
    for evidence in evidence(record) {
        line("evidence", evidence.clone());
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
        let form = part.origin.form();
        let form = form
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
    let next = record.next_action();
    let mut name = "type";
    let mut commands = commands(&next, &item.id);
    // The user looked, and none of what is there is it.
    let doubts = matches!(
        record.state.reason(),
        Some(Reason::ListingIncomplete { .. } | Reason::MayBeThere { .. })
    );
    if doubts && let Some(retry) = name::order("retry", &item.id) {
        commands.push(format!("{retry} --not-there"));
    }
    line("next", next);
    for command in commands {
        line(name, command);
        name = "";
    }
    text.push_str("history (times of this machine)\n");
    for event in &record.history {
        let _ = writeln!(text, "  {}  {}", local(event.at), event.what);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_ahead_are_said_in_words() {
        for (seconds, words) in [
            (-5, "now"),
            (0, "now"),
            (45, "in 45 s"),
            (60, "in 1 min"),
            (239, "in 4 min"),
            (3600, "in 1 h"),
            (172_800, "in 2 days"),
            (200_000, "in 2 days"),
        ] {
            assert_eq!(from_now(TimeDelta::seconds(seconds)), words);
        }
    }

    struct Rows(Vec<[String; 3]>);

    impl Display for Rows {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            aligned(f, ["A", "NAME", "Z"], || self.0.iter().cloned())
        }
    }

    #[test]
    fn columns_are_as_wide_as_a_terminal_shows_them() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        let rows = Rows(vec![
            row(["1", "\u{65e5}\u{672c}\u{8a9e}", "x"]),
            row(["2", "e\u{301}te\u{301}", "x"]),
            row(["3", "plain", ""]),
        ]);
        let text = rows.to_string();
        let before_last: Vec<usize> = text
            .lines()
            .filter_map(|line| line.strip_suffix(['x', 'Z']))
            .map(UnicodeWidthStr::width)
            .collect();
        assert_eq!(before_last, [11, 11, 11], "{text}");
        assert!(text.ends_with("3  plain\n"), "{text:?}");
    }

    #[test]
    fn commands_are_spelt_out_as_they_are_typed() {
        let program = name::program();
        let typed = commands(
            "you decide: `retry` it once the reason is gone, or `skip` it",
            "77",
        );
        assert_eq!(
            typed,
            [format!("{program} retry 77"), format!("{program} skip 77")]
        );
        assert_eq!(
            commands("`reconcile` links it", "77"),
            [format!("{program} reconcile")]
        );
        assert!(commands("the next run moves it", "77").is_empty());
    }
}
