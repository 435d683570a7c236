//! Documents by their names, as JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ledger::{
    Content, Document, Expected, Key, LedgerError, Select, SharedLedger, Swap, Version,
};
use crate::record::Record;

/// Records, by the workout's identifier.
pub(super) const ITEM: &str = "item/";
/// Whose an activity is, by the activity's identifier.
pub(super) const LINK: &str = "link/";
/// What is known of the route as a whole.
pub(super) const HEAD: &str = "cursor";
/// The index of days. It sorts behind everything else, so that reading it to its end reads nothing else.
pub(super) const SEEN: &str = "seen/";

/// Reading or writing the ledger failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// The backend failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A document in the ledger is not what this program writes.
    #[error(
        "the ledger's document `{name}` can't be read: {source}. It was written by another version or by another program; \
         nothing was changed"
    )]
    Foreign {
        /// Its name.
        name: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

/// The documents of one route.
#[derive(Debug)]
pub(super) struct Documents {
    ledger: SharedLedger,
    route: String,
}

impl Documents {
    pub(super) fn new(ledger: SharedLedger, route: &str) -> Self {
        let route = route.to_owned();
        Self { ledger, route }
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<(Version, T)>, BookError> {
        match self.ledger.get(&Key::new(&self.route, name)).await? {
            Some(document) => Ok(Some((document.version, parse(&document)?))),
            None => Ok(None),
        }
    }

    pub(super) async fn record(&self, id: &str) -> Result<Option<Record>, BookError> {
        let key = Key::new(&self.route, format!("{ITEM}{id}"));
        self.ledger
            .get(&key)
            .await?
            .as_ref()
            .map(record)
            .transpose()
    }

    pub(super) async fn swap<T: Serialize>(
        &self,
        name: &str,
        expected: Expected,
        value: &T,
    ) -> Result<Swap, BookError> {
        let body = serde_json::to_string(value).map_err(|source| BookError::Foreign {
            name: name.to_owned(),
            source,
        })?;
        let key = Key::new(&self.route, name);
        let content = Content::new(&body);
        Ok(self
            .ledger
            .compare_and_swap(&key, expected, content)
            .await?)
    }
}

pub(super) fn parse<T: DeserializeOwned>(document: &Document) -> Result<T, BookError> {
    serde_json::from_str(&document.body).map_err(|source| BookError::Foreign {
        name: document.name.clone(),
        source,
    })
}

pub(super) fn record(document: &Document) -> Result<Record, BookError> {
    let mut record: Record = parse(document)?;
    record.version = Some(document.version);
    Ok(record)
}

/// Pages through the documents whose names begin alike.
pub(super) struct Names {
    prefix: &'static str,
    after: String,
    page: usize,
    ended: bool,
}

impl Names {
    const PAGE: usize = 500;

    pub(super) fn under(prefix: &'static str) -> Self {
        Self::after(prefix, prefix.to_owned(), Self::PAGE)
    }

    /// From behind a name on. `expected` is about how many there are: nobody reads 500 documents to look at a week.
    pub(super) fn after(prefix: &'static str, after: String, expected: usize) -> Self {
        Self {
            prefix,
            after,
            page: expected.clamp(16, Self::PAGE),
            ended: false,
        }
    }

    /// Reads no further.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    pub(super) async fn next(
        &mut self,
        documents: &Documents,
    ) -> Result<Option<Vec<Document>>, BookError> {
        if self.ended {
            return Ok(None);
        }
        let Documents { ledger, route } = documents;
        let mut page = ledger
            .scan(route, Select::All, Some(&self.after), self.page)
            .await?;
        self.ended = page.len() < self.page;
        if let Some(last) = page.last() {
            self.after.clone_from(&last.name);
        }
        let all = page.len();
        page.retain(|document| document.name.starts_with(self.prefix));
        self.ended |= page.len() < all;
        Ok((!page.is_empty()).then_some(page))
    }
}
