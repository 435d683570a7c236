//! The scripted source.

use super::*;

#[derive(Default)]
pub struct FakeSource {
    pub items: Mutex<BTreeMap<String, (Item, Vec<Workout>)>>,
    /// The errors that the next fetches of an id return.
    pub fetch_errors: Mutex<BTreeMap<String, VecDeque<ErrorKind>>>,
    /// How long it asks to wait when a fetch fails.
    pub retry_after: Mutex<Option<Duration>>,
    /// The kind of error with which it says that it is down.
    pub down: Mutex<Option<ErrorKind>>,
    pub lists_all_at_once: Mutex<bool>,
    pub fetches: Mutex<Vec<String>>,
    pub windows: Mutex<Vec<Window>>,
}

impl FakeSource {
    pub fn add(&self, id: &str, start: &str, seconds: u64, metres: f64, gps: bool) {
        let mut item = Item::new(id, start.parse().unwrap());
        item.duration_ms = Some(seconds * 1000);
        item.distance_m = (metres > 0.0).then_some(metres);
        item.sport = Some(Sport::Running);
        let workout = workout(&item, seconds, metres, gps);
        self.items
            .lock()
            .unwrap()
            .insert(id.to_owned(), (item, vec![workout]));
    }

    /// A session of several exercises of 10 minutes, one after the other.
    pub fn add_multisport(&self, id: &str, start: &str, exercises: u64) {
        let mut whole = Item::new(id, start.parse().unwrap());
        whole.duration_ms = Some(exercises * 600_000);
        let workouts = (0..exercises)
            .map(|number| {
                let mut part = whole.clone();
                part.start += TimeDelta::seconds(700 * number as i64);
                workout(&part, 600, 1000.0 * (number + 1) as f64, true)
            })
            .collect();
        self.items
            .lock()
            .unwrap()
            .insert(id.to_owned(), (whole, workouts));
    }

    /// Sets the sport and the notes of a workout, as the user does at the source.
    pub fn tell(&self, id: &str, sport: Sport, notes: &str) {
        let mut items = self.items.lock().unwrap();
        let (item, workouts) = items.get_mut(id).unwrap();
        item.sport = Some(sport.clone());
        for workout in workouts {
            workout.sport = sport.clone();
            workout.notes = Some(notes.to_owned()).filter(|notes| !notes.is_empty());
        }
    }

    pub fn fail(&self, id: &str, kinds: &[ErrorKind]) {
        let queue = kinds.iter().copied().collect();
        self.fetch_errors
            .lock()
            .unwrap()
            .insert(id.to_owned(), queue);
    }
}

/// Local time is two hours ahead of UTC in this world.
fn workout(item: &Item, seconds: u64, metres: f64, gps: bool) -> Workout {
    let start = (item.start - TimeDelta::hours(2)).and_utc();
    let mut workout = Workout::new(Sport::Running);
    workout.start = Some(start);
    let mut track = Track::new();
    for number in 0..=10_u32 {
        let mut point = Trackpoint::default();
        let part = f64::from(number) / 10.0;
        point.time = Some(start + TimeDelta::milliseconds((seconds as f64 * part * 1e3) as i64));
        if gps {
            let degrees = metres * part / 111_195.0;
            point.position = Position::new(degrees, 0.0);
        }
        track.push(point);
    }
    let mut lap = Lap::default();
    lap.start = Some(start);
    lap.total_time_s = Some(seconds as f64);
    lap.distance_m = Some(metres);
    lap.tracks.push(track);
    workout.laps.push(lap);
    workout
}

#[async_trait]
impl Source for FakeSource {
    fn name(&self) -> &str {
        "here"
    }

    fn lists_all_at_once(&self) -> bool {
        *self.lists_all_at_once.lock().unwrap()
    }

    async fn check(&self) -> Result<(), ServiceError> {
        match *self.down.lock().unwrap() {
            Some(kind) => Err(ServiceError::new(kind, "the source is down")),
            None => Ok(()),
        }
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        self.windows.lock().unwrap().push(window);
        let items = self.items.lock().unwrap();
        // A copy of another one is not listed; it can be fetched, though.
        let copies: Vec<&String> = items.values().flat_map(|it| &it.0.other_ids).collect();
        let items: Vec<_> = items
            .values()
            .filter(|(item, _)| window.contains(item.day()) && !copies.contains(&&item.id))
            .map(|(item, _)| Ok(item.clone()))
            .collect();
        futures_util::stream::iter(items).boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        self.fetches.lock().unwrap().push(item.id.clone());
        let error = self
            .fetch_errors
            .lock()
            .unwrap()
            .get_mut(&item.id)
            .and_then(VecDeque::pop_front);
        if let Some(kind) = error {
            let asked = *self.retry_after.lock().unwrap();
            let error = ServiceError::new(kind, "the source stumbled");
            return Err(error.with_retry_after(asked));
        }
        match self.items.lock().unwrap().get(&item.id) {
            Some((_, workouts)) => Ok(workouts.clone()),
            None => Err(ServiceError::new(ErrorKind::NotFound, "no such workout")),
        }
    }
}
