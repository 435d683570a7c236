//! Applying fixes one by one, each under the check of [`Measure`].

use super::harm::Measure;
use super::report::{Change, DeclineReason, Declined, RepairReport};
use super::{Fix, Repairs, clock, distance, duplicates, laps, order, positions, times};
use crate::write::{LossCode, WriteOptions};
use crate::{Format, Workout};

/// The result of one fix.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) count: usize,
    pub(super) detail: String,
    /// How many things it found and left, because nothing shows how to mend them.
    pub(super) left: usize,
    /// Why it was not done, where it sees the harm itself.
    pub(super) refused: Option<DeclineReason>,
}

impl Done {
    pub(super) fn new(count: usize, detail: String) -> Self {
        Self {
            count,
            detail,
            ..Self::default()
        }
    }
}

/// One fix can make work for another; every known case settles within this number of rounds.
const ROUNDS: usize = 8;
/// The fixes without which a destination refuses the file.
const REQUIRED: [Fix; 3] = [
    Fix::DropWithoutTime,
    Fix::DropWithoutPosition,
    Fix::DropEmptyTracks,
];

/// How many positions were taken out because no athlete can have reached them.
fn far_positions<'a>(changes: impl IntoIterator<Item = &'a Change>) -> usize {
    let changes = changes.into_iter();
    changes
        .filter(|change| change.fix == Fix::DropFarPosition)
        .map(|change| change.count)
        .sum()
}

impl Repairs {
    /// Applies the fixes under the [invariants](crate::repair#invariants) and reports what they changed.
    pub fn apply(&self, workout: &mut Workout) -> RepairReport {
        self.run(workout, &|_, _| true)
    }

    /// [`apply`](Self::apply) for a file: fixes whose effect this format can't hold are left out, so
    /// that the report lists what differs in the written file.
    pub fn apply_for(
        &self,
        workout: &mut Workout,
        format: Format,
        options: &WriteOptions,
    ) -> RepairReport {
        let file = |workout: &Workout| {
            let written = crate::write_with(std::slice::from_ref(workout), format, options).ok()?;
            // A value that the writer made up looks like one that a fix computed.
            let made_up = written
                .losses
                .iter()
                .find(|loss| loss.code == LossCode::MadeUp);
            Some((made_up.map(|loss| loss.count), written.bytes))
        };
        self.run(workout, &|before, after| file(before) != file(after))
    }

    /// Applies the fixes, and takes them back when together they change nothing that can be seen.
    fn run(
        &self,
        workout: &mut Workout,
        is_visible: &dyn Fn(&Workout, &Workout) -> bool,
    ) -> RepairReport {
        let original = workout.clone();
        let mut report = self.until_settled(workout, is_visible);
        if !report.changes.is_empty() && !is_visible(&original, workout) {
            *workout = original;
            report.changes.clear();
        }
        report
    }

    /// Applies the fixes until they change nothing more, also when they are applied anew to the
    /// result, where the limits of [`Measure`] are other ones. Where that does not come to rest within
    /// the limits of the original, the original stays, but for the trackpoints that the destination
    /// refuses.
    fn until_settled(
        &self,
        workout: &mut Workout,
        is_visible: &dyn Fn(&Workout, &Workout) -> bool,
    ) -> RepairReport {
        let original = workout.clone();
        let mut report = self.rounds(workout, is_visible);
        if report.changes.is_empty() {
            return report;
        }
        let limits = Measure::of(&original);
        for _ in 0..ROUNDS {
            let mut again = workout.clone();
            let more = self.rounds(&mut again, is_visible);
            if more.changes.is_empty() {
                return report;
            }
            let far = far_positions(report.changes.iter().chain(&more.changes));
            if limits.allows(&again, far).is_err() {
                break;
            }
            *workout = again;
            report.changes.extend(more.changes);
            report.declined = more.declined;
        }
        *workout = original;
        let dropped = self.only(&REQUIRED).rounds(workout, is_visible);
        if !dropped.changes.is_empty() {
            // Dropping changes nothing a second time, so this recursion ends.
            let mut rest = self.run(workout, is_visible);
            rest.changes.splice(0..0, dropped.changes);
            return rest;
        }
        let mut fixes: Vec<Fix> = report.changes.drain(..).map(|change| change.fix).collect();
        fixes.sort_unstable();
        fixes.dedup();
        let unsettled = fixes.into_iter().map(|fix| Declined {
            fix,
            reason: DeclineReason::Unsettled,
        });
        report.declined.extend(unsettled);
        report
    }

    fn only(&self, these: &[Fix]) -> Self {
        let mut repairs = self.clone();
        repairs.fixes.retain(|fix| these.contains(fix));
        repairs
    }

    fn rounds(
        &self,
        workout: &mut Workout,
        is_visible: &dyn Fn(&Workout, &Workout) -> bool,
    ) -> RepairReport {
        let mut report = RepairReport::default();
        let mut measure = None;
        for _ in 0..ROUNDS {
            report.declined.clear();
            let mut changed = false;
            for &fix in &self.fixes {
                let mut after = workout.clone();
                let done = self.fix(fix, &mut after);
                if done.left > 0 {
                    let reason = DeclineReason::NoEvidence { count: done.left };
                    report.declined.push(Declined { fix, reason });
                }
                if let Some(reason) = done.refused {
                    report.declined.push(Declined { fix, reason });
                }
                if done.count == 0 {
                    continue;
                }
                let change = Change {
                    fix,
                    count: done.count,
                    detail: done.detail,
                };
                if fix.touches_points() {
                    let before = measure.get_or_insert_with(|| Measure::of(workout));
                    match before.allows(&after, far_positions([&change])) {
                        Ok(accepted) => measure = Some(accepted),
                        Err(reason) => {
                            report.declined.push(Declined { fix, reason });
                            continue;
                        }
                    }
                }
                if !is_visible(workout, &after) {
                    continue;
                }
                *workout = after;
                changed = true;
                report.changes.push(change);
            }
            if !changed {
                break;
            }
        }
        report
    }

    fn fix(&self, fix: Fix, workout: &mut Workout) -> Done {
        match fix {
            Fix::LocalTimeLabelledZ => times::local_labelled_z(workout, self.local_offset),
            Fix::DropZeroPosition => positions::drop_zero(workout),
            Fix::MendClock => clock::mend(workout),
            Fix::OrderTimes => order::by_time(workout),
            Fix::DropFarPosition => positions::drop_far(workout),
            Fix::ContinueDistance => distance::continue_all(workout),
            Fix::LapStarts => laps::starts(workout),
            Fix::LapTotals => laps::totals(workout),
            Fix::FillRequired => laps::fill(workout),
            Fix::InterpolatePositions => positions::interpolate(workout),
            Fix::DropWithoutTime => times::drop_without(workout),
            Fix::DropWithoutPosition => positions::drop_without(workout),
            Fix::MergeDuplicates => duplicates::merge(workout),
            Fix::DropEmptyTracks => times::drop_empty_tracks(workout),
            Fix::SpeedKmh => laps::speeds(workout),
            Fix::SpreadCalories => laps::calories(workout),
            Fix::SportToken => laps::sport(workout),
        }
    }
}
