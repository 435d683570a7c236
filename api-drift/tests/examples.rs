//! The example runs, and names what its recording has more and less.
#![allow(clippy::unwrap_used, missing_docs)]

use std::process::Command;

#[test]
fn read_har_names_the_differences() {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().unwrap().parent().unwrap();
    let program = folder.join("examples").join("read_har");
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    let output = Command::new(program).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("[].mood: new"), "{text}");
    assert!(text.contains("[].note: missing"), "{text}");
}
