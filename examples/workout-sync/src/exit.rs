//! The exit codes of all programs: scripts rely on them.

use std::process::ExitCode;

use sync_core::{ErrorKind, OrderError, Outcome, Report, Stop};

use crate::name;

/// How a program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: all settled.
    Settled,
    /// 1: some workouts wait, a later run tries them again.
    Unfinished,
    /// 2: some workouts need a person.
    NeedsPerson,
    /// 3: somebody has to sign in.
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

    /// What a report says about the workouts.
    #[must_use]
    pub fn of_report(report: &Report) -> Self {
        match report.outcome() {
            Outcome::Settled => Self::Settled,
            Outcome::NeedsPerson => Self::NeedsPerson,
            _ => Self::Unfinished,
        }
    }

    /// What a run says that began, and may have stopped early.
    #[must_use]
    pub fn of_run(report: &Report, stopped: Option<&Stop>) -> Self {
        let by_report = Self::of_report(report);
        match stopped.map(Self::of_stop) {
            None => by_report,
            // The rest waits for the next run.
            Some(Self::Unfinished) => by_report.max_with_unfinished(),
            Some(Self::Failed) if matches!(stopped, Some(Stop::Service { .. })) => {
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

    /// What the reason for an early end says.
    #[must_use]
    pub fn of_stop(stop: &Stop) -> Self {
        match stop {
            Stop::Service { error, .. } => Self::of_service(error.kind()),
            Stop::Guard(_) => Self::Guarded,
            Stop::Unclear(_) | Stop::Cancelled => Self::Unfinished,
            _ => Self::Failed,
        }
    }

    /// What a failing service means.
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
    /// What is wrong and what to do.
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

    /// Somebody has to sign in.
    pub fn sign_in(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::SignInNeeded,
            message: message.into(),
        }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self {
            exit: Exit::of_stop(&stop),
            message: stop.to_string(),
        }
    }
}

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Stop(stop) => stop.into(),
            // Somebody else works on it: later it can be ordered.
            OrderError::Held { .. } => Self {
                exit: Exit::Unfinished,
                message: error.to_string(),
            },
            other => Self::usage(other.to_string()),
        }
    }
}

impl From<sync_core::BookError> for Failure {
    fn from(error: sync_core::BookError) -> Self {
        Self::failed(error.to_string())
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
