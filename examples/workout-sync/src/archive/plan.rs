//! The jobs of a run: the listed files that the manifest lacks.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use polar_flow::sports::SportId;

use super::kind::{DayKind, Formats, Kind};
use super::listing::Listing;
use super::names;
use super::record::{EmptyLine, Listed, Record, SessionLine};
use super::state::State;

/// A day's data is asked for again until it is so old: watches are synchronised late.
pub(super) const LATE: TimeDelta = TimeDelta::days(30);
/// The longest range of nights of one job.
const NIGHTS: i64 = 365;

/// The files of a session that are to be fetched.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SessionJob {
    /// The session.
    pub(super) id: u64,
    /// Its version.
    pub(super) version: u32,
    /// The missing file.
    pub(super) kinds: Vec<Kind>,
    /// The line that makes the session, or its new version, known.
    pub(super) line: Option<SessionLine>,
    /// Whether the listing knows its sport; `None`: it does not.
    pub(super) is_multisport: Option<bool>,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Job {
    /// Of a session.
    Session(SessionJob),
    /// The activity of some days, the first one first.
    Activity(Vec<NaiveDate>),
    /// The nights of some days, both included.
    Sleep(NaiveDate, NaiveDate),
}

impl Job {
    /// The number of requests that it makes.
    #[must_use]
    pub(super) fn requests(&self) -> usize {
        match self {
            Self::Session(job) => job.kinds.len(),
            Self::Activity(days) => days.len(),
            Self::Sleep(..) => 1,
        }
    }
}

/// The jobs of a run.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// In the order of work: the newest session first, then the days.
    pub(super) jobs: Vec<Job>,
    /// Sessions that are not in the archive yet.
    pub(super) new: usize,
    /// Sessions that were edited at the source.
    pub(super) changed: usize,
    /// Sessions that lack files.
    pub(super) incomplete: usize,
    /// Sessions and days that the limit left for the next run.
    pub(super) left: usize,
}

impl Plan {
    /// Compares the listing with the archive. At most `most` sessions, and as many days of each kind, are taken up.
    #[must_use]
    pub(super) fn new(
        listing: &Listing,
        state: &State,
        formats: &Formats,
        most: Option<usize>,
        now: DateTime<Utc>,
        since: Option<NaiveDate>,
    ) -> Self {
        let mut plan = Self::default();
        let mut sessions: Vec<(&u64, &Listed)> = listing.sessions.iter().collect();
        sessions.sort_by_key(|(id, listed)| std::cmp::Reverse((listed.start, **id)));
        let mut jobs = Vec::new();
        if formats.kinds.is_empty() {
            sessions.clear();
        }
        for (id, listed) in sessions {
            if let Some(job) = plan.session(*id, listed, state, formats, now) {
                jobs.push(Job::Session(job));
            }
        }
        plan.take(jobs, most);
        let first = listing.sessions.values().map(|listed| listed.start.date());
        let first = since.or_else(|| {
            let known = state.sessions.values().map(|it| it.listed.start.date());
            first.chain(known).min()
        });
        if let Some(first) = first {
            for kind in &formats.days {
                plan.days(*kind, first, now, state, most);
            }
        }
        plan
    }

    fn take(&mut self, mut jobs: Vec<Job>, most: Option<usize>) {
        let most = most.unwrap_or(usize::MAX);
        self.left += jobs.len().saturating_sub(most);
        jobs.truncate(most);
        self.jobs.append(&mut jobs);
    }

    fn session(
        &mut self,
        id: u64,
        listed: &Listed,
        state: &State,
        formats: &Formats,
        now: DateTime<Utc>,
    ) -> Option<SessionJob> {
        let sport = listed.sport.as_deref();
        let is_multisport = sport.map(|sport| {
            let sport: Result<SportId, _> = sport.parse();
            sport.is_ok_and(SportId::is_multisport)
        });
        let job = |version, kinds, line| {
            Some(SessionJob {
                id,
                version,
                kinds,
                line,
                is_multisport,
            })
        };
        let Some(known) = state.sessions.get(&id) else {
            self.new += 1;
            let line = SessionLine {
                id,
                version: 1,
                stem: names::stem(listed.start, sport, &id.to_string()).into(),
                changed: None,
                listed: listed.clone(),
            };
            return job(1, formats.kinds.clone(), Some(line));
        };
        let updated = known.listed.updated(listed);
        let line = |version, changed| SessionLine {
            id,
            version,
            stem: known.stem.clone(),
            changed,
            listed: updated.clone(),
        };
        if !known.listed.agrees(listed) {
            self.changed += 1;
            let version = known.version + 1;
            return job(
                version,
                formats.kinds.clone(),
                Some(line(version, Some(now))),
            );
        }
        let missing = formats
            .kinds
            .iter()
            .copied()
            .filter(|kind| !known.has(*kind));
        let missing: Vec<Kind> = missing.collect();
        if missing.is_empty() {
            return None;
        }
        self.incomplete += 1;
        let is_better = updated != known.listed;
        let line = is_better.then(|| line(known.version, known.changed));
        job(known.version, missing, line)
    }

    fn days(
        &mut self,
        kind: DayKind,
        first: NaiveDate,
        now: DateTime<Utc>,
        state: &State,
        most: Option<usize>,
    ) {
        // The last day first.
        let days = std::iter::successors(Some(last_complete(now)), NaiveDate::pred_opt);
        let days = days.take_while(|day| *day >= first);
        let missing: Vec<NaiveDate> = days.filter(|day| !state.has_day(kind, *day)).collect();
        let most = most.unwrap_or(usize::MAX);
        self.left += missing.len().saturating_sub(most);
        let mut missing = missing.into_iter().take(most).peekable();
        if kind == DayKind::Activity {
            let recent = std::iter::from_fn(|| missing.next_if(|day| !is_late(*day, now)));
            let mut recent: Vec<NaiveDate> = recent.collect();
            recent.reverse();
            let late = missing.map(|day| Job::Activity(vec![day]));
            let recent = (!recent.is_empty()).then_some(Job::Activity(recent));
            return self.jobs.extend(recent.into_iter().chain(late));
        }
        while let Some(until) = missing.next() {
            let mut from = until;
            while let Some(day) = missing.next_if(|day| (until - *day).num_days() < NIGHTS) {
                from = day;
            }
            self.jobs.push(Job::Sleep(from, until));
        }
    }
}

/// The last day that is over everywhere on earth: the zone that is latest is twelve hours behind UTC.
#[must_use]
pub(super) fn last_complete(now: DateTime<Utc>) -> NaiveDate {
    (now - TimeDelta::hours(36)).date_naive()
}

/// The line that says that a day has no data, once no watch will bring any.
#[must_use]
pub(super) fn empty(kind: DayKind, day: NaiveDate, now: DateTime<Utc>) -> Option<Record> {
    is_late(day, now).then(|| no_data(kind, day))
}

/// The line that says that a day has no data.
#[must_use]
pub(super) fn no_data(kind: DayKind, day: NaiveDate) -> Record {
    Record::Empty(EmptyLine {
        kind,
        from: day,
        until: day,
    })
}

fn is_late(day: NaiveDate, now: DateTime<Utc>) -> bool {
    now.date_naive() - day > LATE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::record::{AbsentLine, DayLine, Digest};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn listing(ids: &[u64]) -> Listing {
        let mut listing = Listing::default();
        for id in ids {
            let start = day("2026-11-01") + TimeDelta::days(i64::try_from(*id).unwrap());
            let listed = Listed {
                start: start.and_hms_opt(10, 0, 0).unwrap(),
                duration_ms: Some(1000),
                ..Listed::default()
            };
            listing.sessions.insert(*id, listed);
        }
        listing
    }

    fn formats(text: &str) -> Formats {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_over_when_it_is_over_everywhere() {
        assert_eq!(last_complete(at("2026-11-28T11:59:59Z")), day("2026-11-26"));
        assert_eq!(last_complete(at("2026-11-28T12:00:00Z")), day("2026-11-27"));
    }

    #[test]
    fn what_is_missing_is_planned_and_what_was_edited() {
        let now = at("2026-11-28T12:00:00Z");
        let mut state = State::default();
        let plan = |listing: &Listing, state: &State, most| {
            Plan::new(listing, state, &formats("tcx,gpx"), most, now, None)
        };
        let three = listing(&[1, 2, 3]);
        let first = plan(&three, &state, Some(2));
        assert_eq!((first.new, first.left, first.jobs.len()), (3, 1, 2));
        let Job::Session(newest) = &first.jobs[0] else {
            panic!("{first:?}")
        };
        assert_eq!((newest.id, newest.version), (3, 1));
        for job in &plan(&three, &state, None).jobs {
            let Job::Session(job) = job else { panic!() };
            state
                .apply(Record::Session(job.line.clone().unwrap()))
                .unwrap();
            for kind in &job.kinds {
                let absent = AbsentLine {
                    id: job.id,
                    kind: *kind,
                    part: None,
                    of: None,
                    version: 1,
                    asked: now,
                };
                state.apply(Record::Absent(absent)).unwrap();
            }
        }
        assert!(plan(&three, &state, None).jobs.is_empty());
        let mut edited = listing(&[1, 2, 3]);
        edited.sessions.get_mut(&2).unwrap().duration_ms = Some(2000);
        let second = plan(&edited, &state, None);
        let [Job::Session(job)] = &second.jobs[..] else {
            panic!("{second:?}")
        };
        assert_eq!((job.id, job.version, second.changed), (2, 2, 1));
        assert_eq!(job.line.as_ref().unwrap().changed, Some(now));
    }

    #[test]
    fn days_are_asked_for_until_they_are_settled() {
        let now = at("2026-11-28T13:00:00Z");
        let mut state = State::default();
        let plan = |state: &State, formats_of: &str, most| {
            let formats = formats(formats_of);
            Plan::new(&listing(&[20]), state, &formats, most, now, None)
        };
        let days = plan(&state, "activity", None);
        let [Job::Activity(recent)] = &days.jobs[..] else {
            panic!("{days:?}")
        };
        assert_eq!(
            (recent[0], recent[6]),
            (day("2026-11-21"), day("2026-11-27"))
        );
        assert_eq!(plan(&state, "activity", Some(2)).left, 5);
        let nights = plan(&state, "sleep", None);
        let whole = Job::Sleep(day("2026-11-21"), day("2026-11-27"));
        assert_eq!(nights.jobs, [whole]);
        let stored = DayLine {
            kind: DayKind::Activity,
            day: day("2026-11-25"),
            path: String::new(),
            sha256: Digest::of(b""),
            size: 0,
            fetched: now,
        };
        state.apply(Record::Day(stored)).unwrap();
        assert_eq!(plan(&state, "activity", None).jobs[0].requests(), 6);
        assert_eq!(empty(DayKind::Sleep, day("2026-11-01"), now), None);
        assert!(empty(DayKind::Sleep, day("2026-10-01"), now).is_some());
    }
}
