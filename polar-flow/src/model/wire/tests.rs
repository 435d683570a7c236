use super::*;

/// Scenario: everything optional but id and type; ids, units, local times, durations in five units
#[test]
fn local_times_in_every_spelling() {
    let expected = "2025-05-01T16:30:42.643".parse().unwrap();
    for text in [
        "2025-05-01T16:30:42.643Z",
        "2025-05-01T16:30:42.643",
        "2025-05-01 16:30:42.643",
        "2025-05-01T16:30:42.643+02:00",
    ] {
        assert_eq!(local_time(text), Some(expected), "{text}");
    }
    assert_eq!(
        local_time("2026-09-20T08:00:00"),
        "2026-09-20T08:00:00".parse().ok()
    );
    assert_eq!(
        local_time("2026-10-15T09:00"),
        "2026-10-15T09:00:00".parse().ok()
    );
    assert_eq!(local_time("2026-09-20"), "2026-09-20T00:00:00".parse().ok());
    for text in [
        "",
        "soon",
        "2025-13-01T00:00:00Z",
        "2025-05-01T",
        "01.05.2025 10:00:00",
    ] {
        assert_eq!(local_time(text), None, "{text}");
    }
}

#[test]
fn iso_durations() {
    for (text, ms) in [
        ("PT30M", 1_800_000),
        ("PT2753.875S", 2_753_875),
        ("PT1H2M3.5S", 3_723_500),
        ("PT0S", 0),
        ("P1DT1H", 90_000_000),
        ("P1W", 604_800_000),
        ("PT0.0006S", 1),
        ("PT0.5H", 1_800_000),
        ("PT1.9999999999S", 2000),
    ] {
        assert_eq!(iso_duration_ms(text), Some(ms), "{text}");
    }
    for text in [
        "",
        "P",
        "PT",
        "30M",
        "PT30",
        "PTXS",
        "P1Y",
        "-PT1S",
        "PT.S",
        "PT1.2.3S",
        "P1H",
        "P1T1H",
        "PT99999999999999999999S",
    ] {
        assert_eq!(iso_duration_ms(text), None, "{text}");
    }
}
