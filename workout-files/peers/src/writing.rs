//! Writing, beside quick-xml's `Writer`.

use std::hint::black_box;

use quick_xml::events::{BytesText, Event};
use quick_xml::{Reader, Writer};
use workout_files::{Format, Workout, WriteOptions};

use crate::{Contender, compare};

/// Workouts, and the file that they become.
struct Job {
    workouts: Vec<Workout>,
    /// The file as events, with their texts in memory: what `Writer` has to do at least.
    events: Vec<Event<'static>>,
    bytes: usize,
}

impl Job {
    fn new(workouts: Vec<Workout>, format: Format) -> Option<Self> {
        let options = WriteOptions::default();
        let bytes = workout_files::write_with(&workouts, format, &options)
            .ok()?
            .bytes;
        let mut reader = Reader::from_reader(bytes.as_slice());
        let mut events = Vec::new();
        loop {
            match reader.read_event().ok()? {
                Event::Eof => break,
                event => events.push(event.into_owned()),
            }
        }
        Some(Self {
            workouts,
            events,
            bytes: bytes.len(),
        })
    }
}

/// Nothing but the copying of events: no number is formatted, no value looked up.
fn events_only(job: &Job) -> usize {
    let mut writer = Writer::new(Vec::with_capacity(job.bytes));
    for event in &job.events {
        writer.write_event(event.borrow()).unwrap();
    }
    black_box(writer.into_inner()).len()
}

/// Trackpoints with time, position, altitude, distance, heart rate and cadence as TCX: the part of a
/// writer that takes the time, by `Writer`'s own means.
fn trackpoints_as_tcx(job: &Job) -> usize {
    let mut writer = Writer::new(Vec::with_capacity(job.bytes));
    for point in job.workouts.iter().flat_map(Workout::trackpoints) {
        let trackpoint = writer.create_element("Trackpoint");
        let written = trackpoint.write_inner_content(|writer| {
            let mut leaf = |name: &str, value: Option<String>| match value {
                Some(value) => {
                    let leaf = writer.create_element(name);
                    leaf.write_text_content(BytesText::new(&value)).map(|_| ())
                }
                None => Ok(()),
            };
            let time = point.time.map(|time| time.to_rfc3339());
            leaf("Time", time)?;
            leaf(
                "LatitudeDegrees",
                point.position.map(|at| at.latitude.to_string()),
            )?;
            leaf(
                "LongitudeDegrees",
                point.position.map(|at| at.longitude.to_string()),
            )?;
            leaf(
                "AltitudeMeters",
                point.altitude_m.map(|value| value.to_string()),
            )?;
            leaf(
                "DistanceMeters",
                point.distance_m.map(|value| value.to_string()),
            )?;
            leaf("Value", point.heart_rate.map(|value| value.to_string()))?;
            leaf("Cadence", point.cadence.map(|value| value.to_string()))
        });
        written.unwrap();
    }
    black_box(writer.into_inner()).len()
}

fn workout_files_tcx(job: &Job) -> usize {
    workout_files::tcx::write(&job.workouts).map_or(0, |written| written.bytes.len())
}

fn workout_files_gpx(job: &Job) -> usize {
    workout_files::gpx::write(&job.workouts).map_or(0, |written| written.bytes.len())
}

/// Both formats, for files that were read.
pub(crate) fn run(name: &str, rounds: u32, files: &[Vec<u8>]) {
    let jobs = |format| -> Vec<Job> {
        let readings = files
            .iter()
            .filter_map(|file| workout_files::read(file).ok());
        readings
            .filter_map(|reading| Job::new(reading.workouts, format))
            .collect()
    };
    let tcx: &[Contender<Job>] = &[
        ("quick-xml Writer, events", events_only),
        ("quick-xml Writer, values", trackpoints_as_tcx),
        ("workout-files", workout_files_tcx),
    ];
    let gpx: &[Contender<Job>] = &[
        ("quick-xml Writer, events", events_only),
        ("workout-files", workout_files_gpx),
    ];
    let bytes = |job: &Job| job.bytes;
    compare(
        &format!("{name}, written as TCX"),
        rounds,
        &jobs(Format::Tcx),
        bytes,
        tcx,
    );
    compare(
        &format!("{name}, written as GPX"),
        rounds,
        &jobs(Format::Gpx),
        bytes,
        gpx,
    );
}
