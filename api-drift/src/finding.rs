//! What differs, and the report of a look.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The effect of a difference on the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The client cannot do its job with it.
    Breaking,
    /// The client goes on; at most the value is lost.
    Additive,
}

/// The sort of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A place that was not known.
    New,
    /// A place that was always there.
    Missing,
    /// A place of another type.
    Changed,
    /// A word that was not known at a place of few words.
    Word,
    /// The status of the answer.
    Status,
    /// The content type of the answer.
    ContentType,
    /// Other content than was expected: a page, nothing.
    Content,
    /// A step of the sign-in.
    Hop,
    /// A cookie of the sign-in.
    Cookie,
    /// A form of a page.
    Form,
    /// A field of a form.
    Field,
    /// A place of a page that is looked for.
    Anchor,
    /// Two answers that should agree do not.
    Disagreement,
}

impl Kind {
    /// The word in a table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Word => "new word",
            Self::Status => "status",
            Self::ContentType => "content type",
            Self::Content => "content",
            Self::Hop => "sign-in step",
            Self::Cookie => "cookie",
            Self::Form => "form",
            Self::Field => "form field",
            Self::Anchor => "page",
            Self::Disagreement => "disagrees",
        }
    }
}

/// One difference between what a service sends and what the client was written for. Holds names, types and words of the service, never
/// a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The service.
    pub service: String,
    /// The endpoint, or `sign-in`.
    pub endpoint: String,
    /// The place: a JSON path, a cookie, a field; empty for the answer as a whole.
    pub place: String,
    /// The sort of difference.
    pub kind: Kind,
    /// The effect on the client.
    pub weight: Weight,
    /// The known form.
    pub was: String,
    /// The present form.
    pub now: String,
}

impl Finding {
    /// A difference of `endpoint` at `place`.
    #[must_use]
    pub fn new(endpoint: &str, place: &str, kind: Kind, weight: Weight) -> Self {
        Self {
            service: String::new(),
            endpoint: endpoint.to_owned(),
            place: place.to_owned(),
            kind,
            weight,
            was: String::new(),
            now: String::new(),
        }
    }

    /// The same, of this service.
    #[must_use]
    pub fn of(mut self, service: &str) -> Self {
        service.clone_into(&mut self.service);
        self
    }

    /// The same, with what was known and what is there now.
    #[must_use]
    pub fn between(mut self, was: impl Into<String>, now: impl Into<String>) -> Self {
        (self.was, self.now) = (was.into(), now.into());
        self
    }
}

/// How much of an endpoint was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Seen {
    /// The endpoint's purpose in words.
    pub purpose: String,
    /// The part of a sync that does not happen when the endpoint cannot be used, as a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stops: String,
    /// Answers that were compared.
    pub answers: usize,
    /// Answers that said "sign in first", "later" or "not this one", and were not compared.
    pub refused: usize,
    /// Requests without an answer to look at: broken off, answered from the browser's memory, or recorded without the body.
    #[serde(default)]
    pub unseen: usize,
}

/// The result of a look at recorded answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Service, then endpoint.
    pub seen: BTreeMap<String, BTreeMap<String, Seen>>,
    /// Requests to the services that belong to no known endpoint.
    pub other_requests: usize,
    /// The differences, breaking ones first, each once.
    pub findings: BTreeSet<Finding>,
    /// Remarks on answers that could not be judged.
    #[serde(default)]
    pub notes: BTreeSet<String>,
}

impl Report {
    /// Whether the client can do its job.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.count(Weight::Breaking) > 0
    }

    /// How many differences have this weight.
    #[must_use]
    pub fn count(&self, weight: Weight) -> usize {
        self.findings
            .iter()
            .filter(|it| it.weight == weight)
            .count()
    }

    /// How many answers were compared with something.
    #[must_use]
    pub fn compared(&self) -> usize {
        let endpoints = self.seen.values().flat_map(BTreeMap::values);
        endpoints.map(|seen| seen.answers).sum()
    }

    /// Notes an answer of an endpoint.
    pub(crate) fn saw(&mut self, service: &str, endpoint: &str, purpose: &str) -> &mut Seen {
        let service = self.seen.entry(service.to_owned()).or_default();
        let seen = service.entry(endpoint.to_owned()).or_default();
        purpose.clone_into(&mut seen.purpose);
        seen
    }
}
