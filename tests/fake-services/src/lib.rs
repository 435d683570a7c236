//! Stateful fakes of Polar Flow and Runkeeper that run in the process, for demos and tests.
