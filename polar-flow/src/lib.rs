//! A typed client for the undocumented web API of Polar Flow.
