//! Scans: the table in the order of names, or one of its two local indexes. Local indexes can be read consistently.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use chrono::Datelike;
use sync_core::Window;
use sync_core::ledger::{Document, Key, Select};

use crate::error::DynamoError;
use crate::item::{DAY, Item, NAME, OPEN, ROUTE, name_of, number, partition, start, text};
use crate::place::Place;
use crate::table::{DAY_INDEX, OPEN_INDEX};

/// The most items that the service returns to one `BatchGetItem`.
const BATCH: usize = 100;

/// One page that a caller asks for.
#[derive(Clone, Copy)]
pub(crate) struct Page<'a> {
    pub(crate) route: &'a str,
    pub(crate) select: Select,
    pub(crate) after: Option<&'a str>,
    pub(crate) limit: usize,
}

impl Place {
    pub(crate) async fn page(&self, page: Page<'_>) -> Result<Vec<Document>, DynamoError> {
        let exists = crate::item::check(&Key::new(page.route, "")).is_ok();
        match page.select {
            _ if page.limit == 0 || !exists => Ok(Vec::new()),
            Select::Open => self.by_name(page, Some(OPEN_INDEX), OPEN).await,
            Select::Days(window) => self.by_day(page, window).await,
            // Of a selection that this crate does not know, the caller gets too much rather than too little.
            _ => self.by_name(page, None, NAME).await,
        }
    }

    /// A page of the table or of the index of open documents; both are sorted by name.
    async fn by_name(
        &self,
        page: Page<'_>,
        index: Option<&str>,
        sorted_by: &str,
    ) -> Result<Vec<Document>, DynamoError> {
        let mut names = HashMap::from([("#route".to_owned(), ROUTE.to_owned())]);
        let mut values = Item::from([(":route".to_owned(), partition(page.route))]);
        let mut condition = "#route = :route".to_owned();
        if let Some(after) = page.after {
            condition.push_str(" AND #sorted > :after");
            names.insert("#sorted".to_owned(), sorted_by.to_owned());
            values.insert(":after".to_owned(), text(start(after)));
        }
        let query = self
            .query(index)
            .key_condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        let mut documents = Vec::new();
        let mut next: Option<Item> = None;
        loop {
            let left = page.limit - documents.len();
            let answer = query
                .clone()
                .limit(i32::try_from(left).unwrap_or(i32::MAX))
                .set_exclusive_start_key(next)
                .send()
                .await
                .map_err(|error| self.failed(error))?;
            for item in answer.items() {
                documents.extend(self.selected(page, item).await?);
            }
            next = answer.last_evaluated_key;
            if next.is_none() || documents.len() >= page.limit {
                return Ok(documents);
            }
        }
    }

    /// A page of a window: first the names of the whole window, which the index sorts by day, then the documents of the page.
    async fn by_day(&self, page: Page<'_>, window: Window) -> Result<Vec<Document>, DynamoError> {
        let mut names = self.names(page, window, true).await?;
        // A document that moves from a day ahead of the reading to one behind it is in neither place. It is in the second reading, which
        // goes the other way; only one that moves there and back meanwhile would be missed.
        names.extend(self.names(page, window, false).await?);
        let mut documents = Vec::new();
        let mut names = names.into_iter();
        while documents.len() < page.limit {
            let batch = BATCH.min(page.limit - documents.len());
            let keys: Vec<Item> = names
                .by_ref()
                .take(batch)
                .filter_map(|name| crate::item::key(&Key::new(page.route, name)))
                .collect();
            if keys.is_empty() {
                break;
            }
            for item in self.read_many(keys).await? {
                documents.extend(self.selected(page, &item).await?);
            }
        }
        documents.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(documents)
    }

    /// The names of the documents in a window, after the page's start.
    async fn names(
        &self,
        page: Page<'_>,
        window: Window,
        forward: bool,
    ) -> Result<BTreeSet<String>, DynamoError> {
        let query = self
            .query(Some(DAY_INDEX))
            .key_condition_expression("#route = :route AND #day BETWEEN :from AND :until")
            .expression_attribute_names("#route", ROUTE)
            .expression_attribute_names("#day", DAY)
            .expression_attribute_values(":route", partition(page.route))
            .expression_attribute_values(":from", number(window.from.num_days_from_ce()))
            .expression_attribute_values(":until", number(window.until.num_days_from_ce()))
            .scan_index_forward(forward);
        let mut names = BTreeSet::new();
        let mut next: Option<Item> = None;
        loop {
            let answer = query
                .clone()
                .set_exclusive_start_key(next)
                .send()
                .await
                .map_err(|error| self.failed(error))?;
            for item in answer.items() {
                let name = item.get(NAME).and_then(|name| name.as_s().ok());
                let name = name.ok_or_else(|| self.foreign("an entry of an index has no name"))?;
                let name = name_of(name);
                if page.after.is_none_or(|after| name > after) {
                    names.insert(name.to_owned());
                }
            }
            next = answer.last_evaluated_key;
            if next.is_none() {
                return Ok(names);
            }
        }
    }

    /// The document of an item with its whole body, if it belongs to the page.
    async fn selected(&self, page: Page<'_>, item: &Item) -> Result<Option<Document>, DynamoError> {
        let head = self.head(item)?;
        let document = if head.parts == 0 {
            Some(head.document)
        } else {
            let key = Key::new(page.route, head.document.name);
            self.read(&key).await?
        };
        Ok(document.filter(|document| {
            page.after
                .is_none_or(|after| document.name.as_str() > after)
                && page.select.matches(document.open, document.day)
        }))
    }

    fn query(&self, index: Option<&str>) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .set_index_name(index.map(str::to_owned))
            .consistent_read(true)
    }
}
