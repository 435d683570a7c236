//! `session`, `lap` and `length` messages.

use super::fields::Fields;
use crate::model::{Intensity, Lap, Length, SwimStroke, TriggerMethod, instant};

/// A session or lap as reported.
#[derive(Default)]
pub(super) struct Part {
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) lap: Lap,
    /// How many trackpoints stand before it in the file.
    pub(super) place: usize,
    /// Of a lap, its number.
    pub(super) index: Option<u16>,
    /// Revolutions, or strides of one leg: which of them depends on the sport.
    pub(super) mean_cadence: Option<u8>,
    pub(super) max_cadence: Option<u8>,
}

/// A session: its totals, and the fields that laps do not have.
#[derive(Default)]
pub(super) struct Session {
    pub(super) part: Part,
    pub(super) sport: Option<u8>,
    pub(super) sub_sport: Option<u8>,
    pub(super) pool_length_m: Option<f64>,
    pub(super) first_lap: Option<u16>,
    pub(super) laps: Option<u16>,
}

/// The numbers of the fields that are not the same in sessions and laps. From `mean_speed` on seven
/// fields follow one another: speeds, heart rates, cadences and power.
struct Numbers {
    mean_speed: u8,
    enhanced_mean_speed: u8,
    enhanced_max_speed: u8,
}

const OF_LAP: Numbers = Numbers {
    mean_speed: 13,
    enhanced_mean_speed: 110,
    enhanced_max_speed: 111,
};
const OF_SESSION: Numbers = Numbers {
    mean_speed: 14,
    enhanced_mean_speed: 124,
    enhanced_max_speed: 125,
};

pub(super) fn session(fields: Fields<'_>) -> Session {
    Session {
        part: part(fields, &OF_SESSION),
        sport: fields.byte(5),
        sub_sport: fields.byte(6),
        pool_length_m: fields.scaled(44, 100.0).filter(|&metres| metres > 0.0),
        first_lap: fields.whole(25),
        laps: fields.whole(26),
    }
}

pub(super) fn lap(fields: Fields<'_>) -> Part {
    let mut part = part(fields, &OF_LAP);
    part.index = fields.whole(254);
    part.lap.intensity = fields.byte(23).map(|code| match code {
        1 | 4 => Intensity::Resting,
        _ => Intensity::Active,
    });
    part.lap.trigger = fields.byte(24).and_then(|code| match code {
        0 => Some(TriggerMethod::Manual),
        1 => Some(TriggerMethod::Time),
        2 => Some(TriggerMethod::Distance),
        3..=6 => Some(TriggerMethod::Location),
        _ => None,
    });
    part
}

fn part(fields: Fields<'_>, numbers: &Numbers) -> Part {
    let speed = |enhanced: u8, plain: u8| {
        fields
            .scaled(enhanced, 1000.0)
            .or_else(|| fields.scaled(plain, 1000.0))
    };
    let first = numbers.mean_speed;
    let heart_rate = |number| fields.byte(number).filter(|&bpm| bpm > 0);
    let start = fields.time(2);
    Part {
        place: 0,
        start,
        end: fields.time(253),
        lap: Lap {
            start: start.and_then(instant),
            total_time_s: fields.scaled(8, 1000.0),
            distance_m: fields.scaled(9, 100.0),
            calories: fields.whole(11),
            mean_speed_mps: speed(numbers.enhanced_mean_speed, first),
            max_speed_mps: speed(numbers.enhanced_max_speed, first + 1),
            mean_hr: heart_rate(first + 2),
            max_hr: heart_rate(first + 3),
            mean_power_w: fields.whole(first + 6),
            max_power_w: fields.whole(first + 7),
            ..Lap::default()
        },
        index: None,
        mean_cadence: fields.byte(first + 4),
        max_cadence: fields.byte(first + 5),
    }
}

/// A length of a pool, with its start.
pub(super) fn length(fields: Fields<'_>) -> (Option<i64>, Length) {
    let start = fields.time(2);
    let length = Length {
        start: start.and_then(instant),
        total_time_s: fields
            .scaled(4, 1000.0)
            .or_else(|| fields.scaled(3, 1000.0)),
        rest: fields.byte(12) == Some(0),
        stroke: fields.byte(7).and_then(stroke),
        strokes: fields.whole(5),
        mean_speed_mps: fields.scaled(6, 1000.0),
        mean_cadence: fields.byte(9),
        calories: fields.whole(11),
    };
    (start, length)
}

fn stroke(code: u8) -> Option<SwimStroke> {
    Some(match code {
        0 => SwimStroke::Freestyle,
        1 => SwimStroke::Backstroke,
        2 => SwimStroke::Breaststroke,
        3 => SwimStroke::Butterfly,
        4 => SwimStroke::Drill,
        5 | 8 => SwimStroke::Mixed,
        6 | 7 => SwimStroke::Medley,
        _ => return None,
    })
}
