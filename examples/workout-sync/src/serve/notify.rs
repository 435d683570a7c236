//! Notices to the user and pings to a monitor. They are sent beside the work, one after the other; one that fails is a warning.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use url::Url;
use web_session::Session;

use super::store::Store;

/// The time for one of them.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The time at the end of the process for those that wait.
const FAREWELL: Duration = Duration::from_secs(3);
/// More than can pile up in a run.
const QUEUE: usize = 256;

/// Something that the user has to know, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The causes, such as `sign_in:polar`. Each is reported once, until it is gone.
    pub keys: Vec<String>,
    /// What kind of cause it is: `sign_in_needed`, `needs_person`, `guard`, `possible_duplicate`, `nothing_new`.
    pub kind: &'static str,
    /// A headline.
    pub title: String,
    /// What happened and what to do.
    pub text: String,
}

/// The events of a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ping {
    /// A run begins.
    Start,
    /// A run ended well.
    Success,
    /// A run failed.
    Failure,
}

enum Message {
    Notice(Notice),
    Ping(Ping),
}

/// Where to.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// An ntfy topic, or a webhook that takes JSON.
    pub notify: Option<Url>,
    /// A monitor in the manner of healthchecks.io.
    pub healthcheck: Option<Url>,
}

/// Sends notices and pings. Nothing waits for it.
pub struct Notifier {
    queue: mpsc::Sender<Message>,
    worker: tokio::task::JoinHandle<()>,
    has_target: bool,
}

impl Notifier {
    /// Starts the sender. A notice that arrived is noted in the store.
    #[must_use]
    pub fn start(targets: Targets, store: Arc<Store>) -> Self {
        let (queue, mut waiting) = mpsc::channel(QUEUE);
        let has_target = targets.notify.is_some();
        let worker = tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                if let Message::Notice(notice) = &message
                    && is_known(&store, notice).await
                {
                    continue;
                }
                if let Err(why) = send(&targets, &message).await {
                    let what = match &message {
                        Message::Notice(notice) => format!("a notice ({})", notice.kind),
                        Message::Ping(_) => "a ping of HEALTHCHECK_URL".to_owned(),
                    };
                    super::journal::warn(&format!("{what} was not sent: {why}"));
                } else if let Message::Notice(notice) = &message {
                    let keys = || notice.keys.iter().cloned();
                    let noted = store
                        .update(|state, now| state.notices.extend(keys().map(|key| (key, now))))
                        .await;
                    if let Err(failure) = noted {
                        super::journal::warn(&failure.message);
                    }
                }
            }
        });
        Self {
            queue,
            worker,
            has_target,
        }
    }

    /// Queues a notice. `false`: there is no target.
    pub fn notice(&self, notice: Notice) -> bool {
        self.has_target && self.queue.try_send(Message::Notice(notice)).is_ok()
    }

    /// Queues a ping.
    pub fn ping(&self, ping: Ping) {
        let _ = self.queue.try_send(Message::Ping(ping));
    }

    /// Sends what still waits, for a short time.
    pub async fn end(self) {
        drop(self.queue);
        let _ = timeout(FAREWELL, self.worker).await;
    }
}

/// Whether the user knows it already: a notice that failed is queued again by the next run.
async fn is_known(store: &Store, notice: &Notice) -> bool {
    let state = store.load().await;
    state.is_ok_and(|state| {
        notice
            .keys
            .iter()
            .all(|key| state.notices.contains_key(key))
    })
}

async fn send(targets: &Targets, message: &Message) -> Result<(), String> {
    match message {
        Message::Notice(notice) => match &targets.notify {
            Some(url) => send_notice(url, notice).await,
            None => Ok(()),
        },
        Message::Ping(ping) => match &targets.healthcheck {
            Some(url) => {
                let mut url = url.clone();
                let end = match ping {
                    Ping::Start => Some("start"),
                    Ping::Success => None,
                    Ping::Failure => Some("fail"),
                };
                if let (Some(end), Ok(mut path)) = (end, url.path_segments_mut()) {
                    path.pop_if_empty().push(end);
                }
                post(&url, &[], "text/plain", String::new()).await
            }
            None => Ok(()),
        },
    }
}

/// Sends a notice to an ntfy topic or a webhook.
///
/// # Errors
/// Why it was not sent; without path and query of the address, which can be secrets.
pub async fn send_notice(url: &Url, notice: &Notice) -> Result<(), String> {
    if is_ntfy(url) {
        let headers = [("title", notice.title.as_str()), ("tags", notice.kind)];
        return post(
            url,
            &headers,
            "text/plain; charset=utf-8",
            notice.text.clone(),
        )
        .await;
    }
    let whole = format!("{}\n{}", notice.title, notice.text);
    let body = json!({
        "kind": notice.kind,
        "title": notice.title,
        "message": notice.text,
        // The fields that chat services show.
        "text": whole,
        "content": whole,
    });
    post(url, &[], "application/json", body.to_string()).await
}

/// Whether the address is a topic of an ntfy server: `https://ntfy.sh/topic`, or any server with `ntfy` as a part of its host's name.
fn is_ntfy(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host.split(['.', '-']).any(|part| part == "ntfy")
        || url.query_pairs().any(|(name, _)| name == "ntfy")
}

/// Errors name neither path nor query: both can be secrets.
async fn post(
    url: &Url,
    headers: &[(&'static str, &str)],
    content_type: &str,
    body: String,
) -> Result<(), String> {
    let session = Session::builder()
        .base_url(url.clone())
        .timeout(TIMEOUT)
        .pace(Duration::ZERO)
        .max_bytes(64 * 1024)
        .user_agent(concat!("workout-sync/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())?;
    let mut request = session
        .post(url.clone())
        .endpoint("notice")
        .body(content_type, body);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    // The log of requests shows paths, and here the path is a secret.
    match request.write().with_subscriber(NoSubscriber::new()).await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(format!("{} answered {}", host(url), response.status())),
        Err(_) => Err(format!("{} cannot be reached", host(url))),
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_of_ntfy_are_recognised() {
        for (url, expected) in [
            ("https://ntfy.sh/my-topic", true),
            ("https://ntfy.example.org/x", true),
            ("http://127.0.0.1:8080/x?ntfy", true),
            ("https://hooks.example.org/ntfy", false),
        ] {
            assert_eq!(is_ntfy(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
