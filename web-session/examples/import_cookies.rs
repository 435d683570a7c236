//! Takes over the cookies of a browser and keeps them in a file, for the hosts of one site only.
#![allow(clippy::print_stdout)]

use std::error::Error;

use web_session::{Session, Url};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "give the address of a website and a file with cookies";
    let base: Url = arguments.next().ok_or(usage)?.parse()?;
    let text = std::fs::read_to_string(arguments.next().ok_or(usage)?)?;
    let session = Session::builder()
        .base_url(base.clone())
        .session_file("site.session.json")
        .build()?;
    println!("{}", import(&session, &base, &text)?);
    session.jar().save().await?;
    Ok(())
}

/// Imports the cookies and lists their names.
pub fn import(session: &Session, base: &Url, text: &str) -> Result<String, Box<dyn Error>> {
    let report = session.import(text, base)?;
    // Names only: no value is ever shown.
    Ok(format!(
        "{report}; the jar has {:?}",
        session.jar().names(base)
    ))
}
