//! Which activity at the destination is which workout.

mod duplicates;
mod evidence;
mod exercise_facts;
mod lookup;
pub mod matcher;
mod pairing;
#[cfg(test)]
mod tests;

pub(crate) use duplicates::Suspects;
pub(crate) use exercise_facts::of_exercise;
pub(crate) use lookup::{Found, Lookup, Near, is_recreated, shows_later, unnamed_lookalike};
