//! Which activity at the destination is which workout.

mod duplicates;
mod evidence;
mod exercise_facts;
mod lookup;
pub mod matcher;
mod pairing;
mod rivals;
#[cfg(test)]
mod tests;
mod traces;

pub(crate) use duplicates::{Suspects, knows, lookalike};
pub(crate) use exercise_facts::of_exercise;
pub(crate) use lookup::{Found, Lookup, Near};
pub(crate) use traces::{is_other_id, is_recreated, shows_later, unnamed_lookalike};
