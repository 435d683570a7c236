//! Cookies as a user exports them from a browser.

use std::fmt;

use serde_json::{Value, json};

/// A cookie of a signed-in browser. `Debug` does not show the value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrowserCookie {
    /// Host without the port.
    pub host: String,
    /// Name, which may contain a literal `%`.
    pub name: String,
    /// Value: a secret.
    pub value: String,
}

impl fmt::Debug for BrowserCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BrowserCookie({} {})", self.host, self.name)
    }
}

impl BrowserCookie {
    pub(crate) fn new(host: &str, name: &str, value: &str) -> Self {
        Self {
            host: host.to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    pub(crate) fn host_of(url: &str) -> &str {
        let host = url.strip_prefix("http://").unwrap_or(url);
        host.rsplit_once(':').map_or(host, |(host, _)| host)
    }

    /// The value of a `Cookie:` header.
    #[must_use]
    pub fn header(cookies: &[Self]) -> String {
        let pairs: Vec<_> = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        pairs.join("; ")
    }

    /// "Copy as cURL" of a request to `url`.
    #[must_use]
    pub fn curl(cookies: &[Self], url: &str) -> String {
        format!(
            "curl '{url}' \\\n  -H 'accept: application/json' \\\n  -b '{}' \\\n  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)'",
            Self::header(cookies)
        )
    }

    /// A Netscape `cookies.txt`.
    #[must_use]
    pub fn netscape(cookies: &[Self]) -> String {
        let mut text = String::from("# Netscape HTTP Cookie File\n\n");
        for cookie in cookies {
            // Far enough in the future: 2038-01-19.
            text.push_str(&format!(
                "{}\tFALSE\t/\tFALSE\t2147483647\t{}\t{}\n",
                cookie.host, cookie.name, cookie.value
            ));
        }
        text
    }

    /// The JSON that cookie-export extensions write.
    #[must_use]
    pub fn json(cookies: &[Self]) -> String {
        let list: Vec<Value> = cookies
            .iter()
            .map(|cookie| {
                json!({
                    "domain": cookie.host, "hostOnly": true, "httpOnly": true, "name": cookie.name,
                    "path": "/", "sameSite": "lax", "secure": false, "session": false,
                    "storeId": "0", "value": cookie.value, "expirationDate": 2_147_483_647
                })
            })
            .collect();
        Value::Array(list).to_string()
    }
}
