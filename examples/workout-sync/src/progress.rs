//! Progress, always on stderr: one line that changes on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use indicatif::{ProgressBar, ProgressStyle};
use sync_core::{Observer, Progress, Record};

/// Shows progress on stderr. Clones share the line; it is gone when the last of them is.
#[derive(Clone)]
pub struct Shown {
    source: &'static str,
    bar: Option<Arc<Bar>>,
}

/// A line that leaves a clean terminal behind.
#[derive(Debug)]
struct Bar(ProgressBar);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The bar that is on the terminal, for other writers.
static CURRENT: Mutex<Weak<Bar>> = Mutex::new(Weak::new());

fn current() -> Option<Arc<Bar>> {
    let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    current.upgrade()
}

/// Takes the progress off the terminal for good. Otherwise the bar would erase the next output.
pub fn clear() {
    if let Some(bar) = current() {
        bar.0.finish_and_clear();
    }
}

/// Takes the progress off the terminal while `talk` uses it.
pub fn quietly<T>(talk: impl FnOnce() -> T) -> T {
    match current() {
        Some(bar) => bar.0.suspend(talk),
        None => talk(),
    }
}

impl Shown {
    /// A line that changes when stderr is a terminal, plain lines otherwise.
    #[must_use]
    pub fn on_stderr(source: &'static str) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            // Both templates fit into any width: what does not is cut off. A line that wraps would leave a part of itself behind.
            style(&bar, "{spinner} {wide_msg}");
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            Arc::new(Bar(bar))
        });
        let weak = bar.as_ref().map(Arc::downgrade).unwrap_or_default();
        *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = weak;
        Self { source, bar }
    }

    fn line(text: &str) {
        // A closed stderr is no reason to stop working.
        let _ = writeln!(stderr(), "{text}");
    }
}

/// A count on the terminal, for work that is no sync. Clones share the line.
#[derive(Clone, Debug)]
pub struct Counter(Option<Arc<Bar>>);

impl Counter {
    /// A bar when stderr is a terminal, nothing otherwise.
    #[must_use]
    pub fn on_stderr() -> Self {
        Self(Shown::on_stderr("").bar)
    }

    /// Shows a text without a count; whether there is a terminal for it.
    pub fn message(&self, text: &str) -> bool {
        if let Some(bar) = &self.0 {
            style(&bar.0, "{spinner} {wide_msg}");
            bar.0.set_message(text.to_owned());
        }
        self.0.is_some()
    }

    /// Shows a count and a text; whether there is a terminal for it.
    pub fn show(&self, done: usize, of: usize, text: &str) -> bool {
        if let Some(bar) = &self.0 {
            if done == 0 {
                style(&bar.0, "{spinner} {pos}/{len} {wide_msg}");
            }
            bar.0.set_length(of as u64);
            bar.0.set_position(done as u64);
            bar.0.set_message(text.to_owned());
        }
        self.0.is_some()
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
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
                style(bar, "{spinner} {pos}/{len} {wide_msg}");
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
        Progress::Ended { record } => ended(record),
        _ => {}
    }
}

/// Writes a line for a workout that was worked on.
pub(crate) fn ended(record: &Record) {
    let reason = record.reason().map(|reason| format!(": {reason}"));
    let start = record.item.start.format("%Y-%m-%d %H:%M");
    let (id, state) = (&record.item.id, record.state.name());
    Shown::line(&format!(
        "{start} {id} {state}{}",
        reason.unwrap_or_default()
    ));
}
