//! The list that the original project kept: documents of the form `{"synced": [ids]}`.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, doc};

use crate::error::MongoError;
use crate::place::{PATIENCE, Place};

/// Reads the identifiers of the workouts that the original project had synced, from every document of a collection that has a list `synced`.
///
/// Identifiers may be text or numbers; they come as text. Nothing is changed. Give them to `Engine::adopt` of `sync-core`, which settles them in
/// a ledger of any kind. `database` is taken from the address when it is `None`.
///
/// # Errors
/// When the server fails, and when an entry of a list is not an identifier: without it that workout would be sent again.
pub async fn read_original_list(
    url: &str,
    database: Option<&str>,
    collection: &str,
) -> Result<BTreeSet<String>, MongoError> {
    let place = Place::connect(url, database, collection, PATIENCE).await?;
    let failed = |source| place.failed(source);
    let find = async { place.documents.find(doc! {}).await.map_err(failed) };
    let mut lists = place.in_time(find).await?;
    let mut ids = BTreeSet::new();
    loop {
        let next = async { lists.try_next().await.map_err(failed) };
        let Some(list) = place.in_time(next).await? else {
            break;
        };
        match list.get("synced") {
            None => {}
            Some(Bson::Array(list)) => {
                for id in list {
                    ids.insert(text(id).ok_or_else(|| {
                        place.foreign(format!("`synced` has {id}, which is no identifier"))
                    })?);
                }
            }
            Some(_) => return Err(place.foreign("`synced` is no list")),
        }
    }
    Ok(ids)
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
