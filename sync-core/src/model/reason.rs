//! Why a workout stands where it does: typed, and rendered in this file only.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use workout_files::Sport;

use super::StepKind;

/// Why a workout stands where it does. `Display` is one sentence without a full stop.
///
/// A reason that a version-1 ledger kept is [`Text`](Self::Text).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// A service failed.
    Failed {
        /// The service's error.
        message: String,
        /// The failure may pass by itself.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        temporary: bool,
    },
    /// Fetching, converting or sending failed as often as the policy allows.
    FailedRepeatedly {
        /// How often.
        attempts: u32,
        /// The last error.
        last: String,
    },
    /// Workers ended while they worked on this workout.
    WorkersEnded {
        /// How often it failed in all.
        attempts: u32,
    },
    /// The source has no file that can be read as a workout.
    NoUsableFile {
        /// The source.
        source: String,
        /// The fault in the file.
        message: String,
    },
    /// The source returned no exercise.
    NoExercise {
        /// The source.
        source: String,
    },
    /// The request may have arrived: no answer came.
    NoClearAnswer {
        /// The error.
        message: String,
    },
    /// The answer proves nothing.
    OpaqueAnswer {
        /// What kind of answer it was.
        answer: String,
    },
    /// The worker ended while it was sending.
    Interrupted,
    /// Two sends of unknown fate.
    SentTwice {
        /// The destination.
        destination: String,
    },
    /// The engine cannot search the destination for the sent workout.
    NotSearchable {
        /// The destination.
        destination: String,
    },
    /// Several activities may be what was sent.
    SeveralMatches,
    /// The only matching activity is linked to another workout.
    MatchTaken,
    /// An activity that was there before may be this workout.
    MayBeThere {
        /// The destination.
        destination: String,
    },
    /// The fate of a workout that looks the same is not known yet.
    LookalikeOpen {
        /// That workout.
        id: String,
    },
    /// The listing lacks what was delivered.
    ListingIncomplete {
        /// The day around which it lists nothing.
        day: NaiveDate,
        /// How many activities were delivered there.
        delivered: usize,
    },
    /// The send could not start in time after it was written down.
    TooSlow,
    /// The run's time was over.
    NoTimeLeft,
    /// The policy lets a workout rest after its end.
    Rests,
    /// The policy leaves out the sport.
    LeftOut {
        /// The sport.
        sport: Sport,
        /// The policy's filter.
        filter: String,
        /// Only one exercise of several has that sport.
        exercise: bool,
    },
    /// There is no track, and the policy allows no manual entries.
    NoTrack {
        /// Which exercise; `None` where there is one only.
        exercise: Option<Exercise>,
    },
    /// The destination refused it.
    Refused {
        /// Which exercise; `None` where there is one only.
        exercise: Option<Exercise>,
        /// Why.
        message: String,
    },
    /// The activities could not be removed from the destination.
    RemovalFailed {
        /// The last error.
        message: String,
        /// Why they had to be removed.
        because: Box<Reason>,
    },
    /// The user ordered it.
    Ordered {
        /// Which command.
        command: Command,
    },
    /// Another program's list says that the workout was synced.
    OnImportedList,
    /// The source created another workout anew under this identifier.
    SameAs {
        /// The other identifier.
        id: String,
    },
    /// A rebuild did not find it with certainty.
    NotCertain,
    /// It was sent, and did not arrive.
    DidNotArrive,
    /// A step after the delivery failed as often as the policy allows.
    StepFailed {
        /// How often.
        attempts: u32,
        /// The last failure.
        last: Box<Reason>,
    },
    /// The worker ended during a step after the delivery.
    StepInterrupted,
    /// The destination does not show which activity a delivery became.
    NoActivity {
        /// The destination.
        destination: String,
    },
    /// Two deliveries that look the same, and no answer said which activity is which.
    LookalikeUnnamed {
        /// The other workout.
        id: String,
    },
    /// The policy switched a step off.
    SwitchedOff,
    /// The destination can't do what a step needs.
    NotOffered {
        /// The destination.
        destination: String,
        /// The missing ability.
        what: String,
    },
    /// The source has fewer exercises than were delivered.
    FewerExercises {
        /// The source.
        source: String,
    },
    /// The activity is not at the destination any more.
    ActivityGone {
        /// The destination.
        destination: String,
    },
    /// Words of a version-1 ledger.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Command {
    /// Try again; look at the destination first.
    Retry,
    /// None of the activities that look like the workout is it.
    NotThere,
    /// Never move it.
    Skip,
    /// Remove from the destination what the engine sent.
    Undo,
    /// Replace at the destination what the engine sent by the source's present version.
    Redeliver,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Retry => "retry",
            Self::NotThere => "retry although it looks as if it were there",
            Self::Skip => "skip",
            Self::Undo => "undo",
            Self::Redeliver => "redeliver",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = |exercise: &Option<Exercise>| match exercise {
            Some(Exercise { number, of }) => format!("exercise {number} of {of}: "),
            None => String::new(),
        };
        match self {
            Self::Failed { message, .. } | Self::Text(message) => f.write_str(message),
            Self::FailedRepeatedly { attempts, last } => {
                write!(f, "failed {attempts} times, the last time: {last}")
            }
            Self::WorkersEnded { attempts } => write!(
                f,
                "failed {attempts} times; the last times the program ended while it worked on this workout, which \
                 may be too large or damaged"
            ),
            Self::NoUsableFile { source, message } => {
                write!(f, "{source} has no usable file for it: {message}")
            }
            Self::NoExercise { source } => write!(f, "{source} gave no exercise for it"),
            Self::NoClearAnswer { message } => {
                write!(f, "sent, but it is not known whether it arrived: {message}")
            }
            Self::OpaqueAnswer { answer } => write!(
                f,
                "answered by {answer}, and the listing does not show it yet"
            ),
            Self::Interrupted => f.write_str("the program ended while the workout was being sent"),
            Self::SentTwice { destination } => write!(
                f,
                "sent twice, and {destination} shows neither: it is not sent a third time, because both may still \
                 appear"
            ),
            Self::NotSearchable { destination } => write!(
                f,
                "it was sent, but no answer came, and {destination} can't be searched for it: look there, then retry \
                 or skip it"
            ),
            Self::SeveralMatches => {
                f.write_str("it was sent, and several activities at the destination may be it")
            }
            Self::MatchTaken => f.write_str(
                "it was sent, and the only matching activity is already linked to another workout",
            ),
            Self::MayBeThere { destination } => write!(
                f,
                "{destination} has an activity that may be this workout: look there, then retry or skip it"
            ),
            Self::LookalikeOpen { id } => write!(
                f,
                "workout {id} looks the same, and it is not known yet whether that one arrived"
            ),
            Self::ListingIncomplete { day, delivered } => write!(
                f,
                "the destination lists nothing around {day}, though {delivered} activities were delivered there"
            ),
            Self::TooSlow => {
                f.write_str("too slow between writing down and sending: nothing was sent")
            }
            Self::NoTimeLeft => f.write_str("the run's time was over: nothing was sent"),
            Self::Rests => f.write_str("the settings let it rest for a while after its end"),
            Self::LeftOut {
                sport,
                filter,
                exercise,
            } => {
                let what = if *exercise {
                    "one of its exercises"
                } else {
                    "its sport"
                };
                let sport = sport.as_str().replace('_', " ");
                write!(
                    f,
                    "{what} is {sport}, which is left out by the setting `{filter}`"
                )
            }
            Self::NoTrack { exercise } => write!(
                f,
                "{}no track, and manual entries are switched off",
                which(exercise)
            ),
            Self::Refused {
                exercise: Some(Exercise { number, of }),
                message,
            } => write!(f, "exercise {number} of {of} was refused: {message}"),
            Self::Refused { message, .. } => f.write_str(message),
            Self::RemovalFailed { message, because } => write!(
                f,
                "{because}; removing its activities from the destination failed: {message}"
            ),
            Self::Ordered { command } => write!(f, "the user ordered: {command}"),
            Self::OnImportedList => f.write_str("another program's list says that it was synced"),
            Self::SameAs { id } => write!(
                f,
                "the source created workout {id} anew under this identifier; that one is taken care of"
            ),
            Self::NotCertain => f.write_str("not found at the destination with certainty"),
            Self::DidNotArrive => {
                f.write_str("it is not at the destination: the next run sends it again")
            }
            Self::StepFailed { attempts, last } => {
                write!(f, "tried {attempts} times, the last time: {last}")
            }
            Self::StepInterrupted => f.write_str("the program ended while it did this step"),
            Self::NoActivity { destination } => {
                write!(f, "{destination} does not show which activity it became")
            }
            Self::LookalikeUnnamed { id } => write!(
                f,
                "workout {id} looks the same: which activity belongs to which is not known"
            ),
            Self::SwitchedOff => f.write_str("switched off by the settings"),
            Self::NotOffered { destination, what } => write!(f, "{destination} can't {what}"),
            Self::FewerExercises { source } => {
                write!(f, "{source} has fewer exercises now than were delivered")
            }
            Self::ActivityGone { destination } => {
                write!(f, "the activity is not at {destination} any more")
            }
        }
    }
}

/// What to say of a step that is not done: the beginning of the sentence, open and given up.
pub(super) fn step_phrases(
    kind: StepKind,
    sport: bool,
    notes: bool,
) -> (&'static str, &'static str) {
    match (kind, sport, notes) {
        (StepKind::Verify, ..) => ("it is not verified yet", "it could not be verified"),
        (_, true, true) => (
            "type and notes are not set yet",
            "type and notes were not set",
        ),
        (_, true, false) => ("the type is not set yet", "the type was not set"),
        _ => ("the notes are not set yet", "the notes were not set"),
    }
}
