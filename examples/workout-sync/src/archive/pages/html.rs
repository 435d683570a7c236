//! Pieces of a page: everything that comes from the account is escaped.

use std::fmt::{self, Display, Formatter, Write as _};

use workout_files::plot::figure;

use crate::archive::record::Digest;

const STYLE: &str = include_str!("style.css");

/// Text between tags and in attributes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(character)?,
                c if c.is_control() => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A path of the archive as a link from `depth` folders below it.
pub(super) struct Link<'a>(pub(super) &'a str, pub(super) usize);

impl Display for Link<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&"../".repeat(self.1))?;
        for byte in self.0.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b'~' => {
                    f.write_char(byte as char)?;
                }
                _ => write!(f, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

/// A checksum of how pages are made: when it changes, all of them are made anew.
pub(super) fn look() -> Digest {
    Digest::of(
        [env!("CARGO_PKG_VERSION"), STYLE, figure::STYLE]
            .concat()
            .as_bytes(),
    )
}

/// Begins a page. `made_from` stands near its beginning, where it is looked up before the page is made again.
pub(super) fn begin(title: &str, made_from: &str) -> String {
    let mut page = String::with_capacity(32 * 1024);
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"made-from\" content=\"{made_from}\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
         form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>\n{STYLE}{}\n</style></head>\n<body>\n",
        Escaped(title),
        figure::STYLE
    );
    page
}

pub(super) fn end(mut page: String) -> String {
    page.push_str("</body></html>\n");
    page
}

/// `3:04:30` or `24:05`.
pub(super) fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `143 h 05 min` or `45 min`.
pub(super) fn long_time(ms: u64) -> String {
    let minutes = (ms + 30_000) / 60_000;
    match minutes / 60 {
        0 => format!("{minutes} min"),
        hours => format!("{hours} h {:02} min", minutes % 60),
    }
}

/// `47.04 km` or `850 m`.
pub(super) fn distance(metres: f64, decimals: usize) -> String {
    match metres {
        metres if metres < 1000.0 => format!("{metres:.0} m"),
        metres => format!("{:.decimals$} km", metres / 1000.0),
    }
}

/// The service's word for a sport as people write it: `Trail running`.
pub(super) fn sport(word: Option<&str>) -> String {
    let text = word.unwrap_or("workout").to_lowercase().replace('_', " ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

/// Speed in the way that a sport is talked about: its name and its value.
pub(super) fn speed(
    sport: Option<&str>,
    metres: f64,
    seconds: f64,
) -> Option<(&'static str, String)> {
    if !(metres > 0.0 && seconds > 0.0) {
        return None;
    }
    let sport = sport.unwrap_or_default();
    let on_foot = ["RUN", "WALK", "HIK", "JOG", "TREADMILL"];
    Some(if sport.contains("SWIM") {
        (
            "Pace",
            format!("{} /100 m", clock(seconds / metres * 100.0)),
        )
    } else if on_foot.iter().any(|word| sport.contains(word)) {
        ("Pace", format!("{} /km", clock(seconds / metres * 1000.0)))
    } else {
        ("Speed", format!("{:.1} km/h", metres / seconds * 3.6))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_account_becomes_markup() {
        let text = Escaped("<script>alert('1')</script>\u{0}\"&\n").to_string();
        assert_eq!(
            text,
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\u{fffd}&quot;&amp;\n"
        );
        let link = Link("a b/\"><script>.tcx", 2).to_string();
        assert_eq!(link, "../../a%20b/%22%3E%3Cscript%3E.tcx");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(
            (clock(59.6), clock(11_070.5)),
            ("1:00".into(), "3:04:31".into())
        );
        assert_eq!(
            (long_time(2_700_000), long_time(99_999_999)),
            ("45 min".into(), "27 h 47 min".into())
        );
        assert_eq!(
            (distance(850.4, 1), distance(47_044.1, 2)),
            ("850 m".into(), "47.04 km".into())
        );
        assert_eq!(sport(Some("TRAIL_RUNNING")), "Trail running");
        assert_eq!(sport(None), "Workout");
        let pace = |sport, metres, seconds| speed(Some(sport), metres, seconds).unwrap().1;
        assert_eq!(pace("TRAIL_RUNNING", 1000.0, 300.0), "5:00 /km");
        assert_eq!(pace("POOL_SWIMMING", 1000.0, 1200.0), "2:00 /100 m");
        assert_eq!(pace("CYCLING", 10_000.0, 1200.0), "30.0 km/h");
        assert_eq!(speed(None, 0.0, 10.0), None);
    }
}
