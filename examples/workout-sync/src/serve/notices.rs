//! Which notices are due after an order: each cause once, until it is gone.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::notify::Notice;
use super::state::State;
use super::{Cause, Overview, Summary};
use crate::name;
use crate::settings::ServiceName;

/// Workouts that a notice names.
const MOST_NAMED: usize = 5;
const GUARD: &str = "guard";
const NOTHING_NEW: &str = "nothing_new";

/// The key of "sign-in needed".
pub(super) fn sign_in_key(service: &str) -> String {
    format!("sign_in:{service}")
}

fn workout_key(id: &str) -> String {
    format!("workout:{id}")
}

fn duplicate_key(key: &str) -> String {
    format!("duplicate:{key}")
}

fn drift_key(kind: &str) -> String {
    format!("drift:{kind}")
}

/// A workout that waits for the user.
pub(crate) struct Waiting<'a> {
    pub(crate) id: &'a str,
    pub(crate) start: NaiveDateTime,
    pub(crate) reason: &'a str,
}

/// Workouts that need the user; `subject` begins the headline.
pub(crate) fn needs_person<'a>(
    subject: &str,
    waiting: impl ExactSizeIterator<Item = Waiting<'a>> + Clone,
) -> Notice {
    let lines = waiting.clone().map(|it| {
        let start = it.start.format("%Y-%m-%d %H:%M");
        format!("{start} ({}): {}", it.id, it.reason)
    });
    Notice {
        keys: waiting.clone().map(|it| workout_key(it.id)).collect(),
        kind: "needs_person",
        title: format!("{subject}: {} need you", workouts(waiting.len())),
        text: some_of(lines),
    }
}

/// A guard stopped the run.
pub(crate) fn guard(subject: &str, message: Option<&str>) -> Notice {
    Notice {
        keys: vec![GUARD.to_owned()],
        kind: "guard",
        title: format!("{subject}: a guard stopped the run"),
        text: message.unwrap_or_default().to_owned(),
    }
}

/// The notices that the user has not had yet.
pub(super) fn due(
    state: &State,
    summary: &Summary,
    overview: &Overview,
    idle_days: Option<u32>,
    now: DateTime<Utc>,
) -> Vec<Notice> {
    let mut notices = Vec::new();
    match summary.cause {
        Some(Cause::SignIn(service)) => notices.push(sign_in(service, summary)),
        Some(Cause::Guard) => {
            notices.push(guard("workout-sync", summary.message.as_deref()));
        }
        None => {}
    }
    let is_new = |key: &String| !state.notices.contains_key(key);
    let parked: Vec<_> = overview
        .parked
        .iter()
        .filter(|workout| is_new(&workout_key(&workout.id)))
        .collect();
    if !parked.is_empty() {
        notices.push(needs_person(
            "workout-sync",
            parked.iter().map(|workout| Waiting {
                id: &workout.id,
                start: workout.start,
                reason: workout.reason.as_deref().unwrap_or(&workout.state),
            }),
        ));
    }
    let duplicates: Vec<_> = summary
        .possible_duplicates
        .iter()
        .filter(|(key, _)| is_new(&duplicate_key(key)))
        .collect();
    if !duplicates.is_empty() {
        notices.push(Notice {
            keys: duplicates
                .iter()
                .map(|(key, _)| duplicate_key(key))
                .collect(),
            kind: "possible_duplicate",
            title: format!(
                "workout-sync: {} may be there twice",
                workouts(duplicates.len())
            ),
            text: some_of(duplicates.iter().map(|(_, words)| (*words).clone())),
        });
    }
    let noticed: Vec<_> = summary
        .noticed
        .iter()
        .filter(|(_, kind)| is_new(&drift_key(kind)))
        .collect();
    if !noticed.is_empty() {
        notices.push(Notice {
            keys: noticed.iter().map(|(_, kind)| drift_key(kind)).collect(),
            kind: "drift",
            title: "workout-sync: a service sends something new".to_owned(),
            text: format!(
                "{}\nNothing stops. Run `{} drift` for details.",
                per_service(&noticed),
                name::program()
            ),
        });
    }
    if let (Some(days), Some(last)) = (idle_days, state.last_new)
        && now - last >= TimeDelta::days(days.into())
    {
        notices.push(Notice {
            keys: vec![NOTHING_NEW.to_owned()],
            kind: "nothing_new",
            title: format!("workout-sync: nothing new for {days} days"),
            text: format!(
                "The last new workout was moved on {}.",
                last.format("%Y-%m-%d")
            ),
        });
    }
    notices.retain(|notice| notice.keys.iter().any(is_new));
    notices
}

/// Names of fields could be data, and a notice goes to a third party: counts only.
fn per_service(noticed: &[&(String, String)]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (service, _) in noticed {
        *counts.entry(service).or_default() += 1;
    }
    let lines = counts.into_iter().map(|(service, count)| match count {
        1 => format!("{service}: 1 place that is not as known"),
        count => format!("{service}: {count} places that are not as known"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn sign_in(service: ServiceName, summary: &Summary) -> Notice {
    let (title, word, me) = (service.title(), service.word(), name::program());
    let why = summary.message.clone().unwrap_or_default();
    Notice {
        keys: vec![sign_in_key(word)],
        kind: "sign_in_needed",
        title: format!("workout-sync: sign in to {title}"),
        text: format!(
            "{why}\nPaste a browser session into the service's page, or run: {me} import-session {word} FILE"
        ),
    }
}

/// Forgets the causes that are gone, so that they are reported when they come back.
pub(super) fn forget_what_is_over(
    state: &mut State,
    summary: &Summary,
    overview: Option<&Overview>,
) {
    for (service, signed_in) in &summary.access {
        if *signed_in {
            state.notices.remove(&sign_in_key(service));
        }
    }
    if !summary.failed && summary.cause != Some(Cause::Guard) {
        state.notices.remove(GUARD);
    }
    if summary.moved() > 0 {
        state.notices.remove(NOTHING_NEW);
    }
    if let Some(overview) = overview.filter(|overview| overview.more_parked == 0) {
        let is_parked = |key: &str| overview.parked.iter().any(|it| workout_key(&it.id) == key);
        state
            .notices
            .retain(|key, _| !key.starts_with("workout:") || is_parked(key));
    }
}

fn workouts(count: usize) -> String {
    match count {
        1 => "1 workout".to_owned(),
        count => format!("{count} workouts"),
    }
}

fn some_of(lines: impl ExactSizeIterator<Item = String>) -> String {
    let more = lines.len().saturating_sub(MOST_NAMED);
    let mut text: Vec<String> = lines.take(MOST_NAMED).collect();
    if more > 0 {
        text.push(format!("and {more} more"));
    }
    text.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::serve::ParkedWorkout;

    fn now() -> DateTime<Utc> {
        "2026-11-28T10:00:00Z".parse().unwrap()
    }

    fn parked(id: usize) -> ParkedWorkout {
        ParkedWorkout {
            id: id.to_string(),
            start: now().naive_utc(),
            sport: None,
            state: "parked".to_owned(),
            reason: Some("two look alike".to_owned()),
            evidence: Vec::new(),
            next: String::new(),
        }
    }

    fn kinds(notices: &[Notice]) -> Vec<&'static str> {
        notices.iter().map(|notice| notice.kind).collect()
    }

    /// Marks them as sent.
    fn send(state: &mut State, notices: &[Notice]) {
        let keys = notices.iter().flat_map(|notice| notice.keys.clone());
        state.notices.extend(keys.map(|key| (key, now())));
    }

    #[test]
    fn each_cause_is_reported_once_until_it_is_gone() {
        let mut state = State::default();
        let mut summary = Summary::new(Exit::SignInNeeded);
        summary.failed = true;
        summary.cause = Some(Cause::SignIn(ServiceName::Runkeeper));
        summary.access.insert("runkeeper", false);
        summary.possible_duplicates = [("7".to_owned(), "7 and 8".to_owned())].into();
        let overview = Overview {
            parked: vec![parked(1)],
            ..Overview::default()
        };
        let first = due(&state, &summary, &overview, None, now());
        assert_eq!(
            kinds(&first),
            ["sign_in_needed", "needs_person", "possible_duplicate"]
        );
        send(&mut state, &first);
        assert!(due(&state, &summary, &overview, None, now()).is_empty());
        // Another workout is another cause.
        let more = Overview {
            parked: vec![parked(1), parked(2)],
            ..Overview::default()
        };
        let second = due(&state, &summary, &more, None, now());
        assert_eq!(second[0].keys, ["workout:2"]);
        // Signed in, and signed out again.
        let mut good = Summary::new(Exit::Settled);
        good.access.insert("runkeeper", true);
        forget_what_is_over(&mut state, &good, Some(&Overview::default()));
        assert_eq!(
            kinds(&due(&state, &summary, &overview, None, now())),
            ["sign_in_needed", "needs_person"]
        );
    }

    #[test]
    fn a_guard_is_reported_again_after_a_good_run() {
        let mut state = State::default();
        let mut summary = Summary::new(Exit::Guarded);
        summary.failed = true;
        summary.cause = Some(Cause::Guard);
        let first = due(&state, &summary, &Overview::default(), None, now());
        send(&mut state, &first);
        forget_what_is_over(&mut state, &summary, None);
        assert!(due(&state, &summary, &Overview::default(), None, now()).is_empty());
        forget_what_is_over(&mut state, &Summary::new(Exit::Settled), None);
        assert_eq!(
            kinds(&due(&state, &summary, &Overview::default(), None, now())),
            ["guard"]
        );
    }

    #[test]
    fn nothing_new_is_reported_after_the_days_that_are_set() {
        let mut state = State {
            last_new: Some(now() - TimeDelta::days(14)),
            ..State::default()
        };
        let summary = Summary::new(Exit::Settled);
        let ask = |state: &State, days| due(state, &summary, &Overview::default(), days, now());
        assert!(ask(&state, None).is_empty());
        assert!(ask(&state, Some(15)).is_empty());
        let notices = ask(&state, Some(14));
        assert_eq!(kinds(&notices), ["nothing_new"]);
        send(&mut state, &notices);
        assert!(ask(&state, Some(14)).is_empty());
    }

    #[test]
    fn each_new_kind_of_drift_is_reported_once_for_good() {
        let mut state = State::default();
        let mut summary = Summary::new(Exit::Settled);
        let kind = |place: &str| {
            (
                "Polar Flow".to_owned(),
                format!("Polar Flow, calendar: {place}"),
            )
        };
        summary.noticed = vec![kind("[].mood unknown")];
        let ask = |state: &State, summary: &Summary| {
            due(state, summary, &Overview::default(), None, now())
        };
        let first = ask(&state, &summary);
        assert_eq!(kinds(&first), ["drift"]);
        assert!(
            first[0].text.contains("Polar Flow: 1 place"),
            "{}",
            first[0].text
        );
        assert!(!first[0].text.contains("mood"), "{}", first[0].text);
        send(&mut state, &first);
        forget_what_is_over(&mut state, &summary, Some(&Overview::default()));
        assert!(ask(&state, &summary).is_empty());
        summary.noticed.push(kind("[].title unreadable"));
        let second = ask(&state, &summary);
        assert_eq!(second[0].keys.len(), 1);
        assert!(!second[0].text.contains("mood"), "{}", second[0].text);
    }

    #[test]
    fn many_workouts_make_one_notice() {
        let overview = Overview {
            parked: (0..300).map(parked).collect(),
            ..Overview::default()
        };
        let notices = due(
            &State::default(),
            &Summary::new(Exit::NeedsPerson),
            &overview,
            None,
            now(),
        );
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].text.lines().count(), MOST_NAMED + 1);
        assert!(notices[0].title.contains("300 workouts"));
    }
}
