//! `index.html` and `index.csv`: every session of an archive.

use std::fmt::Write as _;

use chrono::{Datelike as _, NaiveDate};

use super::html::{Escaped, Link, begin, clock, distance, end, long_time, sport};
use crate::archive::kind::Kind;
use crate::archive::names;
use crate::archive::state::{Session, State};

/// Totals of some sessions.
#[derive(Default, Clone, Copy)]
struct Totals {
    count: usize,
    ms: u64,
    metres: f64,
}

impl Totals {
    fn of(sessions: &[(u64, &Session)]) -> Self {
        let mut totals = Self::default();
        for (_, session) in sessions {
            totals.count += 1;
            totals.ms += session.listed.duration_ms.unwrap_or(0);
            totals.metres += session.listed.distance_m.unwrap_or(0.0);
        }
        totals
    }

    fn words(self) -> String {
        let workouts = if self.count == 1 {
            "workout"
        } else {
            "workouts"
        };
        let metres = match self.metres {
            metres if metres > 0.0 => format!(" · {}", distance(metres, 0)),
            _ => String::new(),
        };
        let text = format!("{} {workouts} · {}{metres}", self.count, long_time(self.ms));
        // A line ends between two values, never inside one.
        text.replace(' ', "\u{a0}")
            .replace("\u{a0}·\u{a0}", "\u{a0}· ")
    }
}

/// The newest first.
fn sorted(state: &State) -> Vec<(u64, &Session)> {
    let mut sessions: Vec<_> = state.sessions.iter().map(|(id, it)| (*id, it)).collect();
    sessions.sort_by_key(|(id, session)| std::cmp::Reverse((session.listed.start, *id)));
    sessions
}

/// The page: totals per year, then month by month. It holds no picture, so that it opens at once.
pub(super) fn page(state: &State) -> String {
    let sessions = sorted(state);
    let mut page = begin("Training archive", "");
    let _ = write!(
        page,
        "<h1>Training archive</h1>\n<p class=\"faint\">{}",
        Totals::of(&sessions).words()
    );
    page.push_str(" · <a href=\"index.csv\">as\u{a0}a\u{a0}table</a></p>\n<nav class=\"years\">\n");
    let day = |(_, session): &(u64, &Session)| session.listed.start.date();
    let years: Vec<_> = sessions
        .chunk_by(|a, b| day(a).year() == day(b).year())
        .collect();
    for year in &years {
        let number = day(&year[0]).year();
        let _ = writeln!(
            page,
            "<a href=\"#{}\"><b>{number}</b>{}</a>",
            anchor(day(&year[0])),
            Totals::of(year).words()
        );
    }
    page.push_str("</nav>\n");
    for month in sessions.chunk_by(|a, b| anchor(day(a)) == anchor(day(b))) {
        let first = day(&month[0]);
        let _ = writeln!(
            page,
            "<section class=\"month\" id=\"{}\"><h2>{}<span>{}</span></h2><ul class=\"list\">",
            anchor(first),
            first.format("%B %Y"),
            Totals::of(month).words()
        );
        month
            .iter()
            .for_each(|(_, session)| row(&mut page, session));
        page.push_str("</ul></section>\n");
    }
    if sessions.is_empty() {
        page.push_str("<p>No training session is in the archive yet.</p>\n");
    }
    end(page)
}

fn anchor(day: NaiveDate) -> String {
    day.format("m%Y-%m").to_string()
}

fn row(page: &mut String, session: &Session) {
    let listed = &session.listed;
    let time = listed.duration_ms.map(|ms| clock(ms as f64 / 1000.0));
    let metres = listed.distance_m.filter(|metres| *metres > 0.0);
    let metres = metres.map(|metres| distance(metres, 1));
    let rate = listed.heart_rate.map(|rate| format!("{rate} bpm"));
    let _ = writeln!(
        page,
        "<li><a href=\"{}\"><time>{}</time><b>{}</b><i>{}</i><i>{}</i><i>{}</i></a></li>",
        Link(&names::page(&session.stem), 0),
        listed.start.format("%a %-d, %H:%M"),
        Escaped(&sport(listed.sport.as_deref())),
        time.unwrap_or_default(),
        metres.unwrap_or_default(),
        rate.unwrap_or_default()
    );
}

/// The table, the oldest first. No cell holds a text of the user.
pub(super) fn table(state: &State) -> String {
    let mut text = String::from(
        "id,start,sport,duration_s,distance_m,calories_kcal,heart_rate_bpm,version,formats,absent,name\n",
    );
    for (id, session) in sorted(state).into_iter().rev() {
        let listed = &session.listed;
        let number = |value: Option<String>| value.unwrap_or_default();
        let kinds = |is: &dyn Fn(Kind) -> bool| {
            let kinds = Kind::ALL.into_iter().filter(|kind| is(*kind));
            kinds.map(Kind::word).collect::<Vec<_>>().join(" ")
        };
        let has_file = |kind| session.files().any(|(entry, ..)| entry.kind == kind);
        let sport = listed.sport.as_deref().unwrap_or_default();
        let sport: String = sport
            .chars()
            .filter(|c| c.is_alphanumeric() || "_- ".contains(*c))
            .collect();
        let _ = writeln!(
            text,
            "{id},{},{sport},{},{},{},{},{},{},{},{}",
            listed.start.format("%Y-%m-%dT%H:%M:%S"),
            number(
                listed
                    .duration_ms
                    .map(|ms| format!("{:.3}", ms as f64 / 1000.0))
            ),
            number(listed.distance_m.map(|metres| format!("{metres:.1}"))),
            number(listed.calories.map(|it| it.to_string())),
            number(listed.heart_rate.map(|it| it.to_string())),
            session.version,
            kinds(&has_file),
            kinds(&|kind| session.has(kind) && !has_file(kind)),
            session.stem
        );
    }
    text
}
