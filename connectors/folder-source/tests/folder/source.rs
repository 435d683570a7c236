//! The source reads real folders.
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::files::{age, gpx, put, tcx, tcx_of};
use futures_executor::block_on;
use futures_util::TryStreamExt;
use sync_connector_folder_source::{FolderSource, Unreadable};
use sync_core::conformance::test_workout;
use sync_core::{ErrorKind, Item, Source, Sport, Window};
use workout_files::Sketch;

fn window() -> Window {
    Window::new("2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap()).unwrap()
}

fn list(source: &FolderSource) -> Vec<Item> {
    block_on(source.list(window()).try_collect()).unwrap()
}

fn open(folder: &Path) -> (FolderSource, Arc<Mutex<Vec<Unreadable>>>) {
    let reported = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&reported);
    let source = FolderSource::open(folder).unwrap();
    let source = source.on_unreadable(move |file| report.lock().unwrap().push(file.clone()));
    (source, reported)
}

#[test]
fn renamed_and_moved_files_stay_the_same_workout() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.tcx");
    put(&file, &tcx(0));
    let (source, _) = open(folder.path());
    let before = list(&source);
    fs::create_dir(folder.path().join("old")).unwrap();
    fs::rename(&file, folder.path().join("old/renamed.TCX")).unwrap();
    // Between listing and fetching.
    assert_eq!(block_on(source.fetch(&before[0])).unwrap().len(), 1);
    assert_eq!(list(&source), before);
    let (again, _) = open(folder.path());
    assert_eq!(list(&again), before);
}

/// The number of positions in what is fetched, and of copies that the one listed workout has.
fn fetched(source: &FolderSource) -> (usize, usize) {
    let [item] = &list(source)[..] else {
        panic!("{:?}", list(source))
    };
    let [workout] = &block_on(source.fetch(item)).unwrap()[..] else {
        panic!()
    };
    (workout.position_count(), item.other_ids.len())
}

#[test]
fn copies_in_other_formats_are_one_workout_and_the_fullest_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let mut hike = test_workout(0).1;
    hike.sport = Sport::Hiking;
    let positions = hike.position_count();
    assert!(positions > 20);
    put(
        &folder.path().join("hike.gpx"),
        &workout_files::gpx::write(&[hike.clone()]).unwrap().bytes,
    );
    let (source, _) = open(folder.path());
    let gpx = list(&source);
    assert_eq!(fetched(&source), (positions, 0));
    // This one says `Other`, and has cadences besides.
    hike.sport = Sport::Other;
    for lap in &mut hike.laps {
        for track in &mut lap.tracks {
            for index in 0..track.len() {
                let mut point = track.get(index).unwrap();
                point.cadence = Some(80);
                track.set(index, point);
            }
        }
    }
    put(
        &folder.path().join("again/hike.tcx"),
        &tcx_of(&[hike.clone()]),
    );
    let both = list(&source);
    assert_eq!(fetched(&source), (positions, 1));
    assert_eq!(both[0].other_ids, [gpx[0].id.clone()]);
    assert_eq!(both[0].sport, Some(Sport::Hiking));
    // Half of it is no better copy.
    hike.laps[0].tracks[0].retain(|point| point.time.unwrap().timestamp() % 60 == 0);
    put(&folder.path().join("half.tcx"), &tcx_of(&[hike]));
    assert_eq!(fetched(&source), (positions, 2));
    // The engine knows either of them by its own identifier.
    assert_eq!(block_on(source.fetch(&gpx[0])).unwrap().len(), 1);
    fs::remove_file(folder.path().join("again/hike.tcx")).unwrap();
    fs::remove_file(folder.path().join("half.tcx")).unwrap();
    assert_eq!(list(&source), gpx);
}

/// A leg has more values than the file of the whole, which has positions only.
#[test]
fn the_whole_is_no_copy_of_a_rich_leg() {
    let folder = tempfile::tempdir().unwrap();
    let mut whole = test_workout(0).1;
    let positions = whole.position_count();
    let mut leg = whole.clone();
    let half = whole.start.unwrap() + chrono::TimeDelta::minutes(15);
    for (workout, is_leg) in [(&mut whole, false), (&mut leg, true)] {
        let track = &mut workout.laps[0].tracks[0];
        track.retain(|point| !is_leg || point.time.unwrap() >= half);
        for index in 0..track.len() {
            let mut point = track.get(index).unwrap();
            if is_leg {
                (point.cadence, point.power_w) = (Some(80), Some(200));
            } else {
                (point.heart_rate, point.altitude_m, point.distance_m) = (None, None, None);
            }
            track.set(index, point);
        }
    }
    let (rich, plain) = (Sketch::new(&[leg.clone()]), Sketch::new(&[whole.clone()]));
    assert!(rich.values() > plain.values());
    put(&folder.path().join("leg.tcx"), &tcx_of(&[leg]));
    put(
        &folder.path().join("whole.gpx"),
        &workout_files::gpx::write(&[whole]).unwrap().bytes,
    );
    let (source, _) = open(folder.path());
    assert_eq!(fetched(&source), (positions, 1));
}

#[test]
fn changed_and_removed_files_are_not_found_under_their_old_ids() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.tcx");
    put(&file, &tcx(0));
    let (source, _) = open(folder.path());
    let before = list(&source);
    put(&file, &tcx(1));
    let error = block_on(source.fetch(&before[0])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let after = list(&source);
    assert_ne!(after[0].id, before[0].id);
    fs::remove_file(&file).unwrap();
    let error = block_on(source.fetch(&after[0])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(list(&source), []);
}

#[test]
fn files_that_are_being_written_are_left_for_later() {
    let folder = tempfile::tempdir().unwrap();
    let (source, reported) = open(folder.path());
    let whole = tcx(0);
    let file = folder.path().join("run.tcx");
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(list(&source), []);
    assert!(
        reported.lock().unwrap().is_empty(),
        "half a file is no broken one"
    );
    fs::write(&file, &whole).unwrap();
    assert_eq!(list(&source), []);
    age(&file, Duration::from_secs(3));
    assert_eq!(list(&source).len(), 1);
    // Parts of other programs' downloads have other names.
    put(&folder.path().join("other.tcx.part"), &tcx(1));
    put(&folder.path().join(".hidden.tcx"), &tcx(1));
    assert_eq!(list(&source).len(), 1);
}

#[test]
fn unreadable_files_are_reported_once_and_hide_no_other() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("a.tcx"), b"<html>log in</html>");
    put(&folder.path().join("b.gpx"), &gpx(0));
    put(&folder.path().join("c.tcx"), b"");
    let timeless =
        b"<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>\
        <trkpt lat=\"1\" lon=\"1\"/><trkpt lat=\"1.1\" lon=\"1\"/></trkseg></trk></gpx>";
    put(&folder.path().join("d.gpx"), timeless);
    let (source, reported) = open(folder.path());
    for _ in 0..3 {
        assert_eq!(list(&source).len(), 1);
    }
    let names = |reported: &[Unreadable]| -> Vec<String> {
        let name = |file: &Unreadable| file.path.file_name().unwrap().to_str().unwrap().to_owned();
        reported.iter().map(name).collect()
    };
    assert_eq!(
        names(&reported.lock().unwrap()),
        ["a.tcx", "c.tcx", "d.gpx"]
    );
    // Mended and broken anew: that is news.
    put(&folder.path().join("a.tcx"), &tcx(1));
    assert_eq!(list(&source).len(), 2);
    put(&folder.path().join("a.tcx"), b"{}");
    assert_eq!(list(&source).len(), 1);
    assert_eq!(reported.lock().unwrap().len(), 4);
}

#[test]
fn file_of_several_activities_gives_several_workouts() {
    let folder = tempfile::tempdir().unwrap();
    let workouts: Vec<_> = (0..3)
        .map(|number| sync_core::conformance::test_workout(number).1)
        .collect();
    put(&folder.path().join("all.tcx"), &tcx_of(&workouts));
    let (source, _) = open(folder.path());
    let listed = list(&source);
    assert_eq!(listed.len(), 3);
    for (item, workout) in listed.iter().zip(&workouts) {
        let fetched = block_on(source.fetch(item)).unwrap();
        assert_eq!((fetched.len(), fetched[0].start), (1, workout.start));
    }
}

#[test]
fn missing_folder_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let error = FolderSource::open(&missing).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
    put(&folder.path().join("file.tcx"), &tcx(0));
    assert!(FolderSource::open(folder.path().join("file.tcx")).is_err());
    // It went away after it was opened: no empty listing.
    fs::create_dir(&missing).unwrap();
    let source = FolderSource::open(&missing).unwrap();
    fs::remove_dir(&missing).unwrap();
    let listed: Result<Vec<Item>, _> = block_on(source.list(window()).try_collect());
    assert!(listed.unwrap_err().to_string().contains("missing"));
}

#[cfg(unix)]
#[test]
fn links_to_files_are_followed_and_links_to_folders_are_not() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    put(&elsewhere.path().join("run.tcx"), &tcx(0));
    put(&elsewhere.path().join("more/other.tcx"), &tcx(1));
    put(&folder.path().join(".trash/deleted.tcx"), &tcx(2));
    symlink(
        elsewhere.path().join("run.tcx"),
        folder.path().join("link.tcx"),
    )
    .unwrap();
    symlink(elsewhere.path().join("more"), folder.path().join("more")).unwrap();
    symlink(
        elsewhere.path().join("nowhere"),
        folder.path().join("dead.tcx"),
    )
    .unwrap();
    symlink(folder.path(), folder.path().join("itself")).unwrap();
    let (source, reported) = open(folder.path());
    let listed = list(&source);
    let ids: Vec<_> = listed.iter().map(|item| &item.id).collect();
    let (alone, _) = open(elsewhere.path());
    let all = list(&alone);
    assert_eq!(ids, [&all.iter().min_by_key(|item| item.start).unwrap().id]);
    assert!(reported.lock().unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_named_and_hides_no_other() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("run.tcx"), &tcx(0));
    symlink("circle.gpx", folder.path().join("circle.gpx")).unwrap();
    symlink("run.tcx/inside", folder.path().join("through.gpx")).unwrap();
    let _socket = UnixListener::bind(folder.path().join("socket.gpx")).unwrap();
    // Reading it would wait for a writer.
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe.gpx"))
        .status();
    assert!(made.unwrap().success());
    let large = std::fs::File::create(folder.path().join("large.gpx")).unwrap();
    large.set_len(2 << 30).unwrap();
    let (source, reported) = open(folder.path());
    let source = source.with_quiet(Duration::ZERO);
    for _ in 0..2 {
        assert_eq!(list(&source).len(), 1);
    }
    let reported = reported.lock().unwrap();
    let problems: Vec<_> = reported
        .iter()
        .map(|file| {
            (
                file.path.file_name().unwrap().to_str().unwrap(),
                &*file.problem,
            )
        })
        .collect();
    let no_file = "it is no regular file";
    assert_eq!(
        problems,
        [
            ("circle.gpx", no_file),
            ("large.gpx", "it is larger than 1024 MiB"),
            ("pipe.gpx", no_file),
            ("socket.gpx", no_file),
            ("through.gpx", no_file)
        ]
    );
}
