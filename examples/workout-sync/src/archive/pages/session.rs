//! The page of a session.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use polar_flow::summary::Summary;

use super::exercise::{self, Recorded};
use super::html::{Escaped, Link, begin, clock, distance, end, look, speed, sport};
use super::swim;
use crate::archive::folder::Folder;
use crate::archive::kind::Kind;
use crate::archive::record::{Digest, Listed};
use crate::archive::report::size;
use crate::archive::state::Session;

/// Pages are three folders below the archive's own.
const DEPTH: usize = 3;

/// The data that a page is made from.
pub(super) struct Facts {
    pub(super) id: u64,
    pub(super) stem: Box<str>,
    listed: Listed,
    version: u32,
    changed: Option<DateTime<Utc>>,
    files: Vec<OnFile>,
    absent: Vec<Kind>,
}

/// A file of a session.
struct OnFile {
    kind: Kind,
    part: Option<u32>,
    version: u32,
    path: String,
    size: u64,
    sha256: Digest,
}

impl Facts {
    pub(super) fn of(id: u64, session: &Session) -> Self {
        let mut files: Vec<OnFile> = Vec::new();
        for entry in &session.entries {
            if let Some(stored) = entry.stored {
                files.push(OnFile {
                    kind: entry.kind,
                    part: entry.part,
                    version: entry.version,
                    path: session.path(entry),
                    size: stored.size,
                    sha256: stored.sha256,
                });
            }
        }
        files.sort_by_key(|file| (std::cmp::Reverse(file.version), file.kind, file.part));
        let absent = Kind::ALL.into_iter().filter(|kind| {
            session.has(*kind) && !session.files().any(|(entry, ..)| entry.kind == *kind)
        });
        Self {
            id,
            stem: session.stem.clone(),
            listed: session.listed.clone(),
            version: session.version,
            changed: session.changed,
            absent: absent.collect(),
            files,
        }
    }

    /// Changes when the page would.
    pub(super) fn fingerprint(&self) -> String {
        let mut text = format!("{} {} {:?}", look(), self.version, self.absent);
        let _ = write!(
            text,
            "{}",
            serde_json::to_string(&self.listed).unwrap_or_default()
        );
        for file in &self.files {
            let _ = write!(text, "{} {}", file.path, file.sha256);
        }
        Digest::of(text.as_bytes()).to_string()[..32].to_owned()
    }

    fn present(&self) -> impl Iterator<Item = &OnFile> {
        self.files
            .iter()
            .filter(|file| file.version == self.version)
    }

    fn read(&self, kind: Kind, folder: &Folder) -> Option<Vec<u8>> {
        let file = self.present().find(|file| file.kind == kind)?;
        std::fs::read(folder.place(&file.path)).ok()
    }
}

/// Writes the page.
pub(super) fn page(facts: &Facts, made_from: &str, folder: &Folder) -> String {
    let listed = &facts.listed;
    let word = listed.sport.as_deref();
    let summary: Option<Summary> = facts
        .read(Kind::Summary, folder)
        .and_then(|bytes| web_session::decode::from_slice("summary", &bytes, None).ok());
    let text = |text: Option<&String>| {
        let text = text.map(|text| text.trim()).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let name = text(
        summary
            .as_ref()
            .and_then(|it| it.training_session_name.as_ref()),
    );
    // The sport stands below a name, not below itself.
    let below = name.as_ref().map(|_| format!(" · {}", sport(word)));
    let heading = name.unwrap_or_else(|| sport(word));
    let when = listed.start.format("%A, %-d %B %Y, %H:%M");
    let mut page = begin(
        &format!("{heading}, {}", listed.start.format("%Y-%m-%d")),
        made_from,
    );
    let _ = write!(
        page,
        "<p><a href=\"{}#m{}\">All workouts</a></p>\n<h1>{}</h1>\n<p class=\"faint\">{when}{}</p>\n",
        Link("index.html", DEPTH),
        listed.start.format("%Y-%m"),
        Escaped(&heading),
        Escaped(&below.unwrap_or_default())
    );
    if let Some(note) = text(summary.as_ref().and_then(|it| it.note.as_ref())) {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", Escaped(&note));
    }
    let recorded = recorded(facts, folder);
    totals(&mut page, facts, summary.as_ref(), &recorded);
    let swim = word.is_some_and(|word| word.contains("SWIM"));
    let several = recorded.len() > 1;
    for (number, exercise) in &recorded {
        let of_leg = several
            .then(|| leg_sport(summary.as_ref(), *number))
            .flatten();
        exercise::section(
            &mut page,
            exercise,
            several.then_some(*number),
            of_leg.as_deref().or(word),
        );
    }
    if recorded.is_empty() {
        page.push_str("<p class=\"faint\">There is no recording of this workout: it was typed in, or its files are elsewhere.</p>\n");
    }
    let details = (swim || several)
        .then(|| facts.read(Kind::Details, folder))
        .flatten();
    if let Some(details) = details {
        swim::section(&mut page, &details);
    }
    files(&mut page, facts);
    end(page)
}

/// The recordings of the exercises, each from the richest file that can be read.
fn recorded(facts: &Facts, folder: &Folder) -> BTreeMap<u32, Recorded> {
    let mut found = BTreeMap::new();
    for kind in [Kind::Tcx, Kind::Fit, Kind::Gpx] {
        for file in facts.present().filter(|file| file.kind == kind) {
            let number = file.part.unwrap_or(1);
            if found.contains_key(&number) {
                continue;
            }
            let bytes = std::fs::read(folder.place(&file.path)).ok();
            let reading = bytes.and_then(|bytes| workout_files::read(&bytes).ok());
            let Some(reading) = reading else { continue };
            for (more, workout) in (0..).zip(reading.workouts) {
                found.entry(number + more).or_insert(Recorded(workout));
            }
        }
    }
    // A file without a recording in it says less than the totals.
    found.retain(|_, it| it.0.trackpoint_count() > 0 || it.0.laps.len() > 1);
    found
}

/// The service's word for the sport of an exercise.
fn leg_sport(summary: Option<&Summary>, number: u32) -> Option<String> {
    let mut exercises: Vec<_> = summary?.exercises.values().collect();
    exercises.sort_by_key(|exercise| exercise.start_time);
    let exercise = exercises.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
    Some(exercise.sport?.id.to_string())
}

fn totals(
    page: &mut String,
    facts: &Facts,
    summary: Option<&Summary>,
    recorded: &BTreeMap<u32, Recorded>,
) {
    let listed = &facts.listed;
    let seconds = listed.duration_ms.map(|ms| ms as f64 / 1000.0);
    let metres = listed.distance_m.filter(|metres| *metres > 0.0);
    let climbed: f64 = recorded
        .values()
        .filter_map(|it| it.0.totals().ascent_m)
        .sum();
    let highest = summary
        .and_then(|it| it.heart_rate_max_bpm)
        .filter(|rate| *rate > 0);
    let highest = highest.or_else(|| {
        recorded
            .values()
            .filter_map(|it| it.0.totals().max_hr)
            .max()
            .map(u64::from)
    });
    let mut list: Vec<(&str, String)> = Vec::new();
    list.extend(seconds.map(|seconds| ("Duration", clock(seconds))));
    list.extend(metres.map(|metres| ("Distance", distance(metres, 2))));
    let several = recorded.len() > 1;
    let pace = metres.zip(seconds).filter(|_| !several);
    list.extend(pace.and_then(|(metres, seconds)| speed(listed.sport.as_deref(), metres, seconds)));
    list.extend(
        listed
            .heart_rate
            .map(|rate| ("Heart rate", format!("{rate} bpm"))),
    );
    list.extend(highest.map(|rate| ("Highest", format!("{rate} bpm"))));
    list.extend((climbed >= 1.0).then(|| ("Ascent", format!("{climbed:.0} m"))));
    list.extend(
        listed
            .calories
            .filter(|it| *it > 0)
            .map(|it| ("Energy", format!("{it} kcal"))),
    );
    facts_list(page, &list);
}

/// Names and values as tiles.
pub(super) fn facts_list(page: &mut String, list: &[(&str, String)]) {
    if list.is_empty() {
        return;
    }
    page.push_str("<dl class=\"facts\">");
    for (name, value) in list {
        let _ = write!(
            page,
            "<div><dt>{name}</dt><dd>{}</dd></div>",
            Escaped(value)
        );
    }
    page.push_str("</dl>\n");
}

fn files(page: &mut String, facts: &Facts) {
    page.push_str("<h2>Files</h2>\n<ul class=\"files\">\n");
    for file in &facts.files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let part = file
            .part
            .map(|part| format!(", exercise {part}"))
            .unwrap_or_default();
        let old = match file.version == facts.version {
            true => "",
            false => ", as it was before it was edited at Polar Flow",
        };
        let _ = writeln!(
            page,
            "<li><a href=\"{}\">{}{part}</a> <span>{} · {}{old}</span></li>",
            Link(&file.path, DEPTH),
            title(file.kind),
            size(file.size),
            Escaped(name)
        );
    }
    page.push_str("</ul>\n");
    if !facts.absent.is_empty() {
        let absent: Vec<&str> = facts.absent.iter().map(|kind| title(*kind)).collect();
        let _ = writeln!(
            page,
            "<p class=\"faint\">Polar Flow has no {} of this workout.</p>",
            absent.join(" and no ")
        );
    }
    let changed = facts
        .changed
        .map(|at| format!(" · edited there, noticed {}", at.format("%Y-%m-%d")));
    let _ = writeln!(
        page,
        "<p class=\"faint\">Workout {} of Polar Flow{}</p>",
        facts.id,
        changed.unwrap_or_default()
    );
}

const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Summary => "summary",
        Kind::Details => "details",
        Kind::Tcx => "TCX",
        Kind::Gpx => "GPX",
        Kind::Fit => "FIT",
        Kind::Csv => "CSV",
        Kind::Rr => "RR intervals",
    }
}
