//! Reading, side by side in one run: the XML tokenizer alone (the limit), this crate, and its peers.
//!
//! Uses the real files of the corpus when it is there (see `tests/support`), and synthetic files of
//! the same shape always. A peer that refuses a file stops early on it, which is in its favour.
#![allow(clippy::unwrap_used, missing_docs, clippy::print_stdout)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::io::Write;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
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
    workout::tcx::read(bytes).map_or(0, |reading| reading.workouts.len())
}

fn workout_gpx(bytes: &[u8]) -> usize {
    workout::gpx::read(bytes).map_or(0, |reading| reading.workouts.len())
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

fn compare(criterion: &mut Criterion, name: &str, files: &[Vec<u8>], contenders: &[Contender]) {
    if files.is_empty() {
        return;
    }
    let bytes: usize = files.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group(name);
    group
        .throughput(Throughput::Bytes(bytes as u64))
        .sample_size(10);
    for (contender, read) in contenders {
        let refused = files.iter().filter(|file| read(file) == 0).count();
        println!(
            "{name}: {contender} refuses {refused} of {} files",
            files.len()
        );
        group.bench_function(BenchmarkId::from_parameter(contender), |bencher| {
            bencher.iter(|| files.iter().map(|file| read(file)).sum::<usize>());
        });
    }
    group.finish();
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

fn read(criterion: &mut Criterion) {
    let tcx: &[Contender] = &[
        ("quick-xml events only", events_only),
        ("workout", workout_tcx),
        ("quick_tcx", peer_quick_tcx),
        ("tcx", peer_tcx),
    ];
    let gpx: &[Contender] = &[
        ("quick-xml events only", events_only),
        ("workout", workout_gpx),
        ("gpx", peer_gpx),
    ];
    let synthetic = synthetic_tcx();
    let workouts = workout::read(&synthetic).unwrap().workouts;
    let synthetic_gpx = workout::gpx::write(&workouts).unwrap().bytes;
    compare(
        criterion,
        "synthetic TCX",
        std::slice::from_ref(&synthetic),
        tcx,
    );
    compare(
        criterion,
        "synthetic GPX",
        std::slice::from_ref(&synthetic_gpx),
        gpx,
    );
    compare(criterion, "Polar TCX", &corpus("polar-tcx"), tcx);
    compare(criterion, "GPX corpus", &corpus("gpx"), gpx);
}

criterion_group!(benches, read);
criterion_main!(benches);
