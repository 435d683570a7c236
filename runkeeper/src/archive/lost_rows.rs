//! Damages that cost more than their place: quotes left open, activities that stand twice, names and clocks of tracks.

use super::variations::{HEAD, MEASUREMENTS, ROWS, gpx, table, tracks, zipped};
use super::{Archive, Diagnostic, read, read_activities, read_measurements};

const V1: &str = "Date,Type,Route Name,Distance (mi),Duration,Average Pace,Average Speed (mph),Calories Burned,Climb (ft),Average Heart Rate (bpm),Notes,GPX File";

fn files(table: String) -> Vec<(String, Vec<u8>)> {
    let mut files = tracks();
    files.push(("cardioActivities.csv".to_owned(), table.into_bytes()));
    files
}

fn repeated(archive: &Archive) -> usize {
    let repeated = |one: &&Diagnostic| matches!(one, Diagnostic::RowRepeated { .. });
    archive.diagnostics.iter().filter(repeated).count()
}

/// A hundred rows of the first version, without notes.
fn hundred() -> Vec<String> {
    let row = |day: u32| {
        let (month, day) = (1 + day / 28, 1 + day % 28);
        format!(
            "2017-{month:02}-{day:02} 06:55:59,Running,,2.62,10:00,,,340.0,,,,{month}-{day}.gpx"
        )
    };
    (0..100).map(row).collect()
}

#[test]
fn an_open_quote_costs_at_most_its_row() {
    for (name, from, to, is_kept) in [
        ("note", ",,9-9.gpx", ",\"he said,9-9.gpx", true),
        ("route", "Running,,", "Running,\"Park,", true),
        (
            "note with a comma",
            ",,9-9.gpx",
            ",\"he said, then,9-9.gpx",
            false,
        ),
        (
            "note of two lines",
            ",,9-9.gpx",
            ",\"he said\r\nthen,9-9.gpx",
            false,
        ),
    ] {
        for is_last in [false, true] {
            let mut rows = hundred();
            rows.push("2017-09-09 06:55:59,Running,,2.62,10:00,,,340.0,,,,9-9.gpx".to_owned());
            let place = if is_last { 100 } else { 10 };
            let row = rows.swap_remove(100).replacen(from, to, 1);
            rows.insert(place, row);
            let text = format!("{V1}\r\n{}\r\n", rows.join("\r\n"));
            let read = read_activities(text.as_bytes());
            assert_eq!(read.rows.len(), 100 + usize::from(is_kept), "{name}");
            let tracks = read.rows.iter().filter(|(_, row)| row.gpx_file.is_some());
            assert_eq!(tracks.count(), read.rows.len(), "{name}");
            let about = read.diagnostics.iter().any(|one| match one {
                Diagnostic::RowSkipped { row, .. } | Diagnostic::RowOdd { row, .. } => {
                    *row == place as u64 + 2
                }
                _ => false,
            });
            assert!(about, "{name}: {:?}", read.diagnostics);
        }
    }
}

/// Each row leaves a quote open that no later one closes.
#[test]
fn many_open_quotes_take_no_long_time() {
    let row = "2017-09-09 06:55:59,Running,,2.62,10:00,,,340.0,,,\"a\"\",9-9.gpx\r\n";
    let text = format!("{V1}\r\n{}", row.repeat(20_000));
    let begin = std::time::Instant::now();
    let read = read_activities(text.as_bytes());
    assert_eq!(read.rows.len(), 20_000);
    assert!(read.rows.iter().all(|(_, row)| row.gpx_file.is_some()));
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}

#[test]
fn an_open_quote_in_a_newer_table_takes_no_track_of_another_row() {
    let rows = ROWS.map(|row| row.replace("\"\",\"\",2021", "\"\",\"he said,2021"));
    let read = read(&zipped(&files(table(&rows.each_ref().map(String::as_str))))).unwrap();
    let tracks: Vec<_> = read
        .activities
        .iter()
        .map(|row| row.gpx_file.as_deref())
        .collect();
    let expected = [
        Some("2021-05-03-070000.gpx"),
        Some("2021-05-02-080000.gpx"),
        None,
    ];
    assert_eq!(tracks, expected, "{:?}", read.diagnostics);
    assert_eq!(read.activities[1].notes.as_deref(), Some("he said"));
}

#[test]
fn a_note_may_look_like_a_part_of_a_table() {
    let note = "\"2021-05-01 10:00:00,Running\r\nand, so, on\r\n\r\n2021\"";
    let row = ROWS[0].replace("\"a, b\"", note);
    let text = table(&[&row, ROWS[1]]);
    let read = read_activities(text.as_bytes());
    assert_eq!((read.rows.len(), read.diagnostics.len()), (2, 0));
}

#[test]
fn one_uuid_is_one_activity() {
    // Twice in one table, and in a second one with another note and in capitals.
    let edited = ROWS[1].replace("\"\",\"\"", "\"\",\"edited\"");
    let capitals = ROWS[0].replacen(
        "00000000-0000-4000-8000-000000000003",
        "00000000-0000-4000-8000-00000000000A",
        1,
    );
    let mut all = files(table(&[ROWS[0], ROWS[0], ROWS[1], &capitals]));
    let small = capitals.to_lowercase();
    all.push((
        "copy/cardioActivities.csv".to_owned(),
        table(&[&edited, &small]).into_bytes(),
    ));
    let read = read(&zipped(&all)).unwrap();
    assert_eq!(
        (read.activities.len(), repeated(&read)),
        (3, 3),
        "{:?}",
        read.diagnostics
    );
}

#[test]
fn rows_of_tables_in_two_units_are_one_activity() {
    // Three kilometres are 1.86 miles, and the first version knows no UUID.
    let old = "2021-05-03 07:00:00,Running,,1.86,18:52,,,162.0,,141,,2021-05-03-0700.gpx";
    let other_sport = "2021-05-03 07:00:00,Cycling,,1.86,18:51,,,162.0,,141,,";
    let longer = "2021-05-03 07:00:00,Running,,1.86,38:51,,,162.0,,141,,";
    for is_old_first in [false, true] {
        let old_table = format!("{V1}\r\n{old}\r\n{other_sport}\r\n{longer}\r\n");
        let mut tables = vec![
            (
                "a/cardioActivities.csv".to_owned(),
                table(&ROWS[..1]).into_bytes(),
            ),
            ("b/cardioActivities.csv".to_owned(), old_table.into_bytes()),
        ];
        if is_old_first {
            tables.reverse();
        }
        // Only the older name is there.
        tables.push((
            "b/2021-05-03-0700.gpx".to_owned(),
            gpx("2021-05-03T05:00:01Z").into_bytes(),
        ));
        let read = read(&zipped(&tables)).unwrap();
        assert_eq!((read.activities.len(), repeated(&read)), (3, 1));
        let mut with_uuid = read.activities.iter().filter(|row| row.trip_uuid.is_some());
        let kept = with_uuid.next().unwrap();
        assert_eq!(kept.gpx_file.as_deref(), Some("2021-05-03-0700.gpx"));
    }
}

#[test]
fn equal_rows_of_one_table_are_one_and_others_are_not() {
    let row = "2013-12-27 12:54:43,Running,,3.02,10:00,,,384.0,,,,";
    let other = row.replace("3.02", "3.03");
    let text = format!("{V1}\r\n{row}\r\n{row}\r\n{other}\r\n");
    let read = read(&zipped(&files(text))).unwrap();
    assert_eq!((read.activities.len(), repeated(&read)), (2, 1));
}

#[test]
fn a_comma_is_the_decimal_sign_between_semicolons() {
    let text = format!("{HEAD}\r\n{}\r\n", ROWS[1].replace("30.00", "4\u{2}213"));
    let text = text.replace(',', ";").replace('\u{2}', ",");
    let read = read_activities(text.as_bytes());
    let distance = read.rows[0].1.distance.as_ref().unwrap();
    assert_eq!(
        distance.metres().unwrap().round(),
        4213.0,
        "{:?}",
        read.diagnostics
    );
    let text = "Date;Type;Value\r\n2021-05-01 00:00:00;weight;1.060,5\r\n";
    assert_eq!(read_measurements(text.as_bytes()).rows[0].1.value, 1060.5);
}

#[test]
fn heads_and_encodings_of_other_programs_are_read() {
    let whole = table(&ROWS);
    let utf16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes) in [
        (
            "another date before",
            whole
                .replacen("Activity Id,Date", "Date Created,Date", 1)
                .into_bytes(),
        ),
        (
            "no-break space",
            whole.replacen("GPX File", "GPX\u{a0}File", 1).into_bytes(),
        ),
        ("UTF-16 without a mark", utf16),
        (
            "bars",
            whole
                .replacen("a, b", "a b", 1)
                .replace(',', "|")
                .into_bytes(),
        ),
    ] {
        let read = read_activities(&bytes);
        let tracks = read.rows.iter().filter(|(_, row)| row.gpx_file.is_some());
        assert_eq!(
            (read.rows.len(), tracks.count()),
            (3, 2),
            "{name}: {:?}",
            read.diagnostics
        );
    }
    let read = read_activities(whole.replacen("GPX File", "Track", 1).as_bytes());
    let missing = |one: &Diagnostic| {
        matches!(
            one,
            Diagnostic::ColumnMissing {
                column: "GPX File",
                ..
            }
        )
    };
    assert!(
        read.diagnostics.iter().any(missing),
        "{:?}",
        read.diagnostics
    );
}

#[test]
fn tracks_are_found_under_names_that_differ_in_case_and_folder() {
    for (in_row, in_zip) in [
        ("2021-05-03-070000.gpx", vec!["2021-05-03-070000.GPX"]),
        ("./2021-05-03-070000.gpx", vec!["2021-05-03-070000.gpx"]),
        ("gpx/2021-05-03-070000.gpx", vec!["2021-05-03-070000.gpx"]),
        (
            "gpx\\2021-05-03-070000.gpx",
            vec!["gpx/2021-05-03-070000.gpx"],
        ),
        ("2021-05-03-070000.gpx", vec!["x\\2021-05-03-070000.gpx"]),
        (
            "2021-05-03-070000.gpx",
            vec!["x/2021-05-03-070000.gpx", "y/2021-05-03-070000.gpx"],
        ),
    ] {
        let row = ROWS[0].replace("2021-05-03-070000.gpx", in_row);
        let mut all = vec![(
            "cardioActivities.csv".to_owned(),
            table(&[&row]).into_bytes(),
        )];
        let track = gpx("2021-05-03T05:00:01Z").into_bytes();
        all.extend(
            in_zip
                .iter()
                .map(|name| ((*name).to_owned(), track.clone())),
        );
        let read = read(&zipped(&all)).unwrap();
        let name = read.activities[0].gpx_file.as_deref().unwrap();
        assert!(read.tracks.contains_key(name), "{in_row} in {in_zip:?}");
    }
    // Two tracks of one name: which one is meant is unknown.
    let mut all = vec![(
        "cardioActivities.csv".to_owned(),
        table(&ROWS[..1]).into_bytes(),
    )];
    for (folder, first) in [("x", "2021-05-03T05:00:01Z"), ("y", "2021-05-03T09:00:01Z")] {
        all.push((
            format!("{folder}/2021-05-03-070000.gpx"),
            gpx(first).into_bytes(),
        ));
    }
    let read = read(&zipped(&all)).unwrap();
    let missing = |one: &Diagnostic| matches!(one, Diagnostic::TrackMissing { .. });
    assert!(read.diagnostics.iter().any(missing));
}

#[test]
fn a_file_that_is_too_large_costs_itself() {
    let mut all = files(table(&ROWS));
    all.push((
        "measurements.csv".to_owned(),
        MEASUREMENTS.as_bytes().to_vec(),
    ));
    all[0].1 = vec![b' '; 64 * 1024 * 1024 + 1];
    let read = read(&zipped(&all)).unwrap();
    assert_eq!(
        (
            read.activities.len(),
            read.tracks.len(),
            read.measurements.len()
        ),
        (3, 1, 2)
    );
    let skipped = |one: &Diagnostic| matches!(one, Diagnostic::FileSkipped { .. });
    assert!(read.diagnostics.iter().any(skipped));
}
