//! The knowledge about a route as a whole, in one document.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize, Serializer};

use crate::Window;
use crate::run::pause::Ends;

/// The knowledge about a route as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RouteState {
    /// The format of the documents.
    #[serde(skip_deserializing, serialize_with = "format_2")]
    format: (),
    /// Days of which every listed workout has a record: ascending, apart from each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) listed: Vec<Window>,
    /// When the source last listed no workouts, in a ledger without workouts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) empty_at: Option<DateTime<Utc>>,
    /// The days of which an unfinished first search for what is at the destination is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) searched: Option<Window>,
    /// The longest time after which the destination was seen to list an upload that it had not listed before.
    #[serde(skip_serializing_if = "Option::is_none")]
    listing_delay_s: Option<i64>,
    /// Until when which service asked to be left alone.
    #[serde(skip_serializing_if = "Ends::is_empty")]
    pub(crate) pauses: Ends,
}

fn format_2<S: Serializer>(_: &(), serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(2)
}

impl RouteState {
    /// Reads a copied document, of this format or of format 1, which knew one range of days.
    pub(crate) fn imported(body: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Old {
            from: Option<NaiveDate>,
            until: Option<NaiveDate>,
        }
        let mut state: Self = serde_json::from_str(body)?;
        let old: Old = serde_json::from_str(body)?;
        let days = old.from.zip(old.until);
        if let Some(window) = days.and_then(|(from, until)| Window::new(from, until)) {
            state.take_in(window);
        }
        Ok(state)
    }

    /// Keeps that every workout of these days has a record.
    pub(crate) fn take_in(&mut self, window: Window) {
        let mut merged = window;
        self.listed.retain(|known| {
            let is_apart = !known.touches(&merged);
            if !is_apart {
                merged.from = merged.from.min(known.from);
                merged.until = merged.until.max(known.until);
            }
            is_apart
        });
        self.listed.push(merged);
        self.listed.sort_by_key(|window| window.from);
    }

    pub(crate) fn listing_delay(&self) -> TimeDelta {
        let seconds = self.listing_delay_s.unwrap_or_default();
        TimeDelta::try_seconds(seconds).unwrap_or_default()
    }

    /// Keeps a listing delay, if it is the longest so far.
    pub(crate) fn saw_listing_delay(&mut self, delay: TimeDelta) {
        self.listing_delay_s = self.listing_delay_s.max(Some(delay.num_seconds()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_touch_become_one_range() {
        let mut state = RouteState::default();
        state.take_in(Window::of("2026-03-01", "2026-03-31"));
        state.take_in(Window::of("2026-01-01", "2026-01-31"));
        assert_eq!(state.listed.len(), 2);
        state.take_in(Window::of("2026-02-01", "2026-02-28"));
        assert_eq!(state.listed, [Window::of("2026-01-01", "2026-03-31")]);
        state.take_in(Window::of("2026-02-10", "2026-02-12"));
        assert_eq!(state.listed, [Window::of("2026-01-01", "2026-03-31")]);
    }

    #[test]
    fn a_document_of_format_1_is_read() {
        let old =
            r#"{"from":"2020-01-01","until":"2026-11-23","indexed":true,"open_from":"2026-01-01"}"#;
        let state = RouteState::imported(old).unwrap();
        assert_eq!(state.listed, [Window::of("2020-01-01", "2026-11-23")]);
        let body = serde_json::to_string(&state).unwrap();
        assert!(body.starts_with(r#"{"format":2,"listed":["#), "{body}");
        assert_eq!(serde_json::from_str::<RouteState>(&body).unwrap(), state);
    }
}
