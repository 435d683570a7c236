//! Sending: one hop, a read with its redirects and retries, a write without either.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use url::Url;

use crate::connect::ConnectProblem;
use crate::entries::EntryCount;
use crate::error::{Error, WriteError};
use crate::redact;
use crate::request::{Redirects, RequestBuilder};
use crate::response::{Hop, Response};
use crate::tap::Exchanged;
use crate::{retry, transport};

pub(crate) async fn write(request: &RequestBuilder) -> Result<Response, WriteError> {
    let inner = &request.session.inner;
    // Before queueing, so that a write need not wait for a read that waits for the end of the pause.
    refuse_in_pause(request, &request.url)?;
    request.session.load().await?;
    let _turn = turn(&inner.in_flight).await;
    let (method, url) = (&request.method, &request.url);
    let client = client(request, &inner.writes)?;
    Ok(once(request, &client, method, url, true, None).await?)
}

pub(crate) async fn read(request: &RequestBuilder) -> Result<Response, Error> {
    let inner = &request.session.inner;
    request.session.load().await?;
    let _turn = turn(&inner.in_flight).await;
    // No timer here: every request gets what is left of the time, and every pause looks at the clock. Timers are
    // what a request costs most beside the network. A limit beyond the range of the clock counts as no limit.
    let limit = inner.total_timeout.max(request.timeout);
    follow(request, Instant::now().checked_add(limit)).await
}

/// A permit, in the order of asking. It fails for closed semaphores only, and none is closed.
async fn turn(in_flight: &Semaphore) -> Option<SemaphorePermit<'_>> {
    // Does not overtake: a permit that others wait for goes to them.
    match in_flight.try_acquire() {
        Ok(permit) => Some(permit),
        Err(_) => in_flight.acquire().await.ok(),
    }
}

/// The session's client, or a new one for an anonymous request, which shares no connection.
fn client(request: &RequestBuilder, usual: &reqwest::Client) -> Result<reqwest::Client, Error> {
    if !request.as_nobody {
        return Ok(usual.clone());
    }
    let is_plain = request.url.scheme() == "http";
    let transport = &request.session.inner.transport;
    transport
        .client(request.timeout, is_plain)?
        .build()
        .map_err(|error| transport::unbuilt(&error))
}

/// How long the service that `url` belongs to still wants to be left alone. A file that it keeps on another host is
/// that host's business.
fn pause_left(request: &RequestBuilder, url: &Url) -> Option<Duration> {
    let inner = &request.session.inner;
    inner.pause.left().filter(|_| inner.site.has(url))
}

fn refuse_in_pause(request: &RequestBuilder, url: &Url) -> Result<(), Error> {
    match pause_left(request, url) {
        None => Ok(()),
        Some(retry_after) => Err(Error::Paused {
            endpoint: request.endpoint,
            host: redact::host(url),
            retry_after,
        }),
    }
}

/// Waits until the service takes requests again, when that is soon enough for this one.
async fn wait_for_service(
    request: &RequestBuilder,
    url: &Url,
    deadline: Option<Instant>,
) -> Result<(), Error> {
    let longest = request.session.inner.retry.longest_wait;
    // Another request may prolong the pause meanwhile.
    while let Some(left) = pause_left(request, url) {
        let until = Instant::now() + left;
        if left > longest || deadline.is_some_and(|deadline| until >= deadline) {
            return refuse_in_pause(request, url);
        }
        tokio::time::sleep_until(until).await;
    }
    Ok(())
}

/// A read with the redirects that stay within the site.
async fn follow(request: &RequestBuilder, deadline: Option<Instant>) -> Result<Response, Error> {
    let inner = &request.session.inner;
    let client = client(request, &inner.reads)?;
    let mut method = Cow::Borrowed(&request.method);
    let mut url = Cow::Borrowed(&request.url);
    let mut with_body = true;
    let mut hops = Vec::new();
    loop {
        let mut response =
            with_retries(request, &client, &method, &url, with_body, deadline).await?;
        let next = match request.redirects {
            Redirects::Never => None,
            Redirects::WithinSite => next_url(&response).and_then(|url| inner.site.follow(url)),
        };
        let Some(next) = next else {
            response.hops = hops;
            return Ok(response);
        };
        if hops.len() >= inner.max_redirects {
            return Err(Error::TooManyRedirects {
                endpoint: request.endpoint,
                host: redact::host(&url),
                limit: inner.max_redirects,
            });
        }
        // As browsers do: 307 and 308 repeat the request, the others turn it into a GET.
        if matches!(response.status.as_u16(), 301..=303) && *method != Method::HEAD {
            method = Cow::Owned(Method::GET);
            with_body = false;
        }
        hops.push(Hop {
            status: response.status,
            url: url.into_owned(),
        });
        url = Cow::Owned(next);
    }
}

fn next_url(response: &Response) -> Option<Url> {
    if !matches!(response.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    response
        .headers
        .contains_key(LOCATION)
        .then(|| response.location())
        .flatten()
}

async fn with_retries(
    request: &RequestBuilder,
    client: &reqwest::Client,
    method: &Method,
    url: &Url,
    with_body: bool,
    deadline: Option<Instant>,
) -> Result<Response, Error> {
    let inner = &request.session.inner;
    let mut pauses = None;
    loop {
        wait_for_service(request, url, deadline).await?;
        let result = once(request, client, method, url, with_body, deadline).await;
        let asked = match &result {
            // The pause began while this request waited for its turn.
            Err(Error::Paused { .. }) => continue,
            Ok(response) if retry::is_worth_another_try(response) => response.retry_after(),
            Err(error) if error.is_temporary() => None,
            _ => return result,
        };
        // A service that wants to be left alone for longer than we would wait is left alone.
        if asked.is_some_and(|pause| pause > inner.retry.longest_wait) {
            return result;
        }
        let pauses = pauses.get_or_insert_with(|| inner.retry.pauses());
        let Some(pause) = pauses.next() else {
            return result;
        };
        let pause = asked.unwrap_or(pause);
        // What came says more than "too late" would.
        let until = Instant::now().checked_add(pause);
        if deadline.is_some_and(|deadline| until.is_none_or(|until| until >= deadline)) {
            return result;
        }
        tracing::debug!(
            target: "web_session",
            endpoint = request.endpoint,
            pause_ms = millis(pause),
            "trying again"
        );
        tokio::time::sleep(pause).await;
    }
}

/// One request, one answer or error. The only place that sends anything.
async fn once(
    request: &RequestBuilder,
    client: &reqwest::Client,
    method: &Method,
    url: &Url,
    with_body: bool,
    deadline: Option<Instant>,
) -> Result<Response, Error> {
    let pacer = &request.session.inner.pacer;
    let in_time = match deadline {
        Some(deadline) if pacer.has_gap() => {
            let turn = tokio::time::timeout_at(deadline, pacer.wait(url));
            turn.await.is_ok()
        }
        _ => {
            pacer.wait(url).await;
            true
        }
    };
    let begin = Instant::now();
    let left = deadline.map_or(request.timeout, |deadline| deadline - begin);
    let limit = request.timeout.min(left);
    let result = match in_time && !limit.is_zero() {
        true => match refuse_in_pause(request, url) {
            Ok(()) => exchange(request, client, method, url, with_body, limit).await,
            Err(paused) => Err(paused),
        },
        false => Err(Error::Timeout {
            endpoint: request.endpoint,
            host: redact::host(url),
            limit: request.session.inner.total_timeout,
        }),
    };
    if let Ok(response) = &result
        && request.session.inner.site.has(url)
    {
        request.session.inner.clock.learn(&response.headers, url);
    }
    if let Ok(response) = &result
        && let Some(wait) = retry::pause_of(response.status, &response.headers)
        && request.session.inner.site.has(url)
    {
        request.session.inner.pause.extend(wait);
    }
    if let (Ok(response), Some(tap)) = (&result, &request.session.inner.tap) {
        tap(&Exchanged {
            method,
            url,
            sent_json: request.json_body().filter(|_| with_body),
            response,
        });
    }
    match &result {
        Ok(response) => tracing::debug!(
            target: "web_session",
            endpoint = request.endpoint,
            %method,
            url = redact::request(url),
            status = response.status.as_u16(),
            bytes = response.body.len(),
            ms = millis(begin.elapsed()),
        ),
        Err(error) => tracing::debug!(
            target: "web_session",
            endpoint = request.endpoint,
            %method,
            url = redact::request(url),
            ms = millis(begin.elapsed()),
            %error,
        ),
    }
    result
}

async fn exchange(
    request: &RequestBuilder,
    client: &reqwest::Client,
    method: &Method,
    url: &Url,
    with_body: bool,
    limit: Duration,
) -> Result<Response, Error> {
    let failed = |error, status| classify(error, request, url, status, limit);
    let mut outgoing = request
        .to_reqwest(client, method, url, with_body)
        .map_err(|e| failed(e, None))?;
    *outgoing.timeout_mut() = Some(limit);
    let sent = client.execute(outgoing).await;
    let mut incoming = sent.map_err(|e| failed(e, None))?;
    let status = incoming.status();
    let too_large = || Error::TooLarge {
        endpoint: request.endpoint,
        host: redact::host(url),
        status,
        limit: request.max_bytes,
    };
    // Known before reading, unless the body is compressed: then only counting helps.
    let announced = incoming.content_length().unwrap_or(0);
    if announced > request.max_bytes {
        return Err(too_large());
    }
    let headers = std::mem::take(incoming.headers_mut());
    let mut entries = EntryCount::default();
    let mut body = Bytes::new();
    let mut pieces = Vec::new();
    while let Some(chunk) = incoming
        .chunk()
        .await
        .map_err(|e| failed(e, Some(status)))?
    {
        if (body.len() + pieces.len() + chunk.len()) as u64 > request.max_bytes {
            return Err(too_large());
        }
        entries
            .add(&chunk)
            .map_err(|(what, limit)| Error::TooManyEntries {
                endpoint: request.endpoint,
                host: redact::host(url),
                status,
                what,
                limit,
            })?;
        // Most answers are one piece, which is taken without a copy.
        if body.is_empty() && pieces.is_empty() {
            body = chunk;
            continue;
        }
        if pieces.is_empty() {
            pieces.reserve(usize::try_from(announced.min(1 << 20)).unwrap_or(0));
            pieces.extend_from_slice(&std::mem::take(&mut body));
        }
        pieces.extend_from_slice(&chunk);
    }
    if !pieces.is_empty() {
        body = pieces.into();
    }
    Ok(Response {
        endpoint: request.endpoint,
        status,
        headers,
        body,
        url: url.clone(),
        hops: Vec::new(),
    })
}

fn classify(
    error: reqwest::Error,
    request: &RequestBuilder,
    url: &Url,
    status: Option<StatusCode>,
    limit: Duration,
) -> Error {
    let endpoint = request.endpoint;
    let host = redact::host(url);
    // The URL in reqwest's message carries the query.
    let error = error.without_url();
    if error.is_builder() {
        return Error::InvalidRequest {
            endpoint,
            problem: "the address is not valid".to_owned(),
        };
    }
    if error.is_connect() {
        return Error::Connect {
            endpoint,
            host,
            problem: ConnectProblem::find(&error, url, &request.session.inner.transport.proxy),
            source: error.into(),
        };
    }
    if error.is_timeout() {
        return Error::Timeout {
            endpoint,
            host,
            limit,
        };
    }
    Error::Interrupted {
        endpoint,
        host,
        status,
        source: error.into(),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
