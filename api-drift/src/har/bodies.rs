//! Bodies as browsers write them down, or leave them out.

use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::header;

/// No unpacked body is read beyond this size.
const LARGEST: u64 = 64 * 1024 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The body, and whether it is only the beginning of it.
pub(super) fn body(response: &Value, status: u16) -> (Option<Vec<u8>>, bool) {
    let content = &response["content"];
    let Some(text) = content["text"].as_str() else {
        return (is_empty(response, status).then(Vec::new), false);
    };
    let encoding = content["encoding"].as_str().unwrap_or_default();
    let body = if encoding.trim().eq_ignore_ascii_case("base64") {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        BASE64.decode(plain).ok()
    } else {
        Some(text.as_bytes().to_vec())
    };
    let body = body.and_then(|body| unpacked(body, response));
    let size = content["size"].as_u64().unwrap_or(0);
    let is_cut = body
        .as_ref()
        .is_some_and(|body| size > body.len() as u64 && !is_whole(body));
    (body, is_cut)
}

/// Browsers leave the text out for bodies that they dropped, and for empty ones; the sizes tell.
fn is_empty(response: &Value, status: u16) -> bool {
    let length = header(response, "content-length").and_then(|it| it.trim().parse::<u64>().ok());
    let transferred = response["bodySize"].as_i64();
    match response["content"]["size"].as_i64() {
        _ if matches!(status, 204 | 205) => true,
        Some(0) => match (length, transferred) {
            (Some(length), _) => length == 0,
            (None, Some(transferred)) => transferred == 0,
            (None, None) => (300..400).contains(&status),
        },
        _ => false,
    }
}

/// Some programs keep the bytes as they came, packed; what is packed otherwise than by gzip is not read.
fn unpacked(body: Vec<u8>, response: &Value) -> Option<Vec<u8>> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        let coding = header(response, "content-encoding").unwrap_or_default();
        let is_packed = ["br", "zstd", "deflate", "compress"]
            .iter()
            .any(|it| coding.to_ascii_lowercase().contains(it));
        return match is_packed && std::str::from_utf8(&body).is_err() {
            true => None,
            false => Some(body),
        };
    }
    let mut plain = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(&body[..]).take(LARGEST);
    Some(match reader.read_to_end(&mut plain) {
        Ok(_) => plain,
        Err(_) => body,
    })
}

/// Whether a text ends as its kind does. Sizes alone do not tell: programs count bytes before or after unpacking.
fn is_whole(body: &[u8]) -> bool {
    match body.trim_ascii() {
        text @ [b'{' | b'[', ..] => serde_json::from_slice::<IgnoredAny>(text).is_ok(),
        [b'<', .., b'>'] => true,
        [b'<', ..] => false,
        // Any other text may end anywhere.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bodies_are_read_in_each_form() {
        let packed = {
            use std::io::Write as _;
            let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            to.write_all(b"{\"a\": 1}").unwrap();
            BASE64.encode(to.finish().unwrap())
        };
        let text = Some(&b"{\"a\": 1}"[..]);
        for (response, expected, is_cut) in [
            (
                json!({"content": {"text": "{\"a\": 1}", "size": 8}}),
                text,
                false,
            ),
            (
                json!({"content": {"text": "eyJhIjog\r\nMX0", "encoding": "Base64"}}),
                text,
                false,
            ),
            (
                json!({"content": {"text": packed, "encoding": "base64"}}),
                text,
                false,
            ),
            (
                json!({"content": {"text": "!", "encoding": "base64"}}),
                None,
                false,
            ),
            // Packed by Brotli: as it came, and unpacked by the program that recorded it.
            (
                json!({"content": {"text": "CwOAeyJhIjogMX0D/8D+", "encoding": "base64"}, "headers": [{"name": "content-encoding", "value": "br"}]}),
                None,
                false,
            ),
            (
                json!({"content": {"text": "{\"a\": 1}", "size": 8}, "headers": [{"name": "content-encoding", "value": "br"}]}),
                text,
                false,
            ),
            // Counted before unpacking, or in other characters.
            (
                json!({"content": {"text": "{\"a\": 1}", "size": 99}}),
                text,
                false,
            ),
            (
                json!({"content": {"text": "{\"a\":", "size": 99}}),
                Some(b"{\"a\":"),
                true,
            ),
            (
                json!({"content": {"text": "<a><b", "size": 99}}),
                Some(b"<a><b"),
                true,
            ),
            // Left out.
            (
                json!({"content": {"size": 0}, "bodySize": 4211}),
                None,
                false,
            ),
            (json!({"content": {"size": 0}, "bodySize": -1}), None, false),
            (json!({"content": {"size": 77}, "bodySize": 0}), None, false),
            (json!({"content": {}}), None, false),
            // Empty.
            (
                json!({"content": {"size": 0}, "bodySize": 0}),
                Some(b""),
                false,
            ),
            (
                json!({"content": {"size": 0}, "bodySize": -1, "headers": [{"name": "Content-Length", "value": "0"}]}),
                Some(b""),
                false,
            ),
        ] {
            let (body, cut) = body(&response, 200);
            assert_eq!((body.as_deref(), cut), (expected, is_cut), "{response}");
        }
        assert_eq!(body(&json!({}), 204), (Some(Vec::new()), false));
        assert_eq!(
            body(&json!({"content": {"size": 0}}), 302),
            (Some(Vec::new()), false)
        );
    }
}
