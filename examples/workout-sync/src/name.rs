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

static ACCOUNT: OnceLock<String> = OnceLock::new();
/// The orders for one workout that a program of many accounts has.
const OF_ACCOUNTS: [&str; 3] = ["explain", "retry", "skip"];

/// From now on orders in hints name this account, as a program of many accounts wants them to be typed. It counts once in a process.
pub fn set_account(account: &str) {
    let _ = ACCOUNT.set(account.to_owned());
}

/// The account that was set.
pub(crate) fn account() -> Option<&'static str> {
    ACCOUNT.get().map(String::as_str)
}

/// The command line of an order, such as `workout-sync retry 77`; `None` when the program has no such order.
#[must_use]
pub fn order(order: &str, id: &str) -> Option<String> {
    order_of(account(), order, id)
}

fn order_of(account: Option<&str>, order: &str, id: &str) -> Option<String> {
    let program = program();
    match account {
        None => Some(format!("{program} {order} {id}")),
        Some(account) => OF_ACCOUNTS
            .contains(&order)
            .then(|| format!("{program} {order} {account} {id}")),
    }
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
    fn an_order_names_the_account_where_there_are_many() {
        let program = program();
        for (account, order, typed) in [
            (None, "undo", Some(format!("{program} undo 77"))),
            (
                Some("ana"),
                "retry",
                Some(format!("{program} retry ana 77")),
            ),
            (Some("ana"), "undo", None),
        ] {
            assert_eq!(order_of(account, order, "77"), typed);
        }
    }

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
