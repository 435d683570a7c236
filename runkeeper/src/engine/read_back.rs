//! An activity as Runkeeper shows it: the track of its GPX file, the totals of its page, type and notes of its form.

use sync_core::{ErrorKind, ServiceError, Workout};
use workout_files::Lap;

use crate::{ActivityId, ActivityPage, Error, FileKind, Runkeeper};

impl Runkeeper {
    pub(super) async fn read_activity(&self, id: ActivityId) -> Result<Workout, ServiceError> {
        let page = self.activity(id).await?;
        let form = self.edit_form(id).await?;
        let mut workout = match self.download(id, FileKind::Gpx).await {
            Ok(file) => first_of(&file)?,
            Err(Error::NotAvailable { .. }) => Workout::default(),
            Err(error) => return Err(error.into()),
        };
        let activity_type = form.activity_type().or_else(|| page.activity_type.clone());
        if let Some(activity_type) = activity_type {
            workout.sport = activity_type.to_sport();
        }
        let notes = form.notes().filter(|notes| !notes.is_empty());
        // Forms end their lines as browsers do.
        workout.notes = notes.map(|notes| notes.replace("\r\n", "\n"));
        show_totals(&mut workout, &page);
        Ok(workout)
    }
}

fn first_of(file: &[u8]) -> Result<Workout, ServiceError> {
    let unreadable = "the file that Runkeeper gives of the activity cannot be read";
    let read = workout_files::read(file)
        .map_err(|error| ServiceError::new(ErrorKind::Invalid, unreadable).with_source(error))?;
    let first = read.workouts.into_iter().next();
    first.ok_or_else(|| ServiceError::new(ErrorKind::Invalid, unreadable))
}

/// The totals that the page shows.
fn show_totals(workout: &mut Workout, page: &ActivityPage) {
    if workout.laps.is_empty() {
        workout.laps.push(Lap::default());
    }
    // One activity is one lap here.
    let [lap] = workout.laps.as_mut_slice() else {
        return;
    };
    if let Some(duration) = page.duration {
        lap.total_time_s = Some(duration.num_milliseconds() as f64 / 1000.0);
    }
    if let Some(metres) = page
        .distance
        .as_ref()
        .and_then(|distance| distance.metres())
    {
        lap.distance_m = Some(metres).filter(|metres| *metres > 0.0);
    }
    let kcal = page.calories.and_then(|kcal| u16::try_from(kcal).ok());
    lap.calories = kcal.filter(|kcal| *kcal > 0);
}
