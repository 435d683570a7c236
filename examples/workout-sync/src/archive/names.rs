//! The names of the files in an archive. Each sorts by time, holds the session's id, and is a valid name on every file system: ASCII
//! letters in lower case, digits, `-`, `_` and `.`, never longer than 100 bytes.

use chrono::{NaiveDate, NaiveDateTime};

use super::kind::{DayKind, Kind};

/// The list of the sessions, as a table for other programs.
pub(super) const INDEX_CSV: &str = "index.csv";
/// The list of the sessions, as a page.
pub(super) const INDEX_HTML: &str = "index.html";
/// The record of everything that was fetched.
pub(super) const MANIFEST: &str = "manifest.jsonl";
/// One run works on an archive at a time.
pub(super) const LOCK: &str = ".lock";
/// Files in the making.
pub(super) const TEMPORARY: &str = ".incomplete";
/// The pages of the sessions.
pub(super) const PAGES: &str = "pages";

/// The most characters of a sport in a name.
const SPORT: usize = 40;

/// The first part of the names of a session's files, such as `2025-05-01_163042_cycling_8104216805`.
#[must_use]
pub(super) fn stem(start: NaiveDateTime, sport: Option<&str>, id: &str) -> String {
    let sport = sport.map(slug).filter(|sport| !sport.is_empty());
    let sport = sport.as_deref().unwrap_or("workout");
    format!("{}_{sport}_{}", start.format("%Y-%m-%d_%H%M%S"), slug(id))
}

/// Lower-case ASCII letters, digits and `-` only.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
        if slug.len() == SPORT {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The path of a session's file in the archive, with `/` on every system. `part` counts the exercises of a session with several
/// from 1; `version` is 1 unless the session was edited at the source.
#[must_use]
pub(super) fn file(stem: &str, kind: Kind, part: Option<u32>, version: u32) -> String {
    let mut path = format!("sessions/{}", below(stem));
    if let Some(part) = part {
        path.push_str(&format!("-{part}"));
    }
    if version > 1 {
        path.push_str(&format!(".v{version}"));
    }
    format!("{path}.{}", kind.extension())
}

/// The path of a session's page.
#[must_use]
pub(super) fn page(stem: &str) -> String {
    format!("{PAGES}/{}.html", below(stem))
}

/// The path of the JSON of a day.
#[must_use]
pub(super) fn day(kind: DayKind, day: NaiveDate) -> String {
    format!("{}/{}.json", kind.word(), day.format("%Y/%m/%Y-%m-%d"))
}

/// A stem in the folder of its year and month.
fn below(stem: &str) -> String {
    let year = stem.get(..4).unwrap_or("0000");
    let month = stem.get(5..7).unwrap_or("00");
    format!("{year}/{month}/{stem}")
}

/// The same path with a number, where a file of another origin has it already.
#[must_use]
pub(super) fn numbered(path: &str, number: u32) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, end) = name.split_once('.').unwrap_or((name, ""));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{stem}~{number}.{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn names_sort_by_time_and_hold_the_id() {
        let stem = stem(
            at("2025-05-01T16:30:42.643"),
            Some("TRAIL_RUNNING"),
            "8104216805",
        );
        assert_eq!(stem, "2025-05-01_163042_trail-running_8104216805");
        assert_eq!(
            file(&stem, Kind::Tcx, None, 1),
            format!("sessions/2025/05/{stem}.tcx")
        );
        assert_eq!(
            file(&stem, Kind::Rr, Some(2), 3),
            format!("sessions/2025/05/{stem}-2.v3.rr.csv")
        );
        assert_eq!(page(&stem), format!("pages/2025/05/{stem}.html"));
        let day = day(DayKind::Sleep, "2025-05-01".parse().unwrap());
        assert_eq!(day, "sleep/2025/05/2025-05-01.json");
        assert_eq!(numbered("a/b.v2.rr.csv", 2), "a/b~2.v2.rr.csv");
        assert_eq!(numbered("b.tcx", 3), "b~3.tcx");
    }

    #[test]
    fn a_name_is_valid_everywhere_whatever_the_sport_is() {
        let odd = [
            "CON",
            "a/b\\c:d*e?\"<>|",
            "Лыжи",
            "..",
            " ",
            "\u{0}\n",
            "X".repeat(300).leak(),
        ];
        for sport in odd {
            let stem = stem(at("2025-05-01T16:30:42"), Some(sport), "1");
            let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
            assert!(stem.chars().all(valid) && stem.len() < 80, "{stem}");
            assert!(stem.starts_with("2025-05-01_163042_") && stem.ends_with("_1"));
        }
        let none = stem(at("2025-05-01T16:30:42"), None, "1");
        assert_eq!(none, "2025-05-01_163042_workout_1");
    }
}
