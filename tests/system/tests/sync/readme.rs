//! The Rust of the README compiles: it stands here word for word.
#![allow(
    dead_code,
    clippy::print_stdout,
    reason = "it only has to compile: the services of the README are the real ones"
)]

use std::error::Error;

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use polar_flow::PolarFlow;
use polar_flow::export::ExportFormat;
use runkeeper::{Month, Runkeeper, TrackUpload};

#[rustfmt::skip]
async fn reads_a_history(password: &str) -> Result<(), Box<dyn Error>> {
    let polar = PolarFlow::builder()
        .session_file("polar.session.json")
        .password("me@example.org", password)
        .build()?;
    polar.sign_in().await?;
    let mut sessions = polar.sessions("2025-01-01".parse::<NaiveDate>()?..);
    while let Some(session) = sessions.try_next().await? {
        let export = polar.export(session.id, ExportFormat::Tcx).await?;
        println!("{}: {} TCX files", session.start, export.file_count());
    }
    Ok(())
}

#[rustfmt::skip]
async fn lists_and_uploads() -> Result<(), Box<dyn Error>> {
    let runkeeper = Runkeeper::builder().session_file("runkeeper.session.json").build()?;
    runkeeper.import_session(&std::fs::read_to_string("cookies.txt")?).await?;
    for activity in runkeeper.activities_in(Month::new(2025, 1).ok_or("no such month")?).await? {
        println!("{} {:?}", activity.id, activity.activity_type);
    }
    let file = TrackUpload::tcx("sunday-run", std::fs::read("run.tcx")?);
    // `Err` says whether the file may have arrived.
    println!("{:?}", runkeeper.upload(&file).await?);
    Ok(())
}

#[test]
fn the_rust_of_the_readme_is_this_file() {
    let here: Vec<&str> = include_str!("readme.rs").lines().map(str::trim).collect();
    let readme = include_str!("../../../../README.md");
    let blocks: Vec<Vec<&str>> = readme
        .split("```rust\n")
        .skip(1)
        .map(|rest| {
            rest.lines()
                .take_while(|line| *line != "```")
                .map(str::trim)
                .collect()
        })
        .collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let found = here.windows(block.len()).any(|lines| lines == block);
        assert!(found, "not compiled here:\n{}", block.join("\n"));
    }
}
