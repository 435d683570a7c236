//! Stateful fakes of Polar Flow, Runkeeper and intervals.icu that run in the process, for demos and tests.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use fake_services::{Answer, FakePolarFlow, FakeRunkeeper, Fault, UploadMode, synthetic};
//!
//! let polar = FakePolarFlow::start().await?; // flow_url(), auth_url()
//! polar.add_sessions(synthetic::history());
//! polar.faults().next(1, "GET /api/export", Fault::Answer(Answer::unavailable(Some(1))));
//!
//! let runkeeper = FakeRunkeeper::start().await?; // url(), asics_url()
//! runkeeper.next_uploads(1, UploadMode::ResetAfterStoring);
//!
//! // ... point a client at those addresses, then look at what happened:
//! assert_eq!(runkeeper.requests().count("POST /trackMultipleFileUpload"), 0);
//! assert!(runkeeper.activities().is_empty() && runkeeper.duplicates().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! - **State**: what is uploaded is listed, read back, edited, downloaded and deleted. A second copy of a workout is
//!   accepted, so that a double send is seen ([`FakeRunkeeper::duplicates`]).
//! - **Switches** ([`PolarSwitches`], [`RunkeeperSwitches`]) change how a service works: sign-in era, units, a listing
//!   that lags behind, shapes of an expired session.
//! - **Faults** ([`Faults`]) hit the next requests to an endpoint: another answer, a reset before or after the effect, a
//!   slow or truncated answer. [`UploadMode`] names the ones that matter for uploads.
//! - **Changes** ([`Faults::change`]): the service answers otherwise from now on, one field, header or cookie at a time.
//! - **Hostile answers** ([`Hostile`]) and a [server that plays a script](script), byte for byte, for what no service would do
//!   on purpose.
//! - **Log** ([`RequestLog`]): every request with its size, to be counted.
//! - **Output** ([`test_log`]): a log in memory and errors with their causes, to search for planted secrets.
//! - **Signing in**: password ([`FakePolarFlow::EMAIL`] and so on) or the cookies of a signed-in browser
//!   ([`FakePolarFlow::browser_cookies`]), in every format that [`BrowserCookie`] writes.
//!
//! For unknown behaviour of the real service the fakes have a default and a switch; a client must not
//! depend on it. All made-up tokens follow from a seed. Nothing here prints a secret.
#![cfg_attr(test, allow(clippy::unwrap_used))]
// Handlers return the answer to send as their error; boxing it would only hide that.
#![allow(clippy::result_large_err)]

mod browser;
mod hostile;
mod http;
mod intervals;
pub mod kinds;
mod polar;
mod runkeeper;
pub mod script;
pub mod synthetic;
pub mod test_log;
mod tokens;
mod track;

pub use browser::BrowserCookie;
pub use hostile::{Hostile, Target};
pub use http::{Answer, Endpoint, Fault, Faults, InFlight, Leaving, LoggedRequest, RequestLog};
pub use intervals::{FakeIntervals, IntervalsActivity};
pub use polar::{
    CalendarEvent, EmptyExport, ExpiredShape, FakePolarFlow, FakePolarFlowBuilder, PolarExercise,
    PolarSession, PolarSignIn, PolarSport, PolarSwitches,
};
pub use runkeeper::{
    ActivityOrigin, DeadCookie, DistanceUnit, FakeActivity, FakeRunkeeper, FakeRunkeeperBuilder,
    GpxDefect, ListingLag, ProfileHint, RunkeeperEra, RunkeeperSwitches, Upload, UploadMode,
};
