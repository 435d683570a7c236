//! Settings: places that a function does not have, secrets of the extension, accounts, notices.

use std::time::Duration;

use serde_json::json;
use system_tests::{Recorder, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::Function;
use crate::world::{Hosted, KEY, answered, failed, program};

const TIME: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn ledgers_that_end_with_the_instance_are_refused() {
    let mut world = World::start().await;
    world.set("SESSION_KEY", KEY);
    for (ledger, word) in [
        ("sqlite:x.sqlite", "a function keeps no files"),
        ("memory:", "memory:"),
        ("", "SYNC_LEDGER"),
    ] {
        world.set("SYNC_LEDGER", ledger);
        let mut function = Function::start(world.program(program())).await.unwrap();
        let (kind, message) = failed(function.invoke(json!({}), TIME).await);
        assert_eq!(kind, "usage", "{message}");
        assert!(message.contains(word), "{message}");
    }
    assert!(world.polar.requests().all().is_empty());
    assert!(world.files().is_empty(), "{:?}", world.files());
}

/// Serves one secret as the Parameters and Secrets extension does; gives its port.
async fn extension(token: &'static str, value: serde_json::Value) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 16 * 1024];
            let count = stream.read(&mut bytes).await.unwrap();
            let request = String::from_utf8_lossy(&bytes[..count]).to_lowercase();
            let fits = request.starts_with("get /secretsmanager/get?secretid=training")
                && request.contains(&format!("x-aws-parameters-secrets-token: {token}"));
            let (status, body) = match fits {
                true => (
                    200,
                    json!({ "SecretString": value.to_string() }).to_string(),
                ),
                false => (400, "{}".to_owned()),
            };
            let answer = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_come_from_the_extension() {
    let Some(mut hosted) = Hosted::start(1).await else {
        return;
    };
    let secret = json!({
        "POLAR_EMAIL": fake_services::FakePolarFlow::EMAIL,
        "POLAR_PASSWORD": fake_services::FakePolarFlow::PASSWORD,
        "SESSION_KEY": KEY,
    });
    let port = extension("token", secret).await;
    for name in ["POLAR_EMAIL", "POLAR_PASSWORD", "SESSION_KEY"] {
        hosted.world.unset(name);
    }
    hosted.world.set("SYNC_SECRET", "training");
    hosted
        .world
        .set("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", &port.to_string());
    hosted.world.set("AWS_SESSION_TOKEN", "wrong");
    let (kind, message) = failed(hosted.function().await.invoke(json!({}), TIME).await);
    assert_eq!(kind, "failed", "{message}");
    assert!(
        message.contains("SYNC_SECRET") && message.contains("400"),
        "{message}"
    );
    hosted.world.set("AWS_SESSION_TOKEN", "token");
    let answer = answered(hosted.function().await.invoke(json!({}), TIME).await);
    assert_eq!(answer["counts"], json!({ "delivered": 1 }), "{answer}");
    hosted.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_does_not_use_the_data_of_another_one() {
    let Some(hosted) = Hosted::start(1).await else {
        return;
    };
    let event = json!({ "account": "ana" });
    let (kind, message) = failed(hosted.function().await.invoke(event, TIME).await);
    assert_eq!(kind, "usage");
    assert!(message.contains("ANA_SYNC_LEDGER"), "{message}");
    assert!(hosted.world.runkeeper.activities().is_empty());
    hosted.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_needed_is_told_once() {
    let Some(mut hosted) = Hosted::start(1).await else {
        return;
    };
    let recorder = Recorder::start().await;
    hosted
        .world
        .set("NOTIFY_URL", &format!("{}/hook", recorder.url));
    hosted.world.runkeeper.expire_sessions();
    for _ in 0..2 {
        let mut function = hosted.function().await;
        let answer = answered(function.invoke(json!({}), TIME).await);
        assert_eq!(answer["exit"], "sign_in_needed", "{answer}");
        assert!(
            answer["message"].as_str().unwrap().contains("import"),
            "{answer}"
        );
    }
    let received = recorder.received();
    assert_eq!(received.len(), 1, "{received:?}");
    assert!(received[0].body.contains("sign_in_needed"));
    hosted.end().await;
}
