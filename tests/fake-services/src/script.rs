//! A server without any service behind it: it answers by a script, byte for byte, and breaks connections on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The server's reaction once it has read a whole request.
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

impl Act {
    /// Answers with 200 and keeps the connection for the next request.
    #[must_use]
    pub fn ok(content_type: &str, body: &str) -> Self {
        let header = format!("content-type: {content_type}\r\n");
        Self::ReplyAndKeep(answer("200 OK", &header, body))
    }
}

/// An answer as it stands on the wire. `headers` are whole lines, each with its CRLF.
#[must_use]
pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes()
}

/// Counts the requests whose head arrived, and answers them by a script; the last act repeats.
#[derive(Debug)]
pub struct ScriptedServer {
    url: String,
    requests: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl ScriptedServer {
    /// A server that plays `script` and takes as many connections as come.
    ///
    /// # Errors
    /// When loopback has no free port.
    pub async fn start(script: Vec<Act>) -> std::io::Result<Self> {
        Self::listen(script, usize::MAX).await
    }

    /// A server that plays `script` on its first connection and takes no other: by the time a client has an answer, every new
    /// connection is refused. With an empty script the first one is refused, too.
    ///
    /// # Errors
    /// When loopback has no free port.
    pub async fn closing(mut script: Vec<Act>) -> std::io::Result<Self> {
        let connections = usize::from(!script.is_empty());
        // Further requests get no answer.
        script.push(Act::Stall(Vec::new()));
        Self::listen(script, connections).await
    }

    async fn listen(script: Vec<Act>, most: usize) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let server = Self {
            url: format!("http://{}/", listener.local_addr()?),
            requests: Arc::default(),
            connections: Arc::default(),
        };
        let (count, opened) = (
            Arc::clone(&server.requests),
            Arc::clone(&server.connections),
        );
        if most > 0 {
            tokio::spawn(async move {
                while opened.load(Ordering::SeqCst) < most {
                    let Ok((stream, _)) = listener.accept().await else {
                        return;
                    };
                    opened.fetch_add(1, Ordering::SeqCst);
                    if opened.load(Ordering::SeqCst) == most {
                        // Before the first answer: no connection may be queued meanwhile.
                        drop(listener);
                        tokio::spawn(serve(stream, script, count));
                        return;
                    }
                    tokio::spawn(serve(stream, script.clone(), Arc::clone(&count)));
                }
            });
        }
        Ok(server)
    }

    /// Its address, `http://127.0.0.1:PORT/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many requests arrived, as far as their head.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, script: Vec<Act>, count: Arc<AtomicUsize>) {
    loop {
        let Some(head) = read_head(&mut stream).await else {
            return;
        };
        let at = count.fetch_add(1, Ordering::SeqCst);
        let Some(act) = script.get(at).or(script.last()) else {
            return;
        };
        if matches!(act, Act::ResetAfterHead) {
            return reset(stream);
        }
        read_body(&mut stream, &head).await;
        match act {
            Act::Reply(bytes) => {
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::ReplyAndKeep(bytes) => {
                let _ = stream.write_all(bytes).await;
            }
            Act::Drip(bytes, pause) => {
                for piece in bytes.chunks(8) {
                    if stream.write_all(piece).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(*pause).await;
                }
                return;
            }
            Act::Stall(bytes) => {
                let _ = stream.write_all(bytes).await;
                tokio::time::sleep(Duration::from_secs(600)).await;
            }
            Act::Reset | Act::ResetAfterHead => return reset(stream),
        }
    }
}

fn reset(stream: TcpStream) {
    // Without that option the connection only closes.
    let _ = stream.set_zero_linger();
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8_lossy(&head).to_ascii_lowercase())
}

async fn read_body(stream: &mut TcpStream, head: &str) {
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse::<usize>().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    let _ = stream.read_exact(&mut body).await;
}
