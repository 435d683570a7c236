//! Whether "does not exist" may be believed.
//!
//! The service says 404 for a format that a session does not have, and for an address that it moved (seen 2026-03). What is on record
//! as absent is never asked for again, so a moved address must not get there. An absence counts once a file of the same kind came in
//! the same run: from another session, or else from one that had it before and is asked for it once more.

use std::collections::BTreeSet;

use super::kind::Kind;
use super::record::AbsentLine;

/// The answers that a run has seen, by kind.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    seen: BTreeSet<Kind>,
    held: Vec<AbsentLine>,
}

impl Evidence {
    /// A file of this kind came; gives the absences that this proves.
    #[must_use]
    pub(super) fn came(&mut self, kind: Kind) -> Vec<AbsentLine> {
        self.seen.insert(kind);
        let held = std::mem::take(&mut self.held);
        let (proved, held) = held.into_iter().partition(|line| line.kind == kind);
        self.held = held;
        proved
    }

    /// The service says that a file does not exist; gives the line if it is proved already.
    #[must_use]
    pub(super) fn absent(&mut self, line: AbsentLine) -> Option<AbsentLine> {
        if self.seen.contains(&line.kind) {
            return Some(line);
        }
        self.held.push(line);
        None
    }

    /// The kinds with absences that nothing proves yet.
    #[must_use]
    pub(super) fn unproved(&self) -> BTreeSet<Kind> {
        self.held.iter().map(|line| line.kind).collect()
    }

    /// The number of absences of a kind that nothing proves.
    #[must_use]
    pub(super) fn held(&self, kind: Kind) -> usize {
        self.held.iter().filter(|line| line.kind == kind).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: u64, kind: Kind) -> AbsentLine {
        AbsentLine {
            id,
            kind,
            part: None,
            of: None,
            version: 1,
            asked: "2026-11-28T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn an_absence_counts_once_its_kind_was_seen() {
        let mut evidence = Evidence::default();
        assert_eq!(evidence.absent(line(1, Kind::Gpx)), None);
        assert_eq!(evidence.absent(line(1, Kind::Fit)), None);
        assert_eq!(evidence.unproved().len(), 2);
        assert_eq!(evidence.came(Kind::Gpx), [line(1, Kind::Gpx)]);
        assert_eq!(
            evidence.absent(line(2, Kind::Gpx)),
            Some(line(2, Kind::Gpx))
        );
        assert_eq!((evidence.held(Kind::Gpx), evidence.held(Kind::Fit)), (0, 1));
    }
}
