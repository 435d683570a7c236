//! Bodies that are too large for one item: they lie in several, which are written in one transaction with the document.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, KeysAndAttributes, Put, TransactWriteItem};
use ring::digest::{SHA256, digest};
use sync_core::ledger::{Document, Key, Version};

use crate::error::DynamoError;
use crate::item::{BODY, Head, Item, NAME, ROUTE, part_partition, text};
use crate::place::Place;

/// The largest body in the item of its document. DynamoDB allows 400 KB for an item together with its copies in local indexes, and
/// the item of an open document has one.
pub(crate) const INLINE: usize = 128 * 1024;
/// The size of a part. DynamoDB allows 400 KB for an item.
const PART: usize = 256 * 1024;
/// The largest body: DynamoDB allows 4 MB for all items of a transaction.
pub(crate) const LARGEST: usize = 14 * PART;
/// How often a reader begins anew when a swap takes the parts away.
const TRIES: usize = 20;

/// The key of a part. The name goes in as a hash, because the version stands beside it in a sort key.
fn part_key(key: &Key, version: Version, number: usize) -> Item {
    let hash = digest(&SHA256, key.name.as_bytes());
    let hash: String = hash
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Item::from([
        (ROUTE.to_owned(), part_partition(&key.route)),
        (NAME.to_owned(), text(format!("{hash}/{version}/{number}"))),
    ])
}

/// How many parts a body has.
pub(crate) fn count(body: &str) -> usize {
    body.len().div_ceil(PART)
}

/// The writes of a body's parts.
pub(crate) fn writes(
    table: &str,
    key: &Key,
    version: Version,
    body: &str,
) -> Result<Vec<TransactWriteItem>, aws_sdk_dynamodb::error::BuildError> {
    let parts = body.as_bytes().chunks(PART).enumerate();
    parts
        .map(|(number, bytes)| {
            let mut item = part_key(key, version, number);
            item.insert(BODY.to_owned(), AttributeValue::B(Blob::new(bytes)));
            let put = Put::builder().table_name(table).set_item(Some(item));
            Ok(TransactWriteItem::builder().put(put.build()?).build())
        })
        .collect()
}

/// The removal of the parts of an earlier version.
pub(crate) fn removals(
    table: &str,
    key: &Key,
    version: Version,
    parts: usize,
) -> Result<Vec<TransactWriteItem>, aws_sdk_dynamodb::error::BuildError> {
    (0..parts)
        .map(|number| {
            let item = part_key(key, version, number);
            let delete = Delete::builder().table_name(table).set_key(Some(item));
            Ok(TransactWriteItem::builder().delete(delete.build()?).build())
        })
        .collect()
}

impl Place {
    /// Reads a document with its body, wherever that lies.
    pub(crate) async fn read(&self, key: &Key) -> Result<Option<Document>, DynamoError> {
        for _ in 0..TRIES {
            let Some(head) = self.read_head(key).await? else {
                return Ok(None);
            };
            if let Some(document) = self.with_body(key, head).await? {
                return Ok(Some(document));
            }
        }
        Err(DynamoError::Busy {
            table: self.table.clone(),
        })
    }

    /// Reads the item of a document.
    pub(crate) async fn read_head(&self, key: &Key) -> Result<Option<Head>, DynamoError> {
        let Some(key) = crate::item::key(key) else {
            return Ok(None);
        };
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| self.failed(error))?;
        answer.item().map(|item| self.head(item)).transpose()
    }

    /// Adds the body to a document; `None`: a swap has taken its parts away.
    async fn with_body(&self, key: &Key, head: Head) -> Result<Option<Document>, DynamoError> {
        let Head {
            mut document,
            parts,
        } = head;
        if parts == 0 {
            return Ok(Some(document));
        }
        let keys = (0..parts).map(|number| part_key(key, document.version, number));
        let found = self.read_many(keys.collect()).await?;
        let mut bytes = Vec::new();
        for number in 0..parts {
            let key = part_key(key, document.version, number);
            let part = found.iter().find(|item| item.get(NAME) == key.get(NAME));
            let Some(part) = part else {
                return Ok(None);
            };
            let part = part.get(BODY).and_then(|part| part.as_b().ok());
            let part =
                part.ok_or_else(|| self.foreign(format!("`{BODY}` of a part is not binary")))?;
            bytes.extend_from_slice(part.as_ref());
        }
        document.body =
            String::from_utf8(bytes).map_err(|_| self.foreign("a body in parts is no text"))?;
        Ok(Some(document))
    }

    /// Reads up to 100 items, in any order.
    pub(crate) async fn read_many(&self, keys: Vec<Item>) -> Result<Vec<Item>, DynamoError> {
        let build = |keys| {
            let keys = KeysAndAttributes::builder().set_keys(Some(keys));
            keys.consistent_read(true)
                .build()
                .map_err(|error| self.foreign(error))
        };
        let mut left = Some(build(keys)?);
        let mut items = Vec::new();
        let mut pauses = crate::swap::pauses();
        while let Some(keys) = left.take() {
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, keys)
                .send()
                .await
                .map_err(|error| self.failed(error))?;
            items.extend(
                answer
                    .responses
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, found)| found),
            );
            // The service answers 16 MB at once, and less when the table is throttled.
            let unread = answer.unprocessed_keys.into_iter().flatten().next();
            left = unread
                .map(|(_, keys)| keys)
                .filter(|keys| !keys.keys.is_empty());
            if left.is_some() {
                let pause = pauses.next().unwrap_or(crate::swap::LONGEST_PAUSE);
                tokio::time::sleep(pause).await;
            }
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_has_room_for_the_largest_body_and_its_predecessor() {
        let body = "x".repeat(LARGEST);
        assert_eq!(count(&body), 14);
        // The document, the parts, the removal of as many older ones.
        assert!(2 * count(&body) < 100);
        const { assert!(LARGEST + 64 * 1024 < 4_000_000) };
    }

    #[test]
    fn parts_of_different_documents_and_versions_have_different_keys() {
        let (a, b) = (Key::new("a", "b"), Key::new("a", "c"));
        assert_ne!(part_key(&a, 1, 0), part_key(&b, 1, 0));
        assert_ne!(part_key(&a, 1, 10), part_key(&a, 11, 0));
    }
}
