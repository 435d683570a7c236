//! The format of a ledger's collection.

use std::cmp::Ordering;

use mongodb::IndexModel;
use mongodb::bson::doc;
use mongodb::options::IndexOptions;

use crate::error::MongoError;
use crate::place::Place;
use crate::{is_duplicate, whole};

/// The format that this program reads and writes. Format 1 had no fields `open` and `day`.
const FORMAT: i64 = 2;
/// The document that holds the ledger's format. No other `_id` begins like this: they begin with a
/// number.
const FORMAT_ID: &str = "format";

/// Makes an empty collection a ledger; any other one has to be a ledger already.
pub(crate) async fn prepare(place: &Place) -> Result<(), MongoError> {
    let Place {
        documents, name, ..
    } = place;
    let fail = |source| place.failed(source);
    let format = documents
        .find_one(doc! { "_id": FORMAT_ID })
        .await
        .map_err(fail)?;
    if let Some(format) = format {
        let found = whole(format.get("format"))
            .ok_or_else(|| place.foreign("`format` is no whole number"))?;
        let (collection, known) = (name.clone(), FORMAT);
        return match found.cmp(&known) {
            Ordering::Equal => Ok(()),
            Ordering::Less => Err(MongoError::Older {
                collection,
                found,
                known,
            }),
            Ordering::Greater => Err(MongoError::Newer {
                collection,
                found,
                known,
            }),
        };
    }
    if documents.find_one(doc! {}).await.map_err(fail)?.is_some() {
        // Another process may be making it right now.
        let format = documents
            .find_one(doc! { "_id": FORMAT_ID })
            .await
            .map_err(fail)?;
        return match format {
            Some(_) => Ok(()),
            None => Err(MongoError::NotALedger {
                collection: name.clone(),
            }),
        };
    }
    for index in indexes() {
        documents.create_index(index).await.map_err(fail)?;
    }
    match documents
        .insert_one(doc! { "_id": FORMAT_ID, "format": FORMAT })
        .await
    {
        Ok(_) => Ok(()),
        Err(error) if is_duplicate(&error) => Ok(()),
        Err(error) => Err(fail(error)),
    }
}

/// The index of names, and one for each column.
fn indexes() -> [IndexModel; 3] {
    let partial = |filter| {
        IndexOptions::builder()
            .partial_filter_expression(filter)
            .build()
    };
    [
        IndexModel::builder()
            .keys(doc! { "route": 1, "name": 1 })
            .build(),
        IndexModel::builder()
            .keys(doc! { "route": 1, "open": 1, "name": 1 })
            .options(partial(doc! { "open": 1 }))
            .build(),
        IndexModel::builder()
            .keys(doc! { "route": 1, "day": 1, "name": 1 })
            .options(partial(doc! { "day": { "$exists": true } }))
            .build(),
    ]
}
