//! The part of a page about one exercise: route, altitude and heart rate over time, laps.

use std::fmt::Write as _;

use workout_files::Workout;
use workout_files::plot::figure::{Series, over_time, route};

use super::html::{Escaped, clock, distance, speed, sport};
use super::session::facts_list;

/// Laps beyond this number are shown on demand.
const OPEN: usize = 30;

/// The contents of an exercise's file.
pub(super) struct Recorded(pub(super) Workout);

/// Writes the part. `number` counts the exercises of a session with several.
pub(super) fn section(
    page: &mut String,
    recorded: &Recorded,
    number: Option<u32>,
    word: Option<&str>,
) {
    let workout = &recorded.0;
    if let Some(number) = number {
        let _ = writeln!(page, "<h2>{number}. {}</h2>", Escaped(&sport(word)));
        let totals = workout.totals();
        let mut list = Vec::new();
        list.extend(totals.moving_s.map(|seconds| ("Duration", clock(seconds))));
        let metres = totals.distance_m.filter(|metres| *metres > 0.0);
        list.extend(metres.map(|metres| ("Distance", distance(metres, 2))));
        let pace = metres.zip(totals.moving_s);
        list.extend(pace.and_then(|(metres, seconds)| speed(word, metres, seconds)));
        list.extend(
            totals
                .mean_hr
                .map(|rate| ("Heart rate", format!("{rate:.0} bpm"))),
        );
        facts_list(page, &list);
    }
    pictures(page, workout);
    laps(page, workout, word);
}

fn pictures(page: &mut String, workout: &Workout) {
    let map = route(workout);
    let charts = [
        (Series::Altitude, "Altitude"),
        (Series::HeartRate, "Heart rate"),
    ];
    let charts = charts.map(|(series, title)| Some((title, over_time(workout, series)?)));
    let charts: Vec<_> = charts.into_iter().flatten().collect();
    if map.is_none() && charts.is_empty() {
        return;
    }
    let both = if map.is_some() && !charts.is_empty() {
        " both"
    } else {
        ""
    };
    let _ = write!(page, "<div class=\"pictures{both}\">");
    if let Some(figure) = map {
        let up = if figure.is_north_up {
            "North is up. "
        } else {
            ""
        };
        let bar = figure.bar_m.map_or(String::new(), |metres| {
            format!(" The bar is {} long.", distance(metres, 0))
        });
        let _ = writeln!(
            page,
            "<figure><h3>Route</h3>{}<figcaption>{up}Ring: start; square: finish.{bar}</figcaption></figure>",
            figure.svg
        );
    }
    if !charts.is_empty() {
        page.push_str("<div>");
        for (title, svg) in charts {
            let _ = writeln!(page, "<figure><h3>{title}</h3>{svg}</figure>");
        }
        page.push_str("</div>");
    }
    page.push_str("</div>\n");
}

fn laps(page: &mut String, workout: &Workout, word: Option<&str>) {
    if workout.laps.len() < 2 {
        return;
    }
    let count = workout.laps.len();
    let is_open = count <= OPEN;
    page.push_str("<h3>Laps</h3>");
    if !is_open {
        let _ = write!(page, "<details><summary>{count} laps</summary>");
    }
    let has = |is: fn(&workout_files::Lap) -> bool| workout.laps.iter().any(is);
    let has_distance = has(|lap| lap.distance_m.is_some_and(|metres| metres > 0.0));
    let (has_mean, has_max) = (
        has(|lap| lap.mean_hr.is_some()),
        has(|lap| lap.max_hr.is_some()),
    );
    page.push_str("<div class=\"table\"><table><thead><tr><th>Lap</th><th>Time</th>");
    let pace = speed(word, 1.0, 1.0).map_or("Speed", |(name, _)| name);
    if has_distance {
        let _ = write!(page, "<th>Distance</th><th>{pace}</th>");
    }
    page.push_str(if has_mean { "<th>Mean bpm</th>" } else { "" });
    page.push_str(if has_max { "<th>Max bpm</th>" } else { "" });
    page.push_str("</tr></thead><tbody>\n");
    for (number, lap) in (1..).zip(&workout.laps) {
        let seconds = lap.total_time_s.filter(|seconds| *seconds > 0.0);
        let metres = lap.distance_m.filter(|metres| *metres > 0.0);
        let _ = write!(
            page,
            "<tr><td>{number}</td><td>{}</td>",
            seconds.map(clock).unwrap_or_default()
        );
        if has_distance {
            let pace = metres
                .zip(seconds)
                .and_then(|(metres, seconds)| speed(word, metres, seconds));
            let _ = write!(
                page,
                "<td>{}</td><td>{}</td>",
                metres.map(|metres| distance(metres, 2)).unwrap_or_default(),
                pace.map(|(_, pace)| pace).unwrap_or_default()
            );
        }
        let rate = |rate: Option<u8>| rate.map(|rate| rate.to_string()).unwrap_or_default();
        if has_mean {
            let _ = write!(page, "<td>{}</td>", rate(lap.mean_hr));
        }
        if has_max {
            let _ = write!(page, "<td>{}</td>", rate(lap.max_hr));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>");
    page.push_str(if is_open { "\n" } else { "</details>\n" });
}
