//! Another host than the program: the same scenarios, run through the program that `TEST_SYNC_HOST` names.
//!
//! ```console
//! $ cargo build -p workout-sync-lambda --bins --examples
//! $ TEST_SYNC_HOST=$PWD/target/debug/examples/local_run cargo test -p system-tests --test sync uploads::
//! ```
//!
//! Scenarios that are about files, that change to another ledger (and so lose the sessions), or that read the table do not apply.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A program that takes the arguments of `workout-sync run`, and does the run in another host.
///
/// Such a host keeps no files, so ledger and sessions of its worlds are in databases of the PostgreSQL server that `TEST_POSTGRES_URL`
/// names. Commands that the host does not have are done by the program, on the same ledger.
pub(crate) struct Host {
    pub(crate) program: PathBuf,
    server: String,
    database: String,
}

impl Host {
    pub(crate) fn named() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let program = PathBuf::from(std::env::var_os("TEST_SYNC_HOST")?);
        let server = std::env::var("TEST_POSTGRES_URL").unwrap();
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let database = format!("test_host_{}_{number}", std::process::id());
        let host = Self {
            program,
            server,
            database,
        };
        host.psql(&format!("CREATE DATABASE {}", host.database));
        Some(host)
    }

    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let (address, _) = self.server.rsplit_once('/').unwrap();
        let ledger = format!("{address}/{}", self.database);
        let key = "aG9zdC1jYW5hcnktaG9zdC1jYW5hcnktaG9zdC1jYW4=";
        vec![
            ("SYNC_LEDGER", ledger),
            ("POLAR_SESSION", "ledger:".to_owned()),
            ("RUNKEEPER_SESSION", "ledger:".to_owned()),
            ("SESSION_KEY", key.to_owned()),
        ]
    }

    /// Whether the arguments are those of a run that the host can do.
    pub(crate) fn can_do(arguments: &[&str]) -> bool {
        let mut arguments = arguments.iter().peekable();
        arguments.next_if(|argument| **argument == "run");
        while let Some(argument) = arguments.next() {
            match *argument {
                "--json" | "--dry-run" => {}
                "--since" | "--until" if arguments.next().is_some() => {}
                _ => return false,
            }
        }
        true
    }

    fn psql(&self, statement: &str) {
        let done = Command::new("psql")
            .args(["--no-password", "--quiet", &self.server, "-c", statement])
            .status();
        assert!(done.unwrap().success(), "{statement}");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.psql(&format!("DROP DATABASE {} WITH (FORCE)", self.database));
        }
    }
}
