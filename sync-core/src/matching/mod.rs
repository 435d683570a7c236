//! Which activity at the destination is which workout.

mod duplicates;
mod evidence;
mod lookup;
pub mod matcher;
mod pairing;
mod rivals;
#[cfg(test)]
mod tests;
mod traces;

pub(crate) use duplicates::{Suspects, find_duplicates, knows, lookalike};
pub(crate) use lookup::{Found, Lookup, Near};
pub(crate) use traces::{is_other_id, is_recreated, shows_later, unnamed_lookalike};
