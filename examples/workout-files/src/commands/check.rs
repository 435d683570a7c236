//! `check`: the content of files, and their oddities.

use std::io::{self, Write};
use std::path::PathBuf;

use super::files::{code, name, read};
use crate::Exit;
use crate::report::Report;

/// `check FILE...`
pub(crate) fn check(files: &[PathBuf], json: bool, out: &mut impl Write) -> io::Result<Exit> {
    let mut exit = Exit::Good;
    for file in files {
        let outcome = read(file);
        exit = exit.max(code(&outcome));
        Report::new(name(file), &outcome).write(json, out)?;
    }
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::commands::support::{folder, lines};

    #[test]
    fn check_prints_one_object_per_input_and_its_code_is_the_worst() {
        let folder = folder();
        let files = ["run.tcx", "page.tcx", "none.tcx"].map(|name| folder.path().join(name));
        let mut out = Vec::new();
        assert_eq!(check(&files, true, &mut out).unwrap(), Exit::Unreadable);
        let reports = lines(&out);
        assert_eq!(reports.len(), 3);
        let activity = &reports[0]["activities"][0];
        let expected = serde_json::json!({
            "sport": "running", "start": "2024-03-09T07:00:00Z", "laps": 1, "tracks": 1,
            "trackpoints": 3, "positions": 2, "heart_rates": 2, "distance_m": 9.0,
            "elapsed_s": 3.0, "moving_s": 3.0, "calories": 2, "mean_hr": 125.0,
        });
        assert_eq!(activity, &expected);
        assert_eq!(reports[0]["diagnostics"][0]["code"], "only_time");
        assert_eq!(reports[0]["losses"], serde_json::json!([]));
        assert_eq!(reports[1]["readable"], false);
        assert!(reports[1]["error"].as_str().unwrap().contains("web page"));
        assert_eq!(reports[2]["format"], Value::Null);
        out.clear();
        assert_eq!(check(&files[..1], false, &mut out).unwrap(), Exit::Good);
        assert!(
            String::from_utf8(out)
                .unwrap()
                .contains("3 trackpoints, 2 positions")
        );
    }
}
