//! The results of the suite, by the names of its checks.

use std::fmt;

/// How one check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The promise was kept.
    Passed,
    /// The implementation does not make this promise (see
    /// [`LedgerCapabilities`](crate::ledger::LedgerCapabilities) and
    /// [`Capabilities`](crate::Capabilities)).
    NotPromised,
    /// The harness of a source or a destination cannot arrange what this check needs.
    NotTested,
    /// The promise was broken; the text names the expected and the actual result.
    Failed(String),
}

/// One check and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The check's name, such as `one-winner`. Names never change their meaning.
    pub name: &'static str,
    /// The promise, in words.
    pub promise: &'static str,
    /// How it ended.
    pub verdict: Verdict,
}

/// The results of one of the suites. `Display` prints one line for each check, and one with the number of calls. Checks that failed for the
/// same reason share a line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Report {
    /// Every check, in the order in which they ran.
    pub outcomes: Vec<Outcome>,
    /// How many calls the checks made of the methods that may do I/O.
    pub calls: u64,
}

impl Report {
    /// Whether no check failed.
    #[must_use]
    pub fn is_conformant(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Outcome> {
        let failed = |outcome: &&Outcome| matches!(outcome.verdict, Verdict::Failed(_));
        self.outcomes.iter().filter(failed)
    }

    /// The names of the checks that failed for this reason.
    fn failed_by(&self, reason: &str) -> Vec<&str> {
        let failed =
            |outcome: &&Outcome| matches!(&outcome.verdict, Verdict::Failed(why) if why == reason);
        let failed = self.outcomes.iter().filter(failed);
        failed.map(|outcome| outcome.name).collect()
    }

    /// For tests: returns if no check failed.
    ///
    /// # Panics
    /// With the whole report when a check failed.
    #[track_caller]
    pub fn assert_conformant(&self) {
        assert!(self.is_conformant(), "promises are broken\n{self}");
    }

    /// For tests: returns if every check passed: none failed, none was left out, and each promise is made.
    ///
    /// # Panics
    /// With the whole report otherwise.
    #[track_caller]
    pub fn assert_all_passed(&self) {
        let passed = |outcome: &Outcome| outcome.verdict == Verdict::Passed;
        assert!(self.outcomes.iter().all(passed), "not all passed\n{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for outcome in &self.outcomes {
            let Outcome { name, promise, .. } = outcome;
            match &outcome.verdict {
                Verdict::Passed => writeln!(f, "passed        {name}")?,
                Verdict::NotPromised => writeln!(f, "not promised  {name}")?,
                Verdict::NotTested => writeln!(f, "not tested    {name}")?,
                Verdict::Failed(why) => match &*self.failed_by(why) {
                    [_] => writeln!(f, "FAILED        {name}: {promise}. But: {why}")?,
                    names if names[0] == *name => {
                        writeln!(f, "FAILED        {}. In each: {why}", names.join(", "))?;
                    }
                    _ => {}
                },
            }
        }
        writeln!(f, "{} calls", self.calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_of_several_failures_is_shown_once() {
        let outcome = |name, verdict| Outcome {
            name,
            promise: "it keeps its promise",
            verdict,
        };
        let report = Report {
            outcomes: vec![
                outcome("check", Verdict::Failed("no such server".into())),
                outcome("name", Verdict::Passed),
                outcome("find", Verdict::Failed("no such server".into())),
                outcome("remove", Verdict::Failed("it is still there".into())),
            ],
            calls: 4,
        };
        let shown = "FAILED        check, find. In each: no such server\n\
                     passed        name\n\
                     FAILED        remove: it keeps its promise. But: it is still there\n\
                     4 calls\n";
        assert_eq!(report.to_string(), shown);
    }
}
