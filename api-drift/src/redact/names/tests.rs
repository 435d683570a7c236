use super::*;

#[test]
fn words_of_names() {
    let words = |name: &str| words_of(name).join(" ");
    assert_eq!(words("kiloCalories"), "kilo calories");
    assert_eq!(words("HEART_RATE"), "heart rate");
    assert_eq!(words("__fp"), "fp");
    assert_eq!(words("trackXMLData"), "track xml data");
    assert_eq!(words("vo2Max"), "vo max");
}

#[test]
fn a_name_is_shown_when_all_its_words_are_known() {
    let known = Known::parse(".: object\nmoonPhase: text WAXING\n");
    let names = Names::of_shape(&known);
    for name in [
        "startTime",
        "moonId",
        "mood",
        "heart_rate",
        "HEART_RATE",
        "PHASE_1",
        "waxing",
    ] {
        assert!(names.field(name), "{name}");
    }
    for name in [
        "IngeborgZ",
        "schwiegermutter",
        "Ludmillina",
        "[inge@secret.example",
        "B7A1C2D9E5",
        "kontonummer_ludmilla",
        "HERZFEHLER",
        "ALBRECHT-SCHMIDT",
        "GT",
        "PIN-4711-0815",
        "start.time",
        "start time",
        "start[0]",
        "time4711",
        "",
        "_",
        "Start",
        "\u{1b}[2J\nNothing changed.",
    ] {
        assert!(!names.field(name) && !names.word(name), "{name}");
    }
    assert!(names.cookie("FLOW_SESSION") && names.cookie("csrf-token"));
    assert!(!names.cookie("csrf_f81d4fae7dec") && !names.cookie("sess_9917263544"));
}

#[test]
fn places_are_shown_as_a_whole_or_not_at_all() {
    let names = Names::of_shape(&Known::parse(
        "exercises.*.sport: object\nactivities: object\n",
    ));
    for (path, shown) in [
        ("[3].newField", "[].newField"),
        (".", "."),
        ("exercises.8104216805.sport", "exercises.*.sport"),
        (
            "activities.2026.May[0].dayOfMonth",
            "activities.*.*[].dayOfMonth",
        ),
        ("a[0][1].b", HIDDEN_NAME),
        ("user.ludmilla.quetz", HIDDEN_NAME),
        ("exercises.inge.geheim@x.example", HIDDEN_NAME),
        ("exercises[open", HIDDEN_NAME),
    ] {
        assert_eq!(names.place(path), shown, "{path}");
    }
}

#[test]
fn texts_of_reports_are_judged_as_a_whole() {
    let names = Names::new();
    for text in [
        "not set; FLOW_TOKEN is new",
        "absent from 2 of 30",
        "within 5 s",
        "200: JSON (error: text)",
    ] {
        assert!(names.text(text), "{text}");
    }
    for text in [
        "geheim2",
        "error: ludmilla",
        "x\u{1b}[2J",
        "+358401234567",
        "number 4711",
        "jo@example.org",
    ] {
        assert!(!names.text(text), "{text}");
    }
}
