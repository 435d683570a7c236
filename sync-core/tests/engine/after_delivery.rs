//! A destination's copy of each upload, and its scripted answers to corrections.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use sync_core::{DeliveryForm, ErrorKind, Finishing, Receipt, ServiceError, Sport, Workout};

#[derive(Default)]
pub struct AfterDelivery {
    /// The stored activities, as the importer and later corrections left them.
    there: Mutex<BTreeMap<String, Workout>>,
    /// The answers to the next finishings; `None` is success.
    pub script: Mutex<VecDeque<Option<ErrorKind>>>,
    /// The errors of the next reads.
    pub reading: Mutex<VecDeque<ErrorKind>>,
    /// The activities of all finishings that were asked for.
    pub finished: Mutex<Vec<String>>,
    pub read: Mutex<usize>,
}

/// Everything that is not a run has lost its type; notes are always lost.
pub fn finishing(workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
    if form != DeliveryForm::TrackFile {
        return None;
    }
    let mut finishing = Finishing::new();
    if workout.sport != Sport::Running {
        finishing = finishing.with_sport(workout.sport.clone());
    }
    if let Some(notes) = &workout.notes {
        finishing = finishing.with_notes(notes);
    }
    Some(finishing)
}

impl AfterDelivery {
    pub fn import(&self, id: &str, workout: &Workout) {
        let mut imported = workout.clone();
        imported.sport = Sport::Running;
        imported.notes = None;
        self.there.lock().unwrap().insert(id.to_owned(), imported);
    }

    /// Sport and notes of an activity.
    pub fn shows(&self, id: &str) -> (Sport, Option<String>) {
        let there = self.there.lock().unwrap();
        (there[id].sport.clone(), there[id].notes.clone())
    }

    /// The person deletes it.
    pub fn delete(&self, id: &str) {
        self.there.lock().unwrap().remove(id);
    }

    pub fn answers(&self, answers: &[Option<ErrorKind>]) {
        self.script.lock().unwrap().extend(answers);
    }

    pub fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        let id = receipt.activity_id.clone().unwrap();
        self.finished.lock().unwrap().push(id.clone());
        let answer = self.script.lock().unwrap().pop_front().flatten();
        if let Some(kind) = answer {
            return Err(ServiceError::new(kind, "the form stumbled"));
        }
        let mut there = self.there.lock().unwrap();
        let activity = there.get_mut(&id).ok_or_else(gone)?;
        if let Some(sport) = &what.sport {
            activity.sport = sport.clone();
        }
        if let Some(notes) = &what.notes {
            activity.notes.get_or_insert_with(|| notes.clone());
        }
        Ok(())
    }

    pub fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        *self.read.lock().unwrap() += 1;
        if let Some(kind) = self.reading.lock().unwrap().pop_front() {
            return Err(ServiceError::new(kind, "reading stumbled"));
        }
        let id = receipt.activity_id.clone().unwrap();
        self.there
            .lock()
            .unwrap()
            .get(&id)
            .cloned()
            .ok_or_else(gone)
    }
}

fn gone() -> ServiceError {
    ServiceError::new(ErrorKind::NotFound, "no such activity")
}
