//! The table: made when it is missing, checked when it is there.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection,
    ProjectionType, ScalarAttributeType, TableDescription, TableStatus,
};

use crate::error::DynamoError;
use crate::item::{DAY, Item, NAME, OPEN, ROUTE, number, text};
use crate::place::Place;

pub(crate) const OPEN_INDEX: &str = "open";
pub(crate) const DAY_INDEX: &str = "day";

/// The format that this program reads and writes.
const KNOWN: u64 = 1;
/// Partition and attribute of the item that holds the format.
const FORMAT: &str = "format";
/// How long to wait between two looks at a table that is being made.
const PAUSE: Duration = Duration::from_millis(500);

impl Place {
    /// Creates a missing table. An existing one has to be a ledger, or to have the keys and indexes of one.
    pub(crate) async fn prepare(&self) -> Result<(), DynamoError> {
        match self.format().await? {
            Some(Some(format)) => return self.check_format(format),
            Some(None) => {}
            None => self.create().await?,
        }
        self.wait_and_check().await?;
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(Item::from([
                (ROUTE.to_owned(), text(FORMAT)),
                (NAME.to_owned(), text(FORMAT)),
                (FORMAT.to_owned(), number(KNOWN)),
            ])))
            .condition_expression("attribute_not_exists(#route)")
            .expression_attribute_names("#route", ROUTE)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            // Another process made it a ledger meanwhile.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                let format = self.format().await?.flatten();
                self.check_format(format.unwrap_or(KNOWN))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The format of the ledger: none yet in the inner option, no table in the outer one.
    pub(crate) async fn format(&self) -> Result<Option<Option<u64>>, DynamoError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(ROUTE, text(FORMAT))
            .key(NAME, text(FORMAT))
            .consistent_read(true)
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let reason = error.as_service_error();
                if reason.is_some_and(|error| error.is_resource_not_found_exception()) {
                    return Ok(None);
                }
                let code = reason.and_then(|error| error.meta().code());
                if code == Some("ValidationException") {
                    return Err(self.not_a_ledger("its key is another one"));
                }
                return Err(self.failed(error));
            }
        };
        let Some(item) = answer.item() else {
            return Ok(Some(None));
        };
        let format = item.get(FORMAT).and_then(|format| format.as_n().ok());
        let format = format.and_then(|format| format.parse().ok());
        match format {
            Some(format) => Ok(Some(Some(format))),
            None => Err(self.foreign("`format` is no whole number")),
        }
    }

    fn check_format(&self, found: u64) -> Result<(), DynamoError> {
        if found == KNOWN {
            return Ok(());
        }
        Err(DynamoError::Newer {
            table: self.table.clone(),
            found,
            known: KNOWN,
        })
    }

    async fn create(&self) -> Result<(), DynamoError> {
        let mut request = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in ATTRIBUTES {
            let attribute = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(kind);
            let attribute = attribute.build().map_err(|error| self.foreign(error))?;
            request = request.attribute_definitions(attribute);
        }
        let keys = |sort_key| {
            [(ROUTE, KeyType::Hash), (sort_key, KeyType::Range)]
                .into_iter()
                .map(|(name, kind)| {
                    let key = KeySchemaElement::builder()
                        .attribute_name(name)
                        .key_type(kind);
                    key.build().map_err(|error| self.foreign(error))
                })
                .collect::<Result<Vec<_>, _>>()
        };
        request = request.set_key_schema(Some(keys(NAME)?));
        for (index, sort_key, projection) in INDEXES {
            let projection = Projection::builder().projection_type(projection).build();
            let index = LocalSecondaryIndex::builder()
                .index_name(index)
                .set_key_schema(Some(keys(sort_key)?))
                .projection(projection)
                .build()
                .map_err(|error| self.foreign(error))?;
            request = request.local_secondary_indexes(index);
        }
        match request.send().await {
            Ok(_) => Ok(()),
            // Another process is making it.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_resource_in_use_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Waits until the table is there, and compares it with what a ledger needs.
    async fn wait_and_check(&self) -> Result<(), DynamoError> {
        loop {
            let answer = self
                .client
                .describe_table()
                .table_name(&self.table)
                .send()
                .await
                .map_err(|error| self.failed(error))?;
            let state = answer.table().and_then(|table| table.table_status());
            match (answer.table(), state) {
                (Some(table), Some(TableStatus::Active | TableStatus::Updating)) => {
                    return self.check(table);
                }
                (_, Some(TableStatus::Creating)) => tokio::time::sleep(PAUSE).await,
                (_, state) => {
                    return Err(DynamoError::NotActive {
                        table: self.table.clone(),
                        state: state.map_or("unknown", TableStatus::as_str).to_owned(),
                    });
                }
            }
        }
    }

    fn check(&self, table: &TableDescription) -> Result<(), DynamoError> {
        let is = |keys: &[KeySchemaElement], sort_key: &str| {
            let names: Vec<&str> = keys.iter().map(KeySchemaElement::attribute_name).collect();
            names == [ROUTE, sort_key]
        };
        if !is(table.key_schema(), NAME) {
            return Err(self.not_a_ledger("its key is another one"));
        }
        for (name, sort_key, projection) in INDEXES {
            let found = table
                .local_secondary_indexes()
                .iter()
                .find(|index| index.index_name() == Some(name) && is(index.key_schema(), sort_key));
            let projected = found
                .and_then(|index| index.projection())
                .and_then(|projection| projection.projection_type());
            if projected != Some(&projection) {
                return Err(self.not_a_ledger(&format!(
                    "it has no local index `{name}` by `{ROUTE}` and `{sort_key}` with the projection {projection}"
                )));
            }
        }
        Ok(())
    }

    fn not_a_ledger(&self, what: &str) -> DynamoError {
        DynamoError::NotALedger {
            table: self.table.clone(),
            what: what.to_owned(),
        }
    }
}

/// The attributes of keys.
const ATTRIBUTES: [(&str, ScalarAttributeType); 4] = [
    (ROUTE, ScalarAttributeType::S),
    (NAME, ScalarAttributeType::S),
    (OPEN, ScalarAttributeType::S),
    (DAY, ScalarAttributeType::N),
];

/// Name, sort key and projection of each local index. An item without the sort key is not in the index.
const INDEXES: [(&str, &str, ProjectionType); 2] = [
    (OPEN_INDEX, OPEN, ProjectionType::All),
    (DAY_INDEX, DAY, ProjectionType::KeysOnly),
];
