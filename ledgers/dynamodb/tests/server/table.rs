//! The table: made, found, refused.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use sync_core::ledger::Ledger;
use sync_ledger_dynamodb::{DynamoError, DynamoOptions};

use crate::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_ledger_is_left_alone() {
    let Some(server) = Server::named() else {
        return;
    };
    drop(server.open("newer").await.unwrap());
    let format = AttributeValue::S("format".to_owned());
    let change = server.admin().await.update_item();
    change
        .table_name(server.table("newer"))
        .key("route", format.clone())
        .key("name", format)
        .update_expression("SET #f = :f")
        .expression_attribute_names("#f", "format")
        .expression_attribute_values(":f", AttributeValue::N("99".to_owned()))
        .send()
        .await
        .unwrap();
    let error = server.open("newer").await.unwrap_err();
    assert!(
        matches!(
            error,
            DynamoError::Newer {
                found: 99,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_another_kind_is_refused_unchanged() {
    let Some(server) = Server::named() else {
        return;
    };
    let admin = server.admin().await;
    for (store, sort_key) in [("id", None), ("keys", Some("name"))] {
        let mut request = admin
            .create_table()
            .table_name(server.table(store))
            .billing_mode(BillingMode::PayPerRequest);
        let partition_key = sort_key.map_or("id", |_| "route");
        let keys = [
            (Some(partition_key), KeyType::Hash),
            (sort_key, KeyType::Range),
        ];
        for (name, kind) in keys {
            let Some(name) = name else { continue };
            let attribute = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S);
            let key = KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind);
            request = request
                .attribute_definitions(attribute.build().unwrap())
                .key_schema(key.build().unwrap());
        }
        request.send().await.unwrap();
        let error = server.open(store).await.unwrap_err();
        assert!(matches!(error, DynamoError::NotALedger { .. }), "{error}");
        let items = admin.scan().table_name(server.table(store)).send().await;
        assert_eq!(items.unwrap().count(), 0);
    }
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_make_the_same_table_agree() {
    let Some(server) = Server::named() else {
        return;
    };
    let opened = [(); 6].map(|()| {
        let options = server.options("together");
        tokio::spawn(async move { options.connect().await })
    });
    for ledger in opened {
        let ledger = ledger.await.unwrap().unwrap();
        assert!(ledger.now().await.unwrap().is_some());
    }
    server.clean_up().await;
}

#[tokio::test]
async fn malformed_name_is_refused_before_any_request() {
    for name in ["", "ab", "a b c", "arn:aws:x", &"x".repeat(256)] {
        let error = DynamoOptions::new(name).connect().await.unwrap_err();
        assert!(matches!(error, DynamoError::TableName(_)), "{error}");
    }
}
