//! The part of a page about the lengths of a pool. They are in `details.json` only: no export has them.

use std::fmt::Write as _;

use polar_flow::details::{Details, SwimData};

use super::html::{Escaped, clock, distance, sport};
use super::session::facts_list;

/// Writes the part, when the details have lengths.
pub(super) fn section(page: &mut String, details: &[u8]) {
    let details: Result<Details, _> = web_session::decode::from_slice("details", details, None);
    let swims = details.ok().and_then(|details| details.swim_datas);
    for swim in swims.into_iter().flatten().filter_map(|(_, swim)| swim) {
        one(page, &swim);
    }
}

fn one(page: &mut String, swim: &SwimData) {
    let lengths = swim
        .swimming_samples
        .iter()
        .flat_map(|it| &it.swimming_pool);
    let lengths: Vec<_> = lengths.collect();
    let totals = swim.swimming_statistics.as_ref();
    let pool = totals.and_then(|it| it.pool_info.as_ref()?.pool_length_m);
    let mut list = Vec::new();
    list.extend(pool.map(|metres| ("Pool", format!("{} m", (metres * 100.0).round() / 100.0))));
    let count = totals.and_then(|it| it.lengths).filter(|count| *count > 0);
    let count = count.or_else(|| (!lengths.is_empty()).then_some(lengths.len() as u64));
    list.extend(count.map(|count| ("Lengths", count.to_string())));
    let swum = totals
        .and_then(|it| it.distance_m)
        .filter(|metres| *metres > 0.0);
    list.extend(swum.map(|metres| ("Swum", distance(metres, 2))));
    let strokes = totals
        .and_then(|it| it.total_stroke_count)
        .filter(|count| *count > 0);
    list.extend(strokes.map(|count| ("Strokes", count.to_string())));
    if list.is_empty() && lengths.is_empty() {
        return;
    }
    page.push_str("<h2>In the pool</h2>\n");
    facts_list(page, &list);
    if lengths.is_empty() {
        return;
    }
    let _ = write!(
        page,
        "<details><summary>Each of the {} lengths</summary>",
        lengths.len()
    );
    page.push_str("<div class=\"table\"><table><thead><tr><th>Length</th><th>From</th><th>Time</th><th>Style</th><th>Strokes</th></tr></thead><tbody>\n");
    let time = |ms: Option<u64>| ms.map(|ms| clock(ms as f64 / 1000.0)).unwrap_or_default();
    for (number, length) in (1..).zip(&lengths) {
        let strokes = length
            .strokes
            .map(|count| count.to_string())
            .unwrap_or_default();
        let style = length.style.as_deref().map(|style| sport(Some(style)));
        let _ = writeln!(
            page,
            "<tr><td>{number}</td><td>{}</td><td>{}</td><td>{}</td><td>{strokes}</td></tr>",
            time(length.start_offset_ms),
            time(length.duration_ms),
            Escaped(&style.unwrap_or_default())
        );
    }
    page.push_str("</tbody></table></div></details>\n");
}
