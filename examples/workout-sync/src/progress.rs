//! Telling a person who waits what happens: a bar on a terminal, plain lines elsewhere. Always on stderr.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use sync_core::{Observer, Progress};

/// Shows progress on stderr. Clones share the bar; it is gone when the last of them is.
#[derive(Clone)]
pub struct Shown {
    source: &'static str,
    bar: Option<Arc<Bar>>,
}

/// A bar that leaves a clean terminal behind.
struct Bar(ProgressBar);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Shown {
    /// A bar when stderr is a terminal, plain lines otherwise.
    #[must_use]
    pub fn on_stderr(source: &'static str) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            Arc::new(Bar(bar))
        });
        Self { source, bar }
    }

    /// Takes the bar away while `talk` uses the terminal: the bar would draw itself over what is shown there.
    pub fn quiet<T>(&self, talk: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.0.suspend(talk),
            None => talk(),
        }
    }

    fn line(text: &str) {
        // Nobody to tell: no reason to stop working.
        let _ = writeln!(stderr(), "{text}");
    }
}

impl Observer for Shown {
    fn progress(&self, progress: &Progress<'_>) {
        let Some(bar) = self.bar.as_ref().map(|bar| &bar.0) else {
            return plain(self.source, progress);
        };
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
