//! A read that may be repeated and a write that leaves once.
#![allow(clippy::print_stdout)]

use std::error::Error;

use web_session::{Session, Url, WriteError, join};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let base: Url = std::env::args()
        .nth(1)
        .ok_or("give the address of a website")?
        .parse()?;
    let session = Session::builder()
        .base_url(base.clone())
        .session_file("site.session.json") // private; cookies survive the program
        .build()?;
    println!("{}", read_and_write(&session, &base).await?);
    session.jar().save().await?;
    Ok(())
}

/// Reads one page and sends one form.
pub async fn read_and_write(session: &Session, base: &Url) -> Result<String, Box<dyn Error>> {
    // A read is repeated on hiccups and follows redirects within the site. Every status is an answer.
    let page = session
        .get(join(base, "/home"))
        .endpoint("home")
        .read()
        .await?;
    let seen = format!("{} is {}", page.fingerprint(), page.content());

    // A write leaves exactly once and follows nothing.
    let form = session
        .post(join(base, "/new"))
        .endpoint("new")
        .form([("name", "x")]);
    Ok(match form.write().await {
        Ok(answer) => format!("{seen}; answered {}", answer.status()),
        Err(WriteError::NotSent(error)) => format!("{seen}; safe to try again: {error}"),
        Err(WriteError::MaybeSent(error)) => {
            format!("{seen}; look before you send it again: {error}")
        }
    })
}
