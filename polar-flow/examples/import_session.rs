//! Takes over the session of a browser, without a password: sign in on flow.polar.com, export the cookies, and give the file's name.
#![allow(clippy::print_stdout)]

use std::error::Error;

use polar_flow::PolarFlow;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args()
        .nth(1)
        .ok_or("give a file with the cookies of your browser")?;
    let polar = PolarFlow::builder()
        .session_file("polar.session.json")
        .build()?;
    import(&polar, &std::fs::read_to_string(file)?).await
}

/// Imports the cookies, and proves them by the account.
pub async fn import(polar: &PolarFlow, text: &str) -> Result<(), Box<dyn Error>> {
    let report = polar.import_session(text).await?;
    println!("{report}");
    println!("the account's id is {}", polar.account().await?.user.id);
    Ok(())
}
