//! Notices of hosts whose runs share nothing but the ledger: each cause once, until it is gone. A document in the ledger lists the
//! causes that were sent.

use std::collections::BTreeSet;

use sync_core::ReportEntry;
use sync_core::ledger::{Content, Expected, Key, LedgerError, SharedLedger};
use url::Url;

use crate::exit::Exit;
use crate::serve::notices::{Waiting, guard, needs_person};
use crate::serve::notify::{Notice, send_notice};

/// The route of the documents that hold the causes that the user knows.
const NOTICES: &str = "notices";

/// Sends notices, with words of the program.
#[derive(Debug, Clone)]
pub struct Notices {
    /// An ntfy topic or a webhook.
    pub url: Url,
    /// The beginning of each headline: the program, and the account where it has several.
    pub subject: String,
    /// The next step when a sign-in is needed; it follows the reason.
    pub when_sign_in_is_needed: Option<String>,
    /// The next step for workouts that wait for a decision.
    pub when_workouts_wait: Option<String>,
}

/// How a run of a route ended, as far as the user has to know.
#[derive(Debug, Clone)]
pub struct RouteEnd {
    /// The route's name.
    pub route: String,
    /// The end.
    pub exit: Exit,
    /// Why it ended early.
    pub message: Option<String>,
    /// The workouts that wait for a decision of the user.
    pub waiting: Vec<ReportEntry>,
}

impl RouteEnd {
    /// Whether a cause that the run did not meet is gone: a run that ended early has not met all of them.
    fn is_conclusive(&self) -> bool {
        let ended_by_itself = matches!(
            self.exit,
            Exit::Settled | Exit::Unfinished | Exit::NeedsPerson
        );
        ended_by_itself && self.message.is_none()
    }
}

impl Notices {
    /// Sends a notice for each new cause. A notice that fails is sent again after the next run.
    ///
    /// # Errors
    /// Why a notice was not sent, without the secret parts of the address.
    pub async fn tell(&self, ledger: &SharedLedger, end: &RouteEnd) -> Result<(), String> {
        let failed = |error: LedgerError| error.to_string();
        let key = Key::new(NOTICES, &end.route);
        let found = ledger.get(&key).await.map_err(failed)?;
        let known: BTreeSet<String> = found
            .as_ref()
            .and_then(|found| serde_json::from_str(&found.body).ok())
            .unwrap_or_default();
        let causes = self.causes(end);
        let current: BTreeSet<String> = causes.iter().flat_map(|it| it.keys.clone()).collect();
        let mut told = known.clone();
        if end.is_conclusive() {
            told.retain(|key| current.contains(key));
        }
        let mut failure = None;
        for notice in causes {
            if notice.keys.iter().all(|key| told.contains(key)) {
                continue;
            }
            match send_notice(&self.url, &notice).await {
                Ok(()) => told.extend(notice.keys),
                Err(why) => failure = Some(why),
            }
        }
        if told != known {
            let body = serde_json::json!(told).to_string();
            let expected = found.map_or(Expected::Absent, |found| Expected::Version(found.version));
            // Another run that wrote at the same time has sent the same notices.
            let _ = ledger
                .compare_and_swap(&key, expected, Content::new(&body))
                .await
                .map_err(failed)?;
        }
        failure.map_or(Ok(()), Err)
    }

    fn causes(&self, end: &RouteEnd) -> Vec<Notice> {
        let mut notices = Vec::new();
        match end.exit {
            Exit::SignInNeeded => notices.push(Notice {
                keys: vec!["sign_in_needed".to_owned()],
                kind: "sign_in_needed",
                title: format!("{}: sign-in needed", self.subject),
                text: end.message.clone().unwrap_or_default(),
            }),
            Exit::Guarded => notices.push(guard(&self.subject, end.message.as_deref())),
            _ => {}
        }
        if !end.waiting.is_empty() {
            let waiting = end.waiting.iter().map(|entry| Waiting {
                id: &entry.item.id,
                start: entry.item.start,
                reason: entry.reason().unwrap_or("it needs you"),
            });
            notices.push(needs_person(&self.subject, waiting));
        }
        for notice in &mut notices {
            let advice = match notice.kind {
                "sign_in_needed" => &self.when_sign_in_is_needed,
                "needs_person" => &self.when_workouts_wait,
                _ => &None,
            };
            if let Some(advice) = advice {
                notice.text = format!("{}\n{advice}", notice.text);
            }
        }
        notices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_that_ended_by_itself_shows_that_a_cause_is_gone() {
        for (exit, message, conclusive) in [
            (Exit::Settled, None, true),
            (Exit::NeedsPerson, None, true),
            (Exit::Unfinished, None, true),
            (
                Exit::Unfinished,
                Some("5 consecutive workouts failed"),
                false,
            ),
            (Exit::Failed, Some("Polar did not answer"), false),
            (Exit::SignInNeeded, Some("sign in"), false),
        ] {
            let end = RouteEnd {
                route: "a -> b".to_owned(),
                exit,
                message: message.map(str::to_owned),
                waiting: Vec::new(),
            };
            assert_eq!(end.is_conclusive(), conclusive, "{end:?}");
        }
    }
}
