//! Why a workout stands where it does: typed, and rendered in this file only.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use workout_files::Sport;

use super::{FinishStep, StepKind};

/// Why a workout stands where it does. `Display` is one sentence without a full stop.
///
/// A reason that a version-1 ledger kept is [`Text`](Self::Text).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// A service failed.
    #[error("{message}")]
    Failed {
        /// The service's error.
        message: String,
        /// The failure may pass by itself.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        temporary: bool,
    },
    /// Fetching, converting or sending failed as often as the policy allows.
    #[error("failed {attempts} times, the last time: {last}")]
    FailedRepeatedly {
        /// How often.
        attempts: u32,
        /// The last error.
        last: String,
    },
    /// Workers ended while they worked on this workout.
    #[error(
        "failed {attempts} times; the last times the program ended while it worked on this workout, which may \
         be too large or damaged"
    )]
    WorkersEnded {
        /// How often it failed in all.
        attempts: u32,
    },
    /// The source has no file that can be read as a workout.
    #[error("{service} has no usable file for it: {message}")]
    NoUsableFile {
        /// The source.
        #[serde(rename = "source")]
        service: String,
        /// The fault in the file.
        message: String,
    },
    /// The source returned no exercise.
    #[error("{service} gave no exercise for it")]
    NoExercise {
        /// The source.
        #[serde(rename = "source")]
        service: String,
    },
    /// The request may have arrived: no answer came.
    #[error("sent, but it is not known whether it arrived: {message}")]
    NoClearAnswer {
        /// The error.
        message: String,
    },
    /// The answer proves nothing.
    #[error("answered by {answer}, and the listing does not show it yet")]
    OpaqueAnswer {
        /// What kind of answer it was.
        answer: String,
    },
    /// The worker ended while it was sending.
    #[error("the program ended while the workout was being sent")]
    Interrupted,
    /// Two sends of unknown fate.
    #[error(
        "sent twice, and {destination} shows neither: it is not sent a third time, because both may still \
         appear"
    )]
    SentTwice {
        /// The destination.
        destination: String,
    },
    /// The engine cannot search the destination for the sent workout.
    #[error(
        "it was sent, but no answer came, and {destination} can't be searched for it: look there, then retry \
         or skip it"
    )]
    NotSearchable {
        /// The destination.
        destination: String,
    },
    /// Several activities may be what was sent.
    #[error("it was sent, and several activities at the destination may be it")]
    SeveralMatches,
    /// The only matching activity is linked to another workout.
    #[error("it was sent, and the only matching activity is already linked to another workout")]
    MatchTaken,
    /// An activity that was there before may be this workout.
    #[error(
        "{destination} has an activity that may be this workout: look there, then retry or skip it"
    )]
    MayBeThere {
        /// The destination.
        destination: String,
    },
    /// The fate of a workout that looks the same is not known yet.
    #[error("workout {id} looks the same, and it is not known yet whether that one arrived")]
    LookalikeOpen {
        /// That workout.
        id: String,
    },
    /// The listing lacks what was delivered.
    #[error(
        "the destination lists nothing around {day}, though {delivered} activities were delivered there"
    )]
    ListingIncomplete {
        /// The day around which it lists nothing.
        day: NaiveDate,
        /// How many activities were delivered there.
        delivered: usize,
    },
    /// The send could not start in time after it was written down.
    #[error("too slow between writing down and sending: nothing was sent")]
    TooSlow,
    /// The run's time was over.
    #[error("the run's time was over: nothing was sent")]
    NoTimeLeft,
    /// The policy lets a workout rest after its end.
    #[error("the settings let it rest for a while after its end")]
    Rests,
    /// The policy leaves out the sport.
    #[error(
        "{} is {}, which is left out by the setting `{filter}`",
        if *.exercise { "one of its exercises" } else { "its sport" },
        .sport.as_str().replace('_', " ")
    )]
    LeftOut {
        /// The sport.
        sport: Sport,
        /// The policy's filter.
        filter: String,
        /// Only one exercise of several has that sport.
        exercise: bool,
    },
    /// There is no track, and the policy allows no manual entries.
    #[error("{}no track, and manual entries are switched off", which(.exercise, ": "))]
    NoTrack {
        /// Which exercise; `None` where there is one only.
        exercise: Option<Exercise>,
    },
    /// The destination refused it.
    #[error("{}{message}", which(.exercise, " was refused: "))]
    Refused {
        /// Which exercise; `None` where there is one only.
        exercise: Option<Exercise>,
        /// Why.
        message: String,
    },
    /// The activities could not be removed from the destination.
    #[error("{because}; removing its activities from the destination failed: {message}")]
    RemovalFailed {
        /// The last error.
        message: String,
        /// Why they had to be removed.
        because: Box<Reason>,
    },
    /// The user ordered it.
    #[error("the user ordered: {command}")]
    Ordered {
        /// Which command.
        command: Command,
    },
    /// Another program's list says that the workout was synced.
    #[error("another program's list says that it was synced")]
    OnImportedList,
    /// The source has, or had, this workout under another identifier as well.
    #[error("it is workout {id} under another identifier; that one is taken care of")]
    SameAs {
        /// The other identifier.
        id: String,
    },
    /// A rebuild did not find it with certainty.
    #[error("not found at the destination with certainty")]
    NotCertain,
    /// It was sent, and did not arrive.
    #[error("it is not at the destination: the next run sends it again")]
    DidNotArrive,
    /// A step after the delivery failed as often as the policy allows.
    #[error("tried {attempts} times, the last time: {last}")]
    StepFailed {
        /// How often.
        attempts: u32,
        /// The last failure.
        last: Box<Reason>,
    },
    /// The worker ended during a step after the delivery.
    #[error("the program ended while it did this step")]
    StepInterrupted,
    /// The destination does not show which activity a delivery became.
    #[error("{destination} does not show which activity it became")]
    NoActivity {
        /// The destination.
        destination: String,
    },
    /// Two deliveries that look the same, and no answer said which activity is which.
    #[error("workout {id} looks the same: which activity belongs to which is not known")]
    LookalikeUnnamed {
        /// The other workout, or this one: then it is another exercise of it.
        id: String,
    },
    /// The policy switched a step off.
    #[error("switched off by the settings")]
    SwitchedOff,
    /// The destination can't do what a step needs.
    #[error("{destination} can't {what}")]
    NotOffered {
        /// The destination.
        destination: String,
        /// The missing ability.
        what: String,
    },
    /// The source has fewer exercises than were delivered.
    #[error("{service} has fewer exercises now than were delivered")]
    FewerExercises {
        /// The source.
        #[serde(rename = "source")]
        service: String,
    },
    /// The activity is not at the destination any more.
    #[error("the activity is not at {destination} any more")]
    ActivityGone {
        /// The destination.
        destination: String,
    },
    /// Words of a version-1 ledger.
    #[error("{0}")]
    #[serde(untagged)]
    Text(String),
}

/// One exercise of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Exercise {
    /// Which one, counted from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

impl Exercise {
    /// The exercise at `index` of `of`; `None` where there is one only.
    pub(crate) fn of(index: usize, of: usize) -> Option<Self> {
        let number = index + 1;
        (of > 1).then_some(Self { number, of })
    }
}

/// The orders that the user can give for one workout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Command {
    /// Try again; look at the destination first.
    #[error("retry")]
    Retry,
    /// None of the activities that look like the workout is it.
    #[error("retry although it looks as if it were there")]
    NotThere,
    /// Never move it.
    #[error("skip")]
    Skip,
    /// Remove from the destination what the engine sent.
    #[error("undo")]
    Undo,
    /// Replace at the destination what the engine sent by the source's present version.
    #[error("redeliver")]
    Redeliver,
}

fn which(exercise: &Option<Exercise>, then: &str) -> String {
    match exercise {
        Some(Exercise { number, of }) => format!("exercise {number} of {of}{then}"),
        None => String::new(),
    }
}

impl Reason {
    pub(crate) const fn ordered(command: Command) -> Self {
        Self::Ordered { command }
    }
}

/// What to say of a step that is not done: the beginning of the sentence, open and given up.
pub(super) fn step_phrases(
    kind: StepKind,
    finish: Option<&FinishStep>,
) -> (&'static str, &'static str) {
    let wanted = finish.map(|finish| (&finish.wanted.sport, &finish.wanted.notes));
    match (kind, wanted) {
        (StepKind::Verify, _) => ("it is not verified yet", "it could not be verified"),
        (_, Some((Some(_), Some(_)))) => (
            "type and notes are not set yet",
            "type and notes were not set",
        ),
        (_, Some((Some(_), None))) => ("the type is not set yet", "the type was not set"),
        _ => ("the notes are not set yet", "the notes were not set"),
    }
}
