//! Telling a person who waits what happens: a bar on a terminal, plain lines elsewhere. Always on stderr.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};
use sync_core::{Observer, Progress};

/// Shows progress on stderr.
pub struct Shown {
    source: &'static str,
    bar: Option<Mutex<ProgressBar>>,
}

impl Shown {
    /// A bar when stderr is a terminal, plain lines otherwise.
    #[must_use]
    pub fn on_stderr(source: &'static str) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            Mutex::new(bar)
        });
        Self { source, bar }
    }

    fn line(text: &str) {
        // Nobody to tell: no reason to stop working.
        let _ = writeln!(stderr(), "{text}");
    }
}

impl Observer for Shown {
    fn progress(&self, progress: &Progress<'_>) {
        let Some(bar) = &self.bar else {
            return plain(self.source, progress);
        };
        let bar = bar
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match progress {
            Progress::Listing { window } => {
                bar.set_message(format!("Listing {} from {window}", self.source));
            }
            Progress::Listed { due, .. } => {
                bar.set_length(*due as u64);
                if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
                    bar.set_style(style);
                }
                bar.set_message("");
                if *due == 0 {
                    bar.finish_and_clear();
                }
            }
            Progress::Started { item, number, .. } => {
                bar.set_position(*number as u64 - 1);
                let sport = item
                    .sport
                    .as_ref()
                    .map_or("workout", |sport| sport.as_str());
                bar.set_message(format!("{} {}", item.start.format("%Y-%m-%d %H:%M"), sport));
            }
            Progress::Ended { .. } => bar.inc(1),
            _ => {}
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .finish_and_clear();
        }
    }
}

fn plain(source: &str, progress: &Progress<'_>) {
    match progress {
        Progress::Listing { window } => Shown::line(&format!("listing {source} from {window}")),
        Progress::Listed { listed, due } => {
            Shown::line(&format!("{listed} workouts listed, {due} to look at"));
        }
        Progress::Started { .. } => {}
        Progress::Ended { record } => {
            let reason = record
                .reason()
                .map(|r| format!(": {r}"))
                .unwrap_or_default();
            let start = record.item.start.format("%Y-%m-%d %H:%M");
            Shown::line(&format!(
                "{start} {} {}{reason}",
                record.item.id,
                record.state.name()
            ));
        }
        _ => {}
    }
}
