//! A server that says nothing.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sync_ledger_mongodb::{MongoError, MongoOptions};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_and_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let _listening = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            open.push(stream);
        }
    });
    let connecting = MongoOptions::new(format!("mongodb://{place}/training"))
        .with_limit(Duration::from_secs(1))
        .connect();
    let result = tokio::time::timeout(Duration::from_secs(10), connecting).await;
    let error = result.unwrap().unwrap_err();
    assert!(matches!(error, MongoError::Silent { .. }), "{error}");
    assert!(error.to_string().contains(&place), "{error}");
}
