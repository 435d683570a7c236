//! What a session costs on top of plain reqwest: requests one after the other over loopback, on a kept connection.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use web_session::{Session, Url};

const REQUESTS: u64 = 100;

async fn serve(listener: TcpListener) {
    let body = "x".repeat(2000);
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
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

fn loopback(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url: Url = format!("http://{}/path", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    runtime.spawn(serve(listener));
    let plain = reqwest::Client::builder()
        .http1_only()
        .tls_certs_only([])
        .build()
        .unwrap();
    let session = Session::builder()
        .base_url(url.clone())
        .pace(Duration::ZERO)
        .build()
        .unwrap();
    session.import("a=1; b=2; c=3", &url).unwrap();

    let mut group = c.benchmark_group("loopback");
    group.throughput(Throughput::Elements(REQUESTS));
    group.bench_function("plain reqwest", |b| {
        b.iter(|| {
            runtime.block_on(async {
                for _ in 0..REQUESTS {
                    let request = plain.get(url.clone()).header("cookie", "a=1; b=2; c=3");
                    request.send().await.unwrap().bytes().await.unwrap();
                }
            });
        });
    });
    group.bench_function("session", |b| {
        b.iter(|| {
            runtime.block_on(async {
                for _ in 0..REQUESTS {
                    session.get(url.clone()).read().await.unwrap();
                }
            });
        });
    });
    group.finish();
}

criterion_group!(all, loopback);
criterion_main!(all);
