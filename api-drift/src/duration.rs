//! Durations in the notation of ISO 8601.

/// `PT1H2M3.5S` in seconds; `None` for another text. A month or year has no length of its own, and is none of them.
///
/// ```
/// assert_eq!(api_drift::iso_seconds("PT1H2M3.5S"), Some(3723.5));
/// assert_eq!(api_drift::iso_seconds("1 hour"), None);
/// ```
#[must_use]
pub fn iso_seconds(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    let mut number = String::new();
    let mut is_time = false;
    for c in text.strip_prefix('P')?.chars() {
        let unit = match c {
            '0'..='9' | '.' => {
                number.push(c);
                continue;
            }
            'T' => {
                is_time = true;
                continue;
            }
            'W' => 604_800.0,
            'D' => 86_400.0,
            'H' => 3600.0,
            'M' if is_time => 60.0,
            'S' => 1.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * unit;
        number.clear();
    }
    Some(seconds)
}
