//! The report as a short table.

use std::fmt;

use super::{Comparison, Pair, SeriesDeviation};

struct Row(&'static str, String, String, String);

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self
            .start_shift_s
            .map_or("unknown".to_owned(), |s| format!("{s:+.3} s"));
        let sport = if self.sport.same() { "same" } else { "changed" };
        let mut rows = vec![
            Row("", "before".into(), "after".into(), "change".into()),
            Row(
                "sport",
                self.sport.before.to_string(),
                self.sport.after.to_string(),
                sport.into(),
            ),
            Row("start", String::new(), String::new(), start),
            number("moving time (s)", &self.moving_s, 1),
            number("elapsed time (s)", &self.elapsed_s, 1),
            number("distance (m)", &self.distance_m, 1),
            number("ascent (m)", &self.ascent_m, 1),
            number("calories (kcal)", &self.calories_as_numbers(), 0),
            count("laps", &self.laps),
            count("pauses", &self.pauses),
            count("trackpoints", &self.trackpoints),
            count("positions", &self.positions),
        ];
        rows.push(match &self.route {
            Some(route) => Row(
                "route (m)",
                format!("{} compared", route.compared),
                format!("{} uncovered", route.uncovered),
                format!("max {:.1}, mean {:.2}", route.max_m, route.mean_m),
            ),
            None => Row(
                "route (m)",
                String::new(),
                String::new(),
                "none to compare".into(),
            ),
        });
        rows.push(series("altitude (m)", &self.altitude));
        rows.push(series("heart rate (bpm)", &self.heart_rate));
        rows.push(series("cadence (1/min)", &self.cadence));
        rows.push(series("power (W)", &self.power));
        rows.push(Row(
            "title",
            String::new(),
            String::new(),
            self.title.as_str().into(),
        ));
        rows.push(Row(
            "notes",
            String::new(),
            String::new(),
            self.notes.as_str().into(),
        ));
        for (index, Row(name, before, after, change)) in rows.iter().enumerate() {
            let end = if index + 1 < rows.len() { "\n" } else { "" };
            write!(f, "{name:<18}{before:>18}{after:>18}  {change}{end}")?;
        }
        Ok(())
    }
}

impl Comparison {
    pub(super) fn calories_as_numbers(&self) -> Pair<Option<f64>> {
        Pair {
            before: self.calories.before.map(f64::from),
            after: self.calories.after.map(f64::from),
        }
    }
}

fn number(name: &'static str, pair: &Pair<Option<f64>>, digits: usize) -> Row {
    let show = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.digits$}"));
    let change = match (pair.before, pair.after) {
        (None, None) => String::new(),
        (Some(_), None) => "lost".to_owned(),
        (None, Some(_)) => "added".to_owned(),
        (Some(before), Some(after)) if before == after => "same".to_owned(),
        (Some(before), Some(after)) => format!("{:+.digits$}", after - before),
    };
    Row(name, show(pair.before), show(pair.after), change)
}

fn count(name: &'static str, pair: &Pair<usize>) -> Row {
    let change = if pair.same() {
        "same".to_owned()
    } else {
        format!("{:+}", pair.after as i128 - pair.before as i128)
    };
    Row(
        name,
        pair.before.to_string(),
        pair.after.to_string(),
        change,
    )
}

fn series(name: &'static str, series: &SeriesDeviation) -> Row {
    let change = match (series.before, series.after, series.max, series.mean) {
        (0, 0, ..) => String::new(),
        (_, 0, ..) => "lost".to_owned(),
        (0, ..) => "added".to_owned(),
        (.., Some(max), Some(mean)) => format!("max {max:.1}, mean {mean:.2}"),
        _ => "no common times".to_owned(),
    };
    Row(
        name,
        series.before.to_string(),
        series.after.to_string(),
        change,
    )
}
