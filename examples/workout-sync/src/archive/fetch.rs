//! The requests of one piece of work.

use chrono::{NaiveDate, NaiveTime, SubsecRound as _, TimeDelta, Utc};
use polar_flow::activity::ActivityDay;
use polar_flow::export::{Export, ExportFormat};
use polar_flow::raw::Raw;
use polar_flow::summary::Summary;
use polar_flow::{Error, SessionId};
use web_session::{Bytes, Content};

use super::evidence::Evidence;
use super::kind::{DayKind, Kind};
use super::parts::Exercises;
use super::plan::{self, Job, SessionJob};
use super::record::{AbsentLine, Record};
use super::store::{Order, locked};
use super::work::{Outcome, Stop, Work};

/// Samples of a day that are asked for. The website asks for as many (seen 2019-07).
const SAMPLES: u32 = 200;

impl Work {
    /// Does a piece of work; `Err`: the run has to end.
    pub(super) async fn carry_out(&self, job: Job) -> Outcome {
        match job {
            Job::Session(job) => self.session(job).await,
            Job::Activity(days) => self.activity(&days).await,
            Job::Sleep(from, until) => self.sleep(from, until).await,
        }
    }

    async fn session(&self, mut job: SessionJob) -> Outcome {
        if let Some(line) = job.line.take() {
            self.order(Order::Line(Record::Session(line))).await?;
        }
        let mut exercises = None;
        for (done, kind) in job.kinds.iter().copied().enumerate() {
            if self.is_over() {
                self.progress.skip(job.kinds.len() - done);
                self.cut_short();
                return Ok(());
            }
            let result = self.kind(&job, kind, &mut exercises).await;
            self.progress.step();
            self.settle(Some(job.id), kind.word(), result)?;
        }
        self.order(Order::Done(job.id)).await
    }

    async fn kind(
        &self,
        job: &SessionJob,
        kind: Kind,
        exercises: &mut Option<Exercises>,
    ) -> Result<Result<(), String>, Error> {
        let id = SessionId(job.id);
        let result = match kind.export() {
            None if kind == Kind::Summary => self.polar.summary_raw(id).await.map(|raw| {
                *exercises = Some(Exercises::of(&raw.value));
                raw.json
            }),
            None => self.polar.details_raw(id).await.map(|raw| raw.json),
            Some(format @ (ExportFormat::Tcx | ExportFormat::Gpx)) => {
                return self.export(job, kind, format, exercises).await;
            }
            Some(format) => self.polar.export_single(id, format).await,
        };
        match result {
            Ok(bytes) => self.keep(job, kind, None, bytes).await,
            Err(Error::NotAvailable { .. } | Error::NotFound { .. }) => {
                self.absent(job, kind, None).await;
            }
            Err(error) => return Err(error),
        }
        Ok(Ok(()))
    }

    /// An export that has a file for each exercise.
    async fn export(
        &self,
        job: &SessionJob,
        kind: Kind,
        format: ExportFormat,
        exercises: &mut Option<Exercises>,
    ) -> Result<Result<(), String>, Error> {
        if exercises.is_none() {
            *exercises = self.stored_exercises(job);
        }
        if exercises.is_none() && job.is_multisport != Some(false) {
            let summary = self.polar.summary(SessionId(job.id)).await?;
            *exercises = Some(Exercises::of(&summary));
        }
        let of = exercises.as_ref().map_or(0, Exercises::count);
        let several = of > 1 || job.is_multisport == Some(true);
        match self.files(SessionId(job.id), format, several).await {
            Ok(Export::Archive(files)) => {
                let exercises = exercises.clone().unwrap_or_default();
                Ok(self.keep_parts(job, kind, files, &exercises).await)
            }
            // A plain file where an archive was asked for is all there is.
            Ok(Export::Plain(bytes)) if several && of > 1 => {
                let count = u32::try_from(of).unwrap_or(u32::MAX);
                self.keep(job, kind, Some((1, count)), bytes).await;
                Ok(Err(format!("only one of its {of} exercises came")))
            }
            Ok(export) => {
                for bytes in export.into_files() {
                    self.keep(job, kind, None, bytes).await;
                }
                Ok(Ok(()))
            }
            Err(Error::NotAvailable { .. } | Error::NotFound { .. }) => {
                self.absent(job, kind, None).await;
                Ok(Ok(()))
            }
            Err(error) => Err(error),
        }
    }

    async fn files(
        &self,
        id: SessionId,
        format: ExportFormat,
        several: bool,
    ) -> Result<Export, Error> {
        if several {
            return self.polar.export(id, format).await;
        }
        match self.polar.export_single(id, format).await {
            Ok(bytes) => Ok(Export::Plain(bytes)),
            // More exercises than the summary has.
            Err(Error::UnexpectedContent {
                content: Content::Zip,
                ..
            }) => self.polar.export(id, format).await,
            Err(error) => Err(error),
        }
    }

    async fn keep_parts(
        &self,
        job: &SessionJob,
        kind: Kind,
        files: Vec<Option<Bytes>>,
        exercises: &Exercises,
    ) -> Result<(), String> {
        let of = exercises.count().max(files.len());
        // One exercise in an archive is a session like any other.
        if of <= 1 {
            for bytes in files.into_iter().flatten() {
                self.keep(job, kind, None, bytes).await;
            }
            return Ok(());
        }
        let numbers: Vec<u32> = {
            let contents = files.iter().map(|file| file.as_deref().unwrap_or_default());
            exercises.numbers(&contents.collect::<Vec<_>>())
        };
        let count = u32::try_from(of).unwrap_or(u32::MAX);
        let mut missing: Vec<u32> = (1..=count).collect();
        for (number, bytes) in numbers.into_iter().zip(files) {
            if let Some(bytes) = bytes {
                missing.retain(|it| *it != number);
                self.keep(job, kind, Some((number, count)), bytes).await;
            }
        }
        // A leg in a pool has no GPX; every leg has a TCX.
        if kind.is_everywhere() && !missing.is_empty() {
            let came = of - missing.len();
            return Err(format!("only {came} of its {of} exercises came"));
        }
        for number in missing {
            self.absent(job, kind, Some((number, count))).await;
        }
        Ok(())
    }

    /// The exercises by the summary that an earlier run stored.
    fn stored_exercises(&self, job: &SessionJob) -> Option<Exercises> {
        let path = {
            let state = locked(&self.state);
            let session = state.sessions.get(&job.id)?;
            let mut files = session.files();
            files.find(|(entry, ..)| entry.kind == Kind::Summary)?.2
        };
        let bytes = std::fs::read(self.folder.place(&path)).ok()?;
        let summary: Summary = serde_json::from_slice(&bytes).ok()?;
        Some(Exercises::of(&summary))
    }

    async fn keep(&self, job: &SessionJob, kind: Kind, part: Option<(u32, u32)>, bytes: Bytes) {
        let proved = self.evidence(|evidence| evidence.came(kind));
        for line in proved {
            let _ = self.order(Order::Line(Record::Absent(line))).await;
        }
        let file = Order::File {
            id: job.id,
            kind,
            part,
            version: job.version,
            bytes,
        };
        // A writer that has ended gives its own error.
        let _ = self.order(file).await;
    }

    async fn absent(&self, job: &SessionJob, kind: Kind, part: Option<(u32, u32)>) {
        let line = AbsentLine {
            id: job.id,
            kind,
            part: part.map(|(number, _)| number),
            of: part.map(|(_, of)| of),
            version: job.version,
            asked: Utc::now().trunc_subsecs(0),
        };
        if let Some(line) = self.evidence(|evidence| evidence.absent(line)) {
            let _ = self.order(Order::Line(Record::Absent(line))).await;
        }
    }

    /// The activity of days of which some may be behind the last synchronisation of the watch: their data comes later. The newest day
    /// with data shows where that is; it is looked for from the newest day back in growing steps.
    async fn activity(&self, days: &[NaiveDate]) -> Outcome {
        let mut newest = None;
        let mut asked = 0;
        for index in probes(days.len()) {
            asked += 1;
            if let Some(found) = self.ask_activity(days[index]).await? {
                newest = Some((index, found));
                break;
            }
        }
        let Some((index, found)) = newest else {
            // No watch, or none that was synchronised lately.
            let settled = days
                .iter()
                .filter_map(|day| plan::empty(DayKind::Activity, *day, Utc::now()));
            self.progress.skip(days.len() - asked);
            return self.lines(settled.collect::<Vec<_>>()).await;
        };
        self.keep_activity(days[index], found).await?;
        for day in &days[..index] {
            if self.is_over() {
                self.cut_short();
                return Ok(());
            }
            match self.ask_activity(*day).await? {
                Some(found) => self.keep_activity(*day, found).await?,
                // A later day has data, so nothing will come any more.
                None => self.lines([plan::no_data(DayKind::Activity, *day)]).await?,
            }
        }
        for (done, day) in days[index + 1..].iter().enumerate() {
            let Some(found) = self.ask_activity(*day).await? else {
                self.progress.skip(days.len() - index - 2 - done);
                break;
            };
            self.keep_activity(*day, found).await?;
        }
        Ok(())
    }

    /// A day that has data.
    async fn ask_activity(&self, day: NaiveDate) -> Result<Option<Raw<ActivityDay>>, Stop> {
        let result = self.polar.activity_raw(day, SAMPLES).await;
        self.progress.step();
        let (found, result) = match result {
            Ok(mut days) => (days.remove(&day), Ok(Ok(()))),
            Err(error) => (None, Err(error)),
        };
        self.settle(None, &format!("activity of {day}"), result)?;
        Ok(found.filter(|raw| raw.value.totals.is_some()))
    }

    /// Keeps a day, unless the watch was synchronised in the middle of it.
    async fn keep_activity(&self, day: NaiveDate, raw: Raw<ActivityDay>) -> Outcome {
        // (The time may be a wall clock: 12 hours to be sure.)
        let end = day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(36);
        let synchronised = raw
            .value
            .graph
            .as_ref()
            .and_then(|graph| graph.last_sync_ms);
        let synchronised = synchronised.and_then(|at| i64::try_from(at).ok());
        let is_whole = synchronised.is_none_or(|at| at >= end.timestamp_millis());
        if is_whole || plan::empty(DayKind::Activity, day, Utc::now()).is_some() {
            let order = Order::Day(DayKind::Activity, day, raw.json);
            self.order(order).await?;
        }
        Ok(())
    }

    async fn sleep(&self, from: NaiveDate, until: NaiveDate) -> Outcome {
        let result = self.polar.sleep_raw(from..=until).await;
        self.progress.step();
        let result = match result {
            Ok(nights) => {
                let mut lines = Vec::new();
                let days = std::iter::successors(Some(from), NaiveDate::succ_opt);
                for day in days.take_while(|day| *day <= until) {
                    if locked(&self.state).has_day(DayKind::Sleep, day) {
                        continue;
                    }
                    match nights.iter().find(|night| night.value.date == day) {
                        Some(night) => {
                            let bytes = night.json.clone();
                            self.order(Order::Day(DayKind::Sleep, day, bytes)).await?;
                        }
                        None => lines.extend(plan::empty(DayKind::Sleep, day, Utc::now())),
                    }
                }
                self.lines(merged(lines)).await?;
                Ok(Ok(()))
            }
            Err(error) => Err(error),
        };
        self.settle(None, &format!("sleep of {from} to {until}"), result)
    }

    async fn lines(&self, lines: impl IntoIterator<Item = Record>) -> Outcome {
        for line in lines {
            self.order(Order::Line(line)).await?;
        }
        Ok(())
    }

    pub(super) fn evidence<T>(&self, change: impl FnOnce(&mut Evidence) -> T) -> T {
        let lock = self.evidence.lock();
        change(&mut lock.unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Indices from the last one back, in growing steps.
fn probes(count: usize) -> impl Iterator<Item = usize> {
    let back = std::iter::successors(Some(0_usize), |back| Some(2 * back + 1));
    back.map_while(move |back| count.checked_sub(back + 1))
}

/// Days in a row as one line.
fn merged(lines: Vec<Record>) -> Vec<Record> {
    let mut list: Vec<Record> = Vec::new();
    for line in lines {
        if let (Some(Record::Empty(last)), Record::Empty(next)) = (list.last_mut(), &line)
            && last.until.succ_opt() == Some(next.from)
        {
            last.until = next.until;
            continue;
        }
        list.push(line);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_day_with_data_is_found_in_few_steps() {
        assert_eq!(probes(30).collect::<Vec<_>>(), [29, 28, 26, 22, 14]);
        assert_eq!(probes(1).collect::<Vec<_>>(), [0]);
        assert_eq!(probes(0).count(), 0);
    }
}
