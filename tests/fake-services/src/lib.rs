//! Stateful fakes of Polar Flow and Runkeeper that run in the process, for demos and tests.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod browser;
mod http;
mod polar;
mod runkeeper;
pub mod synthetic;
mod tokens;
mod track;

pub use browser::BrowserCookie;
pub use http::{Answer, Endpoint, Fault, Faults, LoggedRequest, RequestLog};
pub use polar::{
    CalendarEvent, EmptyExport, ExpiredShape, FakePolarFlow, FakePolarFlowBuilder, PolarExercise,
    PolarSession, PolarSignIn, PolarSport, PolarSwitches,
};
pub use runkeeper::{
    ActivityOrigin, DeadCookie, DistanceUnit, FakeActivity, FakeRunkeeper, FakeRunkeeperBuilder,
    GpxDefect, ListingLag, ProfileHint, RunkeeperEra, RunkeeperSwitches, Upload, UploadMode,
};
