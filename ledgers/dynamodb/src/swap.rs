//! The compare-and-swap: one conditional write, or one transaction where the body is too large for an item.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use ring::rand::{SecureRandom as _, SystemRandom};
use sync_core::ledger::{Content, Expected, Key, Swap, Version};

use crate::error::DynamoError;
use crate::item::{self, BODY, Item, NAME, PARTS, SWAP, VERSION, number, text};
use crate::parts::{self, INLINE, LARGEST};
use crate::place::{Attempts, Place};

/// How often a write waits for a transaction of another writer.
const TRIES: usize = 8;
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// 20 ms, 40 ms and so on, to two seconds.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> + Send {
    std::iter::successors(Some(Duration::from_millis(20)), |pause| Some(*pause * 2))
        .map(|pause| pause.min(LONGEST_PAUSE))
}

/// The outcome of one try.
enum Tried {
    Swap(Swap),
    /// A transaction of another writer was under way.
    Busy,
}

impl Place {
    pub(crate) async fn swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, DynamoError> {
        item::check(key)?;
        let bytes = content.body.len();
        if bytes > LARGEST {
            let limit = LARGEST;
            return Err(DynamoError::TooLarge { bytes, limit });
        }
        let Some(next) = next(expected) else {
            return Ok(Swap::Conflict);
        };
        let swap = random().map_err(|what| self.foreign(what))?;
        let attempts = Attempts::default();
        for pause in pauses().take(TRIES) {
            let tried = if bytes > INLINE {
                self.swap_parts(key, expected, next, &content, &swap)
                    .await?
            } else {
                self.swap_item(key, expected, next, &content, &swap, &attempts)
                    .await?
            };
            match tried {
                Tried::Swap(swap) => return Ok(swap),
                Tried::Busy => tokio::time::sleep(pause).await,
            }
        }
        Err(DynamoError::Busy {
            table: self.table.clone(),
        })
    }

    /// Writes a document in one item.
    async fn swap_item(
        &self,
        key: &Key,
        expected: Expected,
        next: Version,
        content: &Content<'_>,
        swap: &str,
        attempts: &Attempts,
    ) -> Result<Tried, DynamoError> {
        let mut item = item::head(key, next, content, swap);
        item.insert(BODY.to_owned(), text(content.body));
        let (condition, names, values) = condition(expected);
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .customize()
            .interceptor(attempts.clone())
            .send()
            .await;
        let error = match answer {
            Ok(answer) => {
                let old = answer.attributes().map(|old| self.head(old)).transpose();
                if let (Ok(Some(old)), Expected::Version(version)) = (old, expected) {
                    self.remove_parts(key, version, old.parts).await;
                }
                return Ok(Tried::Swap(Swap::Done(next)));
            }
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                let swapped = self.refused(failed.item(), next, swap, attempts.repeated())?;
                Ok(Tried::Swap(swapped))
            }
            Some(PutItemError::TransactionConflictException(_)) => Ok(Tried::Busy),
            _ => Err(self.failed(error)),
        }
    }

    /// The outcome when the condition did not hold; `found` is the document in the table.
    fn refused(
        &self,
        found: Option<&Item>,
        next: Version,
        swap: &str,
        repeated: bool,
    ) -> Result<Swap, DynamoError> {
        let Some(found) = found else {
            return Ok(Swap::Conflict);
        };
        // The answer to an earlier attempt was lost: the document is the one that it wrote.
        if found
            .get(SWAP)
            .and_then(|it| it.as_s().ok())
            .map(String::as_str)
            == Some(swap)
        {
            return Ok(Swap::Done(next));
        }
        // Another writer's version may stand on the one that an earlier attempt wrote.
        if repeated && self.version(found)? > next {
            return Err(DynamoError::Unknown {
                table: self.table.clone(),
            });
        }
        Ok(Swap::Conflict)
    }

    /// Writes a document and the parts of its body in one transaction. The SDK gives it a token, by which the service carries it out
    /// once.
    async fn swap_parts(
        &self,
        key: &Key,
        expected: Expected,
        next: Version,
        content: &Content<'_>,
        swap: &str,
    ) -> Result<Tried, DynamoError> {
        let mut item = item::head(key, next, content, swap);
        item.insert(PARTS.to_owned(), number(parts::count(content.body)));
        let (condition, names, values) = condition(expected);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| self.foreign(error))?;
        let mut writes = vec![TransactWriteItem::builder().put(put).build()];
        let build = |built: Result<Vec<_>, _>| {
            built.map_err(|error: aws_sdk_dynamodb::error::BuildError| self.foreign(error))
        };
        writes.extend(build(parts::writes(&self.table, key, next, content.body))?);
        if let Expected::Version(version) = expected
            && let Some(old) = self.read_head(key).await?
            && old.document.version == version
        {
            let removals = parts::removals(&self.table, key, version, old.parts);
            writes.extend(build(removals)?);
        }
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .send()
            .await;
        let error = match answer {
            Ok(_) => return Ok(Tried::Swap(Swap::Done(next))),
            Err(error) => error,
        };
        let codes = canceled(&error);
        if codes
            .first()
            .is_some_and(|code| code == "ConditionalCheckFailed")
        {
            return Ok(Tried::Swap(Swap::Conflict));
        }
        if codes.iter().any(|code| code == "TransactionConflict") {
            return Ok(Tried::Busy);
        }
        Err(self.failed(error))
    }

    /// Removes the parts of a version that is gone. Nothing refers to them, so a failure only leaves them behind.
    async fn remove_parts(&self, key: &Key, version: Version, parts: usize) {
        if parts == 0 {
            return;
        }
        if let Ok(removals) = parts::removals(&self.table, key, version, parts) {
            let request = self.client.transact_write_items();
            let _ = request.set_transact_items(Some(removals)).send().await;
        }
    }
}

/// Why the service gave up a transaction, one code for each of its items.
fn canceled(
    error: &SdkError<aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError>,
) -> Vec<String> {
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as Error;
    match error.as_service_error() {
        Some(Error::TransactionCanceledException(canceled)) => {
            let reasons = canceled.cancellation_reasons().iter();
            let codes = reasons.map(|reason| reason.code().unwrap_or_default().to_owned());
            codes.collect()
        }
        _ => Vec::new(),
    }
}

/// The version that a swap writes; `None`: there can be no document in the version that it expects.
fn next(expected: Expected) -> Option<Version> {
    match expected {
        Expected::Absent => Some(1),
        Expected::Version(version) => version.checked_add(1),
    }
}

type Condition = (
    &'static str,
    std::collections::HashMap<String, String>,
    Option<Item>,
);

fn condition(expected: Expected) -> Condition {
    let name = |name: &str| [("#it".to_owned(), name.to_owned())].into();
    match expected {
        Expected::Absent => ("attribute_not_exists(#it)", name(NAME), None),
        Expected::Version(version) => {
            let values = Item::from([(":expected".to_owned(), number(version))]);
            ("#it = :expected", name(VERSION), Some(values))
        }
    }
}

/// 128 random bits.
fn random() -> Result<String, &'static str> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| "the system gives no random numbers")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
