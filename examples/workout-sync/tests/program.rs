//! The program starts. (With this test, `cargo test` builds it for the whole-system tests as well.)
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn it_says_what_it_is() {
    for (option, said) in [("--version", "workout-sync "), ("--help", "import-session")] {
        let output = Command::new(env!("CARGO_BIN_EXE_workout-sync"))
            .arg(option)
            .output()
            .unwrap();
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains(said));
    }
}
