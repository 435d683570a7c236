//! Saves the training sessions of the last 30 days as TCX files, all legs of a triathlon included.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::ops::RangeBounds;
use std::path::Path;

use chrono::{Days, NaiveDate, Utc};
use futures_util::TryStreamExt;
use polar_flow::PolarFlow;
use polar_flow::export::ExportFormat;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let polar = PolarFlow::builder()
        .session_file("polar.session.json") // private; the next run needs no password
        .password(
            std::env::var("POLAR_EMAIL")?,
            std::env::var("POLAR_PASSWORD")?,
        )
        .build()?;
    println!("signed in by {:?}", polar.sign_in().await?.by());
    let month_ago = Utc::now().date_naive() - Days::new(30);
    save(&polar, month_ago.., Path::new(".")).await
}

/// Saves each exercise of each session as a file.
pub async fn save(
    polar: &PolarFlow,
    days: impl RangeBounds<NaiveDate>,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    let mut sessions = polar.sessions(days);
    while let Some(session) = sessions.try_next().await? {
        let export = polar.export(session.id, ExportFormat::Tcx).await?;
        for (leg, file) in export.files().enumerate() {
            std::fs::write(folder.join(format!("{}-{leg}.tcx", session.id)), file)?;
        }
        println!(
            "{} on {}: {} files",
            session.id,
            session.start.date(),
            export.file_count()
        );
    }
    Ok(())
}
