#![allow(dead_code)] // each test program uses its share

//! A client that talks to the fake, without the pauses that the live site deserves.

use std::time::Duration;

use fake_services::{BrowserCookie, FakeRunkeeper};
use runkeeper::{Credentials, Runkeeper, RunkeeperBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use web_session::Url;

pub(crate) fn builder(fake: &FakeRunkeeper) -> RunkeeperBuilder {
    Runkeeper::builder()
        .base_url(fake.url().parse().unwrap())
        .asics_url(fake.asics_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(1))
        .timeout(Duration::from_secs(5))
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(
        FakeRunkeeper::EMAIL,
        FakeRunkeeper::PASSWORD.to_owned().into(),
    )
}

pub(crate) fn signed_in(fake: &FakeRunkeeper) -> Runkeeper {
    let client = builder(fake).build().unwrap();
    client
        .import_session(&BrowserCookie::header(&fake.browser_cookies()))
        .unwrap();
    client
}

/// A server that answers so many requests on its first connection and takes no other: by the time a client has an
/// answer, every new connection is refused.
pub(crate) async fn closing_server(answers: Vec<String>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    if answers.is_empty() {
        return url.parse().unwrap();
    }
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(listener);
        for body in answers {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
    url.parse().unwrap()
}
