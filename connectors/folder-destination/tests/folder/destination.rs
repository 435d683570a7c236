//! The files that the destination leaves in a folder, also when it is killed, and those that it refuses to touch.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::files::{everything, visible};
use futures_executor::block_on;
use sync_connector_folder_destination::{FolderDestination, INDEX_FILE};
use sync_core::conformance::test_workout;
use sync_core::{
    Activity, Delivery, DeliveryForm, Destination, Receipt, SendOutcome, ServiceError, Window,
};

fn send(destination: &FolderDestination, number: usize) -> SendOutcome {
    let (item, workout) = test_workout(number);
    let key = format!("test:{}:1", item.id);
    let form = DeliveryForm::TrackFile;
    let delivery = Delivery::new(&item, &workout, form, Duration::from_secs(9)).with_key(&key);
    block_on(destination.send(delivery))
}

fn accepted(outcome: SendOutcome) -> Receipt {
    match outcome {
        SendOutcome::Accepted(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

fn find(destination: &FolderDestination) -> Result<Vec<Activity>, ServiceError> {
    let (from, until) = ("2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap());
    block_on(destination.find(Window::new(from, until).unwrap()))
}

#[test]
fn file_that_another_program_takes_away_is_not_delivered_again() {
    let folder = tempfile::tempdir().unwrap();
    let destination = FolderDestination::open(folder.path()).unwrap();
    let receipt = accepted(send(&destination, 0));
    let names = visible(folder.path());
    assert_eq!(names.len(), 1);
    assert!(
        names[0].starts_with("2026-03-01-100000-running-"),
        "{names:?}"
    );
    fs::remove_file(folder.path().join(&names[0])).unwrap();
    assert_eq!(find(&destination).unwrap().len(), 1);
    let again = send(&destination, 0);
    assert!(
        matches!(&again, SendOutcome::AlreadyThere(id) if Some(id) == receipt.activity_id.as_ref())
    );
    assert_eq!(visible(folder.path()), [""; 0]);
    // Removing it is a success, and then it may come again.
    block_on(destination.remove(&receipt)).unwrap();
    accepted(send(&destination, 0));
    assert_eq!(visible(folder.path()).len(), 1);
}

#[test]
fn changed_file_is_never_removed() {
    let folder = tempfile::tempdir().unwrap();
    let destination = FolderDestination::open(folder.path()).unwrap();
    let receipt = accepted(send(&destination, 0));
    let file = folder.path().join(&visible(folder.path())[0]);
    fs::write(&file, "edited by the user").unwrap();
    let error = block_on(destination.remove(&receipt)).unwrap_err();
    assert!(error.to_string().contains("changed"), "{error}");
    assert_eq!(fs::read(&file).unwrap(), b"edited by the user");
}

/// A process can be killed after each step of a delivery.
#[test]
fn killed_delivery_is_completed_or_begun_anew_and_never_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let destination = FolderDestination::open(folder.path()).unwrap();
    accepted(send(&destination, 0));
    let name = visible(folder.path())[0].clone();
    let content = fs::read(folder.path().join(&name)).unwrap();
    let index = fs::read_to_string(folder.path().join(INDEX_FILE)).unwrap();
    let id = find(&destination).unwrap()[0].id.clone();
    let hidden = folder.path().join(format!(".workout-sync-{id}.part"));
    let header = index.lines().next().unwrap();

    // Half of the hidden file, and no line in the index: begun anew.
    fs::remove_file(folder.path().join(&name)).unwrap();
    fs::write(folder.path().join(INDEX_FILE), format!("{header}\n")).unwrap();
    fs::write(&hidden, &content[..content.len() / 2]).unwrap();
    assert_eq!(find(&destination).unwrap(), []);
    assert_eq!(visible(folder.path()), [""; 0]);
    accepted(send(&destination, 0));
    assert_eq!(fs::read(folder.path().join(&name)).unwrap(), content);
    assert!(!hidden.exists());

    // The line is written, the file still hidden: it appears, and no second one.
    fs::rename(folder.path().join(&name), &hidden).unwrap();
    let again = send(&destination, 0);
    assert!(matches!(again, SendOutcome::AlreadyThere(_)), "{again:?}");
    assert_eq!(fs::read(folder.path().join(&name)).unwrap(), content);
    assert!(!hidden.exists());
    fs::rename(folder.path().join(&name), &hidden).unwrap();
    assert_eq!(find(&destination).unwrap().len(), 1);
    assert_eq!(visible(folder.path()), [name]);
}

fn refuses_and_changes_nothing(folder: &Path, line: usize) {
    let destination = FolderDestination::open(folder).unwrap();
    let before = everything(folder);
    let receipt = Receipt::with_id("0");
    let errors = [
        match send(&destination, 7) {
            SendOutcome::NotSent(error) => error,
            other => panic!("{other:?}"),
        },
        find(&destination).unwrap_err(),
        block_on(destination.check()).unwrap_err(),
        block_on(destination.remove(&receipt)).unwrap_err(),
        block_on(destination.read_back(&receipt)).unwrap_err(),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(
            text.contains(INDEX_FILE) && text.contains(&format!("line {line}:")),
            "{text}"
        );
    }
    assert_eq!(everything(folder), before);
}

#[test]
fn torn_or_foreign_index_is_named_and_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let destination = FolderDestination::open(folder.path()).unwrap();
    for number in 0..3 {
        accepted(send(&destination, number));
    }
    let index = folder.path().join(INDEX_FILE);
    let whole = fs::read(&index).unwrap();
    for (content, line) in [
        (whole[..whole.len() - 1].to_vec(), 4),
        (whole[..whole.len() - 40].to_vec(), 4),
        (b"my notes\n".to_vec(), 1),
        (
            b"{\"index\":\"sync-connector-folder\",\"version\":9}\n".to_vec(),
            1,
        ),
        (vec![0; 100], 1),
        ([&whole[..], b"{}\n"].concat(), 5),
        ([&whole[..], b"\xff\n"].concat(), 1),
    ] {
        fs::write(&index, content).unwrap();
        refuses_and_changes_nothing(folder.path(), line);
    }
    fs::write(&index, whole).unwrap();
    assert_eq!(find(&destination).unwrap().len(), 3);
}

#[test]
fn foreign_file_in_the_way_stays() {
    let folder = tempfile::tempdir().unwrap();
    let destination = FolderDestination::open(folder.path()).unwrap();
    accepted(send(&destination, 0));
    let name = visible(folder.path())[0].clone();
    // The index was lost, the file is there.
    fs::remove_file(folder.path().join(INDEX_FILE)).unwrap();
    let again = send(&destination, 0);
    assert!(
        matches!(&again, SendOutcome::NotSent(error) if error.to_string().contains(&name)),
        "{again:?}"
    );
    assert_eq!(visible(folder.path()), [name]);
}

/// Handles lock the index one by one, as processes do: each opens the file for itself.
#[test]
fn several_writers_deliver_each_workout_once() {
    let folder = tempfile::tempdir().unwrap();
    let accepted: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let destination = FolderDestination::open(folder.path()).unwrap();
                    let outcomes = (0..20).map(|number| send(&destination, number));
                    let accepted = |outcome: &SendOutcome| match outcome {
                        SendOutcome::Accepted(_) => true,
                        SendOutcome::AlreadyThere(_) => false,
                        other => panic!("{other:?}"),
                    };
                    outcomes.filter(accepted).count()
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .sum()
    });
    assert_eq!(accepted, 20);
    assert_eq!(visible(folder.path()).len(), 20);
    let destination = FolderDestination::open(folder.path()).unwrap();
    let keys: BTreeSet<_> = find(&destination)
        .unwrap()
        .into_iter()
        .map(|found| found.key)
        .collect();
    assert_eq!(keys.len(), 20);
}

#[test]
fn nothing_secret_or_personal_is_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let destination = FolderDestination::open(folder.path()).unwrap();
    accepted(send(&destination, 0));
    fs::write(folder.path().join(INDEX_FILE), "canary\n").unwrap();
    let error = find(&destination).unwrap_err();
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}
