//! The exit codes of all programs: scripts rely on them.

use std::process::ExitCode;

use sync_connector_folder_destination::INDEX_FILE;
use sync_core::{CommandError, ErrorKind, Guard, NextStep, Obstacle, RouteReport, RunError};

use crate::name;

/// How a program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: all settled.
    Settled,
    /// 1: some workouts wait, a later run tries them again.
    Unfinished,
    /// 2: some workouts need the user.
    NeedsPerson,
    /// 3: the user has to sign in.
    SignInNeeded,
    /// 4: a guard stopped the run.
    Guarded,
    /// 64: wrong usage or settings.
    Usage,
    /// 70: anything else.
    Failed,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Settled => 0,
            Self::Unfinished => 1,
            Self::NeedsPerson => 2,
            Self::SignInNeeded => 3,
            Self::Guarded => 4,
            Self::Usage => 64,
            Self::Failed => 70,
        }
    }

    /// The word for it in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Unfinished => "unfinished",
            Self::NeedsPerson => "needs_person",
            Self::SignInNeeded => "sign_in_needed",
            Self::Guarded => "guard",
            Self::Usage => "usage",
            Self::Failed => "failed",
        }
    }

    /// The exit code for a report.
    #[must_use]
    pub fn of_report(report: &RouteReport) -> Self {
        match report.next_step() {
            NextStep::Nothing => Self::Settled,
            NextStep::AskUser => Self::NeedsPerson,
            _ => Self::Unfinished,
        }
    }

    /// The exit code for a run that may have stopped early.
    #[must_use]
    pub fn of_run(report: &RouteReport, stopped: Option<&RunError>) -> Self {
        let by_report = Self::of_report(report);
        match stopped.map(Self::of_stop) {
            None => by_report,
            // The rest waits for the next run.
            Some(Self::Unfinished) => by_report.max_with_unfinished(),
            Some(Self::Failed)
                if matches!(
                    stopped,
                    Some(RunError::Source(_) | RunError::Destination(_))
                ) =>
            {
                by_report.max_with_unfinished()
            }
            Some(exit) => exit,
        }
    }

    /// The same, where something is unfinished besides.
    #[must_use]
    fn max_with_unfinished(self) -> Self {
        if self == Self::Settled {
            Self::Unfinished
        } else {
            self
        }
    }

    /// The exit code for the reason of an early end.
    #[must_use]
    pub fn of_stop(stop: &RunError) -> Self {
        match stop {
            RunError::Source(error) | RunError::Destination(error) => {
                Self::of_service(error.kind())
            }
            RunError::Guard(_) => Self::Guarded,
            RunError::CircuitBreaker(_) | RunError::Cancelled => Self::Unfinished,
            _ => Self::Failed,
        }
    }

    /// The exit code for a failing service.
    #[must_use]
    pub fn of_service(kind: ErrorKind) -> Self {
        match kind {
            // A service that blocks this program can still be used with a session from the browser.
            ErrorKind::SignInNeeded | ErrorKind::Blocked => Self::SignInNeeded,
            ErrorKind::Drift => Self::Guarded,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a program ends without a result: one clear message, and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The problem, and what to do.
    pub message: String,
}

impl Failure {
    /// The failure as one JSON document: `{"error": {"kind", "message", "hint"}}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let error = serde_json::json!({
            "kind": self.exit.word(),
            "message": self.message,
            "hint": self.hint(),
        });
        serde_json::json!({ "error": error }).to_string()
    }

    /// The command to type next, where there is one.
    fn hint(&self) -> Option<String> {
        let program = name::program();
        match self.exit {
            Exit::SignInNeeded => Some(format!(
                "{program} sign-in SERVICE, or {program} import-session SERVICE FILE"
            )),
            Exit::Usage => Some(format!("{program} --help")),
            Exit::Unfinished => Some(format!("{program} again, later")),
            Exit::Guarded | Exit::NeedsPerson => Some(format!("{program} plan")),
            Exit::Settled | Exit::Failed => None,
        }
    }

    /// Wrong usage or settings.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            message: message.into(),
        }
    }

    /// Anything else.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: message.into(),
        }
    }

    /// The user has to sign in.
    pub fn sign_in(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::SignInNeeded,
            message: message.into(),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self {
            exit: Exit::of_stop(&error),
            message: message(&error),
        }
    }
}

/// An error and its causes in one line.
#[must_use]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The reason of an early end, with the option that overrides a guard.
#[must_use]
pub fn message(error: &RunError) -> String {
    match error {
        RunError::Guard(guard @ Guard::DeliveriesMissing { .. }) => format!(
            "{guard}. Is it a folder on a drive or a share that is not mounted? Its index, {INDEX_FILE}, is missing or another \
             one's. If the folder was emptied on purpose, go on with --accept-listing: only what is new is then delivered; a folder \
             with another path gets every workout"
        ),
        RunError::Guard(guard) => format!(
            "{guard}. Look at the account in the browser; if the listing really is right, go on with --accept-listing"
        ),
        RunError::Store(error) => with_causes(error),
        error => error.to_string(),
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        let program = name::program();
        let text = error.to_string();
        match error {
            CommandError::Run(error) => error.into(),
            // Another process works on it, or a run goes on: later it can be ordered again.
            CommandError::Held { .. } | CommandError::Unfinished { .. } => Self {
                exit: Exit::Unfinished,
                message: text,
            },
            // A program of many accounts has no such command.
            CommandError::Unknown(_) if name::account().is_none() => {
                Self::usage(format!("{text}; `{program} plan` shows what is"))
            }
            CommandError::WrongState {
                id,
                why: Obstacle::NotSearchable,
                ..
            } => {
                let typed = |order| name::order(order, &id).unwrap_or_default();
                let (retry, skip) = (typed("retry"), typed("skip"));
                Self::usage(format!("{text}: `{retry} --not-there`, or `{skip}`"))
            }
            _ => Self::usage(text),
        }
    }
}

impl From<sync_core::StoreError> for Failure {
    fn from(error: sync_core::StoreError) -> Self {
        Self::failed(with_causes(&error))
    }
}

impl From<sync_core::ServiceError> for Failure {
    fn from(error: sync_core::ServiceError) -> Self {
        Self {
            exit: Exit::of_service(error.kind()),
            message: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_json_document() {
        let failure = Failure::usage("line 3: \"x\"\nis no number");
        let json: serde_json::Value = serde_json::from_str(&failure.to_json()).unwrap();
        assert_eq!(json["error"]["kind"], "usage");
        assert_eq!(json["error"]["message"], "line 3: \"x\"\nis no number");
        assert!(json["error"]["hint"].as_str().unwrap().ends_with(" --help"));
        let json = Failure::failed("disk full").to_json();
        assert!(json.contains("\"hint\":null"), "{json}");
    }
}
