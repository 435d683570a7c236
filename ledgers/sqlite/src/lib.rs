//! The embedded default ledger of sync-core: one SQLite file.
