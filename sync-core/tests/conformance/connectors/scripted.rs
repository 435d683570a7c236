//! The destination of the scripted worlds keeps the promises, too.

use std::cell::Cell;
use std::sync::Arc;

use chrono::TimeDelta;
use futures_executor::block_on;
use sync_core::conformance::world::{Answer, Gate, GatedDestination, World};
use sync_core::conformance::{DestinationHarness, SendFault, check_destination, test_workout};
use sync_core::{Item, Workout};

use super::left_out;

/// The scripted destination of the worlds, with the time that its listing lags.
struct Scripted {
    world: World,
    lag: TimeDelta,
    gate: Arc<Gate>,
    last: Cell<usize>,
}

impl DestinationHarness for Scripted {
    type Destination = GatedDestination;

    async fn open(&self) -> GatedDestination {
        self.world.destination_through(&self.gate)
    }

    async fn activities(&self) -> usize {
        self.world.destination.activities().len()
    }

    async fn create_requests(&self) -> Option<usize> {
        let log = self.gate.log();
        Some(log.iter().filter(|line| line.starts_with("send")).count())
    }

    async fn fail_next_send(&self, fault: SendFault) -> bool {
        let answer = match fault {
            SendFault::LostAnswer => Answer::StoreThenReset,
            SendFault::LostRequest => Answer::Reset,
            SendFault::UnreadableAnswer => Answer::StoreOpaque,
            SendFault::Refused => Answer::Reject,
            _ => return false,
        };
        // Answers are scripted by workout: the one that the suite chose last is sent next.
        let (item, _) = test_workout(self.last.get());
        self.world.destination.answers(&item.id, &[answer]);
        true
    }

    async fn settle(&self) {
        self.world.clock.advance(self.lag);
    }

    fn workout(&self, number: usize) -> (Item, Workout) {
        self.last.set(number);
        test_workout(number)
    }
}

#[test]
fn the_scripted_destination_of_the_worlds_passes_also_when_its_listing_lags() {
    for lag in [TimeDelta::zero(), TimeDelta::seconds(100)] {
        let (world, gate, last) = (World::new("here"), Arc::default(), Cell::default());
        world.destination.lists_late(lag);
        let scripted = Scripted {
            world,
            lag,
            gate,
            last,
        };
        let report = block_on(check_destination(&scripted));
        report.assert_conformant();
        let expected = [
            "error-after-storing",
            "busy",
            "same-key",
            "same-key-after-lost-answer",
            "broken-find",
            "time-of-day",
            "read-back",
        ];
        assert_eq!(left_out(&report), expected);
    }
}
