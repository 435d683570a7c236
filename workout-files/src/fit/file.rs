//! Taking the messages of a file.

use rustyfit::profile::typedef::MesgNum;
use rustyfit::proto::{Message, MessageDefinition};

use super::assemble;
use super::developer::Developers;
use super::device::Recorder;
use super::fields::Fields;
use super::record::{self, Compressed, Notes};
use super::summary::{self, Part, Session};
use super::types::OddFields;
use crate::model::{Length, Track, Workout};
use crate::read::{Code, Diagnostics, Limits, Place, ReadErrorKind};

/// Events of the timer that start and stop it.
const TIMER: u8 = 0;
const START: u8 = 0;
const STOPS: [u8; 4] = [1, 4, 8, 9];

/// The state of reading a chain.
pub(super) struct Reader<'a> {
    pub(super) limits: &'a Limits,
    pub(super) diagnostics: Diagnostics,
    pub(super) workouts: Vec<Workout>,
    trackpoints: usize,
    pub(super) laps_and_tracks: usize,
    odd: [OddFields; 16],
    file: File,
}

/// The content of one file.
#[derive(Default)]
pub(super) struct File {
    /// The kind of file, by its `file_id` message.
    pub(super) kind: Option<u8>,
    pub(super) recorder: Recorder,
    pub(super) sessions: Vec<Session>,
    pub(super) laps: Vec<Part>,
    pub(super) lengths: Vec<(Option<i64>, Length)>,
    /// All trackpoints, in the order of the file.
    pub(super) points: Track,
    /// When the timer started (true) and stopped.
    pub(super) timer: Vec<(i64, bool)>,
    /// Seconds of local time before UTC.
    pub(super) local_s: Option<i64>,
    /// Sport and sub-sport by the `sport` message, for files without a session.
    pub(super) sport: Option<u8>,
    pub(super) sub_sport: Option<u8>,
    pub(super) plan: Option<String>,
    developers: Developers,
    compressed: Compressed,
}

impl<'a> Reader<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            diagnostics: Diagnostics::default(),
            workouts: Vec::new(),
            trackpoints: 0,
            laps_and_tracks: 0,
            odd: Default::default(),
            file: File::default(),
        }
    }

    /// A file of the chain begins.
    pub(super) fn begin(&mut self) {
        self.file = File::default();
        self.odd = Default::default();
    }

    /// Takes the definition of a local message type; `byte` is just after it.
    pub(super) fn define(&mut self, local: usize, definition: &MessageDefinition, byte: usize) {
        self.odd[local] = OddFields::of(definition);
        let place = place(byte);
        for number in self.odd[local].numbers() {
            let detail = format!("field {number} of {}", definition.mesg_num);
            self.diagnostics.note(Code::FieldType, place, &detail);
        }
    }

    /// Takes a message; `byte` is just after it.
    pub(super) fn message(
        &mut self,
        local: usize,
        message: &Message,
        byte: usize,
    ) -> Result<(), ReadErrorKind> {
        if self.odd[local].is_empty() {
            self.take(message, byte)
        } else {
            let mended = self.odd[local].mend(message);
            self.take(&mended, byte)
        }
    }

    fn take(&mut self, message: &Message, byte: usize) -> Result<(), ReadErrorKind> {
        let fields = Fields(&message.fields);
        let file = &mut self.file;
        match message.num {
            MesgNum::RECORD => return self.record(message, byte),
            MesgNum::EVENT => file.event(fields),
            MesgNum::LAP => {
                self.count_lap_or_track()?;
                let mut lap = summary::lap(fields);
                lap.place = self.file.points.len();
                self.file.laps.push(lap);
            }
            MesgNum::LENGTH => {
                self.count_lap_or_track()?;
                self.file.lengths.push(summary::length(fields));
            }
            MesgNum::SESSION => {
                if self.workouts.len() + file.sessions.len() >= self.limits.activities {
                    return Err(too_many_activities(self.limits));
                }
                file.sessions.push(summary::session(fields));
            }
            MesgNum::FILE_ID => {
                file.kind = fields.byte(0);
                file.recorder.file_id(fields);
            }
            MesgNum::FILE_CREATOR => file.recorder.file_creator(fields),
            MesgNum::DEVICE_INFO => file.recorder.device_info(fields),
            MesgNum::ACTIVITY => {
                let local = fields.whole::<u32>(5).zip(fields.whole::<u32>(253));
                file.local_s = local.map(|(local, utc)| i64::from(local) - i64::from(utc));
            }
            MesgNum::SPORT => {
                file.sport = fields.byte(0);
                file.sub_sport = fields.byte(1);
            }
            MesgNum::WORKOUT => file.plan = fields.text(8),
            MesgNum::FIELD_DESCRIPTION => return file.developers.describe(fields),
            _ => {}
        }
        Ok(())
    }

    fn record(&mut self, message: &Message, byte: usize) -> Result<(), ReadErrorKind> {
        self.trackpoints += 1;
        if self.trackpoints > self.limits.trackpoints {
            return Err(ReadErrorKind::TooLarge(
                "trackpoints",
                self.limits.trackpoints,
            ));
        }
        let file = &mut self.file;
        let mut place = place(byte);
        place.trackpoint = file.points.len() as u32 + 1;
        let mut notes = Notes {
            place,
            diagnostics: &mut self.diagnostics,
        };
        let mut point = record::point(message, &mut file.compressed, &mut notes);
        if !message.developer_fields.is_empty() {
            file.developers.each_native(
                message,
                || place,
                |number, value| record::fill(&mut point, number, value),
            );
        }
        record::finish(&mut point);
        file.points.push_raw(&mut point);
        Ok(())
    }

    /// The file of the chain ends: its messages become workouts.
    pub(super) fn finish(&mut self) -> Result<(), ReadErrorKind> {
        let file = std::mem::take(&mut self.file);
        file.developers.finish(&mut self.diagnostics);
        assemble::workouts(file, self)
    }

    pub(super) fn count_lap_or_track(&mut self) -> Result<(), ReadErrorKind> {
        self.laps_and_tracks += 1;
        if self.laps_and_tracks > self.limits.laps_and_tracks {
            return Err(ReadErrorKind::TooLarge(
                "laps and tracks",
                self.limits.laps_and_tracks,
            ));
        }
        Ok(())
    }
}

impl File {
    fn event(&mut self, fields: Fields<'_>) {
        if fields.byte(0) == Some(TIMER)
            && let (Some(time), Some(kind)) = (fields.time(253), fields.byte(1))
        {
            if kind == START {
                self.timer.push((time, true));
            } else if STOPS.contains(&kind) {
                self.timer.push((time, false));
            }
        }
    }
}

pub(super) fn too_many_activities(limits: &Limits) -> ReadErrorKind {
    ReadErrorKind::TooLarge("activities", limits.activities)
}

fn place(byte: usize) -> Place {
    Place {
        byte: Some(byte as u64),
        ..Place::default()
    }
}
