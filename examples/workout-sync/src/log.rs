//! The log on stderr, when `SYNC_LOG` asks for one.

use std::ffi::OsStr;
use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::exit::Failure;

/// Crates that write whole pages, rows or cookies to the log. They are silenced where they are called, as far as that works, and here; no filter
/// brings them back.
const SILENT: [&str; 3] = ["html5ever", "tokio_postgres", "cookie_store"];

/// Writes requests and their outcomes to stderr as `SYNC_LOG` says, for example `debug`.
///
/// # Errors
/// When `SYNC_LOG` is no filter.
pub fn start() -> Result<(), Failure> {
    let Some(asked) = std::env::var_os("SYNC_LOG").filter(|asked| !asked.is_empty()) else {
        return Ok(());
    };
    let colour =
        stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(stderr)
        .with_ansi(colour)
        // It would say on stderr that stderr cannot be written, and panic where that fails as well.
        .log_internal_errors(false);
    let log = tracing_subscriber::registry()
        .with(filter(&asked)?)
        .with(lines);
    // It fails only where a program that uses this library has a log already.
    let _ = log.try_init();
    Ok(())
}

fn filter(asked: &OsStr) -> Result<Targets, Failure> {
    let mut filter = Targets::new();
    let directives = asked.to_str().ok_or_else(wrong)?.split(',').map(str::trim);
    for directive in directives.filter(|directive| !directive.is_empty()) {
        let (target, level) = match directive.split_once('=') {
            Some((target, level)) => (Some(target.trim()), level.trim()),
            None => (None, directive),
        };
        // To the parser nothing is a level, too.
        if level.is_empty() {
            return Err(wrong());
        }
        let level: LevelFilter = level.parse().map_err(|_| wrong())?;
        filter = match target {
            None => filter.with_default(level),
            Some(target) if target.is_empty() || !target.bytes().all(is_of_a_name) => {
                return Err(wrong());
            }
            Some(target) if SILENT.iter().any(|silent| target.starts_with(silent)) => filter,
            Some(target) => filter.with_target(target, level),
        };
    }
    Ok(SILENT.iter().fold(filter, |filter, silent| {
        filter.with_target(*silent, LevelFilter::OFF)
    }))
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_:-".contains(&byte)
}

fn wrong() -> Failure {
    Failure::usage(
        "SYNC_LOG must be a level (error, warn, info, debug, trace, off), or crates with levels: sync_core=debug,web_session=trace",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::filter::LevelFilter;

    fn enabled(asked: &str, target: &str) -> bool {
        let level = LevelFilter::DEBUG.into_level().unwrap();
        filter(asked.as_ref()).unwrap().would_enable(target, &level)
    }

    #[test]
    fn levels_and_crates_with_levels_are_understood() {
        assert!(enabled("debug", "web_session::pace"));
        assert!(enabled("DEBUG", "web_session::pace"));
        assert!(!enabled("info", "web_session::pace"));
        assert!(enabled("info, web_session=trace,", "web_session::pace"));
        assert!(!enabled("web_session=debug", "sync_core"));
        assert!(!enabled("debug,web_session=off", "web_session::pace"));
    }

    #[test]
    fn what_logs_pages_or_rows_stays_silent() {
        for asked in [
            "trace",
            "html5ever::tokenizer=trace",
            "tokio_postgres=debug,debug",
        ] {
            for target in [
                "html5ever::tokenizer",
                "tokio_postgres::query",
                "cookie_store",
            ] {
                assert!(!enabled(asked, target), "{asked} {target}");
            }
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for asked in [
            "nonsense===",
            "nonsense",
            "debgu",
            "web_session",
            "=debug",
            "a=b=c",
            "web_session=",
            "[span]=debug",
            "a b=info",
        ] {
            assert!(filter(asked.as_ref()).is_err(), "{asked}");
        }
    }
}
