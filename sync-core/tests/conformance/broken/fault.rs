//! The faults, and the check that finds each.

/// The fault of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: the frame itself.
    None,
    /// New stores are not empty.
    LeftOvers,
    /// `Absent` writes over what is there.
    AbsentOverwrites,
    /// The version is not compared.
    BlindUpdate,
    /// An update of what is not there creates it (`UPSERT`).
    Upsert,
    /// Reads, lets others in, then writes.
    CheckThenAct,
    /// A conflict is reported, and the document is written.
    ConflictWrites,
    /// After a conflict nothing works (an aborted transaction that is never rolled back).
    WedgedByConflict,
    /// Versions come from one counter for the whole store (a sequence).
    GlobalVersions,
    /// The first version is 0.
    CountsFromZero,
    /// A version from the future is accepted (`version >= expected`).
    NewerIsFine,
    /// Versions are kept in 32 bits: they wrap around.
    NarrowVersions,
    /// Names differ in more than case, or they are one (`COLLATE NOCASE`).
    FoldsCase,
    /// Space at the end of a name counts for nothing (`CHAR(n)`).
    TrimsNames,
    /// Names are cut to the width of the column.
    CutsNames,
    /// Route and name are glued together.
    GluesKeys,
    /// The route is a pattern in scan (`LIKE`).
    RouteIsAPattern,
    /// Bodies are parsed and printed again (`jsonb`).
    PrintsJsonAnew,
    /// Bodies are cut at 64 KiB (`TEXT` in MySQL).
    CutsBodies,
    /// Pages begin at an offset.
    OffsetPages,
    /// Sorted as in a dictionary.
    DictionaryOrder,
    /// The first page comes again where `after` is not there.
    AfterMustExist,
    /// The clock runs backwards.
    ClockRunsBack,
    /// A page includes the name after which it should begin.
    AfterIsIncluded,
    /// A limit of 0 means "no limit".
    ZeroIsUnlimited,
    /// Each handle remembers what it read.
    RemembersReads,
    /// Scan reads a copy that is made once.
    StaleScan,
    /// Written when closed; and closing is forgotten.
    ForgetsAtTheEnd,
    /// Versions begin anew with each opening.
    CountsAnew,
    /// Bodies with a date of the past expire (a TTL index).
    Expires,
    /// A dropped call never releases the lock.
    LocksForEver,
}

/// Each with the check that has to fail.
pub const FAULTS: &[(Fault, &str)] = &[
    (Fault::LeftOvers, "starts-empty"),
    (Fault::AbsentOverwrites, "absent-conflicts"),
    (Fault::BlindUpdate, "stale-version-conflicts"),
    (Fault::Upsert, "missing-document-conflicts"),
    (Fault::CheckThenAct, "one-winner"),
    (Fault::CheckThenAct, "one-creator"),
    (Fault::CheckThenAct, "no-lost-update"),
    (Fault::ConflictWrites, "absent-conflicts"),
    (Fault::WedgedByConflict, "usable-after-conflict"),
    (Fault::GlobalVersions, "versions-count-up"),
    (Fault::CountsFromZero, "absent-creates"),
    (Fault::NewerIsFine, "unknown-version-conflicts"),
    (Fault::NarrowVersions, "unknown-version-conflicts"),
    (Fault::FoldsCase, "odd-names"),
    (Fault::TrimsNames, "odd-names"),
    (Fault::CutsNames, "long-names"),
    (Fault::GluesKeys, "routes-are-apart"),
    (Fault::RouteIsAPattern, "routes-are-apart"),
    (Fault::PrintsJsonAnew, "bodies-are-kept"),
    (Fault::CutsBodies, "large-bodies"),
    (Fault::OffsetPages, "scan-while-writing"),
    (Fault::DictionaryOrder, "order-by-bytes"),
    (Fault::AfterMustExist, "order-by-bytes"),
    (Fault::AfterIsIncluded, "pages"),
    (Fault::ZeroIsUnlimited, "page-limits"),
    (Fault::RemembersReads, "shared"),
    (Fault::StaleScan, "scan-is-current"),
    (Fault::ForgetsAtTheEnd, "reopening"),
    (Fault::CountsAnew, "reopening-counts-on"),
    (Fault::Expires, "ignores-the-clock"),
    (Fault::LocksForEver, "dropped-calls"),
    (Fault::ClockRunsBack, "time-goes-on"),
];
