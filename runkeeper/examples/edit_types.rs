//! Changes the type of all activities of a month: the importer of Runkeeper makes a run of every file.
#![allow(clippy::print_stdout)]

use std::error::Error;

use runkeeper::{ActivityEdit, ActivityType, Month, Runkeeper};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Runkeeper::builder()
        .session_file("runkeeper.session.json")
        .build()?;
    let month = Month::new(2025, 1).ok_or("no such month")?;
    let changed = change(&client, month, &ActivityType::Run, &ActivityType::Bike).await?;
    println!("{changed} activities changed");
    Ok(())
}

/// Changes all activities of the month that have the type `from`.
pub async fn change(
    client: &Runkeeper,
    month: Month,
    from: &ActivityType,
    to: &ActivityType,
) -> Result<usize, Box<dyn Error>> {
    let mut changed = 0;
    for activity in client.activities_in(month).await? {
        if activity.activity_type.as_ref() == Some(from) {
            let edit = ActivityEdit::new().activity_type(to.clone());
            client.edit_activity(activity.id, &edit).await?;
            changed += 1;
        }
    }
    Ok(changed)
}
