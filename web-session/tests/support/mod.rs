//! Servers that misbehave on purpose.
#![allow(dead_code, unreachable_pub)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use web_session::{Session, SessionBuilder, Url};

/// What the server does with a connection once it has read a whole request.
#[derive(Debug, Clone)]
pub enum Act {
    /// Sends these bytes, then closes.
    Reply(Vec<u8>),
    /// Sends these bytes and keeps the connection for the next request.
    ReplyAndKeep(Vec<u8>),
    /// Sends these bytes piece by piece with a pause between them.
    Drip(Vec<u8>, Duration),
    /// Sends these bytes, then nothing, and keeps the connection open.
    Stall(Vec<u8>),
    /// Breaks the connection (RST).
    Reset,
    /// Breaks the connection after the head of the request, before its body was read.
    ResetAfterHead,
}

/// A server that counts the requests whose head arrived, and answers them by a script; the last act repeats.
pub struct Server {
    pub url: Url,
    pub requests: Arc<AtomicUsize>,
    pub connections: Arc<AtomicUsize>,
}

impl Server {
    pub async fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let connections = Arc::new(AtomicUsize::new(0));
        let (count, opened) = (Arc::clone(&requests), Arc::clone(&connections));
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                opened.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, script.clone(), Arc::clone(&count)));
            }
        });
        Self {
            url,
            requests,
            connections,
        }
    }

    pub fn seen(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub fn session(&self) -> Session {
        quick().base_url(self.url.clone()).build().unwrap()
    }
}

/// A session without politeness, for loopback.
pub fn quick() -> SessionBuilder {
    Session::builder()
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(5))
        .timeout(Duration::from_secs(5))
}

pub fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", "", body)
}

pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn serve(mut stream: TcpStream, script: Vec<Act>, count: Arc<AtomicUsize>) {
    loop {
        let Some(head) = read_head(&mut stream).await else {
            return;
        };
        let at = count.fetch_add(1, Ordering::SeqCst);
        let act = script[at.min(script.len() - 1)].clone();
        if matches!(act, Act::ResetAfterHead) {
            reset(stream);
            return;
        }
        read_body(&mut stream, &head).await;
        match act {
            Act::Reply(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::ReplyAndKeep(bytes) => {
                let _ = stream.write_all(&bytes).await;
            }
            Act::Drip(bytes, pause) => {
                for piece in bytes.chunks(8) {
                    if stream.write_all(piece).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(pause).await;
                }
                return;
            }
            Act::Stall(bytes) => {
                let _ = stream.write_all(&bytes).await;
                tokio::time::sleep(Duration::from_secs(600)).await;
            }
            Act::Reset | Act::ResetAfterHead => {
                reset(stream);
                return;
            }
        }
    }
}

fn reset(stream: TcpStream) {
    stream.set_zero_linger().unwrap();
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&head).to_ascii_lowercase())
}

async fn read_body(stream: &mut TcpStream, head: &str) {
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|n| n.trim().parse::<usize>().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    let _ = stream.read_exact(&mut body).await;
}
