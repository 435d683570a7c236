//! Classification of the answer to a request that creates an activity.
//!
//! No source has recorded what the bulk upload answers. So the rules are tolerant, and only one shape counts as proof:
//! JSON whose `error` is there and empty, as four independent programs saw it from the two-step upload (2014 .. 2017).

use serde_json::Value;
use web_session::page::Page;
use web_session::{Content, Fingerprint, Response, redact};

use crate::client::fetch::outage;
use crate::{ActivityId, Error, Runkeeper};

/// The meaning of the answer to a request that creates an activity.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// Taken. The number of the activity is there when the answer had it.
    Accepted(Option<ActivityId>),
    /// It proves nothing: HTML, an empty body, an unknown shape. The listing has to tell.
    Opaque(Fingerprint),
    /// Refused, in the site's words.
    Rejected(String),
}

/// Longest message of the site that is passed on.
const LONGEST_MESSAGE: usize = 200;

impl Runkeeper {
    pub(crate) async fn classify(&self, response: &Response) -> Result<Answer, Error> {
        let endpoint = response.endpoint();
        let status = response.status().as_u16();
        match status {
            200..=299 => Ok(classify_body(response).await),
            300..=399 => self.classify_redirect(endpoint, response),
            401 => Err(Error::SessionExpired { endpoint }),
            // The server gave up waiting for the rest of the request: it may have acted on what it had.
            408 | 429 | 500.. => Err(match outage(response) {
                Some(error @ Error::RateLimited { .. }) => error,
                Some(error) => error.maybe_sent(),
                None => return Ok(Answer::Opaque(response.fingerprint())),
            }),
            400..=499 => Err(refusal(response).await),
            // 1xx never gets here.
            _ => Ok(Answer::Opaque(response.fingerprint())),
        }
    }

    fn classify_redirect(
        &self,
        endpoint: &'static str,
        response: &Response,
    ) -> Result<Answer, Error> {
        // A redirect is how the site answers what it took, so only one to the login page says that it did not.
        let opaque = Answer::Opaque(response.fingerprint());
        let Some(target) = response.location() else {
            return Ok(opaque);
        };
        if self.is_login(&target) {
            return Err(Error::SessionExpired { endpoint });
        }
        // `/user/<u>/activity/<id>`, where the form leads to after saving.
        Ok(match activity_in_path(target.path()) {
            Some(id) if self.is_on_site(&target) => Answer::Accepted(Some(id)),
            _ => opaque,
        })
    }
}

/// A 4xx: the site says that it did not take the request.
async fn refusal(response: &Response) -> Error {
    let endpoint = response.endpoint();
    let fingerprint = Box::new(response.fingerprint());
    match (response.content(), response.status().as_u16()) {
        (content @ (Content::BotChallenge | Content::BlockPage), _) => Error::Blocked {
            endpoint,
            content,
            fingerprint,
        },
        (_, 404 | 405 | 410) => Error::SiteChanged {
            endpoint,
            expected: "an endpoint that takes this",
            fingerprint,
        },
        (_, 413) => Error::Rejected {
            endpoint,
            message: "the file is too large".to_owned(),
        },
        // The site objects to the content: a fault of one workout.
        (_, status @ (400 | 415 | 422)) => Error::Rejected {
            endpoint,
            message: complaint_of(response)
                .await
                .unwrap_or_else(|| format!("answered with status {status}")),
        },
        _ => Error::SiteChanged {
            endpoint,
            expected: "an answer to the form",
            fingerprint,
        },
    }
}

/// The site's reason for its refusal, in JSON or on a page.
async fn complaint_of(response: &Response) -> Option<String> {
    let json = serde_json::from_slice::<Value>(response.body()).ok();
    match json
        .as_ref()
        .and_then(|json| json.get("error"))
        .map(complaint)
    {
        Some(Complaint::Text(message)) => Some(message),
        _ => form_errors(response).await,
    }
}

async fn classify_body(response: &Response) -> Answer {
    match serde_json::from_slice::<Value>(response.body()) {
        Ok(Value::Object(fields)) => match fields.get("error").map(complaint) {
            Some(Complaint::None) => Answer::Accepted(only_id(&Value::Object(fields))),
            Some(Complaint::Text(message)) => Answer::Rejected(message),
            Some(Complaint::Unclear) | None => Answer::Opaque(response.fingerprint()),
        },
        // A form that shows its errors is the old form's way of refusing.
        _ => match form_errors(response).await {
            Some(message) => Answer::Rejected(message),
            None => Answer::Opaque(response.fingerprint()),
        },
    }
}

/// The messages of a page that shows a form again: "Please fix the following errors: ...".
async fn form_errors(response: &Response) -> Option<String> {
    if response.content() != Content::Html {
        return None;
    }
    // An unreadable page gives no reason.
    let text = response.read_page(Page::visible_text).await.ok()?;
    let (_, rest) = text.split_once("following errors:")?;
    Some(shorten(rest)).filter(|message| !message.is_empty())
}

enum Complaint {
    None,
    Text(String),
    Unclear,
}

fn complaint(error: &Value) -> Complaint {
    match error {
        Value::Null => Complaint::None,
        Value::String(text) if text.trim().is_empty() => Complaint::None,
        Value::String(text) => Complaint::Text(shorten(text)),
        Value::Array(list) if !list.is_empty() => list
            .iter()
            .find_map(first_text)
            .map_or(Complaint::Unclear, Complaint::Text),
        Value::Object(fields) if !fields.is_empty() => fields
            .values()
            .find_map(first_text)
            .map_or(Complaint::Unclear, Complaint::Text),
        _ => Complaint::Unclear,
    }
}

fn first_text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.trim().is_empty())
        .map(shorten)
}

/// One line without control characters, shortened. File names and times are all that such
/// messages held.
pub(crate) fn shorten(text: &str) -> String {
    let mut line = redact::printable(text);
    if let Some((end, _)) = line.char_indices().nth(LONGEST_MESSAGE) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// The number of the activity, when the answer names exactly one.
fn only_id(answer: &Value) -> Option<ActivityId> {
    fn collect(value: &Value, ids: &mut Vec<u64>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let plain = name.to_ascii_lowercase().replace('_', "");
                    if plain == "activityid" {
                        let number = value
                            .as_u64()
                            .or_else(|| value.as_str()?.trim().parse().ok());
                        ids.extend(number.filter(|id| *id > 0));
                    } else {
                        collect(value, ids);
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|value| collect(value, ids)),
            _ => {}
        }
    }
    let mut ids = Vec::new();
    collect(answer, &mut ids);
    ids.sort_unstable();
    ids.dedup();
    match ids[..] {
        [id] => Some(ActivityId(id)),
        _ => None,
    }
}

pub(crate) fn activity_in_path(path: &str) -> Option<ActivityId> {
    let (_, rest) = path.rsplit_once("/activity/")?;
    let digits = rest.split('/').next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_taken_only_when_there_is_one() {
        assert_eq!(
            only_id(&json!({"error": "", "activityId": 7})),
            Some(ActivityId(7))
        );
        assert_eq!(
            only_id(&json!({"activities": [{"activity_id": "9"}]})),
            Some(ActivityId(9))
        );
        assert_eq!(
            only_id(&json!({"activityId": 7, "other": {"activityId": 8}})),
            None
        );
        assert_eq!(
            only_id(&json!({"id": 5, "activityId": 0, "userId": 3})),
            None
        );
    }

    #[test]
    fn complaints_differ_from_an_empty_error() {
        let text = |value: Value| match complaint(&value) {
            Complaint::None => "none".to_owned(),
            Complaint::Text(text) => text,
            Complaint::Unclear => "unclear".to_owned(),
        };
        assert_eq!(text(json!(null)), "none");
        assert_eq!(text(json!(" ")), "none");
        assert_eq!(text(json!("bad\n\tfile")), "bad file");
        assert_eq!(text(json!(["too big"])), "too big");
        assert_eq!(text(json!({"message": "no GPS"})), "no GPS");
        for unclear in [
            json!(false),
            json!(true),
            json!(0),
            json!(1),
            json!([]),
            json!({}),
            json!([1]),
        ] {
            assert_eq!(text(unclear), "unclear");
        }
        assert_eq!(
            shorten(&"x".repeat(500)).chars().count(),
            LONGEST_MESSAGE + 1
        );
    }

    #[test]
    fn the_activity_stands_in_the_path() {
        assert_eq!(
            activity_in_path("/user/jane/activity/12"),
            Some(ActivityId(12))
        );
        assert_eq!(
            activity_in_path("/user/jane/activity/12/edit"),
            Some(ActivityId(12))
        );
        assert_eq!(activity_in_path("/new/activity"), None);
        assert_eq!(activity_in_path("/user/jane/activity/"), None);
    }
}
