//! Names, routes and bodies of every kind.

use super::super::bench::{Answer, Bench, ROUTE, broken, key, names, quoted};
use crate::ledger::Expected::{Absent, Version};
use crate::ledger::{Key, Swap};

const MEGABYTE: usize = 1024 * 1024;

/// Names that stores are known to confuse, refuse or change.
pub(super) const ODD: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "a ",
    " a",
    "a\n",
    "a\t",
    "item/1",
    "Item/1",
    "ITEM/1",
    "item%1",
    "item_1",
    "item\\1",
    "%",
    "_",
    "*",
    "?",
    "'",
    "''",
    "\"",
    "`",
    "; DROP TABLE documents; --",
    "$set",
    "a.b",
    "../a",
    "/",
    "a\r\nb",
    "ss",
    "ß",
    "ä",
    "a\u{308}",
    "Ä",
    "İ",
    "i",
    "I",
    "ı",
    "日本語",
    "🏃",
    "🏃\u{200d}♀\u{fe0f}",
    "\u{feff}a",
    "\u{200b}",
    "\u{202e}a",
    "null",
    "0",
    "00",
    "0.0",
    "1",
    "01",
    "1e0",
    "-1",
    "\u{1}",
    "\u{7f}",
    "\u{fffd}",
    "\u{10ffff}",
];

pub(super) async fn bodies_are_kept(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let bodies = [
        "",
        " ",
        "\n",
        "no JSON",
        "{\"b\":1,\"a\":2,\"b\":3}",
        "{ \"spaces\" :\t[ 1.0, 1e2, 100000000000000000000001 ] }\r\n",
        "\"\\u0041 \\u0000\"",
        "a\u{308}",
        "日本語 🏃",
        "\u{feff}{}",
        "'; DROP TABLE documents; --",
        "\\x41",
        "null",
        "trailing   ",
    ];
    for (number, body) in bodies.iter().enumerate() {
        let key = key(&format!("item/{number}"));
        ledger.done(&key, Absent, body, 1).await?;
        ledger.holds(&key, 1, body).await?;
        ledger.done(&key, Version(1), "between", 2).await?;
        ledger.done(&key, Version(2), body, 3).await?;
        ledger.holds(&key, 3, body).await?;
    }
    // NUL: kept, or refused and nothing changed.
    let key = key("item/nul");
    match ledger.swap(&key, Absent, "a\0b").await {
        Ok(Swap::Done(1)) => ledger.holds(&key, 1, "a\0b").await,
        Ok(other) => broken(format!("a body with a NUL gave {other:?}")),
        Err(_) => ledger.lacks(&key).await,
    }
}

pub(super) async fn large_bodies(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let key = key("item/large");
    let pattern = "0123456789abcdefä";
    let mut large = pattern.repeat(MEGABYTE / pattern.len() + 1);
    ledger.done(&key, Absent, &large, 1).await?;
    ledger.holds(&key, 1, &large).await?;
    large.push('!');
    ledger.done(&key, Version(1), &large, 2).await?;
    ledger.holds(&key, 2, &large).await?;
    let page = ledger.page(ROUTE, None, 2).await?;
    if page.len() != 1 || page[0].body != large {
        return broken("scan cuts a body of one megabyte");
    }
    ledger.done(&key, Version(2), "small", 3).await?;
    ledger.holds(&key, 3, "small").await
}

pub(super) async fn routes_are_apart(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    // Pairs that become one when route and name are glued together, or when a route is used as a pattern.
    let keys = [
        ("a", "b/c"),
        ("a/b", "c"),
        ("ab", "c"),
        ("a", "bc"),
        ("a:b", "c"),
        ("a", "b:c"),
        ("a\0b", "c"),
        ("a", "b\0c"),
        ("", "abc"),
        ("a -> b", "x"),
        ("A -> B", "x"),
        ("a -> b ", "x"),
        ("a % b", "x"),
        ("a _ b", "x"),
        ("a%", "x"),
        ("a.*", "x"),
    ];
    let mut kept = Vec::new();
    for (number, (route, name)) in keys.into_iter().enumerate() {
        let (key, body) = (Key::new(route, name), number.to_string());
        let nul = route.contains('\0') || name.contains('\0');
        match ledger.swap(&key, Absent, &body).await {
            Ok(Swap::Done(1)) => kept.push((key, body)),
            Err(_) if nul => {}
            Ok(_) => return broken(format!("{key:?} was taken for an earlier key")),
            Err(failure) => return Err(failure),
        }
    }
    for (key, body) in &kept {
        ledger.holds(key, 1, body).await?;
        let mut expected: Vec<&str> = kept
            .iter()
            .filter(|(other, _)| other.route == key.route)
            .map(|(other, _)| other.name.as_str())
            .collect();
        expected.sort_unstable();
        let found = ledger.all(&key.route, 5).await?;
        if names(&found) != expected {
            return broken(format!(
                "the route {:?} has {expected:?}, but scan found {:?}",
                key.route,
                names(&found)
            ));
        }
    }
    Ok(())
}

pub(super) async fn odd_names(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    for (number, name) in ODD.iter().enumerate() {
        ledger
            .done(&key(name), Absent, &number.to_string(), 1)
            .await?;
    }
    for (number, name) in ODD.iter().enumerate() {
        ledger.holds(&key(name), 1, &number.to_string()).await?;
        ledger.done(&key(name), Version(1), "again", 2).await?;
    }
    let mut expected = ODD.to_vec();
    expected.sort_unstable();
    let found = ledger.all(ROUTE, 7).await?;
    if names(&found) != expected {
        return broken(format!(
            "scan found {:?} instead of {expected:?}",
            names(&found)
        ));
    }
    // NUL: kept apart from its prefix, or refused.
    let nul = key("item/1\0");
    match ledger.swap(&nul, Absent, "nul").await {
        Ok(Swap::Done(1)) => ledger.holds(&nul, 1, "nul").await?,
        Ok(other) => return broken(format!("a name with a NUL gave {other:?}")),
        Err(_) => {}
    }
    ledger.holds(&key("item/1"), 2, "again").await
}

pub(super) async fn long_names(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let stem = "n".repeat(1023);
    for last in ["a", "b"] {
        let key = key(&format!("{stem}{last}"));
        ledger.done(&key, Absent, last, 1).await?;
    }
    for last in ["a", "b"] {
        ledger
            .holds(&key(&format!("{stem}{last}")), 1, last)
            .await?;
    }
    let route = Key::new("r".repeat(1024), "x");
    ledger.done(&route, Absent, "x", 1).await?;
    ledger.holds(&route, 1, "x").await?;
    for length in [4_000, 100_000] {
        // Random letters: a repeated one compresses well, which hides a limit.
        let mut state = 1_u32;
        let stem: String = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'a' + (state >> 24) as u8 % 26)
        })
        .take(length)
        .collect();
        for last in ["a", "b"] {
            let key = key(&format!("{stem}{last}"));
            match ledger.swap(&key, Absent, last).await {
                Ok(Swap::Done(1)) => ledger.holds(&key, 1, last).await?,
                Ok(other) => {
                    return broken(format!("the name {} gave {other:?}", quoted(&key.name)));
                }
                // Refused: then what was there before must still be readable.
                Err(_) => ledger.holds(&route, 1, "x").await?,
            }
        }
    }
    ledger.holds(&key(&format!("{stem}a")), 1, "a").await
}
