//! Uploads a TCX file with the session of a browser, and reports its fate.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use runkeeper::{Answer, Runkeeper, TrackUpload};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Runkeeper::builder()
        .session_file("runkeeper.session.json")
        .build()?;
    // Once: the cookies of a browser in which you are signed in (a Cookie header, "Copy as cURL", cookies.txt, HAR, ...).
    client
        .import_session(&std::fs::read_to_string("cookies.txt")?)
        .await?;
    println!("{}", upload(&client, Path::new("run.tcx")).await?);
    client.save_session().await?;
    Ok(())
}

/// Uploads the file and names its fate.
pub async fn upload(client: &Runkeeper, path: &Path) -> Result<String, Box<dyn Error>> {
    let file = TrackUpload::tcx("run", std::fs::read(path)?);
    // Leaves in one request, never twice.
    match client.upload(&file).await {
        Ok(Answer::Accepted(_)) => Ok("Runkeeper has it".to_owned()),
        Ok(Answer::Rejected(reason)) => Ok(format!("Runkeeper refused it: {reason}")),
        Ok(_) => Ok("the answer proves nothing: look at the listing".to_owned()),
        Err(error) if error.may_have_been_sent() => Ok(format!("look at the listing: {error}")),
        Err(error) => Err(error.into()),
    }
}
