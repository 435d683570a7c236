//! Notices to the user (`NOTIFY_URL`): each cause once, until it is gone.

use std::collections::BTreeSet;
use std::io::{Write, stderr};

use sync_core::ledger::{Content, Expected, Key, LedgerError, SharedLedger};
use url::Url;
use workout_sync::exit::Exit;
use workout_sync::serve::notify::{Notice, send_notice};

use crate::answer::Outcome;

/// The route of the document that holds the causes that the user knows.
const NOTICES: &str = "notices";
/// Workouts that a notice names.
const MOST_NAMED: usize = 5;

/// Sends a notice for each new cause. A notice that fails is a line in the log, and is sent again by the next invocation.
pub(crate) async fn tell(url: &Url, ledger: &SharedLedger, route: &str, outcome: &Outcome) {
    if let Err(error) = tell_new(url, ledger, route, outcome).await {
        let _ = writeln!(stderr(), "warning: a notice was not sent: {error}");
    }
}

async fn tell_new(
    url: &Url,
    ledger: &SharedLedger,
    route: &str,
    outcome: &Outcome,
) -> Result<(), String> {
    let failed = |error: LedgerError| error.to_string();
    let key = Key::new(NOTICES, route);
    let found = ledger.get(&key).await.map_err(failed)?;
    let known: BTreeSet<String> = found
        .as_ref()
        .and_then(|found| serde_json::from_str(&found.body).ok())
        .unwrap_or_default();
    let causes = causes(outcome);
    let current: BTreeSet<String> = causes.iter().flat_map(|it| it.keys.clone()).collect();
    let mut told: BTreeSet<String> = current.intersection(&known).cloned().collect();
    let mut failure = None;
    for notice in causes {
        if notice.keys.iter().all(|key| told.contains(key)) {
            continue;
        }
        match send_notice(url, &notice).await {
            Ok(()) => told.extend(notice.keys),
            Err(why) => failure = Some(why),
        }
    }
    if told != known {
        let body = serde_json::json!(told).to_string();
        let expected = found.map_or(Expected::Absent, |found| Expected::Version(found.version));
        // Another invocation that wrote at the same time has sent the same notices.
        let _ = ledger
            .compare_and_swap(&key, expected, Content::new(&body))
            .await
            .map_err(failed)?;
    }
    failure.map_or(Ok(()), Err)
}

fn causes(outcome: &Outcome) -> Vec<Notice> {
    let mut notices = Vec::new();
    let stopped = match outcome.exit {
        Exit::SignInNeeded => Some(("sign_in_needed", "workout-sync: sign-in needed")),
        Exit::Guarded => Some(("guard", "workout-sync: a guard stopped the run")),
        _ => None,
    };
    if let Some((kind, title)) = stopped {
        notices.push(Notice {
            keys: vec![kind.to_owned()],
            kind,
            title: title.to_owned(),
            text: outcome.message.clone().unwrap_or_default(),
        });
    }
    let parked: Vec<_> = outcome.needing_user().collect();
    if !parked.is_empty() {
        let lines = parked.iter().take(MOST_NAMED).map(|entry| {
            let start = entry.item.start.format("%Y-%m-%d %H:%M");
            let reason = entry.reason().unwrap_or("it needs you");
            format!("{start} ({}): {reason}", entry.item.id)
        });
        let mut lines: Vec<String> = lines.collect();
        if parked.len() > MOST_NAMED {
            lines.push(format!("and {} more", parked.len() - MOST_NAMED));
        }
        notices.push(Notice {
            keys: parked
                .iter()
                .map(|it| format!("workout:{}", it.item.id))
                .collect(),
            kind: "needs_person",
            title: format!("workout-sync: {} workouts need you", parked.len()),
            text: lines.join("\n"),
        });
    }
    notices
}
