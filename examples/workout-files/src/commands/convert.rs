//! `convert`: another format.

use std::io::{self, Write};
use std::path::Path;

use workout_files::{Repairs, WriteOptions};

use super::deliver::deliver;
use super::files::{name, read, unknown_extension};
use crate::Exit;
use crate::cli::format_of;
use crate::report::Report;

/// `convert IN OUT`
pub(crate) fn convert(
    input: &Path,
    output: &Path,
    json: bool,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let Some(format) = format_of(output) else {
        return Ok(unknown_extension(output));
    };
    let outcome = read(input);
    let mut report = Report::new(name(input), &outcome);
    let exit = match outcome {
        Ok(reading) => {
            let options = WriteOptions::default();
            deliver(
                reading,
                output,
                format,
                &options,
                &Repairs::none(),
                &mut report,
            )?
        }
        Err(_) => Exit::Unreadable,
    };
    report.write(json, out)?;
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::support::{folder, lines};

    #[test]
    fn convert_takes_the_format_from_the_extension_and_lists_losses() {
        let folder = folder();
        let input = folder.path().join("run.tcx");
        let mut out = Vec::new();
        let bad = convert(&input, &folder.path().join("out.fit"), true, &mut out).unwrap();
        assert_eq!((bad, out.len()), (Exit::Usage, 0));
        let output = folder.path().join("out.GPX");
        assert_eq!(
            convert(&input, &output, true, &mut out).unwrap(),
            Exit::Good
        );
        let losses = lines(&out)[0]["losses"].to_string();
        assert!(
            losses.contains("no_position") && losses.contains("totals"),
            "{losses}"
        );
        assert!(workout_files::gpx::read(&std::fs::read(&output).unwrap()).is_ok());
    }
}
