//! The list that the original project kept: a document of the form `{"synced": [ids]}`, read in
//! its `handler.py` of December 2018.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, doc};

use crate::error::MongoError;
use crate::place::{PATIENCE, Place};

/// The database of the original project's list, whatever its address named.
pub const ORIGINAL_DATABASE: &str = "polar-flow-to-runkeeper";
/// The collection of the original project's list: one document `{"synced": [8104216805, ...]}`.
pub const ORIGINAL_COLLECTION: &str = "synced-runs";

/// Reads the identifiers of the workouts that the original project had synced, from every document
/// of a collection that has a list `synced`.
///
/// Identifiers may be text or numbers; they come as text. Nothing is changed. Give them to
/// `Engine::import_list` of `sync-core`, which settles them in a ledger of any kind. `database` is
/// the one in the address when it is `None`, else [`ORIGINAL_DATABASE`].
///
/// The list also names what the calendar had beside workouts: the original project did not tell
/// them apart.
///
/// # Errors
/// When the server fails; when no document has such a list, as in the wrong database or in the
/// middle of a run of the original project, which takes the list away and writes it at its end; and
/// when an entry of a list is not an identifier: without it that workout would be sent again.
pub async fn read_original_list(
    url: &str,
    database: Option<&str>,
    collection: &str,
) -> Result<BTreeSet<String>, MongoError> {
    let place = Place::connect(url, database, ORIGINAL_DATABASE, collection, PATIENCE).await?;
    let failed = |source| place.failed(source);
    let find = async { place.documents.find(doc! {}).await.map_err(failed) };
    let mut lists = place.in_time(find).await?;
    let mut ids = None;
    loop {
        let next = async { lists.try_next().await.map_err(failed) };
        let Some(list) = place.in_time(next).await? else {
            break;
        };
        match list.get("synced") {
            None => {}
            Some(Bson::Array(list)) => {
                let ids = ids.get_or_insert_with(BTreeSet::new);
                for id in list {
                    ids.insert(text(id).ok_or_else(|| {
                        place.foreign(format!("`synced` has {id}, which is no identifier"))
                    })?);
                }
            }
            Some(_) => return Err(place.foreign("`synced` is no list")),
        }
    }
    ids.ok_or(MongoError::NoList {
        collection: place.name,
    })
}

/// An identifier as text: JavaScript and Python stored whole numbers in every numeric type.
fn text(id: &Bson) -> Option<String> {
    match id {
        Bson::String(id) if !id.trim().is_empty() => Some(id.trim().to_owned()),
        Bson::Int32(id) => Some(id.to_string()),
        Bson::Int64(id) => Some(id.to_string()),
        Bson::Double(id) if id.fract() == 0.0 && id.abs() < 9_007_199_254_740_992.0 => {
            Some(format!("{id:.0}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_come_as_text_whatever_they_were() {
        assert_eq!(
            text(&Bson::String(" 8104216805 ".into())).as_deref(),
            Some("8104216805")
        );
        assert_eq!(
            text(&Bson::Int64(8_104_216_805)).as_deref(),
            Some("8104216805")
        );
        assert_eq!(
            text(&Bson::Double(8_104_216_805.0)).as_deref(),
            Some("8104216805")
        );
        assert_eq!(text(&Bson::Int32(7)).as_deref(), Some("7"));
        for none in [
            Bson::Null,
            Bson::Double(1.5),
            Bson::String(String::new()),
            Bson::Boolean(true),
        ] {
            assert_eq!(text(&none), None);
        }
    }
}
