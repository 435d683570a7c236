//! Whether the server does what MongoDB documents, in everything in which the stand-in is known not to.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::error::{ErrorKind, Result};
use mongodb::options::{
    Acknowledgment, Collation, IndexOptions, ReadConcern, ReturnDocument, WriteConcern,
};
use mongodb::{Client, Collection, Database, IndexModel};

use crate::Server;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<bool>> + Send + 'a>>;

/// The name of a behaviour, and whether the server has it. Each runs on a new collection.
struct Behaviour {
    name: &'static str,
    holds: fn(&Place) -> Answer<'_>,
}

struct Place {
    database: Database,
    documents: Collection<Document>,
    url: String,
}

macro_rules! behaviours {
    ($($name:literal: |$place:ident| $body:block)*) => {
        &[$(Behaviour { name: $name, holds: |$place| Box::pin(async move { $body }) }),*]
    };
}

const ALL: &[Behaviour] = behaviours! {
    "collection-names": |place| {
        let named = place.database.collection::<Document>("with-dash.and-dot");
        Ok(named.insert_one(doc! { "_id": 1 }).await.is_ok())
    }
    "sign-in": |place| {
        let (scheme, rest) = place.url.split_once("://").unwrap();
        let hosts = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
        let url = format!("{scheme}://nobody:nothing@{hosts}");
        let client = Client::with_uri_str(url).await?;
        let error = client.database("admin").run_command(doc! { "hello": 1 }).await.unwrap_err();
        Ok(error.to_string().contains("AuthenticationFailed"))
    }
    "document-limit": |place| {
        let nine = "x".repeat(9 * 1024 * 1024);
        place.documents.insert_one(doc! { "_id": 1, "a": &nine }).await?;
        let change = doc! { "$set": { "b": &nine } };
        Ok(place.documents.update_one(doc! { "_id": 1 }, change).await.is_err())
    }
    "key-types": |place| {
        place.documents.insert_one(doc! { "_id": "1" }).await?;
        Ok(place.documents.insert_one(doc! { "_id": 1 }).await.is_ok())
    }
    "key-numbers": |place| {
        place.documents.insert_one(doc! { "_id": 1 }).await?;
        Ok(place.documents.insert_one(doc! { "_id": 1.0 }).await.is_err())
    }
    "number-types": |place| {
        let found = stored(place, doc! { "_id": 1, "n": 7_i64 }).await?;
        Ok(found.get("n") == Some(&Bson::Int64(7)))
    }
    "dates": |place| {
        let date = DateTime::from_millis(1_764_360_000_000);
        place.documents.insert_one(doc! { "_id": 1 }).await?;
        place.documents.update_one(doc! { "_id": 1 }, doc! { "$set": { "d": date } }).await?;
        let found = place.documents.find_one(doc! { "_id": 1 }).await?.unwrap_or_default();
        Ok(found.get("d") == Some(&Bson::DateTime(date)))
    }
    "nul": |place| {
        place.documents.insert_one(doc! { "_id": 1, "n": "a\0b" }).await?;
        Ok(place.documents.find_one(doc! { "n": "a\0b" }).await?.is_some())
    }
    "exists-null": |place| {
        place.documents.insert_one(doc! { "_id": 1, "n": Bson::Null }).await?;
        Ok(place.documents.find_one(doc! { "n": { "$exists": true } }).await?.is_some())
    }
    "partial-index": |place| {
        let options = IndexOptions::builder().partial_filter_expression(doc! { "n": 1 }).build();
        index(place, options).await?;
        let mut indexes = place.documents.list_indexes().await?;
        let mut found = false;
        while indexes.advance().await? {
            let options = indexes.deserialize_current()?.options;
            found |= options.is_some_and(|it| it.partial_filter_expression.is_some());
        }
        Ok(found)
    }
    "unique-missing": |place| {
        index(place, IndexOptions::builder().unique(true).build()).await?;
        place.documents.insert_one(doc! { "_id": 1 }).await?;
        Ok(place.documents.insert_one(doc! { "_id": 2 }).await.is_err())
    }
    "set-on-insert": |place| {
        let change = doc! { "$set": { "a": 1 }, "$setOnInsert": { "b": 2 } };
        let found = place.documents.find_one_and_update(doc! { "_id": 1 }, change)
            .upsert(true).return_document(ReturnDocument::After).await?;
        Ok(found.is_some_and(|it| it.contains_key("b")))
    }
    "replace-upsert": |place| {
        let replacing = place.documents.replace_one(doc! { "_id": 7 }, doc! { "a": 1 });
        replacing.upsert(true).await?;
        Ok(place.documents.find_one(doc! { "_id": 7 }).await?.is_some())
    }
    "collation": |place| {
        place.documents.insert_one(doc! { "_id": 1, "n": "a" }).await?;
        let any_case = Collation::builder().locale("en").strength(mongodb::options::CollationStrength::Secondary);
        let found = place.documents.find_one(doc! { "n": "A" }).collation(any_case.build()).await?;
        Ok(found.is_some())
    }
    "write-concern": |place| {
        let nine = WriteConcern::builder().w(Acknowledgment::Nodes(9))
            .w_timeout(std::time::Duration::from_millis(500)).build();
        Ok(place.documents.insert_one(doc! { "_id": 1 }).write_concern(nine).await.is_err())
    }
    "read-concern": |place| {
        let unknown = ReadConcern::custom("no-such-level");
        Ok(place.documents.find_one(doc! {}).read_concern(unknown).await.is_err())
    }
    "unknown-command": |place| {
        let answer = place.database.run_command(doc! { "noSuchCommand": 1 }).await;
        Ok(answer.is_err_and(|error| matches!(error.kind.as_ref(), ErrorKind::Command(it) if it.code == 59)))
    }
};

async fn stored(place: &Place, document: Document) -> Result<Document> {
    place.documents.insert_one(document).await?;
    Ok(place.documents.find_one(doc! {}).await?.unwrap_or_default())
}

async fn index(place: &Place, options: IndexOptions) -> Result<()> {
    let index = IndexModel::builder().keys(doc! { "n": 1 }).options(options);
    place.documents.create_index(index.build()).await.map(drop)
}

/// A real server has every behaviour. The stand-in lacks all of them: one that it has got since goes
/// out of the crate's documentation.
#[tokio::test(flavor = "multi_thread")]
async fn server_does_as_documented() {
    let Some(server) = Server::named() else {
        return;
    };
    let database = server.admin().await;
    let expected = !server.is_stand_in().await;
    let mut others = Vec::new();
    for (number, behaviour) in ALL.iter().enumerate() {
        let place = Place {
            documents: database.collection(&format!("behaviour_{number}")),
            database: database.clone(),
            url: server.url.clone(),
        };
        let holds = (behaviour.holds)(&place).await;
        println!("{}: {holds:?}", behaviour.name);
        if holds.as_ref().ok() != Some(&expected) {
            others.push(format!("{}: {holds:?}", behaviour.name));
        }
    }
    assert!(others.is_empty(), "expected {expected}: {others:#?}");
    server.clean_up().await;
}

#[test]
fn every_difference_of_the_stand_in_is_in_the_documentation() {
    let documentation = include_str!("../../src/lib.rs");
    let rows = documentation.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("//! | `")?.split_once('`')?;
        Some(name)
    });
    let rows: BTreeSet<&str> = rows.collect();
    let asked: BTreeSet<&str> = ALL.iter().map(|it| it.name).collect();
    assert_eq!(rows, asked);
}
