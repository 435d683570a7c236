//! The program in a pseudo-terminal, as a user sees it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::{Instant, timeout_at};

use crate::{World, sync_program};

/// A program in its own terminal.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: ChildStdout,
    shown: Vec<u8>,
    /// How much of it was waited for.
    seen: usize,
    columns: usize,
}

impl World {
    /// The program with these arguments in a terminal with this number of columns; `None` where `script` of util-linux is missing.
    #[must_use]
    pub fn terminal(&self, columns: usize, arguments: &[&str]) -> Option<Terminal> {
        if !Path::new("/usr/bin/script").exists() {
            return None;
        }
        let quoted: Vec<String> = arguments
            .iter()
            .map(|argument| format!("'{argument}'"))
            .collect();
        let command = format!(
            "stty rows 50 cols {columns}; exec '{}' {}",
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
            seen: 0,
            columns,
        })
    }
}

impl Terminal {
    /// Everything that was written to the screen so far, control sequences included.
    #[must_use]
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }

    /// What stands on the screen in the end, line by line; one that wraps is one line.
    ///
    /// # Panics
    /// At a control sequence that this does not know.
    #[must_use]
    pub fn screen(&self) -> Vec<String> {
        let mut screen = Screen::new(self.columns);
        let shown = self.shown();
        let mut characters = shown.chars();
        while let Some(character) = characters.next() {
            if character != '\u{1b}' {
                screen.show(character);
                continue;
            }
            assert_eq!(characters.next(), Some('['), "{shown:?}");
            let mut number = String::new();
            let order = loop {
                match characters.next() {
                    Some(order @ ('@'..='~')) => break order,
                    Some(part) => number.push(part),
                    None => return screen.lines(),
                }
            };
            screen.obey(order, number.parse().unwrap_or(0));
        }
        screen.lines()
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

    /// Waits until this text is written behind everything that was waited for before.
    pub async fn wait_for_new(&mut self, text: &str, patience: Duration) {
        let until = Instant::now() + patience;
        loop {
            let new = String::from_utf8_lossy(&self.shown[self.seen..]).into_owned();
            if let Some(at) = new.find(text) {
                self.seen += at + text.len();
                return;
            }
            assert!(self.read(until).await, "`{text}` was not shown: {new:?}");
        }
    }

    /// Types.
    pub async fn type_in(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).await.unwrap();
    }

    /// Waits for the end; returns the exit code.
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

/// A screen, as far as progress bars make use of one.
struct Screen {
    columns: usize,
    /// Each row, and whether the one after it continues its line.
    rows: Vec<(Vec<char>, bool)>,
    row: usize,
    column: usize,
}

impl Screen {
    fn new(columns: usize) -> Self {
        Self {
            columns,
            rows: vec![(Vec::new(), false)],
            row: 0,
            column: 0,
        }
    }

    fn show(&mut self, character: char) {
        match character {
            '\r' => self.column = 0,
            '\n' => self.down(),
            _ => {
                if self.column == self.columns {
                    self.rows[self.row].1 = true;
                    self.down();
                    self.column = 0;
                }
                let (row, _) = &mut self.rows[self.row];
                row.resize(row.len().max(self.column + 1), ' ');
                row[self.column] = character;
                self.column += 1;
            }
        }
    }

    fn down(&mut self) {
        self.row += 1;
        if self.row == self.rows.len() {
            self.rows.push((Vec::new(), false));
        }
    }

    fn obey(&mut self, order: char, number: usize) {
        let times = number.max(1);
        match order {
            'A' => self.row = self.row.saturating_sub(times),
            'B' => (0..times).for_each(|_| self.down()),
            'C' => self.column += times,
            'D' => self.column = self.column.saturating_sub(times),
            'G' => self.column = times - 1,
            'K' if number == 2 => self.rows[self.row] = (Vec::new(), false),
            'K' => self.rows[self.row].0.truncate(self.column),
            'J' => {
                self.rows[self.row].0.truncate(self.column);
                self.rows.truncate(self.row + 1);
            }
            // Colours, and the cursor that is hidden.
            'm' | 'h' | 'l' => {}
            _ => panic!("the screen does not know ESC [ {number} {order}"),
        }
    }

    fn lines(self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for (row, wraps) in self.rows {
            line.extend(row);
            if !wraps {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
        }
        lines
    }
}
