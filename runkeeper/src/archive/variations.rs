//! Archives with one thing wrong: whatever it is, every track and every other row is there, and something is said.

use std::io::{Cursor, Write as _};

use super::{Archive, Diagnostic, read};

pub(super) const HEAD: &str = "Activity Id,Date,Type,Route Name,Distance (km),Duration,Average Pace,Average Speed (km/h),Calories Burned,Climb (m),Average Heart Rate (bpm),Friend's Tagged,Notes,GPX File";
pub(super) const ROWS: [&str; 3] = [
    "00000000-0000-4000-8000-000000000003,2021-05-03 07:00:00,Running,,3.00,18:51,6:18,9.54,162.0,20,141,\"\",\"a, b\",2021-05-03-070000.gpx",
    "00000000-0000-4000-8000-000000000002,2021-05-02 08:00:00,Cycling,,30.00,1:18:51,2:38,22.9,562.0,20,,\"\",\"\",2021-05-02-080000.gpx",
    "00000000-0000-4000-8000-000000000001,2021-05-01 09:00:00,Yoga,,0.00,20:00,,,60.0,0,,\"\",\"\",",
];
pub(super) const MEASUREMENTS: &str =
    "Date,Type,Value\r\n2021-05-01 00:00:00,weight,60.5\r\n2021-05-02 00:00:00,weight,60.4\r\n";

pub(super) fn gpx(first: &str) -> String {
    format!(
        "<gpx><trk><trkseg><trkpt lat=\"0.05\" lon=\"0.05\"><time>{first}</time></trkpt></trkseg></trk></gpx>"
    )
}

/// The tracks of the first two rows, two hours west of the wall clock.
pub(super) fn tracks() -> Vec<(String, Vec<u8>)> {
    [("2021-05-03-070000", 5), ("2021-05-02-080000", 6)]
        .map(|(name, hour)| {
            let day = &name[..10];
            let track = gpx(&format!("{day}T{hour:02}:00:01Z"));
            (format!("{name}.gpx"), track.into_bytes())
        })
        .into()
}

pub(super) fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn archive(activities: &[u8], measurements: &[u8]) -> Archive {
    let mut files = tracks();
    files.push(("cardioActivities.csv".to_owned(), activities.to_vec()));
    files.push(("measurements.csv".to_owned(), measurements.to_vec()));
    read(&zipped(&files)).unwrap()
}

pub(super) fn table(rows: &[&str]) -> String {
    let mut text = format!("{HEAD}\r\n");
    for row in rows {
        text.push_str(row);
        text.push_str("\r\n");
    }
    text
}

#[test]
fn an_archive_without_a_fault_says_nothing() {
    let read = archive(table(&ROWS).as_bytes(), MEASUREMENTS.as_bytes());
    assert_eq!((read.activities.len(), read.measurements.len()), (3, 2));
    assert_eq!(
        (read.tracks.len(), read.diagnostics.len()),
        (2, 0),
        "{:?}",
        read.diagnostics
    );
}

/// One row of three is damaged: the two others stay as they were.
#[test]
fn a_damaged_row_costs_at_most_itself() {
    let replaced = |from: &str, to: &str| ROWS[1].replace(from, to);
    let date = "2021-05-02 08:00:00";
    let cases: Vec<(&str, Vec<u8>, bool)> = vec![
        ("empty date", replaced(date, "").into(), false),
        ("blank date", replaced(date, "  ").into(), false),
        ("ISO date", replaced(date, "2021-05-02T08:00:00").into(), true),
        ("ISO date with fraction", replaced(date, "2021-05-02T08:00:00.250").into(), true),
        ("ISO date with zone", replaced(date, "2021-05-02T08:00:00Z").into(), false),
        ("ISO date with offset", replaced(date, "2021-05-02T08:00:00+02:00").into(), false),
        ("date without seconds", replaced(date, "2021-05-02 08:00").into(), true),
        ("day alone", replaced(date, "2021-05-02").into(), false),
        ("American date", replaced(date, "5/2/2021 8:00 AM").into(), false),
        ("impossible date", replaced(date, "2021-02-30 08:00:00").into(), false),
        ("word as date", replaced(date, "yesterday").into(), false),
        ("distance as text", replaced("30.00", "far").into(), true),
        ("distance with decimal comma", replaced("30.00", "\"30,00\"").into(), true),
        ("distance is NaN", replaced("30.00", "NaN").into(), true),
        ("duration as text", replaced("1:18:51", "long").into(), true),
        ("negative duration", replaced("1:18:51", "-1:18:51").into(), true),
        ("energy as text", replaced("562.0", "n/a").into(), true),
        ("climb as text", replaced(",20,", ",high,").into(), true),
        ("row cut off in the middle", ROWS[1][..80].into(), true),
        ("row of one field", b"00000000-0000-4000-8000-000000000002".to_vec(), false),
        ("row of another table", b"2021-05-01 00:00:00,weight,60.5".to_vec(), false),
        ("latin-1 note", [b"00000000-0000-4000-8000-000000000002,2021-05-02 08:00:00,Cycling,,30.00,1:18:51,,,,,,\"\",\"caf\xE9\",2021-05-02-080000.gpx".as_slice()].concat(), true),
        ("latin-1 type", [b"00000000-0000-4000-8000-000000000002,2021-05-02 08:00:00,V\xE9lo,,30.00,1:18:51,,,,,,\"\",\"\",2021-05-02-080000.gpx".as_slice()].concat(), true),
        ("stray bytes in the date", [b"x,2021-05-02 \xFF\xFE08:00:00,Running".as_slice()].concat(), false),
    ];
    assert!(cases.len() >= 20);
    for (name, row, is_kept) in cases {
        let bytes = [
            format!("{HEAD}\r\n{}\r\n", ROWS[0]).as_bytes(),
            &row,
            format!("\r\n{}\r\n", ROWS[2]).as_bytes(),
        ]
        .concat();
        let read = archive(&bytes, MEASUREMENTS.as_bytes());
        assert_eq!(read.tracks.len(), 2, "{name}");
        assert_eq!(
            read.activities.len(),
            2 + usize::from(is_kept),
            "{name}: {:?}",
            read.diagnostics
        );
        let whole = archive(table(&ROWS).as_bytes(), b"");
        assert_eq!(read.activities.first(), whole.activities.first(), "{name}");
        assert_eq!(read.activities.last(), whole.activities.last(), "{name}");
        let about_row = read.diagnostics.iter().any(|diagnostic| {
            matches!(
                diagnostic,
                Diagnostic::RowSkipped { row: 3, .. } | Diagnostic::RowOdd { row: 3, .. }
            )
        });
        assert!(about_row, "{name}: {:?}", read.diagnostics);
        assert_eq!(read.measurements.len(), 2, "{name}");
    }
}

#[test]
fn a_damaged_measurement_costs_itself() {
    let row = "2021-05-02 00:00:00,weight,60.4";
    let cases: Vec<(&str, Vec<u8>, usize)> = vec![
        ("empty value", row.replace("60.4", "").into(), 1),
        ("empty type", row.replace("weight", "").into(), 1),
        (
            "empty date",
            row.replace("2021-05-02 00:00:00", "").into(),
            1,
        ),
        ("value as text", row.replace("60.4", "many").into(), 1),
        ("value is NaN", row.replace("60.4", "NaN").into(), 1),
        ("value is infinite", row.replace("60.4", "inf").into(), 1),
        ("decimal comma", row.replace("60.4", "\"60,4\"").into(), 1),
        (
            "grouped thousands",
            row.replace("60.4", "\"1,060.4\"").into(),
            2,
        ),
        ("ISO date", row.replace(' ', "T").into(), 2),
        ("cut off", row[..20].into(), 1),
        ("empty row of commas", b",,".to_vec(), 1),
        (
            "latin-1 type",
            b"2021-05-02 00:00:00,poids l\xE9ger,60.4".to_vec(),
            2,
        ),
    ];
    for (name, row, rows) in cases {
        let head = b"Date,Type,Value\r\n2021-05-01 00:00:00,weight,60.5\r\n";
        let read = archive(
            table(&ROWS).as_bytes(),
            &[head.as_slice(), &row, b"\r\n"].concat(),
        );
        assert_eq!((read.tracks.len(), read.activities.len()), (2, 3), "{name}");
        assert_eq!(
            read.measurements.len(),
            rows,
            "{name}: {:?}",
            read.diagnostics
        );
        let is_silent = read.diagnostics.is_empty() && name != "grouped thousands";
        assert!(!is_silent, "{name}");
    }
}

#[test]
fn a_damaged_head_costs_at_most_its_table() {
    let whole = table(&ROWS);
    let without = |column: &str| whole.replacen(column, "Something", 1);
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(whole.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let cases: Vec<(&str, Vec<u8>, usize)> = vec![
        ("no file", Vec::new(), 0),
        (
            "a page of HTML",
            b"<html><body>Sorry</body></html>".to_vec(),
            0,
        ),
        (
            "no head",
            whole.replacen(&format!("{HEAD}\r\n"), "", 1).into(),
            0,
        ),
        ("another language", without("Date").into(), 0),
        ("no type", without("Type").into(), 3),
        ("no distance", without("Distance (km)").into(), 3),
        ("no duration", without("Duration").into(), 3),
        (
            "upper case",
            whole.replacen(HEAD, &HEAD.to_uppercase(), 1).into(),
            3,
        ),
        ("a mark in front", format!("\u{feff}{whole}").into(), 3),
        ("UTF-16", utf16, 3),
        ("bare line feeds", whole.replace("\r\n", "\n").into(), 3),
        ("random bytes", (0..=255).cycle().take(4096).collect(), 0),
    ];
    for (name, bytes, rows) in cases {
        let read = archive(&bytes, MEASUREMENTS.as_bytes());
        assert_eq!(
            (read.tracks.len(), read.measurements.len()),
            (2, 2),
            "{name}"
        );
        assert_eq!(
            read.activities.len(),
            rows,
            "{name}: {:?}",
            read.diagnostics
        );
        let is_whole =
            ["upper case", "a mark in front", "UTF-16", "bare line feeds"].contains(&name);
        assert_eq!(
            read.diagnostics.is_empty(),
            is_whole,
            "{name}: {:?}",
            read.diagnostics
        );
        let read = archive(whole.as_bytes(), &bytes);
        assert_eq!(
            (read.tracks.len(), read.activities.len()),
            (2, 3),
            "{name} as measurements"
        );
    }
    let semicolons = "Date;Type;Value\r\n2021-05-01 00:00:00;weight;60.5\r\n";
    let read = archive(whole.as_bytes(), semicolons.as_bytes());
    assert_eq!((read.measurements.len(), read.diagnostics.len()), (1, 0));
}

#[test]
fn tables_of_several_folders_are_read() {
    let mut files = tracks();
    files.push((
        "a/cardioActivities.csv".to_owned(),
        table(&ROWS[..2]).into_bytes(),
    ));
    // The second export repeats a row and has one more; its folder has a track of a name that the first has too.
    let second = ROWS[2]
        .replace(",\"\",", ",\"\",again")
        .replace("again\"\",", "\"\",2021-05-02-080000.gpx");
    files.push((
        "b/cardioActivities.csv".to_owned(),
        table(&[ROWS[1], &second]).into_bytes(),
    ));
    files.push((
        "b/2021-05-02-080000.gpx".to_owned(),
        gpx("2021-05-01T07:00:01Z").into_bytes(),
    ));
    files.push((
        "b/measurements.csv".to_owned(),
        MEASUREMENTS.as_bytes().to_vec(),
    ));
    files.push((
        "measurements.csv".to_owned(),
        MEASUREMENTS.as_bytes().to_vec(),
    ));
    let read = read(&zipped(&files)).unwrap();
    assert_eq!(
        (read.activities.len(), read.tracks.len()),
        (3, 3),
        "{:?}",
        read.activities
    );
    assert_eq!(
        read.measurements.len(),
        2,
        "rows that both tables have are there once"
    );
    let repeated = |diagnostic: &&Diagnostic| matches!(diagnostic, Diagnostic::RowRepeated { .. });
    assert_eq!(
        read.diagnostics.iter().filter(repeated).count(),
        3,
        "{:?}",
        read.diagnostics
    );
    let yoga = &read.activities[2];
    assert_eq!(yoga.gpx_file.as_deref(), Some("b/2021-05-02-080000.gpx"));
}

#[test]
fn rows_and_tracks_that_contradict_each_other_are_reported() {
    let shared = ROWS[2].replace("\"\",\"\",", "\"\",\"\",2021-05-02-080000.gpx");
    let missing = ROWS[0].replace("2021-05-03-070000.gpx", "gone.gpx");
    let read = archive(
        table(&[&missing, ROWS[1], &shared]).as_bytes(),
        b"Date,Type,Value\r\n",
    );
    let told: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "the activity of 2021-05-03 07:00:00 names gone.gpx, which is not there",
            "2 rows name the track 2021-05-02-080000.gpx",
            "no row names the track 2021-05-03-070000.gpx",
        ]
    );
}

#[test]
fn a_damaged_track_costs_itself() {
    let mut files = tracks();
    files.push(("cardioActivities.csv".to_owned(), table(&ROWS).into_bytes()));
    let whole = zipped(&files);
    // A byte of the first track's packed content.
    let at = whole.windows(4).position(|part| part == b".gpx").unwrap() + 8;
    let mut damaged = whole.clone();
    damaged[at] ^= 0xFF;
    damaged[at + 1] ^= 0xFF;
    let read = read(&damaged).unwrap();
    assert_eq!((read.activities.len(), read.tracks.len()), (3, 1));
    let skipped = read.diagnostics.iter().any(|diagnostic| {
        matches!(diagnostic, Diagnostic::FileSkipped { file, .. } if file == "2021-05-03-070000.gpx")
    });
    assert!(skipped, "{:?}", read.diagnostics);
}
