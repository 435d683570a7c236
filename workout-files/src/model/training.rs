//! The plan of a workout (TCX `Training`).

/// TCX `Training`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Training {
    /// Whether the virtual partner ran along.
    pub virtual_partner: bool,
    /// `QuickWorkoutResults`
    pub quick_results: Option<QuickResults>,
    /// The plan that was followed.
    pub plan: Option<Plan>,
}

/// TCX `QuickWorkoutResults`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuickResults {
    /// Seconds.
    pub total_time_s: f64,
    /// Metres.
    pub distance_m: f64,
}

/// Kind of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PlanKind {
    /// `Workout`
    #[default]
    Workout,
    /// `Course`
    Course,
}

/// TCX `Plan`. Polar puts the sport in the user's language into its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Name; TCX holds 15 characters.
    pub name: Option<String>,
    /// Kind.
    pub kind: PlanKind,
    /// Whether it has intervals.
    pub interval_workout: bool,
}
