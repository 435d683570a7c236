//! `compare`: two versions of a workout, as a table, JSON and pictures.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::files::{code, name, read, save};
use crate::Exit;
use crate::report::Report;

/// `compare A B`: activity by activity. With JSON a line for each file, then one with the
/// comparisons. With a file for it, every activity is drawn.
pub(crate) fn compare(
    before: &Path,
    after: &Path,
    svg: Option<&Path>,
    json: bool,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let (was, is) = (read(before), read(after));
    let exit = code(&was).max(code(&is));
    for (file, outcome) in [(before, &was), (after, &is)] {
        if json || outcome.is_err() {
            Report::new(name(file), outcome).write(json, out)?;
        }
    }
    let (Ok(was), Ok(is)) = (was, is) else {
        return Ok(exit);
    };
    let comparisons: Vec<_> = was
        .workouts
        .iter()
        .zip(&is.workouts)
        .map(|(before, after)| workout_files::compare(before, after))
        .collect();
    if let Some(svg) = svg {
        let names = workout_files::plot::Names {
            before: file_name(before),
            after: file_name(after),
        };
        for (index, (before, after)) in was.workouts.iter().zip(&is.workouts).enumerate() {
            let picture = workout_files::plot::comparison(before, after, &names);
            save(&numbered(svg, index), picture.as_bytes())?;
        }
    }
    if json {
        serde_json::to_writer(
            &mut *out,
            &serde_json::json!({ "comparisons": comparisons }),
        )?;
        writeln!(out)?;
        return Ok(exit);
    }
    if was.workouts.len() != is.workouts.len() {
        writeln!(
            out,
            "{} activities became {}",
            was.workouts.len(),
            is.workouts.len()
        )?;
    }
    for comparison in comparisons {
        writeln!(out, "{comparison}")?;
    }
    Ok(exit)
}

/// The name of a file without its folders: a picture may be shown to others.
fn file_name(file: &Path) -> String {
    file.file_name()
        .map_or_else(|| name(file), |name| name.to_string_lossy().into_owned())
}

/// `name.svg`, `name-2.svg`, ...
fn numbered(path: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}", index + 1));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::support::{RUN, folder, lines};

    #[test]
    fn compare_draws_every_activity() {
        let folder = folder();
        let run = folder.path().join("run.tcx");
        let two = folder.path().join("two.tcx");
        let end = RUN.find("</Activities>").unwrap();
        let activity = &RUN[RUN.find("<Activity ").unwrap()..end];
        std::fs::write(&two, [&RUN[..end], activity, &RUN[end..]].concat()).unwrap();
        let svg = folder.path().join("out.svg");
        let mut out = Vec::new();
        assert_eq!(
            compare(&two, &two, Some(&svg), false, &mut out).unwrap(),
            Exit::Good
        );
        for name in ["out.svg", "out-2.svg"] {
            let picture = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(
                picture.contains("<svg") && picture.contains("two.tcx"),
                "{name}"
            );
            assert!(!picture.contains(folder.path().to_str().unwrap()), "{name}");
        }
        std::fs::remove_file(&svg).unwrap();
        let page = folder.path().join("page.tcx");
        assert_eq!(
            compare(&run, &page, Some(&svg), false, &mut out).unwrap(),
            Exit::Unreadable
        );
        assert!(!svg.exists());
    }

    #[test]
    fn compare_shows_a_table_or_json() {
        let folder = folder();
        let (run, page) = (
            folder.path().join("run.tcx"),
            folder.path().join("page.tcx"),
        );
        let mut out = Vec::new();
        assert_eq!(
            compare(&run, &run, None, false, &mut out).unwrap(),
            Exit::Good
        );
        assert!(String::from_utf8(out).unwrap().contains("heart rate (bpm)"));
        let mut out = Vec::new();
        assert_eq!(
            compare(&run, &run, None, true, &mut out).unwrap(),
            Exit::Good
        );
        assert_eq!(lines(&out)[2]["comparisons"][0]["route"]["max_m"], 0.0);
        let mut out = Vec::new();
        assert_eq!(
            compare(&run, &page, None, true, &mut out).unwrap(),
            Exit::Unreadable
        );
        assert_eq!(lines(&out).len(), 2);
    }
}
