//! The service's HTTP server: probes, status, metrics, and the page with its forms.

mod access;
mod page;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION,
    REFERRER_POLICY, SET_COOKIE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use url::form_urlencoded;

use super::Order;
use super::handle::Handle;
use crate::settings::ServiceName;
pub use access::Access;

/// More than a page and its probes need.
const MOST_CONNECTIONS: usize = 64;
/// A browser's "Copy as cURL" has some kilobytes, an export of all its cookies some hundreds.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// The time for a request's head, and for its body.
const PATIENCE: Duration = Duration::from_secs(15);

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const STYLE: &str = include_str!("style.css");

type Answer = Response<Full<Bytes>>;

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, handle: Handle, access: Access) {
    let access = Arc::new(access);
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        // A closed semaphore does not occur: nothing closes it.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Out of file handles, for example: don't spin.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (handle, access) = (handle.clone(), Arc::clone(&access));
        tokio::spawn(async move {
            connection(stream, handle, access).await;
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, handle: Handle, access: Arc<Access>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let (handle, access) = (handle.clone(), Arc::clone(&access));
        async move { Ok::<_, Infallible>(secured(answer(request, &handle, &access).await)) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(true);
    // A client that went away is no problem of the service.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, handle: &Handle, access: &Access) -> Answer {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let is_read = matches!(head.method, Method::GET | Method::HEAD);
    match path.as_str() {
        "/healthz" if is_read => return health(handle),
        "/style.css" if is_read => return plain(StatusCode::OK, "text/css; charset=utf-8", STYLE),
        _ => {}
    }
    if !access.knows_host(&head.headers) {
        return refused(
            "this address is not the service's; open it by the address that it listens on",
        );
    }
    if is_read {
        return read(&path, &head.headers, head.uri.query(), handle, access);
    }
    if head.method != Method::POST {
        let mut answer = plain(
            StatusCode::METHOD_NOT_ALLOWED,
            TEXT,
            "only GET, HEAD and POST\n",
        );
        answer
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        return answer;
    }
    // Before the body is read.
    if !access.is_same_origin(&head.headers) {
        return refused("the request comes from another site");
    }
    match tokio::time::timeout(PATIENCE, Limited::new(body, LARGEST_BODY).collect()).await {
        Ok(Ok(body)) => {
            change(
                &path,
                &head.headers,
                &Form::read(&body.to_bytes()),
                handle,
                access,
            )
            .await
        }
        _ => plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            TEXT,
            "the form is too large, or came too slowly\n",
        ),
    }
}

fn read(
    path: &str,
    headers: &HeaderMap,
    query: Option<&str>,
    handle: &Handle,
    access: &Access,
) -> Answer {
    let is_page = path == "/";
    if !is_page && !matches!(path, "/status" | "/metrics") {
        return plain(StatusCode::NOT_FOUND, TEXT, "not found\n");
    }
    if !access.may_read(headers) {
        let mut answer = match is_page {
            true => html(StatusCode::UNAUTHORIZED, page::token(false)),
            false => plain(
                StatusCode::UNAUTHORIZED,
                TEXT,
                "send the token: Authorization: Bearer ...\n",
            ),
        };
        answer
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return answer;
    }
    let (view, now) = (handle.view(), handle.now());
    match path {
        "/status" => plain(StatusCode::OK, JSON, format!("{}\n", view.status(now))),
        "/metrics" => plain(
            StatusCode::OK,
            "text/plain; version=0.0.4",
            view.metrics(now),
        ),
        _ => {
            let done = Form::read(query.unwrap_or_default().as_bytes());
            let message = page::Message::by_name(done.get("done"));
            html(
                StatusCode::OK,
                page::page(&view, now, access.form_token(), message),
            )
        }
    }
}

fn health(handle: &Handle) -> Answer {
    let problems = handle.view().problems(handle.now());
    if problems.is_empty() {
        return plain(StatusCode::OK, TEXT, "ok\n");
    }
    plain(
        StatusCode::SERVICE_UNAVAILABLE,
        TEXT,
        format!("{}\n", problems.join("\n")),
    )
}

async fn change(
    path: &str,
    headers: &HeaderMap,
    form: &Form,
    handle: &Handle,
    access: &Access,
) -> Answer {
    if path == "/token" {
        // Guessing is slow.
        tokio::time::sleep(Duration::from_millis(300)).await;
        return match access.cookie_for(form.get("token")) {
            Some(cookie) => {
                let mut answer = see_other("/");
                answer.headers_mut().insert(SET_COOKIE, cookie);
                answer
            }
            None => html(StatusCode::FORBIDDEN, page::token(true)),
        };
    }
    if !access.may_change(headers, form.get("token")) {
        return refused("the token is missing or wrong; load the page again");
    }
    let order = match path {
        "/run" => Order::Run,
        "/retry" | "/skip" => {
            let id = form.get("id").trim();
            let is_known = handle
                .view()
                .overview
                .parked
                .iter()
                .any(|workout| workout.id == id);
            if !is_known {
                return plain(
                    StatusCode::NOT_FOUND,
                    TEXT,
                    "no workout with this id waits for you\n",
                );
            }
            match path {
                "/retry" => Order::Retry(id.to_owned()),
                _ => Order::Skip(id.to_owned()),
            }
        }
        "/session" => return session(form, handle, access).await,
        _ => return plain(StatusCode::NOT_FOUND, TEXT, "not found\n"),
    };
    if handle.order(order) {
        see_other("/?done=queued")
    } else {
        plain(
            StatusCode::SERVICE_UNAVAILABLE,
            TEXT,
            "too many orders wait\n",
        )
    }
}

async fn session(form: &Form, handle: &Handle, access: &Access) -> Answer {
    let service = match form.get("service") {
        "polar" => ServiceName::Polar,
        "runkeeper" => ServiceName::Runkeeper,
        _ => {
            return plain(
                StatusCode::BAD_REQUEST,
                TEXT,
                "service must be polar or runkeeper\n",
            );
        }
    };
    match handle.import_session(service, form.get("session")).await {
        Ok(_) => see_other("/?done=session"),
        Err(failure) => {
            let message = page::Message::Failed(failure.message);
            let page = page::page(&handle.view(), handle.now(), access.form_token(), message);
            html(StatusCode::UNPROCESSABLE_ENTITY, page)
        }
    }
}

/// The fields of a form.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> &str {
        let field = self.0.iter().find(|(known, _)| known == name);
        field.map_or("", |(_, value)| value)
    }
}

fn plain(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

fn html(status: StatusCode, body: String) -> Answer {
    plain(status, HTML, body)
}

fn refused(why: &str) -> Answer {
    plain(StatusCode::FORBIDDEN, TEXT, format!("{why}\n"))
}

fn see_other(place: &'static str) -> Answer {
    let mut answer = plain(StatusCode::SEE_OTHER, TEXT, "");
    answer
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_static(place));
    answer
}

fn secured(mut answer: Answer) -> Answer {
    let policy = "default-src 'none'; img-src data:; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: browsers would then send `Origin: null` with the page's own forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
