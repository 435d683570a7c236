//! Compares the answers in a HAR file with the shape of a made-up service.
//!
//! `cargo run -p api-drift --example read_har -- FILE`

use api_drift::{Endpoint, Host, Service, har, inspect};

const HAR: &str = r#"{"log": {"entries": [{
    "request": {"method": "GET", "url": "https://site.example/api/list"},
    "response": {"status": 200, "content": {"mimeType": "application/json", "text": "[{\"id\": 7, \"mood\": 1}]"}}
}]}}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => HAR.to_owned(),
    };
    let shape = ".: array\n[]: object\n[].id: integer needed\n[].note: text\n";
    let list = Endpoint::json("list", "the list of workouts", "GET /api/list", shape);
    let service = Service::new(
        "Example",
        [Host::new("web", "https://site.example")],
        [list],
    );
    let report = inspect(&[service], &har::read(&text)?.exchanges);
    for finding in &report.findings {
        let (place, kind) = (&finding.place, finding.kind.word());
        #[allow(clippy::print_stdout)]
        {
            println!(
                "{:?} {place}: {kind}, was {}, now {}",
                finding.weight, finding.was, finding.now
            );
        }
    }
    Ok(())
}
