//! What a service, or a file in its place, may cost: every limit of this crate that no setting changes.
//!
//! Each is far above what a real answer needs and low enough to keep memory and time bounded. An answer beyond a limit
//! is an error that names the limit, never a partial result.

use std::time::Duration;

/// The largest HTML page that is parsed, in bytes. Pages of both services had at most some hundred kilobytes.
pub const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The most tags of a page, opening and closing ones.
pub const PAGE_TAGS: usize = 50_000;
/// How deep elements of a page may be nested. Browsers stop at 512.
pub const PAGE_DEPTH: usize = 256;
/// The most formatting elements (`b`, `font`, ...) of a page that are open at a time: a parser opens them again in every
/// block that follows.
pub const PAGE_FORMATTING: usize = 64;
/// The most attributes of one tag.
pub const TAG_ATTRIBUTES: usize = 256;
/// The most nodes that a page may grow to while it is parsed.
pub const PAGE_NODES: usize = 250_000;
/// The longest time for parsing a page.
pub const PAGE_TIME: Duration = Duration::from_secs(5);

/// The most objects and lists of a JSON answer. A recording of 40 hours with two positions a second has fewer.
pub const JSON_CONTAINERS: usize = 300_000;
/// The most values of a JSON answer.
pub const JSON_VALUES: usize = 4_000_000;

/// The most cookies that one answer may set.
pub const COOKIES_PER_ANSWER: usize = 50;
/// The most cookies that a jar keeps for one host.
pub const COOKIES_PER_HOST: usize = 60;
/// The most cookies that a jar keeps in all.
pub const COOKIES_PER_JAR: usize = 300;
/// The most bytes of names and values that a jar keeps for one host: servers refuse request headers beyond 8 or 16 KiB.
pub const COOKIE_BYTES_PER_HOST: usize = 12 * 1024;
/// The most bytes of the name and the value of one cookie, as in browsers.
pub const COOKIE_BYTES: usize = 4096;

/// The largest session file.
pub const SESSION_FILE_BYTES: u64 = 4 * 1024 * 1024;
/// The largest text from which a session is imported. A HAR file of a long visit can be large.
pub const IMPORT_BYTES: u64 = 64 * 1024 * 1024;

/// The most files of an archive that a service makes of one session.
pub const ARCHIVE_FILES: usize = 64;
/// The most bytes that all files of such an archive unpack to. Two days of trackpoints have 80 MB.
pub const ARCHIVE_BYTES: u64 = 128 * 1024 * 1024;
/// How many times larger than the archive its files may be in all. Real ones are 10 to 40 times larger.
pub const ARCHIVE_RATIO: u64 = 200;
/// What the ratio never forbids: small archives of blanks are no danger.
pub const ARCHIVE_BYTES_ALWAYS: u64 = 4 * 1024 * 1024;
