//! Sends one workout file to intervals.icu; running it again creates nothing.
#![allow(clippy::print_stdout, missing_docs)]

use std::error::Error;
use std::time::Duration;

use sync_connector_intervals_icu::IntervalsIcu;
use sync_core::{Delivery, Destination, Item};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a TCX or GPX file")?;
    let read = workout_files::read(&std::fs::read(&path)?)?;
    let workout = read.workouts.first().ok_or("the file holds no workout")?;
    let start = workout.start_time().ok_or("the workout has no time")?;

    let intervals = IntervalsIcu::builder(std::env::var("INTERVALS_API_KEY")?).build()?;
    intervals.check().await?;
    let item = Item::new("by-hand", start.naive_utc());
    let form = intervals.form(&item, workout)?;
    // The same key stands for the same workout, whenever it is sent.
    let key = format!("send_file:{}", start.timestamp());
    let limit = Duration::from_secs(60);
    let delivery = Delivery::new(&item, workout, form, limit).with_key(&key);
    println!("{:?}", intervals.send(delivery).await);
    Ok(())
}
