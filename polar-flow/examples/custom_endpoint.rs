//! Calls an endpoint that the crate has no method for, window by window, with its own types.
#![allow(clippy::print_stdout)]

use std::error::Error;

use chrono::{Days, NaiveDate, Utc};
use polar_flow::PolarFlow;
use polar_flow::web_session::decode::{Entries, essential, lenient};
use polar_flow::web_session::lenient_objects;
use serde::Deserialize;

/// An entry of the diary.
#[derive(Deserialize)]
pub struct Event {
    /// Its kind, without which it is left out.
    #[serde(rename = "type", deserialize_with = "essential")]
    pub kind: String,
    /// Its title, when it has a readable one.
    #[serde(default, deserialize_with = "lenient")]
    pub title: Option<String>,
}

lenient_objects!(Event);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let polar = PolarFlow::builder()
        .session_file("polar.session.json")
        .build()?;
    let from = Utc::now().date_naive() - Days::new(365);
    for event in diary(&polar, from).await? {
        println!("{}: {:?}", event.kind, event.title);
    }
    Ok(())
}

/// The entries from this day on.
pub async fn diary(polar: &PolarFlow, from: NaiveDate) -> Result<Vec<Event>, Box<dyn Error>> {
    let mut all = Vec::new();
    for window in polar.days(from..).windows(90) {
        let day = |day: NaiveDate| day.format("%-d.%-m.%Y").to_string();
        let request = polar
            .session()
            .get(polar.url("/training/getCalendarEvents"))
            .endpoint("my diary")
            .query("start", &day(window.from()))
            .query("end", &day(window.until()));
        // Renewed when the session has expired, and decoded leniently: an entry without a type is left out.
        let Entries::<Vec<Event>>(events) = polar.call(request).json().await?;
        all.extend(events);
    }
    Ok(all)
}
