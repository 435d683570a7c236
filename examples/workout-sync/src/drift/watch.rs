//! Notices of a run: observations of the decoders, and answers to open questions.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api_drift::exchange::Recorder;
use api_drift::{Exchange, Service};
use chrono::Utc;
use web_session::{Exchanged, Finding, Observation};

use super::facts::Facts;
use super::names;
use super::questions::{Answered, Asker};
use crate::name;

/// Collects what the clients notice. Clones share the collection.
#[derive(Clone, Default)]
pub struct Watch {
    inner: Arc<Mutex<Inner>>,
    /// Keeps whole answers, for `drift`.
    recorder: Option<Recorder>,
}

#[derive(Default)]
struct Inner {
    /// Service, endpoint, place with finding; how often.
    observations: BTreeMap<(String, String, String), u64>,
    answers: BTreeMap<(&'static str, String), u64>,
    asker: Asker,
    /// Digests of the recorded exchanges that were asked.
    learned: Vec<String>,
}

/// The kinds of findings of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Noticed {
    /// Places that no type knows.
    pub unknown: usize,
    /// Places that could not be read.
    pub unreadable: usize,
    /// Keys of the places, for telling them once. They stay on this machine.
    pub keys: Vec<String>,
}

impl Watch {
    /// One that keeps whole answers as well.
    #[must_use]
    pub fn recording(recorder: Recorder) -> Self {
        Self {
            recorder: Some(recorder),
            ..Self::default()
        }
    }

    /// Whether whole answers are kept.
    #[must_use]
    pub const fn is_recording(&self) -> bool {
        self.recorder.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For a client's `on_observation`.
    pub fn observer(&self, service: &'static str) -> impl Fn(&Observation) + Send + Sync + use<> {
        let watch = self.clone();
        move |observation| {
            let word = match observation.finding {
                Finding::Unknown => "unknown",
                Finding::LeftOut { .. } => "left out",
                _ => "unreadable",
            };
            let place = format!("{} {word}", names().place(&observation.path));
            let key = (service.to_owned(), observation.endpoint.to_owned(), place);
            *watch.lock().observations.entry(key).or_default() += 1;
        }
    }

    /// For a session's `on_answer`.
    pub fn tap(&self, service: Service) -> impl Fn(&Exchanged<'_>) + Send + Sync + use<> {
        let watch = self.clone();
        move |seen| {
            let exchange = Exchange::tapped(seen);
            watch.saw(&service, &exchange, true);
            if let Some(recorder) = &watch.recorder {
                recorder.add(exchange);
            }
        }
    }

    /// Asks the questions of one request. `is_ours`: this program sent it, not a browser.
    pub fn saw(&self, service: &Service, exchange: &Exchange, is_ours: bool) {
        let mut inner = self.lock();
        for answered in inner.asker.ask(service, exchange) {
            // A browser that is let through proves nothing about this program.
            if answered.0 == "polar.firewall" && !is_ours {
                continue;
            }
            *inner.answers.entry(answered).or_default() += 1;
        }
    }

    /// The same for an exchange of a recording, which is counted once: by its digest.
    pub(super) fn learned(&self, service: &Service, exchange: &Exchange, digest: String) {
        self.saw(service, exchange, false);
        self.lock().learned.push(digest);
    }

    /// Counts an answer that came from elsewhere than a request.
    pub fn answered(&self, answer: Answered) {
        *self.lock().answers.entry(answer).or_default() += 1;
    }

    /// The notices so far, by service.
    #[must_use]
    pub fn noticed(&self) -> BTreeMap<String, Noticed> {
        let mut all: BTreeMap<String, Noticed> = BTreeMap::new();
        for (service, endpoint, place) in self.lock().observations.keys() {
            let noticed = all.entry(service.clone()).or_default();
            match place.ends_with(" unknown") {
                true => noticed.unknown += 1,
                false => noticed.unreadable += 1,
            }
            noticed.keys.push(format!("{service}, {endpoint}: {place}"));
        }
        all
    }

    /// The lines for the end of a run; nothing when all was as known.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = String::new();
        for (service, noticed) in self.noticed() {
            let many = |count: usize, what: &str| match count {
                0 => None,
                1 => Some(format!("1 {what} field")),
                _ => Some(format!("{count} {what} fields")),
            };
            let parts = [
                many(noticed.unknown, "unknown"),
                many(noticed.unreadable, "unreadable"),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            text.push_str(&format!(
                "{service} sent {}: run `{} drift` for details\n",
                parts.join(" and "),
                name::program()
            ));
        }
        text
    }

    /// The same, where nothing depends on it.
    pub fn keep_in(&self, path: Option<&Path>) {
        if let Some(path) = path
            && let Err(error) = self.keep(path)
        {
            tracing::warn!(%error, "what was noticed about the services cannot be kept");
        }
    }

    /// Adds everything to the file of facts, and forgets it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, path: &Path) -> std::io::Result<()> {
        let (observations, answers, learned) = {
            let mut inner = self.lock();
            (
                std::mem::take(&mut inner.observations),
                std::mem::take(&mut inner.answers),
                std::mem::take(&mut inner.learned),
            )
        };
        if observations.is_empty() && answers.is_empty() {
            return Ok(());
        }
        let mut facts = Facts::load(path);
        let now = Utc::now();
        for ((service, endpoint, place), times) in observations {
            facts.observe(&format!("{service}, {endpoint}"), &place, times, now);
        }
        for ((question, answer), times) in answers {
            facts.answer(question, &answer, times, now);
        }
        facts.learn(learned);
        facts.save(path)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
