//! Prints the mean sleep score and the shortest night of the last 90 days.
#![allow(clippy::print_stdout)]

use std::error::Error;

use chrono::{Days, NaiveDate, Utc};
use polar_flow::PolarFlow;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let polar = PolarFlow::builder()
        .session_file("polar.session.json")
        .build()?;
    let from = Utc::now().date_naive() - Days::new(90);
    println!("{}", report(&polar, from).await?);
    Ok(())
}

/// One line about the nights from this day on.
pub async fn report(polar: &PolarFlow, from: NaiveDate) -> Result<String, Box<dyn Error>> {
    let nights = polar.sleep(from..).await?;
    let scores: Vec<f64> = nights.iter().filter_map(|night| night.score()).collect();
    let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
    let shortest = nights
        .iter()
        .filter_map(|night| Some((night.end? - night.start?, night.date)))
        .min();
    Ok(match shortest {
        Some((time, date)) => format!(
            "{} nights, mean score {mean:.1}, shortest on {date}: {} min",
            nights.len(),
            time.num_minutes()
        ),
        None => "no nights were recorded".to_owned(),
    })
}
