//! Writing TCX.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Application, Lap, Sport, Workout};
use crate::read::value::clean_text;
use crate::summary::laps::{Recorded, recorded_lap};
use crate::write::xml::{Fraction, Stamp, Xml, writable};
use crate::write::{Loss, LossCode, Losses, WriteError, WriteOptions, Written};

/// Namespace of the extension in which what TCX can't say is kept.
///
/// `WX` stands in the `Extensions` of an activity, a lap or a trackpoint and only where it is
/// needed. `Absent` names the required elements whose value was not known (the schema makes us
/// write one), `Sport` is the sport beyond the three of TCX, `Start` the start when it is
/// not the earliest lap or trackpoint, `Name` the title, `OffsetSeconds` the
/// zone of the person, `PlanName` a name of more than 15 characters, `EmptyTracks` the places of
/// tracks without trackpoints.
pub const EXTENSION_NAMESPACE: &str = "urn:workout:tcx-extension:1";

/// Writes a TCX file that is valid against its schema.
///
/// # Errors
/// None at present; the result leaves room for them.
pub fn write(workouts: &[Workout]) -> Result<Written, WriteError> {
    write_with(workouts, &WriteOptions::default())
}

/// [`write()`] into a writer; returns the losses.
///
/// # Errors
/// When the writer fails.
pub fn write_to(
    workouts: &[Workout],
    mut writer: impl std::io::Write,
) -> Result<Vec<Loss>, WriteError> {
    let written = write(workouts)?;
    writer.write_all(&written.bytes)?;
    Ok(written.losses)
}

/// [`write()`] with choices of your own.
///
/// # Errors
/// As [`write()`].
pub fn write_with(workouts: &[Workout], options: &WriteOptions) -> Result<Written, WriteError> {
    let points: usize = workouts.iter().map(Workout::trackpoint_count).sum();
    let mut writer = TcxWriter {
        xml: Xml::new(points * 200 + 1000),
        losses: Losses::default(),
        own: options.private_extension,
        ids: HashSet::new(),
        shared_author: None,
    };
    writer.database(workouts);
    let TcxWriter {
        xml, mut losses, ..
    } = writer;
    losses.add(LossCode::Characters, xml.dropped);
    Ok(Written {
        bytes: xml.finish(),
        losses: losses.finish(),
    })
}

struct TcxWriter<'a> {
    xml: Xml,
    losses: Losses,
    own: bool,
    /// Ids given out, because they must differ.
    ids: HashSet<DateTime<Utc>>,
    shared_author: Option<&'a Application>,
}

/// The required elements that had to be made up.
#[derive(Default)]
struct Absent(Vec<&'static str>);

impl Absent {
    fn require<T>(
        &mut self,
        name: &'static str,
        value: Option<T>,
        stand_in: impl FnOnce() -> T,
    ) -> T {
        value.unwrap_or_else(|| {
            self.0.push(name);
            stand_in()
        })
    }
}

impl<'a> TcxWriter<'a> {
    fn database(&mut self, workouts: &'a [Workout]) {
        let root = format!("xmlns=\"{}\"", super::NAMESPACE);
        self.xml.open("TrainingCenterDatabase", &root);
        self.xml.line();
        self.shared_author = workouts.iter().find_map(|workout| workout.author.as_ref());
        let others = workouts
            .iter()
            .filter(|workout| workout.author.as_ref() != self.shared_author)
            .count();
        self.losses.add(LossCode::Author, others);
        if !workouts.is_empty() {
            self.xml.open("Activities", "");
            self.xml.line();
            self.activities(workouts);
            self.xml.close();
            self.xml.line();
        }
        if let Some(author) = self.shared_author {
            self.author(author);
        }
    }

    /// The schema wants all single activities before all sessions.
    fn activities(&mut self, workouts: &'a [Workout]) {
        let mut after_session = false;
        for workout in workouts {
            if workout.multi_sport.is_some() {
                after_session = true;
            } else {
                self.losses.one_if(after_session, LossCode::Order);
                self.activity(workout);
            }
        }
        let legs: Vec<_> = workouts
            .iter()
            .filter_map(|w| Some((w, w.multi_sport.as_ref()?)))
            .collect();
        let mut index = 0;
        let mut session_ids = HashSet::new();
        while index < legs.len() {
            let first = legs[index].1;
            let mut end = index + 1;
            while end < legs.len()
                && legs[end].1.session_start == first.session_start
                && legs[end].1.leg > legs[end - 1].1.leg
            {
                end += 1;
            }
            let mut id = first.session_start;
            if !writable(&id) {
                id = DateTime::UNIX_EPOCH;
                self.losses.one(LossCode::MadeUp);
            }
            let wanted = id;
            let id = unique(&mut session_ids, id);
            self.losses.one_if(id != wanted, LossCode::IdChanged);
            self.xml.open("MultiSportSession", "");
            self.xml.value("Id", stamp(id));
            self.xml.line();
            for (position, (workout, leg)) in legs[index..end].iter().enumerate() {
                self.xml.open(
                    if position == 0 {
                        "FirstSport"
                    } else {
                        "NextSport"
                    },
                    "",
                );
                self.xml.line();
                if let Some(transition) = &leg.transition {
                    if position == 0 {
                        self.losses.one(LossCode::Transition);
                    } else {
                        let recorded = recorded_lap(transition, None);
                        self.lap("Transition", transition, recorded, workout.start_time());
                    }
                }
                self.activity(workout);
                self.xml.close();
                self.xml.line();
            }
            self.xml.text_if("Notes", first.notes.as_deref());
            self.xml.close();
            self.xml.line();
            index = end;
        }
    }

    fn activity(&mut self, workout: &Workout) {
        let mut absent = Absent::default();
        let sport = workout.sport.tcx_token();
        self.xml.open("Activity", &format!("Sport=\"{sport}\""));
        let known_start = workout.start.filter(writable);
        let id = absent.require("Id", known_start, || {
            workout
                .start_time()
                .filter(writable)
                .unwrap_or(DateTime::UNIX_EPOCH)
        });
        let wanted = id;
        let id = if workout.multi_sport.is_some() {
            id
        } else {
            unique(&mut self.ids, id)
        };
        self.xml.value("Id", stamp(id));
        self.xml.line();
        let mut reached = Some(id);
        for (index, lap) in workout.laps.iter().enumerate() {
            let recorded = recorded_lap(lap, workout.laps.get(index + 1));
            self.lap("Lap", lap, recorded, reached);
            reached = lap.last_time().or(lap.start).or(reached);
        }
        if workout.laps.is_empty() {
            absent.0.push("Lap");
            self.lap("Lap", &Lap::default(), Recorded::default(), reached);
        }
        self.xml.text_if("Notes", workout.notes.as_deref());
        if let Some(training) = &workout.training {
            self.training(training);
        }
        if let Some(device) = &workout.device {
            self.creator(device);
        }
        let earliest = workout.earliest();
        self.losses
            .one_if(!self.own && id != wanted, LossCode::IdChanged);
        // The reader takes the earliest lap or trackpoint, else the id.
        let start = known_start.filter(|&start| earliest.unwrap_or(id) != start);
        self.activity_extension(workout, absent, start);
        self.xml.close();
        self.xml.line();
        self.losses.add(LossCode::Lengths, workout.length_count());
        self.losses.add(LossCode::Links, workout.links.len());
        let words = usize::from(workout.comment.is_some())
            + usize::from(workout.source.is_some())
            + usize::from(workout.number.is_some());
        self.losses.add(LossCode::Comment, words);
    }

    fn activity_extension(
        &mut self,
        workout: &Workout,
        mut absent: Absent,
        start: Option<DateTime<Utc>>,
    ) {
        if workout.author.is_some()
            && let Some(author) = self.shared_author
        {
            if author
                .language
                .as_deref()
                .is_none_or(|word| !is_language(word))
            {
                absent.0.push("LangID");
            }
            if author
                .part_number
                .as_deref()
                .is_none_or(|number| !is_part_number(number))
            {
                absent.0.push("PartNumber");
            }
        }
        let sport = (Sport::from_token(workout.sport.tcx_token()) != workout.sport)
            .then(|| workout.sport.as_str());
        let offset = workout.local_offset.map(|offset| offset.local_minus_utc());
        let plan = workout
            .training
            .as_ref()
            .and_then(|training| training.plan.as_ref());
        let plan_name = plan
            .and_then(|plan| plan.name.as_deref())
            .filter(|name| short_name(name).as_deref() != Some(*name));
        if !self.own {
            self.losses.one_if(sport.is_some(), LossCode::Sport);
            self.losses.one_if(workout.name.is_some(), LossCode::Title);
            self.losses.one_if(offset.is_some(), LossCode::LocalOffset);
            self.losses.one_if(plan_name.is_some(), LossCode::PlanName);
            self.losses.one_if(start.is_some(), LossCode::Start);
            self.losses.add(LossCode::MadeUp, absent.0.len());
            return;
        }
        if absent.0.is_empty()
            && sport.is_none()
            && workout.name.is_none()
            && offset.is_none()
            && plan_name.is_none()
            && start.is_none()
        {
            return;
        }
        self.xml.open("Extensions", "");
        self.open_own();
        if !absent.0.is_empty() {
            self.xml.value("Absent", absent.0.join(" "));
        }
        self.xml.text_if("Sport", sport);
        self.xml.value_if("Start", start.map(stamp));
        self.xml.text_if("Name", workout.name.as_deref());
        self.xml.value_if("OffsetSeconds", offset);
        self.xml.text_if("PlanName", plan_name);
        self.xml.close();
        self.xml.close();
    }

    fn open_own(&mut self) {
        self.xml
            .open("WX", &format!("xmlns=\"{EXTENSION_NAMESPACE}\""));
    }
}

/// An id that no other has: moved by whole milliseconds when it must be.
fn unique(ids: &mut HashSet<DateTime<Utc>>, id: DateTime<Utc>) -> DateTime<Utc> {
    let mut free = id;
    while !ids.insert(free) {
        free += TimeDelta::milliseconds(1);
    }
    free
}

fn stamp(time: DateTime<Utc>) -> Stamp {
    Stamp(time, Fraction::Milliseconds)
}

/// `RestrictedToken_t`: 1 to 15 characters.
fn short_name(name: &str) -> Option<String> {
    let clean = clean_text(name);
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(15).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

pub(super) fn is_language(token: &str) -> bool {
    token.chars().count() == 2 && token.chars().all(char::is_alphanumeric)
}

/// `[\p{Lu}\d]{3}-[\p{Lu}\d]{5}-[\p{Lu}\d]{2}`, of which only ASCII is written.
pub(super) fn is_part_number(token: &str) -> bool {
    let bytes = token.as_bytes();
    bytes.len() == 12
        && bytes.iter().enumerate().all(|(index, &byte)| match index {
            3 | 9 => byte == b'-',
            _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        })
}

mod laps;
mod sources;
