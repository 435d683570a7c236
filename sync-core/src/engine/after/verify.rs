//! Reading back what arrived, and comparing it with the source's workout.

use workout_files::{Sport, Workout, compare};

use super::Trouble;
use crate::engine::downloads::fetch;
use crate::engine::{Engine, Side};
use crate::item::Item;
use crate::record::{Fate, Fidelity, Record, Step};

impl Engine {
    /// Compares one exercise with what the destination made of it. That something was lost is no failure.
    pub(super) async fn verify(
        &self,
        record: &mut Record,
        index: usize,
        in_hand: Option<&[Workout]>,
    ) -> Result<(), Trouble> {
        if !self.policy.verify() {
            return Err(Trouble::Never(
                "verifying is switched off by the settings".to_owned(),
            ));
        }
        if !self.destination.capabilities().read_back {
            let name = self.destination.name();
            return Err(Trouble::Never(format!("{name} can't read activities back")));
        }
        let fetched;
        let workouts = match in_hand {
            Some(workouts) => workouts,
            None => {
                fetched = fetch(&*self.source, &record.item)
                    .await
                    .map_err(|error| Trouble::Service(Side::Source, error))?;
                &fetched
            }
        };
        let Some(workout) = workouts.get(index) else {
            return Err(Trouble::Never(format!(
                "{} has fewer exercises now than were delivered",
                self.source.name()
            )));
        };
        let sent = as_sent(&record.item, workout);
        let request = self.destination.read_back(&record.parts[index].receipt);
        let back = self.in_time(record, request).await?;
        let now = self.clock.now();
        let fidelity = Fidelity::new(&compare(&sent, &back), now);
        let lost: Vec<&str> = fidelity.of(Fate::Lost).map(|a| a.what.as_str()).collect();
        record.note(
            now,
            match lost.as_slice() {
                [] => "read back: nothing was lost".to_owned(),
                lost => format!("read back: lost {}", lost.join(", ")),
            },
        );
        if let Some(verify) = &mut record.parts[index].verify {
            verify.step = Step::Done { at: now };
            verify.fidelity = Some(fidelity);
        }
        Ok(())
    }
}

/// The workout as the destination was meant to have it: files know three sports, the listing knows better.
fn as_sent(item: &Item, workout: &Workout) -> Workout {
    let mut sent = workout.clone();
    if sent.sport == Sport::Other
        && let Some(sport) = &item.sport
    {
        sent.sport = sport.clone();
    }
    sent.notes = sent
        .notes
        .map(|notes| notes.trim().to_owned())
        .filter(|notes| !notes.is_empty());
    sent
}
