//! The argument of a send.

use std::borrow::Cow;
use std::time::Duration;

use workout_files::{Workout, tcx};

use super::{Activity, DeliveryForm, Refusal};
use crate::{ErrorKind, Item, ServiceError};

/// One workout on its way out.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Delivery<'a> {
    /// The facts of the source's listing.
    pub item: &'a Item,
    /// The workout itself.
    pub workout: &'a Workout,
    /// The form that [`Destination::form`](crate::Destination::form) chose.
    pub form: DeliveryForm,
    /// The send must have ended after this time.
    pub time_limit: Duration,
    /// Which exercise of the workout this is, counted from 0.
    pub part: usize,
    /// Of how many.
    pub of: usize,
    /// A stable name of this delivery, such as `polar-flow:8104216805:1`: source, workout, exercise. The same in every try.
    /// The workout's id in it is the source's own text and may hold spaces, `:` and any letter: store the key whole.
    pub key: &'a str,
}

impl<'a> Delivery<'a> {
    /// One workout on its way out.
    #[must_use]
    pub fn new(item: &'a Item, workout: &'a Workout, form: DeliveryForm, limit: Duration) -> Self {
        Self {
            item,
            workout,
            form,
            time_limit: limit,
            part: 0,
            of: 1,
            key: "",
        }
    }

    /// Which exercise this is, counted from 0, of how many.
    #[must_use]
    pub fn with_part(mut self, part: usize, of: usize) -> Self {
        self.part = part;
        self.of = of;
        self
    }

    /// The workout as a TCX file. A workout without any time begins when the listing says.
    ///
    /// # Errors
    /// A [`Refusal`] when the format cannot hold it, or its start is known neither from the workout nor from the listing: the outcome is
    /// [`SendOutcome::Rejected`](crate::SendOutcome::Rejected).
    pub fn tcx(&self) -> Result<Vec<u8>, Refusal> {
        let mut workout = Cow::Borrowed(self.workout);
        if workout.start_time().is_none() {
            let listed = self.item.start_utc;
            let unknown = || Refusal("the instant of its start is not known".into());
            workout.to_mut().start = Some(listed.ok_or_else(unknown)?);
        }
        match tcx::write(std::slice::from_ref(&*workout)) {
            Ok(written) => Ok(written.bytes),
            Err(error) => Err(Refusal(format!("no TCX file can hold it: {error}"))),
        }
    }

    /// The activity that the delivery becomes, with every fact that is known of it and the delivery's key: for destinations that keep
    /// their own listing.
    #[must_use]
    pub fn activity(&self, id: impl Into<String>) -> Activity {
        let start = self.item.local_start(self.workout);
        let sport = self.item.sport_of(self.workout);
        let seconds = self.item.moving_s_of(self.workout);
        Activity {
            id: id.into(),
            day: Some(start.date()),
            start: Some(start),
            start_utc: self.workout.start_time(),
            duration_ms: seconds.map(|seconds| (seconds * 1000.0).round() as u64),
            distance_m: self.item.distance_m_of(self.workout),
            sport: Some(sport.unwrap_or(&self.workout.sport).clone()),
            key: Some(self.key.to_owned()).filter(|key| !key.is_empty()),
        }
    }

    /// The key, for destinations whose promise hangs on it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] without a key; report it as [`SendOutcome::NotSent`](crate::SendOutcome::NotSent). The engine gives every
    /// delivery a key.
    pub fn required_key(&self) -> Result<&'a str, ServiceError> {
        match self.key {
            "" => Err(ServiceError::new(
                ErrorKind::Invalid,
                "a delivery needs a key",
            )),
            key => Ok(key),
        }
    }

    /// The stable name of this delivery.
    #[must_use]
    pub fn with_key(mut self, key: &'a str) -> Self {
        self.key = key;
        self
    }
}

#[cfg(test)]
mod tests {
    use workout_files::Sport;

    use super::*;

    #[test]
    fn a_file_begins_when_the_listing_says_where_the_workout_does_not() {
        let workout = Workout::new(Sport::Yoga);
        let mut item = Item::new("1", "2026-03-01T12:00:00".parse().unwrap());
        let tcx = |item: &Item| {
            let form = DeliveryForm::TrackFile;
            Delivery::new(item, &workout, form, Duration::ZERO).tcx()
        };
        assert!(tcx(&item).unwrap_err().0.contains("start"));
        item.start_utc = Some("2026-03-01T10:00:00Z".parse().unwrap());
        let file = String::from_utf8(tcx(&item).unwrap()).unwrap();
        assert!(file.contains("<Id>2026-03-01T10:00:00"), "{file}");
        assert!(!file.contains("1970"), "{file}");
    }

    #[test]
    fn activity_of_a_delivery_has_its_facts_and_its_key() {
        let mut workout = Workout::new(Sport::Other);
        workout.start = Some("2026-03-01T10:00:00Z".parse().unwrap());
        let mut item = Item::new("1", "2026-03-01T12:00:00".parse().unwrap());
        item.start_utc = workout.start;
        item.duration_ms = Some(1_800_000);
        item.sport = Some(Sport::Yoga);
        let form = DeliveryForm::ManualEntry;
        let delivery = Delivery::new(&item, &workout, form, Duration::ZERO);
        let activity = delivery.with_key("diary:1:1").activity("a");
        assert_eq!(
            (activity.id.as_str(), activity.day),
            ("a", Some(item.day()))
        );
        assert_eq!(activity.start, Some(item.start));
        assert_eq!(activity.start_utc, workout.start);
        assert_eq!(activity.duration_ms, Some(1_800_000));
        assert_eq!(activity.sport, Some(Sport::Yoga));
        assert_eq!(activity.key.as_deref(), Some("diary:1:1"));
        assert_eq!(delivery.activity("a").key, None);
    }
}
