//! Setting what the importer loses: it makes a run without notes of every file (type: seen 2026-04; notes: none was ever seen to survive).

use sync_core::{ErrorKind, Finishing, Item, ServiceError, Sport};
use workout_files::Workout;

use crate::{ActivityEdit, ActivityId, ActivityType, Answer, EditForm, Runkeeper};

/// The type when it is not what the importer makes of it, and the notes when there are any.
pub(super) fn wanted(item: &Item, workout: &Workout) -> Finishing {
    let mut finishing = Finishing::new();
    if let Some(sport) = item.sport_of(workout)
        && ActivityType::for_sport(sport).activity_type != ActivityType::Run
    {
        finishing = finishing.with_sport(sport.clone());
    }
    let notes = workout.notes.as_deref().map(str::trim);
    if let Some(notes) = notes.filter(|notes| !notes.is_empty()) {
        finishing = finishing.with_notes(notes);
    }
    finishing
}

impl Runkeeper {
    /// Sets type and notes where the user has not set others, and looks whether they are set: the form's answer was never recorded.
    pub(super) async fn set_what_was_lost(
        &self,
        id: ActivityId,
        what: &Finishing,
    ) -> Result<(), ServiceError> {
        let form = self.edit_form(id).await?;
        let has_notes = form.notes().is_some();
        if let Some(edit) = missing(&form, what) {
            match self.save_edit(form, &edit).await {
                Ok(Answer::Rejected(message)) => {
                    let message = format!("Runkeeper: {message}");
                    return Err(ServiceError::new(ErrorKind::Invalid, message));
                }
                Ok(_) => {}
                Err(error) => return Err(error.cause().into()),
            }
            let after = self.edit_form(id).await?;
            if missing(&after, what).is_some() {
                let message =
                    "the form was sent, and the activity is as it was: the site has changed";
                return Err(ServiceError::new(ErrorKind::Drift, message));
            }
        }
        if what.notes.is_some() && !has_notes {
            let message =
                "the form to change an activity has no field for notes: the site has changed";
            return Err(ServiceError::new(ErrorKind::Drift, message));
        }
        Ok(())
    }
}

/// The changes that the form still lacks.
fn missing(form: &EditForm, what: &Finishing) -> Option<ActivityEdit> {
    let mut edit = ActivityEdit::new();
    if let Some(sport) = &what.sport {
        let wanted = ActivityType::for_sport(sport).activity_type;
        let is = form.activity_type();
        // A type that no importer would have chosen was chosen by the user.
        if is.as_ref() != Some(&wanted) && is.is_none_or(|is| imported(sport).contains(&is)) {
            edit = edit.activity_type(wanted);
        }
    }
    if let Some(notes) = &what.notes
        && form.notes().is_some_and(str::is_empty)
    {
        edit = edit.notes(notes);
    }
    (edit != ActivityEdit::new()).then_some(edit)
}

/// The types that an importer can have given to a file of this sport: a run, or the file's own.
fn imported(sport: &Sport) -> [ActivityType; 2] {
    let in_file = match sport.tcx_token() {
        "Running" => ActivityType::Run,
        "Biking" => ActivityType::Bike,
        _ => ActivityType::Other,
    };
    [ActivityType::Run, in_file]
}
