//! Random numbers for pauses and names, from the keys of the standard library's hash tables.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number in `0.0..1.0`.
pub(crate) fn random() -> f64 {
    (random_bits() >> 11) as f64 / (1_u64 << 53) as f64
}

pub(crate) fn random_bits() -> u64 {
    RandomState::new().build_hasher().finish()
}
