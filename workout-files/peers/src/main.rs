//! Reading, side by side in one run: the decoder below alone (the limit), `workout-files`, and its peers.
//!
//! `cargo run --release` in this folder.
//!
//! The contenders take turns, and the best of many rounds counts: so a busy machine slows all of them
//! down alike, and a quiet moment is all that each needs. `WORKOUT_BENCH_ROUNDS` sets the rounds.
//!
//! Uses the real files of the corpus when it is there (see `tests/support`), and synthetic files of
//! the same shape always. A peer that refuses a file stops early on it, which is in its favour.
#![allow(clippy::unwrap_used, missing_docs, clippy::print_stdout)]

#[path = "../../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use quick_xml::Reader;
use quick_xml::events::Event;

fn events_only(bytes: &[u8]) -> usize {
    let mut reader = Reader::from_reader(bytes);
    let mut events = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) | Err(_) => return events,
            Ok(event) => {
                black_box(&event);
                events += 1;
            }
        }
    }
}

fn workout_tcx(bytes: &[u8]) -> usize {
    workout_files::tcx::read(bytes).map_or(0, |reading| reading.workouts.len())
}

fn workout_gpx(bytes: &[u8]) -> usize {
    workout_files::gpx::read(bytes).map_or(0, |reading| reading.workouts.len())
}

fn workout_fit(bytes: &[u8]) -> usize {
    workout_files::fit::read(bytes).map_or(0, |reading| reading.workouts.len())
}

/// What `workout-files` is built on: every message, and the checksum.
fn rustyfit_messages(bytes: &[u8]) -> usize {
    use rustyfit::{DecoderEvent, StreamingIterator};
    let mut decoder = rustyfit::Decoder::builder()
        .expand_components(false)
        .build();
    let mut stream = decoder.stream(bytes);
    let mut messages = 0;
    while let Some(event) = stream.next() {
        match event {
            Ok(DecoderEvent::Message(message)) => {
                black_box(message);
                messages += 1;
            }
            Ok(_) => {}
            Err(_) => return 0,
        }
    }
    messages
}

/// Its fields as they are in the file, after a check of the checksum.
fn peer_fit_sdk_raw(bytes: &[u8]) -> usize {
    if fit::check_integrity(bytes).is_err() {
        return 0;
    }
    fit::Decoder::new(bytes).map_while(Result::ok).count()
}

fn peer_fit_sdk(bytes: &[u8]) -> usize {
    if fit::check_integrity(bytes).is_err() {
        return 0;
    }
    fit::Decoder::builder(bytes).build().read_all().0.len()
}

fn peer_fitparser(bytes: &[u8]) -> usize {
    fitparser::from_bytes(bytes).map_or(0, |records| records.len())
}

fn peer_quick_tcx(bytes: &[u8]) -> usize {
    quick_tcx::read(bytes).map_or(0, |_| 1)
}

fn peer_tcx(bytes: &[u8]) -> usize {
    let mut reader = std::io::BufReader::new(bytes);
    tcx::read(&mut reader).map_or(0, |_| 1)
}

fn peer_gpx(bytes: &[u8]) -> usize {
    gpx::read(bytes).map_or(0, |file| file.tracks.len())
}

type Contender = (&'static str, fn(&[u8]) -> usize);

fn compare(name: &str, rounds: u32, files: &[Vec<u8>], contenders: &[Contender]) {
    if files.is_empty() {
        return;
    }
    let bytes: usize = files.iter().map(Vec::len).sum();
    let mut best = vec![Duration::MAX; contenders.len()];
    for _ in 0..rounds {
        for (best, (_, read)) in best.iter_mut().zip(contenders) {
            let start = Instant::now();
            black_box(
                files
                    .iter()
                    .map(|file| read(black_box(file)))
                    .sum::<usize>(),
            );
            *best = start.elapsed().min(*best);
        }
    }
    println!(
        "{name}: {} files, {bytes} bytes, best of {rounds} rounds",
        files.len()
    );
    let limit = best[0].as_secs_f64();
    for (best, (contender, read)) in best.iter().zip(contenders) {
        let refused = files.iter().filter(|file| read(file) == 0).count();
        let seconds = best.as_secs_f64();
        println!(
            "  {contender:<22}{:>9.2} ms {:>8.1} MB/s {:>7.2} of the limit; nothing read from {refused} files",
            seconds * 1e3,
            bytes as f64 / seconds / 1e6,
            limit / seconds,
        );
    }
}

fn corpus(folder: &str) -> Vec<Vec<u8>> {
    support::samples(folder)
        .into_iter()
        .map(|sample| sample.bytes)
        .collect()
}

/// An hour with everything that Polar writes at every second.
fn synthetic_tcx() -> Vec<u8> {
    let mut text = Vec::new();
    text.extend_from_slice(br#"<?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities><Activity Sport="Running"><Id>2024-05-05T10:00:00.000Z</Id><Lap StartTime="2024-05-05T10:00:00.000Z"><TotalTimeSeconds>3600.0</TotalTimeSeconds><DistanceMeters>10000.0</DistanceMeters><Calories>700</Calories><Intensity>Active</Intensity><TriggerMethod>Manual</TriggerMethod><Track>"#);
    for second in 0..3600_u32 {
        write!(
            text,
            "<Trackpoint><Time>2024-05-05T10:{:02}:{:02}.000Z</Time><Position><LatitudeDegrees>{}</LatitudeDegrees><LongitudeDegrees>{}</LongitudeDegrees></Position><AltitudeMeters>{}</AltitudeMeters><DistanceMeters>{}</DistanceMeters><HeartRateBpm><Value>{}</Value></HeartRateBpm><Cadence>{}</Cadence><SensorState>Present</SensorState></Trackpoint>",
            second / 60,
            second % 60,
            0.05 + f64::from(second) * 1.117e-5,
            0.07 - f64::from(second) * 0.933e-5,
            f64::from(second % 97) * 0.381 + 12.0,
            f64::from(second as f32 * 2.7777),
            120 + second % 50,
            80 + second % 9,
        )
        .unwrap();
    }
    text.extend_from_slice(br#"</Track></Lap><Creator xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Device_t"><Name>Synthetic</Name><UnitId>0</UnitId><ProductID>1</ProductID><Version><VersionMajor>1</VersionMajor><VersionMinor>0</VersionMinor><BuildMajor>0</BuildMajor><BuildMinor>0</BuildMinor></Version></Creator></Activity></Activities></TrainingCenterDatabase>"#);
    text
}

/// Ten hours at 1 Hz with ten fields, with and without developer fields.
fn synthetic_fit(developer: bool) -> Vec<u8> {
    use support::fit::{FitFile, T0, V, message};
    const SECONDS: u32 = 36_000;
    let mut file = FitFile::new();
    if developer {
        file.describe(0, 1, 0x84, "Power", Some(7));
        file.describe(0, 2, 0x88, "Form", None);
        for second in 0..SECONDS {
            let fields = [
                (253, V::U32(T0 + second)),
                (0, V::I32(5_965_232 + second as i32 * 90)),
                (1, V::I32(-11_930_465 + second as i32 * 70)),
                (5, V::U32(second * 300)),
                (73, V::U32(3000)),
                (78, V::U32(3000 + second % 50)),
                (3, V::U8(140)),
                (4, V::U8(84)),
            ];
            let own = [(1, 0, V::U16(250)), (2, 0, V::F32(61.5))];
            file.put_all(2, message::RECORD, &fields, &own);
        }
    } else {
        file.records(0..SECONDS);
    }
    file.lap_and_session(0, SECONDS, 1);
    file.finish()
}

fn main() {
    let rounds = std::env::var("WORKOUT_BENCH_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20);
    let tcx: &[Contender] = &[
        ("quick-xml events only", events_only),
        ("workout-files", workout_tcx),
        ("quick_tcx", peer_quick_tcx),
        ("tcx", peer_tcx),
    ];
    let gpx: &[Contender] = &[
        ("quick-xml events only", events_only),
        ("workout-files", workout_gpx),
        ("gpx", peer_gpx),
    ];
    let synthetic = synthetic_tcx();
    let workouts = workout_files::read(&synthetic).unwrap().workouts;
    let synthetic_gpx = workout_files::gpx::write(&workouts).unwrap().bytes;
    compare(
        "synthetic TCX",
        rounds,
        std::slice::from_ref(&synthetic),
        tcx,
    );
    compare(
        "synthetic GPX",
        rounds,
        std::slice::from_ref(&synthetic_gpx),
        gpx,
    );
    let fit: &[Contender] = &[
        ("rustyfit messages only", rustyfit_messages),
        ("workout-files", workout_fit),
        ("fit-sdk-rust raw", peer_fit_sdk_raw),
        ("fit-sdk-rust", peer_fit_sdk),
        ("fitparser", peer_fitparser),
    ];
    compare("synthetic FIT", rounds, &[synthetic_fit(false)], fit);
    compare(
        "synthetic FIT with developer fields",
        rounds,
        &[synthetic_fit(true)],
        fit,
    );
    compare("Polar TCX", rounds, &corpus("polar-tcx"), tcx);
    compare("GPX corpus", rounds, &corpus("gpx"), gpx);
}
