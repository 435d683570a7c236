//! Tables, tracks and ZIP files.
#![allow(dead_code, reason = "each test program uses a part")]

use std::fs;
use std::io::Write;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use futures_executor::block_on;
use futures_util::TryStreamExt;
use sync_connector_runkeeper_archive::RunkeeperArchive;
use sync_core::{Item, Source, Window, Workout};

pub(crate) const V1: &str = "Date,Type,Route Name,Distance (mi),Duration,Average Pace,Average Speed (mph),Calories Burned,Climb (ft),Average Heart Rate (bpm),Notes,GPX File";
pub(crate) const V2: &str = "Activity Id,Date,Type,Route Name,Distance (km),Duration,Average Pace,Average Speed (km/h),Calories Burned,Climb (m),Average Heart Rate (bpm),Friend's Tagged,Notes,GPX File";

pub(crate) fn row_v1(start: &str, gpx: &str) -> String {
    format!("{start},Running,,3.02,10:00,8:50,6.79,384.0,71.14,140,\"a note\",{gpx}\r\n")
}

pub(crate) fn row_v2(number: u32, start: &str, kind: &str, duration: &str, gpx: &str) -> String {
    format!(
        "00000000-0000-4000-8000-{number:012},{start},{kind},,4.21,{duration},5:37,10.68,340.0,22,,\"\",\"windy\",{gpx}\r\n"
    )
}

/// A track of `minutes` that begins at this instant.
pub(crate) fn gpx(start: &str, minutes: i64) -> String {
    let start: DateTime<Utc> = start.parse().unwrap();
    let points: Vec<String> = (0..=minutes * 6)
        .map(|step| {
            let time = start + TimeDelta::seconds(step * 10);
            format!(
                "<trkpt lat=\"{:.6}\" lon=\"0.05\"><ele>12.5</ele><time>{}</time></trkpt>",
                0.05 + step as f64 / 5000.0,
                time.format("%Y-%m-%dT%H:%M:%SZ")
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"Runkeeper - http://www.runkeeper.com\" \
         xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><name>Running</name><trkseg>{}</trkseg></trk></gpx>",
        points.join("")
    )
}

pub(crate) fn zip(path: &Path, files: &[(&str, String)]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

pub(crate) fn open(files: &[(&str, String)]) -> (RunkeeperArchive, Vec<Item>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    zip(&path, files);
    let source = RunkeeperArchive::open(path).unwrap();
    let all = Window::new("2000-01-01".parse().unwrap(), "2099-12-31".parse().unwrap()).unwrap();
    let listed = block_on(source.list(all).try_collect()).unwrap();
    (source, listed)
}

pub(crate) fn fetch(source: &RunkeeperArchive, item: &Item) -> Workout {
    block_on(source.fetch(item)).unwrap().remove(0)
}
