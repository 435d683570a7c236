//! The cost of collecting drift: a calendar of 10,000 events and details of about 500 KB, against `serde_json` into
//! plain structs of the same fields.
#![allow(clippy::unwrap_used, missing_docs, dead_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use polar_flow::calendar;
use polar_flow::details::Details;
use polar_flow::web_session::{Observer, decode};
use serde::Deserialize;

/// The code of a program without this crate.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlainEvent {
    #[serde(rename = "type")]
    kind: String,
    list_item_id: u64,
    datetime: String,
    timestamp: i64,
    start: i64,
    end: i64,
    all_day: bool,
    event_type: String,
    icon_url: String,
    url: String,
    title: String,
    border_color: String,
    text_color: String,
    is_test: bool,
    has_training_target: bool,
    training_load_pro_interpretation: Option<String>,
    training_load_pro_index: Option<u8>,
    duration: u64,
    distance: Option<f64>,
    calories: Option<u32>,
}

#[derive(Deserialize)]
struct PlainDetails {
    id: u64,
    samples: BTreeMap<String, PlainSamples>,
}

#[derive(Deserialize)]
struct PlainSamples {
    #[serde(rename = "HEART_RATE")]
    heart_rate: PlainSeries,
    #[serde(rename = "SPEED")]
    speed: PlainSeries,
    #[serde(rename = "ALTITUDE")]
    altitude: PlainSeries,
    #[serde(rename = "CADENCE")]
    cadence: PlainSeries,
    #[serde(rename = "COORDINATE")]
    coordinate: PlainRoute,
}

#[derive(Deserialize)]
struct PlainSeries {
    samples: PlainValues,
}

#[derive(Deserialize)]
struct PlainValues {
    values: Vec<Option<f64>>,
    interval: String,
}

#[derive(Deserialize)]
struct PlainRoute {
    samples: Vec<PlainCoordinate>,
}

#[derive(Deserialize)]
struct PlainCoordinate {
    latitude: f64,
    longitude: f64,
    altitude: Option<f64>,
    time: String,
}

/// Chosen so that the details have about 500 KB.
const SECONDS: u32 = 5000;

fn events() -> String {
    let mut text = String::from("[");
    for n in 0..10_000_u64 {
        if n > 0 {
            text.push(',');
        }
        let (day, hour) = (n % 28 + 1, n % 24);
        // 2025-05-01 at 00:30:42.
        let start = 1_746_059_442 + (day - 1) * 86_400 + hour * 3600;
        let end = start + 3600;
        write!(
            text,
            r##"{{"trainingLoadProInterpretation":"Medium","trainingLoadProIndex":3,"isTest":false,"title":"01:00:00;10.5 km","type":"EXERCISE","listItemId":{},"hasTrainingTarget":false,"timestamp":{start}643,"start":{start},"end":{end},"allDay":false,"iconUrl":"https://platform.cdn.polar.com/ecosystem/sport/icon/808d0882e97375e68844ec6c5417ea33-2024-04-16_06_01_32","url":"/training/analysis2/{}","borderColor":"#A9D0F5","textColor":"#000","datetime":"2025-05-{day:02}T{hour:02}:30:42.643Z","eventType":"exercise","duration":3600000,"distance":10500.5,"calories":700}}"##,
            8_100_000_000 + n,
            8_100_000_000 + n,
        )
        .unwrap();
    }
    text.push(']');
    text
}

fn details() -> String {
    let series = |unit: &str, value: &dyn Fn(u32) -> String| {
        let values: Vec<_> = (0..SECONDS).map(value).collect();
        format!(
            r#""{unit}":{{"samples":{{"values":[{}],"interval":"PT1S"}}}}"#,
            values.join(",")
        )
    };
    let route: Vec<_> = (0..SECONDS)
        .map(|n| {
            let at = f64::from(n) * 1e-5;
            format!(
                r#"{{"latitude":{at:.6},"longitude":{at:.6},"altitude":12.5,"time":"PT{n}.013S"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"id":1,"samples":{{"2":{{{},{},{},{},"COORDINATE":{{"samples":[{}]}}}}}}}}"#,
        series("HEART_RATE", &|n| (100 + n % 60).to_string()),
        series("SPEED", &|n| format!(
            "{:.4}",
            9.0 + f64::from(n % 100) / 100.0
        )),
        series("ALTITUDE", &|n| if n < 4 {
            "null".into()
        } else {
            format!("{:.2}", f64::from(n) / 10.0)
        }),
        series("CADENCE", &|n| (80 + n % 9).to_string()),
        route.join(",")
    )
}

fn benches(c: &mut Criterion) {
    let observer: Observer = Arc::new(|field| panic!("{field:?}"));
    let text = events();
    let mut group = c.benchmark_group("calendar of 10,000");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("plain structs", |b| {
        b.iter(|| serde_json::from_slice::<Vec<PlainEvent>>(black_box(text.as_bytes())).unwrap());
    });
    group.bench_function("this crate", |b| {
        b.iter(|| calendar::decode(black_box(text.as_bytes()), None).unwrap());
    });
    group.bench_function("this crate, collecting unknown fields", |b| {
        b.iter(|| calendar::decode(black_box(text.as_bytes()), Some(&observer)).unwrap());
    });
    group.finish();

    let text = details();
    let mut group = c.benchmark_group(format!("details of {} KB", text.len() / 1000));
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("plain structs", |b| {
        b.iter(|| serde_json::from_slice::<PlainDetails>(black_box(text.as_bytes())).unwrap());
    });
    group.bench_function("this crate", |b| {
        b.iter(|| {
            decode::from_slice::<Details>("details", black_box(text.as_bytes()), None).unwrap()
        });
    });
    group.bench_function("this crate, collecting unknown fields", |b| {
        b.iter(|| {
            decode::from_slice::<Details>("details", black_box(text.as_bytes()), Some(&observer))
                .unwrap()
        });
    });
    group.finish();
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(20);
    targets = benches
}
criterion_main!(all);
