//! Addresses that lead nowhere. No server is asked.
#![allow(clippy::unwrap_used)]

use sync_ledger_mongodb::{MongoError, MongoLedger};

#[tokio::test]
async fn malformed_address_is_not_repeated() {
    for url in [
        "mongodb://me:canary@host:port/x",
        "canary",
        "mongodb://me:can@ry@host",
        "",
    ] {
        let error = MongoLedger::connect(url).await.unwrap_err();
        assert!(matches!(error, MongoError::Address), "{error}");
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("canary") && !text.contains("can@ry"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_name_that_is_not_found_is_no_malformed_address() {
    // No such name exists (RFC 2606), and where there is no network none is found either.
    let url = "mongodb+srv://me:canary@ledger.invalid/x";
    let error = MongoLedger::connect(url).await.unwrap_err();
    assert!(matches!(error, MongoError::Lookup { .. }), "{error}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary"), "{text}");
}
