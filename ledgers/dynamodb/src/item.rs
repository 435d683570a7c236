//! Documents and keys as items of the table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{Datelike, NaiveDate};
use sync_core::ledger::{Content, Document, Key, Version};

use crate::error::DynamoError;
use crate::place::Place;

/// The partition key: [`DOCUMENTS`], [`PARTS`] or [`FORMAT`], then the route.
pub(crate) const ROUTE: &str = "route";
/// The sort key: the name.
pub(crate) const NAME: &str = "name";
pub(crate) const VERSION: &str = "version";
pub(crate) const BODY: &str = "body";
/// The name once more, where the document is open: the sort key of the index of open documents.
pub(crate) const OPEN: &str = "open";
/// Days since the beginning of the common era, where the document has a day: the sort key of the index of days.
pub(crate) const DAY: &str = "day";
/// A random text of the swap that wrote the item.
pub(crate) const SWAP: &str = "swap";
/// In how many items the body lies, where it is too large for this one.
pub(crate) const PARTS: &str = "parts";

const DOCUMENT: &str = "d ";
const PART: &str = "p ";

/// DynamoDB's limit for a partition key, less what stands before the route.
const LONGEST_ROUTE: usize = 2048 - DOCUMENT.len();
/// DynamoDB's limit for a sort key.
const LONGEST_NAME: usize = 1024;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The partition of a route's documents.
pub(crate) fn partition(route: &str) -> AttributeValue {
    text(format!("{DOCUMENT}{route}"))
}

/// The partition of the bodies of a route that are too large for one item.
pub(crate) fn part_partition(route: &str) -> AttributeValue {
    text(format!("{PART}{route}"))
}

/// A name as a sort key, which is never empty. No other name has a NUL, so the order stays.
pub(crate) fn sort_key(name: &str) -> String {
    match name {
        "" => "\0".to_owned(),
        _ => name.to_owned(),
    }
}

pub(crate) fn name_of(sort_key: &str) -> &str {
    match sort_key {
        "\0" => "",
        _ => sort_key,
    }
}

/// The key of a document; `None`: no document has this key, because the ledger refuses to write it.
pub(crate) fn key(key: &Key) -> Option<Item> {
    check(key).ok()?;
    Some(HashMap::from([
        (ROUTE.to_owned(), partition(&key.route)),
        (NAME.to_owned(), text(sort_key(&key.name))),
    ]))
}

/// Refuses a key that DynamoDB cannot keep.
pub(crate) fn check(key: &Key) -> Result<(), DynamoError> {
    if key.name.contains('\0') {
        return Err(DynamoError::Nul);
    }
    for (what, text, limit) in [
        ("route", &key.route, LONGEST_ROUTE),
        ("name", &key.name, LONGEST_NAME),
    ] {
        if text.len() > limit {
            let bytes = text.len();
            return Err(DynamoError::TooLong { what, bytes, limit });
        }
    }
    Ok(())
}

/// The place to start a page at: as much of `after` as a sort key can hold. Names that are not greater than `after` have to be
/// left out of the page, too.
pub(crate) fn start(after: &str) -> String {
    let after = after.split('\0').next().unwrap_or_default();
    let end = (0..=after.len().min(LONGEST_NAME))
        .rev()
        .find(|end| after.is_char_boundary(*end));
    sort_key(&after[..end.unwrap_or_default()])
}

/// The item of a document without its body.
pub(crate) fn head(key: &Key, version: Version, content: &Content<'_>, swap: &str) -> Item {
    let name = sort_key(&key.name);
    let mut item = HashMap::from([
        (ROUTE.to_owned(), partition(&key.route)),
        (NAME.to_owned(), text(name.clone())),
        (VERSION.to_owned(), number(version)),
        (SWAP.to_owned(), text(swap)),
    ]);
    if content.open {
        item.insert(OPEN.to_owned(), text(name));
    }
    if let Some(day) = content.day {
        item.insert(DAY.to_owned(), number(day.num_days_from_ce()));
    }
    item
}

/// A document whose body may lie in other items.
pub(crate) struct Head {
    /// With an empty body when `parts` is not 0.
    pub(crate) document: Document,
    pub(crate) parts: usize,
}

impl Place {
    pub(crate) fn head(&self, item: &Item) -> Result<Head, DynamoError> {
        let text = |field: &str| {
            let value = item.get(field).and_then(|value| value.as_s().ok());
            value.ok_or_else(|| self.foreign(format!("`{field}` is no text")))
        };
        let version = self.version(item)?;
        let parts = match item.get(PARTS) {
            None => 0,
            Some(parts) => {
                parse(parts).ok_or_else(|| self.foreign(format!("`{PARTS}` is no whole number")))?
            }
        };
        let body = match parts {
            0 => text(BODY)?.as_str(),
            _ => "",
        };
        let day = match item.get(DAY) {
            None => None,
            Some(day) => Some(
                parse(day)
                    .and_then(NaiveDate::from_num_days_from_ce_opt)
                    .ok_or_else(|| self.foreign(format!("`{DAY}` is not the number of a day")))?,
            ),
        };
        let document = Document::new(name_of(text(NAME)?), version, body)
            .with_open(item.contains_key(OPEN))
            .with_day(day);
        Ok(Head { document, parts })
    }

    pub(crate) fn version(&self, item: &Item) -> Result<Version, DynamoError> {
        let version = item.get(VERSION).and_then(parse);
        version.ok_or_else(|| self.foreign(format!("`{VERSION}` is no whole number")))
    }
}

fn parse<T: std::str::FromStr>(value: &AttributeValue) -> Option<T> {
    value.as_n().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_name_comes_first_and_comes_back() {
        for name in ["", " ", "a", "\u{1}"] {
            assert_eq!(name_of(&sort_key(name)), name);
            assert!(name.is_empty() || sort_key("") < sort_key(name));
        }
    }

    #[test]
    fn start_of_a_page_fits_into_a_sort_key() {
        assert_eq!(start(""), "\0");
        assert_eq!(start("a\0b"), "a");
        assert_eq!(start("\0b"), "\0");
        assert_eq!(start(&"ä".repeat(600)).len(), 1024);
        assert_eq!(start(&format!("a{}", "ä".repeat(600))).len(), 1023);
    }

    #[test]
    fn keys_beyond_the_limits_are_refused_by_name() {
        let refused = |route: &str, name: &str| check(&Key::new(route, name)).unwrap_err();
        assert!(matches!(refused("a", "b\0"), DynamoError::Nul));
        let long = "x".repeat(2047);
        assert!(matches!(
            refused("a", &long),
            DynamoError::TooLong {
                what: "name",
                bytes: 2047,
                limit: 1024
            }
        ));
        assert!(matches!(
            refused(&long, "a"),
            DynamoError::TooLong {
                what: "route",
                bytes: 2047,
                limit: 2046
            }
        ));
        check(&Key::new(&long[..2046], &long[..1024])).unwrap();
    }
}
