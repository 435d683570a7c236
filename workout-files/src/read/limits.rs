//! Limits against hostile input.

/// The limits beyond which a reader gives up with [`ReadErrorKind::TooLarge`].
///
/// Memory grows linearly with the input in any case; these keep the factor in check, because a
/// lap of six characters takes far more than six bytes. Entities are never expanded: only the five
/// that XML defines and character references are known, whatever a document type declares.
///
/// [`ReadErrorKind::TooLarge`]: super::ReadErrorKind::TooLarge
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of input. Default: 1 GiB.
    pub bytes: usize,
    /// Elements inside one another. Default: 100.
    pub depth: usize,
    /// Activities. Default: 10 000.
    pub activities: usize,
    /// Laps and tracks together, over all activities. Default: 200 000.
    pub laps_and_tracks: usize,
    /// Trackpoints, over all activities. Default: 20 million.
    pub trackpoints: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1 << 30,
            depth: 100,
            activities: 10_000,
            laps_and_tracks: 200_000,
            trackpoints: 20_000_000,
        }
    }
}
