//! The programs people run; each is an example target of this package.
