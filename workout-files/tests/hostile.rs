//! Input that means harm, or is cut off: an error that says where, never a panic, a loop or a flood.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use std::fmt::Write as _;

use workout_files::{Limits, NotAWorkout, ReadErrorKind};

#[test]
fn every_prefix_of_a_file_is_an_error_that_hands_out_what_was_read() {
    for sample in support::fixtures() {
        if sample.name == "odd.tcx" {
            continue; // its end may be cut off
        }
        let whole: usize = workout_files::read(&sample.bytes)
            .unwrap()
            .workouts
            .iter()
            .map(|w| w.trackpoint_count())
            .sum();
        let end = sample.bytes.iter().rposition(|&b| b == b'>').unwrap();
        let mut most = 0;
        for length in (0..end).step_by(7) {
            let error = workout_files::read(&sample.bytes[..length])
                .expect_err(&format!("{} cut at {length}", sample.name));
            let points = error.partial().map_or(0, |partial| {
                partial.workouts.iter().map(|w| w.trackpoint_count()).sum()
            });
            assert!(
                points >= most && points <= whole,
                "{} cut at {length}",
                sample.name
            );
            most = points;
        }
        assert!(most + 1 >= whole, "{}: {most} of {whole}", sample.name);
    }
}

#[test]
fn a_cut_file_says_so() {
    let sample = support::fixtures()
        .into_iter()
        .find(|s| s.name == "polar-run.tcx")
        .unwrap();
    let error = workout_files::read(&sample.bytes[..3000]).unwrap_err();
    assert!(matches!(error.kind(), ReadErrorKind::Truncated), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("ends too early") && text.contains("line 1"),
        "{text}"
    );
}

#[test]
fn entities_are_not_expanded() {
    let mut text = String::from("<?xml version=\"1.0\"?><!DOCTYPE gpx [<!ENTITY a \"aaaaaaaaaa\">");
    for (new, old) in ('b'..='h').zip('a'..) {
        write!(
            text,
            "<!ENTITY {new} \"{}\">",
            format!("&{old};").repeat(10)
        )
        .unwrap();
    }
    text.push_str("]><gpx><trk><name>&h;</name></trk></gpx>");
    let error = workout_files::read(text.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("&h;"), "{error}");
    let text = "<!DOCTYPE gpx SYSTEM \"file:///etc/passwd\"><gpx><trk><name>n</name></trk></gpx>";
    let reading = workout_files::read(text.as_bytes()).unwrap();
    assert_eq!(reading.workouts[0].name.as_deref(), Some("n"));
}

#[test]
fn limits_hold() {
    let deep = format!("<gpx>{}", "<a>".repeat(1_000_000));
    let error = workout_files::read(deep.as_bytes()).unwrap_err();
    assert!(
        matches!(error.kind(), ReadErrorKind::TooLarge(_, 100)),
        "{error}"
    );

    let mut limits = Limits::default();
    limits.trackpoints = 3;
    limits.laps_and_tracks = 4;
    limits.activities = 2;
    limits.bytes = 100_000;
    let tcx = |inner: &str| {
        format!("<TrainingCenterDatabase><Activities>{inner}</Activities></TrainingCenterDatabase>")
    };
    let points = |n: usize| {
        let point = "<Trackpoint><Time>2024-01-01T00:00:00Z</Time></Trackpoint>".repeat(n);
        tcx(&format!(
            "<Activity><Lap><Track>{point}</Track></Lap></Activity>"
        ))
    };
    assert!(workout_files::tcx::read_with(points(3).as_bytes(), &limits).is_ok());
    for text in [
        points(4),
        tcx(&format!("<Activity>{}</Activity>", "<Lap></Lap>".repeat(5))),
        tcx(&"<Activity></Activity>".repeat(3)),
        format!("<gpx>{}</gpx>", "<trk></trk>".repeat(3)),
        format!("<gpx><trk>{}</trk></gpx>", "<trkseg></trkseg>".repeat(5)),
        format!(
            "<gpx><trk><trkseg>{}</trkseg></trk></gpx>",
            "<trkpt/>".repeat(4)
        ),
        " ".repeat(100_001),
    ] {
        let error = workout_files::read_with(text.as_bytes(), &limits).unwrap_err();
        assert!(
            matches!(error.kind(), ReadErrorKind::TooLarge(..)) || text.starts_with(' '),
            "{error}"
        );
    }
}

#[test]
fn a_reader_is_read_up_to_the_limit_only() {
    let mut limits = Limits::default();
    limits.bytes = 1000;
    let error = workout_files::read_from(std::io::repeat(b'<'), &limits).unwrap_err();
    assert!(
        matches!(error.kind(), ReadErrorKind::TooLarge("bytes", 1000)),
        "{error}"
    );
    let gpx = b"<gpx><trk><name>n</name></trk></gpx>";
    assert_eq!(
        workout_files::read_from(&gpx[..], &limits)
            .unwrap()
            .workouts
            .len(),
        1
    );
}

#[test]
fn what_is_not_well_formed_is_an_error_with_its_place() {
    for (text, why) in [
        (
            "<gpx>\n<trk><name>a</trk></gpx>",
            "</trk> where </name> belongs",
        ),
        ("<gpx>\n<trk></gpx>", "</gpx> where </trk> belongs"),
        (
            "<gpx>\n<trk><name>a & b</name></trk></gpx>",
            "an & that starts no entity",
        ),
        (
            "<gpx>\n<trk><name>&nbsp;</name></trk></gpx>",
            "&nbsp; is not known",
        ),
        ("<gpx>\n< trk></trk></gpx>", "a tag without a name"),
        (
            "<gpx>\n<trk><trkseg><trkpt lat=1 lon=2/></trkseg></trk></gpx>",
            "a damaged attribute",
        ),
        (
            "<TrainingCenterDatabase>\n</Activities></TrainingCenterDatabase>",
            "</Activities> where",
        ),
    ] {
        let error = workout_files::read(text.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(error.line_and_column().unwrap().0, 2, "{error}");
    }
}

#[test]
fn what_is_no_workout_is_named() {
    for (bytes, what) in [
        (
            &b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"[..],
            NotAWorkout::Html,
        ),
        (
            b"<kml xmlns=\"http://www.opengis.net/kml/2.2\"/>",
            NotAWorkout::Kml,
        ),
        (b"<rss/>", NotAWorkout::OtherXml),
        (b"", NotAWorkout::Empty),
        (b"Name,Sport,Date,Start time\n", NotAWorkout::PolarCsv),
    ] {
        let error = workout_files::read(bytes).unwrap_err();
        assert_eq!(error.not_a_workout(), Some(what));
        assert!(error.partial().is_none());
    }
}
