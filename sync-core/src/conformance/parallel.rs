//! One ledger, several threads and several processes.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;

use super::bench::{Failure, Opener, Stores, Subject};
use super::hand::{self, HANDS};
use super::report::{Outcome, Report, Verdict};
use crate::ledger::Ledger;

/// Set in child processes of the suite: `HAND STORE`.
const CHILD: &str = "SYNC_CORE_CONFORMANCE_CHILD";
/// Begins each line that a child writes for its parent; the test harness writes to the same pipe.
const MARK: &str = "[conformance child] ";
const READY: &str = "ready";

/// A way to run a future to its end on the current thread.
type BlockOn<'a> = &'a (dyn Fn(LocalBoxFuture<'_, ()>) + Sync);

/// Tests a ledger from several threads and, if it is [`shared`](crate::ledger::LedgerCapabilities::shared), from several processes at once:
/// of several creators of a document one succeeds, counting loses no count, and no reader sees the columns of another swap.
///
/// - `open` is the closure of [`check`](super::check). Each thread and process opens its own handle; the threads of a ledger that is not
///   shared use one handle.
/// - `block_on` runs a future to its end: `futures_executor::block_on`, or `Runtime::block_on` of a new Tokio runtime.
/// - `child` makes the command that starts the same test again, in the same place: [`same_test`], with an environment variable that names the
///   folder or server. The test begins with [`is_child`].
///
/// ```no_run
/// use std::convert::Infallible;
/// use sync_core::conformance::{check_parallel, is_child, same_test};
/// use sync_core::ledger::MemoryLedger;
///
/// // #[test]
/// fn keeps_its_promises_in_parallel() {
///     let place = std::env::var("LEDGER_TEST_PLACE").unwrap_or_else(|_| "a new place".into());
///     // Opens the store at that place.
///     let open = async |_store: &str| Ok::<_, Infallible>(MemoryLedger::new());
///     if is_child(open, |work| futures_executor::block_on(work)) {
///         return;
///     }
///     let child = || {
///         let mut command = same_test("keeps_its_promises_in_parallel");
///         command.env("LEDGER_TEST_PLACE", &place);
///         command
///     };
///     check_parallel(open, |work| futures_executor::block_on(work), child).assert_conformant();
/// }
/// ```
pub fn check_parallel<L, E>(
    open: impl AsyncFn(&str) -> Result<L, E> + Sync,
    block_on: impl Fn(LocalBoxFuture<'_, ()>) + Sync,
    child: impl Fn() -> Command,
) -> Report
where
    L: Ledger + 'static,
    E: Display,
{
    let stores = Opener::new(open);
    let threads = threads(&stores, &block_on);
    let mut calls = 0;
    let processes = processes(&stores, &block_on, child, &mut calls);
    let outcome = |name, promise, answer| Outcome {
        name,
        promise,
        verdict: match answer {
            Ok(()) => Verdict::Passed,
            Err(Failure::NotPromised) => Verdict::NotPromised,
            Err(Failure::Broken(why)) => Verdict::Failed(why),
        },
    };
    Report {
        outcomes: vec![
            outcome(
                "threads",
                "several threads can use the ledger at once",
                threads,
            ),
            outcome(
                "processes",
                "several processes can use the ledger at once (only where `shared` is promised)",
                processes,
            ),
        ],
        calls: stores.calls() + calls,
    }
}

/// In a child process of [`check_parallel`]: does its part and returns `true`; the test then has to return. Otherwise `false`.
///
/// `open` and `block_on` are those that the test gives to [`check_parallel`].
pub fn is_child<L, E>(
    open: impl AsyncFn(&str) -> Result<L, E> + Sync,
    block_on: impl Fn(LocalBoxFuture<'_, ()>) + Sync,
) -> bool
where
    L: Ledger + 'static,
    E: Display,
{
    let Ok(task) = std::env::var(CHILD) else {
        return false;
    };
    let stores = Opener::new(open);
    let answer = match task.split_once(' ') {
        Some((hand, store)) => run(&block_on, async || {
            let hand = hand.parse().unwrap_or_default();
            let ledger = Subject(stores.open(store).await?);
            say(READY);
            // The parent lets all children start together.
            let _ = stdin().read_line(&mut String::new());
            hand::work(&ledger, hand).await
        }),
        None => Err(Failure::Broken("the child's task is malformed".to_owned())),
    };
    match answer {
        Ok(won) => say(&format!("{} {won:?}", stores.calls())),
        Err(failure) => say(&format!("failed: {}", reason(failure))),
    }
    true
}

/// The command that runs one test of the running test binary again. `name` is its path within the binary, such as `ledger::parallel`.
///
/// # Panics
/// If the operating system does not tell where the running program is.
#[must_use]
pub fn same_test(name: &str) -> Command {
    let program = std::env::current_exe().expect("the path of the running program");
    let mut command = Command::new(program);
    command.args(["--exact", name, "--nocapture", "--include-ignored"]);
    command
}

fn say(text: &str) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "\n{MARK}{text}");
    let _ = out.flush();
}

fn reason(failure: Failure) -> String {
    match failure {
        Failure::Broken(why) => why.replace('\n', " "),
        Failure::NotPromised => "not promised".to_owned(),
    }
}

/// Runs work to its end on this thread.
fn run<T>(
    block_on: BlockOn<'_>,
    work: impl AsyncFnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut result = None;
    block_on(Box::pin(async { result = Some(work().await) }));
    result.unwrap_or_else(|| {
        Err(Failure::Broken(
            "`block_on` returned before the work was done".to_owned(),
        ))
    })
}

fn threads(stores: &(impl Stores + Sync), block_on: BlockOn<'_>) -> Result<(), Failure> {
    const STORE: &str = "threads";
    let first = run(block_on, async || {
        let ledger = Subject(stores.open(STORE).await?);
        hand::prepare(&ledger).await?;
        // A shared ledger may be bound to the runtime in which it was opened, so each thread opens its own.
        Ok((!ledger.0.capabilities().shared).then_some(ledger))
    })?;
    let arrived = AtomicUsize::new(0);
    let won = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS)
            .map(|hand| {
                let (first, arrived) = (first.clone(), &arrived);
                scope.spawn(move || {
                    run(block_on, async || {
                        let opened = match first {
                            Some(ledger) => Ok(ledger),
                            None => stores.open(STORE).await.map(Subject),
                        };
                        meet(arrived);
                        hand::work(&opened?, hand).await
                    })
                })
            })
            .collect();
        let panicked = |_| Err(Failure::Broken("a thread panicked".to_owned()));
        let results = hands
            .into_iter()
            .map(|hand| hand.join().unwrap_or_else(panicked));
        results.collect::<Vec<_>>()
    });
    let won = won.into_iter().collect::<Result<Vec<_>, _>>()?;
    run(block_on, async || {
        let ledger = match first {
            Some(ledger) => ledger,
            None => Subject(stores.open(STORE).await?),
        };
        hand::judge(&ledger, &won).await
    })
}

/// Waits for the other threads, with a limit: one of them may have panicked.
fn meet(arrived: &AtomicUsize) {
    let begin = Instant::now();
    arrived.fetch_add(1, Ordering::SeqCst);
    while arrived.load(Ordering::SeqCst) < HANDS && begin.elapsed() < Duration::from_secs(5) {
        std::thread::yield_now();
    }
}

fn processes(
    stores: &impl Stores,
    block_on: BlockOn<'_>,
    child: impl Fn() -> Command,
    calls: &mut u64,
) -> Result<(), Failure> {
    const STORE: &str = "processes";
    run(block_on, async || {
        let ledger = Subject(stores.open(STORE).await?);
        if !ledger.0.capabilities().shared {
            return Err(Failure::NotPromised);
        }
        hand::prepare(&ledger).await
    })?;
    let mut children = Vec::new();
    for hand in 0..HANDS {
        let mut command = child();
        command.env(CHILD, format!("{hand} {STORE}"));
        children.push(Worker::start(command)?);
    }
    for child in &mut children {
        match child.next()? {
            line if line == READY => {}
            line => return Err(Failure::Broken(format!("a child process said: {line}"))),
        }
    }
    for child in &mut children {
        child.go()?;
    }
    let mut won = Vec::new();
    for child in &mut children {
        let line = child.next()?;
        let answer = line.split_once(' ').and_then(|(calls, won)| {
            Some((
                calls.parse::<u64>().ok()?,
                serde_json::from_str::<Vec<usize>>(won).ok()?,
            ))
        });
        let Some((made, rounds)) = answer else {
            return Err(Failure::Broken(format!("a child process {line}")));
        };
        *calls += made;
        won.push(rounds);
    }
    drop(children);
    run(block_on, async || {
        let ledger = Subject(stores.open(STORE).await?);
        hand::judge(&ledger, &won).await
    })
}

/// A child process; it ends with this value.
struct Worker {
    process: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Worker {
    fn start(mut command: Command) -> Result<Self, Failure> {
        let failed =
            |why: &dyn Display| Failure::Broken(format!("starting a child process failed: {why}"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| failed(&error))?;
        match process.stdout.take() {
            Some(out) => Ok(Self {
                process,
                lines: BufReader::new(out),
            }),
            None => Err(failed(&"it has no output")),
        }
    }

    /// The next line that the child wrote for its parent.
    fn next(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap_or(0) > 0 {
            if let Some((_, text)) = line.split_once(MARK) {
                return Ok(text.trim_end().to_owned());
            }
            line.clear();
        }
        Err(Failure::Broken(
            "a child process ended without an answer: does the test call `is_child`, and does `child` name it?".to_owned(),
        ))
    }

    fn go(&mut self) -> Result<(), Failure> {
        let Some(mut input) = self.process.stdin.take() else {
            return Ok(());
        };
        writeln!(input)
            .map_err(|error| Failure::Broken(format!("a child process does not listen: {error}")))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A child that has answered ends by itself; one that waits for its parent would not.
        drop(self.process.stdin.take());
        let _ = std::io::copy(&mut self.lines, &mut std::io::sink());
        let _ = self.process.wait();
    }
}
