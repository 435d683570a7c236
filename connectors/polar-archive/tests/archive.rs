//! Exports in both formats as a source, and exports with faults.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use fake_services::synthetic::polar_export::{new_session, old_session, other_files, packed};
use futures_executor::block_on;
use futures_util::TryStreamExt;
use sync_connector_polar_archive::{Diagnostic, PolarArchive, Problem};
use sync_core::conformance::{HeldWorkout, SourceHarness, Verdict, check_source};
use sync_core::{ErrorKind, Item, Source, Sport, Window};

struct Export {
    path: PathBuf,
    away: PathBuf,
    held: Vec<HeldWorkout>,
}

impl SourceHarness for Export {
    type Source = PolarArchive;

    async fn open(&self) -> PolarArchive {
        PolarArchive::open(&self.path).unwrap()
    }

    fn held(&self) -> Vec<HeldWorkout> {
        self.held.clone()
    }

    fn unknown_id(&self) -> String {
        "1".into()
    }

    async fn break_listings(&self) -> bool {
        let whole = fs::read(&self.path).unwrap();
        fs::rename(&self.path, &self.away).unwrap();
        // A download that stopped.
        fs::write(&self.path, &whole[..whole.len() / 2]).unwrap();
        true
    }

    async fn mend(&self) {
        fs::rename(&self.away, &self.path).unwrap();
    }

    async fn fingerprint(&self) -> Option<String> {
        Some(format!("{:?}", fs::read(&self.path).unwrap()))
    }
}

#[test]
fn both_formats_pass_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    let days = ["2017-01-23", "2017-01-23", "2017-02-05", "2017-03-01"];
    let with_id =
        |day: &str, id: u64| HeldWorkout::on(day.parse().unwrap()).with_id(id.to_string());
    let mut olds = other_files();
    let mut news = other_files();
    let mut held = [Vec::new(), Vec::new()];
    for (number, day) in (0..).zip(days) {
        olds.push(old_session(500 + number, day));
        held[0].push(with_id(day, 500 + number));
        let exercises = if number == 3 { 3 } else { 1 };
        news.push(new_session(700 + number, day, exercises));
        held[1].push(with_id(day, 700 + number).with_exercises(exercises as usize));
    }
    for (files, held) in [olds, news].into_iter().zip(held) {
        fs::write(&path, packed(&files).unwrap()).unwrap();
        let away = folder.path().join("away.zip");
        let export = Export {
            path: path.clone(),
            away,
            held,
        };
        let report = block_on(check_source(&export));
        report.assert_conformant();
        assert!(
            report
                .outcomes
                .iter()
                .all(|outcome| outcome.verdict == Verdict::Passed),
            "{report}"
        );
    }
}

fn read(files: &[(String, String)]) -> (PolarArchive, Vec<Item>, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.keep().join("export.zip");
    fs::write(&path, packed(files).unwrap()).unwrap();
    let reported = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&reported);
    let source = PolarArchive::open(path).unwrap();
    let source = source.on_unreadable(move |file| report.lock().unwrap().push(file.clone()));
    let all = Window::new("2000-01-01".parse().unwrap(), "2099-12-31".parse().unwrap()).unwrap();
    let listed = block_on(source.list(all).try_collect()).unwrap();
    let reported = reported.lock().unwrap().clone();
    (source, listed, reported)
}

#[test]
fn listing_has_the_facts_of_the_session() {
    let (source, listed, _) = read(&[
        old_session(500, "2017-01-23"),
        new_session(700, "2026-01-02", 2),
    ]);
    let [old, new] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(old.start.to_string(), "2017-01-23 18:20:00");
    let start_utc = old.start_utc.unwrap();
    assert_eq!(start_utc.to_string(), "2017-01-23 17:20:00 UTC");
    assert_eq!(
        (old.duration_ms, old.distance_m),
        (Some(59_500), Some(6595.0))
    );
    assert_eq!(
        (old.calories, &old.sport),
        (Some(498), &Some(Sport::Running))
    );
    assert_eq!(new.sport, Some(Sport::Multisport));
    assert_eq!(block_on(source.fetch(old)).unwrap()[0].position_count(), 60);
    assert_eq!(block_on(source.fetch(new)).unwrap().len(), 2);
}

#[test]
fn sessions_that_cannot_be_read_are_reported_and_hide_no_other() {
    let (name, content) = new_session(700, "2026-01-02", 1);
    let cut = content[..content.len() / 2].to_owned();
    let (_, listed, reported) = read(&[(name.clone(), cut), old_session(500, "2017-01-23")]);
    assert_eq!(listed.len(), 1);
    let [left_out] = &reported[..] else {
        panic!("{reported:?}")
    };
    assert_eq!(left_out.file, name);
}

#[test]
fn sessions_of_one_id_are_told_apart_by_their_start() {
    let (name, first) = new_session(700, "2026-01-02", 1);
    let (other, second) = new_session(700, "2026-01-05", 1);
    let listing = |files: &[(String, String)]| {
        let (source, listed, reported) = read(files);
        assert_eq!(reported, []);
        for item in &listed {
            let workout = block_on(source.fetch(item)).unwrap().remove(0);
            let start = workout.start_time().unwrap();
            assert_eq!(start.date_naive(), item.start.date());
        }
        listed.into_iter().map(|item| item.id).collect::<Vec<_>>()
    };
    assert_eq!(listing(&[(name.clone(), first.clone())]), ["700"]);
    let both = ["700-2026-01-02T10:30:00", "700-2026-01-05T10:30:00"];
    assert_eq!(listing(&[(name, first), (other, second)]), both);
}

#[test]
fn of_two_files_of_one_session_the_fuller_counts() {
    let (name, whole) = new_session(700, "2026-01-02", 1);
    let stub = whole.replacen("\"exercises\": [{", "\"exercises\": [], \"none\": [{", 1);
    for stub_name in ["training-session_0.json", "training-session_9.json"] {
        let files = [
            (stub_name.to_owned(), stub.clone()),
            (name.clone(), whole.clone()),
        ];
        let (source, listed, reported) = read(&files);
        assert_eq!(listed.len(), 1);
        assert_eq!(
            block_on(source.fetch(&listed[0])).unwrap()[0].position_count(),
            81
        );
        let [left_out] = &reported[..] else {
            panic!("{reported:?}")
        };
        assert_eq!(
            (&*left_out.file, &left_out.problem),
            (stub_name, &Problem::Repeated)
        );
    }
}

#[test]
fn points_that_are_placed_by_a_guess_are_reported_with_the_download() {
    let (name, content) = new_session(700, "2026-01-02", 1);
    let session = content.replace("\"elapsedMillis\"", "\"elapsed\"");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    fs::write(&path, packed(&[(name, session)]).unwrap()).unwrap();
    let reported = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&reported);
    let source = PolarArchive::open(path).unwrap();
    let source = source.on_unreadable(move |file| report.lock().unwrap().push(file.to_string()));
    let item = Item::new("700", "2026-01-02T10:30:00".parse().unwrap());
    block_on(source.fetch(&item)).unwrap();
    let reported = reported.lock().unwrap().join("; ");
    assert!(
        reported.contains("100 of 100 positions have no time"),
        "{reported}"
    );
}

/// The clocks of this machine are those of eastern Europe, in a process of its own.
#[test]
fn session_without_an_offset_is_in_the_zone_of_this_machine() {
    const NAME: &str = "session_without_an_offset_is_in_the_zone_of_this_machine";
    if std::env::var_os("IN_EASTERN_EUROPE").is_none() {
        let mut there = Command::new(std::env::current_exe().unwrap());
        there
            .args(["--exact", NAME])
            .env("TZ", "EET-2EEST,M3.5.0/3,M10.5.0/4");
        assert!(
            there
                .env("IN_EASTERN_EUROPE", "1")
                .status()
                .unwrap()
                .success()
        );
        return;
    }
    let (name, content) = new_session(700, "2026-01-02", 1);
    let (source, listed, _) = read(&[(name, content.replace("timezoneOffsetMinutes", "none"))]);
    let start = listed[0].start_utc.unwrap().to_string();
    assert_eq!(start, "2026-01-02 08:30:00 UTC");
    let workout = block_on(source.fetch(&listed[0])).unwrap().remove(0);
    assert_eq!(workout.start_time().unwrap().to_string(), start);
    assert_eq!(workout.local_offset.unwrap().local_minus_utc(), 7200);
}

#[test]
fn file_that_was_replaced_by_another_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    fs::write(&path, packed(&[old_session(500, "2017-01-23")]).unwrap()).unwrap();
    let source = PolarArchive::open(&path).unwrap();
    let all = Window::new("2000-01-01".parse().unwrap(), "2099-12-31".parse().unwrap()).unwrap();
    let listed: Vec<Item> = block_on(source.list(all).try_collect()).unwrap();
    fs::write(&path, "<html></html>").unwrap();
    for error in [
        block_on(source.check()).unwrap_err(),
        block_on(source.fetch(&listed[0])).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Other);
        assert!(error.to_string().contains("export.zip"), "{error}");
    }
}

#[test]
fn other_files_are_refused_with_their_names() {
    use polar_flow::archive::ArchiveError as Reason;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.zip");
    let error = PolarArchive::open(&path).unwrap_err();
    assert!(matches!(error.source, Reason::Io(_)), "{error}");
    fs::write(&path, "<html></html>").unwrap();
    let error = PolarArchive::open(&path).unwrap_err();
    assert!(matches!(error.source, Reason::Zip(_)), "{error}");
    fs::write(&path, packed(&other_files()).unwrap()).unwrap();
    let error = PolarArchive::open(&path).unwrap_err();
    assert!(matches!(error.source, Reason::NotAnExport), "{error}");
    assert!(error.to_string().contains("other.zip"), "{error}");
}
