//! Title, legend and totals.

use super::Names;
use super::axis::{clock, number};
use super::canvas::{Anchor, Area, Canvas};
use crate::compare::{Comparison, Pair};
use crate::model::Workout;

/// The left edges of the columns of totals, in pixels.
const COLUMNS: [f64; 7] = [24.0, 222.0, 404.0, 586.0, 754.0, 922.0, 1090.0];
/// Characters of a name that the legend has room for.
const NAME: usize = 40;

pub(super) fn draw(
    canvas: &mut Canvas,
    report: &Comparison,
    before: &Workout,
    names: &Names,
    shift: i64,
) {
    let words = |sport: &crate::Sport| sport.as_str().replace('_', " ");
    let sport = if report.sport.same() {
        words(&report.sport.before)
    } else {
        format!(
            "{} → {}",
            words(&report.sport.before),
            words(&report.sport.after)
        )
    };
    let start = before.start_time().map_or(String::new(), |start| {
        start.format(" · %Y-%m-%d %H:%M UTC").to_string()
    });
    canvas.text(
        "title",
        (24.0, 38.0),
        Anchor::Start,
        &format!("{sport}{start}"),
    );
    legend(canvas, names);
    let columns = [
        column("distance", &report.distance_m, distance, 0.05),
        column("moving time", &report.moving_s, clock, 0.5),
        column("elapsed time", &report.elapsed_s, clock, 0.5),
        column(
            "ascent",
            &report.ascent_m,
            |metres| format!("{} m", number(metres.round())),
            0.5,
        ),
        count("trackpoints", &report.trackpoints),
        count("positions", &report.positions),
        count("laps", &report.laps),
    ];
    for (x, (label, before, after, change)) in COLUMNS.into_iter().zip(columns) {
        canvas.text("label", (x, 72.0), Anchor::Start, label);
        match change {
            None => canvas.text("value", (x, 92.0), Anchor::Start, &before),
            Some(change) => {
                let both = format!("{before} → {after}");
                canvas.text("value", (x, 92.0), Anchor::Start, &both);
                canvas.text("alert", (x, 110.0), Anchor::Start, &change);
            }
        }
    }
    let start = match report.start_shift_s {
        Some(seconds) if seconds.abs() >= 0.001 => {
            let direction = if seconds > 0.0 { "later" } else { "earlier" };
            let taken_out = if shift == 0 {
                ""
            } else {
                "; drawn at the same time"
            };
            let by = clock(seconds.abs());
            Some(format!(
                "the second version starts {by} {direction}{taken_out}"
            ))
        }
        _ => None,
    };
    if let Some(start) = start {
        canvas.text("alert", (24.0, 134.0), Anchor::Start, &start);
    }
}

fn legend(canvas: &mut Canvas, names: &Names) {
    let y = 33.0;
    let mut right = super::WIDTH - 24.0;
    let mut entry = |canvas: &mut Canvas, class: &'static str, name: &str| {
        let name = shorten(name);
        canvas.text("label", (right, y + 4.0), Anchor::End, &name);
        // The writer cannot measure text; a letter of this size is at most seven pixels wide on average.
        right -= name.chars().count() as f64 * 7.0 + 14.0;
        if class == "area" {
            let area = Area {
                left: right - 34.0,
                top: y - 5.0,
                width: 34.0,
                height: 10.0,
            };
            canvas.rect(class, area);
        } else {
            canvas.line(class, (right - 34.0, y), (right, y));
        }
        right -= 34.0 + 24.0;
    };
    entry(canvas, "area", "apart");
    entry(canvas, "after", &names.after);
    entry(canvas, "before", &names.before);
}

fn shorten(name: &str) -> String {
    let count = name.chars().count();
    if count <= NAME {
        return name.to_owned();
    }
    let end: String = name.chars().skip(count - NAME).collect();
    format!("…{end}")
}

type Column = (&'static str, String, String, Option<String>);

fn column(
    label: &'static str,
    pair: &Pair<Option<f64>>,
    show: impl Fn(f64) -> String,
    least: f64,
) -> Column {
    let text = |value: Option<f64>| value.map_or("unknown".to_owned(), &show);
    let change = match (pair.before, pair.after) {
        (Some(before), Some(after)) if (after - before).abs() < least => None,
        (Some(before), Some(after)) => {
            let sign = if after > before { '+' } else { '−' };
            Some(format!("{sign}{}", show((after - before).abs())))
        }
        (None, None) => None,
        (Some(_), None) => Some("lost".to_owned()),
        (None, Some(_)) => Some("added".to_owned()),
    };
    (label, text(pair.before), text(pair.after), change)
}

fn count(label: &'static str, pair: &Pair<usize>) -> Column {
    let as_number = Pair {
        before: Some(pair.before as f64),
        after: Some(pair.after as f64),
    };
    column(label, &as_number, number, 0.5)
}

fn distance(metres: f64) -> String {
    if metres >= 1000.0 {
        format!("{:.2} km", metres / 1000.0)
    } else {
        format!("{} m", number((metres * 10.0).round() / 10.0))
    }
}
