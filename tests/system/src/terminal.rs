//! The program in a pseudo-terminal, as a person would use it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::{Instant, timeout_at};

use crate::{World, sync_program};

/// A program that runs in a terminal of its own.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: ChildStdout,
    shown: Vec<u8>,
}

impl World {
    /// The program with these arguments in a terminal; `None` where `script` of util-linux is missing.
    #[must_use]
    pub fn terminal(&self, arguments: &[&str]) -> Option<Terminal> {
        if !Path::new("/usr/bin/script").exists() {
            return None;
        }
        let quoted: Vec<String> = arguments
            .iter()
            .map(|argument| format!("'{argument}'"))
            .collect();
        let command = format!(
            "stty rows 50 cols 120; exec '{}' {}",
            sync_program().display(),
            quoted.join(" ")
        );
        let mut child = self
            .program("/usr/bin/script")
            .args(["-qec", &command, "/dev/null"])
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        Some(Terminal {
            keyboard: child.stdin.take().unwrap(),
            screen: child.stdout.take().unwrap(),
            child,
            shown: Vec::new(),
        })
    }
}

impl Terminal {
    /// Everything that was written to the screen so far, control sequences included.
    #[must_use]
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }

    /// Reads what is written to the screen in this time.
    pub async fn listen(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while self.read(until).await {}
    }

    /// Waits until this text was written.
    pub async fn wait_for(&mut self, text: &str, patience: Duration) {
        let until = Instant::now() + patience;
        while !self.shown().contains(text) {
            assert!(
                self.read(until).await,
                "`{text}` was never shown: {:?}",
                self.shown()
            );
        }
    }

    /// Types.
    pub async fn type_in(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).await.unwrap();
    }

    /// Waits for the end; tells the exit code.
    pub async fn end(&mut self, patience: Duration) -> i32 {
        let until = Instant::now() + patience;
        while self.read(until).await {}
        let status = timeout_at(until, self.child.wait()).await;
        status.expect("it never ends").unwrap().code().unwrap_or(-1)
    }

    /// `false`: nothing more comes, or not in time.
    async fn read(&mut self, until: Instant) -> bool {
        let mut bytes = [0; 4096];
        match timeout_at(until, self.screen.read(&mut bytes)).await {
            Ok(Ok(count)) if count > 0 => {
                self.shown.extend_from_slice(&bytes[..count]);
                true
            }
            _ => false,
        }
    }
}
