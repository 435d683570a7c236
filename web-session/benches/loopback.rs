//! The cost of a session on top of plain reqwest: the same requests one after the other over loopback, on a kept connection. The
//! two take turns, so that both meet the same moods of the machine; the ratio is that of each turn, and its median counts.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue, USER_AGENT};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use web_session::{BROWSER_USER_AGENT, Session, Url};

const TURNS: usize = 400;
const REQUESTS: u32 = 50;

async fn serve(listener: TcpListener) {
    let body = "x".repeat(2000);
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let answer = answer.clone();
        tokio::spawn(async move {
            let mut head = Vec::new();
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut buffer).await {
                head.extend_from_slice(&buffer[..n]);
                if head.ends_with(b"\r\n\r\n") {
                    head.clear();
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
fn main() {
    // `cargo test` runs benchmarks to see whether they work.
    let turns = match std::env::args().any(|argument| argument == "--bench") {
        true => TURNS,
        false => 1,
    };
    // The server has its own thread, as a server elsewhere would.
    let (send_url, url) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/path", listener.local_addr().unwrap());
            send_url.send(url).unwrap();
            serve(listener).await;
        });
    });
    let url: Url = url.recv().unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let plain = reqwest::Client::builder()
        .http1_only()
        .tls_backend_preconfigured(tls())
        .default_headers(browser())
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    let session = Session::builder()
        .base_url(url.clone())
        .pace(Duration::ZERO)
        .build()
        .unwrap();
    session.import("a=1; b=2; c=3", &url).unwrap();

    let (mut of_plain, mut of_session) = (Vec::new(), Vec::new());
    runtime.block_on(async {
        for _ in 0..turns {
            let begin = Instant::now();
            for _ in 0..REQUESTS {
                let request = plain.get(url.clone()).header("cookie", "a=1; b=2; c=3");
                request.send().await.unwrap().bytes().await.unwrap();
            }
            of_plain.push(begin.elapsed().as_secs_f64());
            let begin = Instant::now();
            for _ in 0..REQUESTS {
                session.get(url.clone()).read().await.unwrap();
            }
            of_session.push(begin.elapsed().as_secs_f64());
        }
    });
    let ratios = of_plain.iter().zip(&of_session).map(|(a, b)| a / b);
    let ratio = median(ratios.collect());
    let per_second = |times: &[f64]| f64::from(REQUESTS) / median(times.to_vec());
    println!(
        "plain reqwest {:.0} requests per second, session {:.0}: {ratio:.2} of plain reqwest ({turns} turns of {REQUESTS})",
        per_second(&of_plain),
        per_second(&of_session)
    );
}

/// The headers that a session sends: both send the same request.
fn browser() -> HeaderMap {
    HeaderMap::from_iter([
        (USER_AGENT, HeaderValue::from_static(BROWSER_USER_AGENT)),
        (ACCEPT_LANGUAGE, HeaderValue::from_static("en-US,en;q=0.9")),
    ])
}

/// Plain HTTP needs no certificates, but the client wants to know who would encrypt.
fn tls() -> rustls::ClientConfig {
    let ring = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}
