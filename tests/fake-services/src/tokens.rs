//! Values that look like the services' tokens. The same seed gives the same values, run after run.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A source of made-up tokens (splitmix64).
#[derive(Debug)]
pub(crate) struct Tokens(u64);

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn hex(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(length);
        text
    }

    pub(crate) fn text(&mut self, length: usize) -> String {
        let bytes: Vec<u8> = (0..length)
            .flat_map(|_| self.next().to_be_bytes())
            .collect();
        let mut text = URL_SAFE_NO_PAD.encode(bytes);
        text.truncate(length);
        text
    }

    pub(crate) fn uuid(&mut self) -> String {
        let hex = self.hex(32);
        format!(
            "{}-{}-4{}-8{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            &hex[17..20],
            &hex[20..]
        )
    }

    /// A signed-looking JSON Web Token with an invalid signature.
    pub(crate) fn jwt(&mut self, algorithm: &str, payload: &Value) -> String {
        let header = json!({"alg": algorithm, "typ": "JWT"}).to_string();
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload.to_string()),
            self.text(43)
        )
    }
}
