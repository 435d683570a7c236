//! The promises of the ledger trait.

sync_core::server_ledger_tests!(crate::Server);
