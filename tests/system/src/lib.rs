//! Whole-system tests: they run the built programs against the fake services.
