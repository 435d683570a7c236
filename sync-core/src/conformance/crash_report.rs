//! The findings of the crash matrix.

use std::fmt;

/// The findings of the crash matrix. `Display` prints one line for each scenario and one for each
/// failure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct CrashReport {
    /// One for each scenario.
    pub scenarios: Vec<ScenarioReport>,
}

/// The findings in one scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScenarioReport {
    /// Its name, such as `reset-after-body`.
    pub name: &'static str,
    /// The number of effects when no worker is stopped.
    pub effects: usize,
    /// At how many points the engine was stopped: twice the number of effects.
    pub crash_points: usize,
    /// What went wrong, and where.
    pub failures: Vec<String>,
}

impl CrashReport {
    /// At how many points the engine was stopped.
    #[must_use]
    pub fn crash_points(&self) -> usize {
        self.scenarios
            .iter()
            .map(|scenario| scenario.crash_points)
            .sum()
    }

    /// Whether every story ended as it should.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.scenarios
            .iter()
            .all(|scenario| scenario.failures.is_empty())
    }

    /// For tests: goes on when every story ended as it should.
    ///
    /// # Panics
    /// With the whole report when one did not.
    #[track_caller]
    pub fn assert_settled(&self) {
        assert!(self.is_settled(), "crashes were not survived\n{self}");
    }
}

impl fmt::Display for CrashReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for scenario in &self.scenarios {
            let ScenarioReport {
                name,
                effects,
                crash_points,
                failures,
            } = scenario;
            writeln!(
                f,
                "{name}: {effects} effects, {crash_points} crash points, {} failures",
                failures.len()
            )?;
            // The first ones say it all.
            for failure in failures.iter().take(5) {
                writeln!(f, "    {failure}")?;
            }
        }
        writeln!(
            f,
            "{} crash points in {} scenarios",
            self.crash_points(),
            self.scenarios.len()
        )
    }
}
