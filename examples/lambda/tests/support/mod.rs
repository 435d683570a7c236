//! The Runtime API of AWS Lambda, as far as its documentation describes it to runtimes, and a function that is started under it.

#![allow(unreachable_pub, clippy::unwrap_used)]

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

/// How an invocation ends: with an answer or an error of the function, or at its deadline.
#[derive(Debug)]
pub enum Ended {
    /// The answer.
    Answer(Value),
    /// `errorType` and `errorMessage`.
    Error(Value),
    /// The function was killed at the deadline.
    TimedOut,
    /// The function's process ended.
    Died,
}

struct Invocation {
    id: String,
    event: Value,
    deadline_ms: u128,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<HashMap<String, oneshot::Sender<Ended>>>,
}

/// One instance of the function, which takes one invocation at a time.
pub struct Function {
    child: Child,
    queue: mpsc::UnboundedSender<Invocation>,
    shared: Arc<Shared>,
    served: tokio::task::JoinHandle<()>,
}

static COUNT: AtomicU64 = AtomicU64::new(1);

impl Function {
    /// Starts the program of `command` with the environment that Lambda gives a function.
    pub async fn start(mut command: Command) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (queue, invocations) = mpsc::unbounded_channel();
        let invocations = Arc::new(AsyncMutex::new(invocations));
        let shared = Arc::<Shared>::default();
        let served = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (shared, invocations) = (Arc::clone(&shared), Arc::clone(&invocations));
                    tokio::spawn(async move { serve(stream, &shared, &invocations).await });
                }
            }
        });
        let child = command
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "workout-sync")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "x")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "x")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self {
            child,
            queue,
            shared,
            served,
        })
    }

    /// The process.
    #[allow(dead_code, reason = "not every user of this module asks")]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Invokes the function with this much time, and kills it when the time is over.
    pub async fn invoke(&mut self, event: Value, time: Duration) -> Ended {
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let (sender, receiver) = oneshot::channel();
        self.shared
            .waiting
            .lock()
            .unwrap()
            .insert(id.clone(), sender);
        let deadline = SystemTime::now() + time;
        let since = deadline.duration_since(UNIX_EPOCH).unwrap();
        let invocation = Invocation {
            id,
            event,
            deadline_ms: since.as_millis(),
        };
        let _ = self.queue.send(invocation);
        tokio::select! {
            ended = receiver => ended.unwrap_or(Ended::Died),
            _ = self.child.wait() => Ended::Died,
            () = tokio::time::sleep(time) => {
                let _ = self.child.kill().await;
                Ended::TimedOut
            }
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    shared: &Shared,
    invocations: &AsyncMutex<mpsc::UnboundedReceiver<Invocation>>,
) -> Option<()> {
    loop {
        let (line, body) = read(&mut stream).await?;
        let path = line.split(' ').nth(1)?;
        let rest = path.strip_prefix("/2018-06-01/runtime/")?;
        let answer = match rest.split('/').collect::<Vec<_>>()[..] {
            ["invocation", "next"] => {
                let next = invocations.lock().await.recv().await?;
                let event = next.event.to_string();
                format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: {}\r\n\
                     Lambda-Runtime-Deadline-Ms: {}\r\n\
                     Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:123456789012:function:workout-sync\r\n\
                     Content-Length: {}\r\n\r\n{event}",
                    next.id,
                    next.deadline_ms,
                    event.len()
                )
            }
            ["invocation", id, end @ ("response" | "error")] => {
                let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
                let ended = match end {
                    "response" => Ended::Answer(value),
                    _ => Ended::Error(value),
                };
                if let Some(waiting) = shared.waiting.lock().unwrap().remove(id) {
                    let _ = waiting.send(ended);
                }
                "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".to_owned()
            }
            _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// The first line and the body of a request.
async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break end + 4;
        }
        let count = stream
            .read(&mut part)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let whole = end + length.unwrap_or(0);
    while bytes.len() < whole {
        let count = stream
            .read(&mut part)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
    }
    let line = head.lines().next()?.to_owned();
    Some((line, bytes.split_off(end)))
}
