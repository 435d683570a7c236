//! What endpoints share: ids, sports, and how the service writes things.

pub(crate) mod ids;
pub mod sports;
pub(crate) mod wire;
