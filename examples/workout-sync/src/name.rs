//! The name that the program was started by.

use std::sync::OnceLock;

/// The command that started the program, for commands in hints that can be typed again.
#[must_use]
pub fn program() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let typed = std::env::args_os().next().unwrap_or_default();
        as_typed(&typed.to_string_lossy())
    })
}

fn as_typed(name: &str) -> String {
    if name.is_empty() || name.chars().any(char::is_control) {
        return "workout-sync".to_owned();
    }
    let plain = |c: char| c.is_alphanumeric() || "/\\._-+:~@%,".contains(c);
    if name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_typed_again() {
        for name in ["workout-sync", "./target/debug/workout-sync", "ws"] {
            assert_eq!(as_typed(name), name);
        }
        assert_eq!(as_typed("my tools/ws"), "'my tools/ws'");
        assert_eq!(as_typed(""), "workout-sync");
        assert_eq!(as_typed("\u{1b}[2J"), "workout-sync");
    }
}
