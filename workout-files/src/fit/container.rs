//! The files of a chain: headers, sizes and checksums.

use super::{Failure, checksum};
use crate::read::ReadErrorKind;

/// One file of a chain.
pub(super) struct Part<'a> {
    /// Its offset in the chain.
    pub(super) start: usize,
    /// Its bytes, up to the end of the chain when it was cut off.
    pub(super) bytes: &'a [u8],
    /// Bytes of its header.
    header: usize,
    /// Bytes of its messages, as the header says.
    data: usize,
}

/// What comes next in a chain.
pub(super) enum Next<'a> {
    /// A file.
    Part(Part<'a>),
    /// Bytes that are no file.
    Trailing,
    /// The beginning of an unreadable file.
    Failed(Failure),
    /// Nothing.
    End,
}

/// What comes at `at`.
pub(super) fn next(bytes: &[u8], at: usize) -> Next<'_> {
    let rest = &bytes[at..];
    if rest.is_empty() {
        return Next::End;
    }
    let failed = |kind| {
        Next::Failed(Failure {
            kind,
            byte: at as u64,
        })
    };
    let header = usize::from(rest[0]);
    if rest.len() < 12 {
        let mark = rest.get(8..).unwrap_or_default();
        let header_begins = matches!(header, 12 | 14) && b".FIT".starts_with(mark);
        return if header_begins {
            failed(ReadErrorKind::Truncated)
        } else {
            Next::Trailing
        };
    }
    if !super::is_fit(rest) {
        return Next::Trailing;
    }
    if !matches!(header, 12 | 14) {
        return failed(ReadErrorKind::Damaged(format!(
            "a header of {header} bytes"
        )));
    }
    if rest.len() < header {
        return failed(ReadErrorKind::Truncated);
    }
    let data = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]) as usize;
    let part = Part {
        start: at,
        bytes: rest,
        header,
        data,
    };
    if part.is_unfinished() {
        return Next::Part(part);
    }
    let end = header.saturating_add(data).saturating_add(2);
    Next::Part(Part {
        bytes: &rest[..end.min(rest.len())],
        ..part
    })
}

impl<'a> Part<'a> {
    /// Whether the recorder died before it wrote the size of the data: the header says 0, and data
    /// follows.
    pub(super) fn is_unfinished(&self) -> bool {
        let after = self.bytes.get(self.header + 2..).unwrap_or_default();
        self.data == 0 && !after.is_empty() && !super::is_fit(after)
    }

    /// The offset of the end of the messages.
    pub(super) fn data_end(&self) -> usize {
        if self.is_unfinished() {
            self.bytes.len()
        } else {
            self.header.saturating_add(self.data)
        }
    }

    /// Whether the whole file is there.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_unfinished() && self.bytes.len() >= self.data_end().saturating_add(2)
    }

    /// Whether a checksum does not belong to its content. Without one in the header, the checksum at
    /// the end counts the header too; some writers forget that.
    pub(super) fn wrong_checksum(&self) -> Option<Failure> {
        let wrong = |stored: u16, computed: u16, byte: usize| {
            Some(Failure {
                kind: ReadErrorKind::Checksum { stored, computed },
                byte: (self.start + byte) as u64,
            })
        };
        let stored_at = |at: usize| {
            let bytes = self.bytes.get(at..at + 2)?;
            Some(u16::from_le_bytes([bytes[0], bytes[1]]))
        };
        let of_header = (self.header == 14).then(|| stored_at(12)).flatten();
        if let Some(stored) = of_header.filter(|&stored| stored != 0) {
            let computed = checksum::of(&self.bytes[..12]);
            if stored != computed {
                return wrong(stored, computed, 12);
            }
        }
        if !self.is_whole() {
            return None;
        }
        let end = self.data_end();
        let stored = stored_at(end)?;
        let computed = checksum::of(&self.bytes[..end]);
        if stored == computed
            || of_header == Some(0) && stored == checksum::of(&self.bytes[self.header..end])
        {
            return None;
        }
        wrong(stored, computed, end)
    }
}
