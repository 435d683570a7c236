//! The document in which a session is kept.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::JarError;
use super::store::Document;

const FORMAT: &str = "web-session cookies";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Cookies {
    format: String,
    version: u32,
    cookies: Vec<Value>,
}

/// The cookies in a document; `path` is the place that errors name.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Vec<Value>, JarError> {
    if bytes.trim_ascii().is_empty() {
        return Err(JarError::damaged(path, "it is empty"));
    }
    // serde_json's own words may quote the file, which is secret: only the place is shown.
    let document: Value = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(e) if bytes.trim_ascii_start().starts_with(b"{") => {
            let what = if e.is_eof() {
                "it is cut off".to_owned()
            } else {
                format!("line {}", e.line())
            };
            return Err(JarError::damaged(path, what));
        }
        Err(_) => {
            return Err(JarError::Foreign {
                path: path.to_owned(),
                what: "it is not JSON".to_owned(),
            });
        }
    };
    if document["format"] != FORMAT {
        return Err(JarError::Foreign {
            path: path.to_owned(),
            what: "it is other JSON".to_owned(),
        });
    }
    if document["version"] != VERSION {
        return Err(JarError::Foreign {
            path: path.to_owned(),
            what: "it was written by another version".to_owned(),
        });
    }
    let document: Cookies = serde_json::from_value(document)
        .map_err(|_| JarError::damaged(path, "it has no list of cookies"))?;
    super::from_values(&document.cookies)
        .map_err(|()| JarError::damaged(path, "a cookie in it cannot be read"))?;
    Ok(document.cookies)
}

/// The document of these cookies.
pub(super) fn write(path: &Path, cookies: &[Value]) -> Result<Document, JarError> {
    let document = Cookies {
        format: FORMAT.to_owned(),
        version: VERSION,
        cookies: cookies.to_vec(),
    };
    let mut bytes = serde_json::to_vec_pretty(&document)
        .map_err(|error| JarError::unwritable(path, error.into()))?;
    bytes.push(b'\n');
    Ok(Document::new(bytes))
}
