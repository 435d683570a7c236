//! The door of every listener: writes the log, plays the scripted faults, hands over the whole body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::{Router, extract::DefaultBodyLimit};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::MAX_BODY;
use super::change;
use super::fault::{Fault, Faults};
use super::in_flight::InFlight;
use super::log::RequestLog;
use super::server::drop_connection;

#[derive(Clone)]
pub(crate) struct Front {
    host: &'static str,
    log: RequestLog,
    faults: Faults,
    in_flight: InFlight,
}

impl Front {
    pub(crate) fn new(host: &'static str, log: &RequestLog, faults: &Faults) -> Self {
        Self {
            host,
            log: log.clone(),
            faults: faults.clone(),
            in_flight: InFlight::default(),
        }
    }

    /// Counts with others.
    pub(crate) fn counting(mut self, in_flight: &InFlight) -> Self {
        self.in_flight = in_flight.clone();
        self
    }

    pub(crate) fn guard(self, router: Router) -> Router {
        router
            .layer(DefaultBodyLimit::disable())
            .layer(middleware::from_fn_with_state(self, pass))
    }
}

async fn pass(State(front): State<Front>, request: Request, next: Next) -> Response {
    let _entered = front.in_flight.enter();
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let method = parts.method.as_str().to_owned();
    let entry = front.log.begin(
        front.host,
        &parts.method,
        &path,
        parts.uri.query().unwrap_or_default(),
    );
    let fault = front.faults.take(parts.method.as_str(), &path);
    if fault == Some(Fault::ResetBeforeBody) {
        return drop_connection();
    }
    // A body that breaks off is a request that was never finished: nothing happens.
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return drop_connection();
    };
    front
        .log
        .update(entry, |entry| entry.body_bytes = body.len());

    let request = Request::from_parts(parts, axum::body::Body::from(body));
    let response = match fault {
        None | Some(Fault::ResetBeforeBody) => next.run(request).await,
        Some(Fault::Answer(answer)) => answer.response(),
        Some(Fault::AnswerAfter(answer)) => {
            next.run(request).await;
            answer.response()
        }
        Some(Fault::ResetAfterBody) => return drop_connection(),
        Some(Fault::ResetAfterEffect) => {
            next.run(request).await;
            return drop_connection();
        }
        Some(Fault::Slow(wait)) => {
            tokio::time::sleep(wait).await;
            next.run(request).await
        }
        Some(Fault::SlowAnswer(wait)) => {
            let response = next.run(request).await;
            tokio::time::sleep(wait).await;
            response
        }
        Some(Fault::Endless(answer, pause)) => {
            let body = Endless {
                piece: answer.body(),
                pause,
                wait: Box::pin(tokio::time::sleep(pause)),
            };
            answer.response().map(|_| axum::body::Body::new(body))
        }
        Some(Fault::Truncate(length)) => truncate(next.run(request).await, length).await,
    };
    let changes = front.faults.changes_of(&method, &path);
    let mut response = change::apply(response, &changes).await;
    front.faults.decorate(&mut response, entry);
    front.log.update(entry, |entry| {
        entry.status = Some(response.status().as_u16())
    });
    response.map(|body| {
        axum::body::Body::new(Counted {
            body,
            log: front.log,
            entry,
        })
    })
}

/// Writes into the log how much of a body was asked for.
struct Counted {
    body: axum::body::Body,
    log: RequestLog,
    entry: usize,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            self.log
                .update(self.entry, |entry| entry.answer_bytes += bytes.len());
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body without an end.
struct Endless {
    piece: Bytes,
    pause: Duration,
    wait: Pin<Box<Sleep>>,
}

impl Body for Endless {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.piece.is_empty() {
            return Poll::Ready(None);
        }
        if !self.pause.is_zero() {
            ready!(self.wait.as_mut().poll(context));
            self.wait = Box::pin(tokio::time::sleep(self.pause));
        }
        Poll::Ready(Some(Ok(Frame::data(self.piece.clone()))))
    }
}

/// Keeps the announced length but ends the body early.
async fn truncate(response: Response, length: usize) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return drop_connection();
    };
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let sent = body.slice(..length.min(body.len()));
    let pause = Box::pin(tokio::time::sleep(Duration::from_millis(50)));
    Response::from_parts(
        parts,
        axum::body::Body::new(Cut {
            left: Some(sent),
            pause,
        }),
    )
}

/// A body that sends one piece and then fails.
struct Cut {
    left: Option<Bytes>,
    // The pause lets the head and the piece leave before the reset discards what is still queued.
    pause: Pin<Box<Sleep>>,
}

impl Body for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(bytes) = self.left.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        self.pause.as_mut().poll(context).map(|()| {
            Some(Err(std::io::Error::from(
                std::io::ErrorKind::ConnectionReset,
            )))
        })
    }
}
