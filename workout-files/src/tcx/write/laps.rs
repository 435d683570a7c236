//! Laps, tracks and trackpoints.

use chrono::{DateTime, Utc};

use super::{Absent, TcxWriter, stamp};
use crate::model::{CadenceSensor, Intensity, Lap, SensorState, Track, Trackpoint, TriggerMethod};
use crate::summary::laps::Recorded;
use crate::tcx::{ACTIVITY_EXTENSION, COURSE_EXTENSION};
use crate::write::LossCode;
use crate::write::xml::writable;

impl<'a> TcxWriter<'a> {
    pub(super) fn lap(
        &mut self,
        element: &'static str,
        lap: &Lap,
        recorded: Recorded,
        reached: Option<DateTime<Utc>>,
    ) {
        let mut absent = Absent::default();
        let start = absent.require("StartTime", lap.start.filter(writable), || {
            lap.first_time()
                .or(reached)
                .filter(writable)
                .unwrap_or(DateTime::UNIX_EPOCH)
        });
        self.xml
            .open(element, &format!("StartTime=\"{}\"", stamp(start)));
        let finite = |value: Option<f64>| value.filter(|number| number.is_finite());
        let time = absent.require("TotalTimeSeconds", finite(lap.total_time_s), || {
            recorded.seconds.unwrap_or(0.0)
        });
        let distance = absent.require("DistanceMeters", finite(lap.distance_m), || {
            recorded.metres.unwrap_or(0.0)
        });
        let calories = absent.require("Calories", lap.calories, || 0);
        self.xml.value("TotalTimeSeconds", time);
        self.xml.value("DistanceMeters", distance);
        self.xml.number("MaximumSpeed", lap.max_speed_mps);
        self.xml.value("Calories", calories);
        self.heart_rate("AverageHeartRateBpm", lap.mean_hr);
        self.heart_rate("MaximumHeartRateBpm", lap.max_hr);
        let intensity = absent.require("Intensity", lap.intensity, || Intensity::Active);
        self.xml.value("Intensity", intensity_token(intensity));
        let cadence = self.cadence_in_range(lap.cadence);
        self.xml.value_if("Cadence", cadence);
        let trigger = absent.require("TriggerMethod", lap.trigger, || TriggerMethod::Manual);
        self.xml.value("TriggerMethod", trigger_token(trigger));
        self.xml.line();
        let mut empty = Vec::new();
        for (index, track) in lap.tracks.iter().enumerate() {
            if !self.track(track) {
                empty.push(index.to_string());
            }
        }
        self.xml.text_if("Notes", lap.notes.as_deref());
        self.lap_extensions(lap, absent, &empty);
        self.xml.close();
        self.xml.line();
    }

    pub(super) fn lap_extensions(&mut self, lap: &Lap, absent: Absent, empty: &[String]) {
        let max_cadence = self.cadence_in_range(lap.max_cadence);
        let mean_run_cadence = self.cadence_in_range(lap.mean_run_cadence);
        let max_run_cadence = self.cadence_in_range(lap.max_run_cadence);
        let mean_speed = lap.mean_speed_mps.filter(|speed| speed.is_finite());
        let has_lx = mean_speed.is_some()
            || max_cadence.is_some()
            || mean_run_cadence.is_some()
            || max_run_cadence.is_some()
            || lap.steps.is_some()
            || lap.mean_power_w.is_some()
            || lap.max_power_w.is_some();
        let has_own = self.own && !(absent.0.is_empty() && empty.is_empty());
        if !self.own {
            self.losses.add(LossCode::MadeUp, absent.0.len());
            self.losses.add(LossCode::EmptyTracks, empty.len());
        }
        if !has_lx && !has_own && lap.course_mean_power_w.is_none() {
            return;
        }
        self.xml.open("Extensions", "");
        if has_lx {
            self.xml
                .open("LX", &format!("xmlns=\"{}\"", ACTIVITY_EXTENSION));
            self.xml.number("AvgSpeed", mean_speed);
            self.xml.value_if("MaxBikeCadence", max_cadence);
            self.xml.value_if("AvgRunCadence", mean_run_cadence);
            self.xml.value_if("MaxRunCadence", max_run_cadence);
            self.xml.value_if("Steps", lap.steps);
            self.xml.value_if("AvgWatts", lap.mean_power_w);
            self.xml.value_if("MaxWatts", lap.max_power_w);
            self.xml.close();
        }
        if let Some(watts) = lap.course_mean_power_w {
            self.xml
                .open("CX", &format!("xmlns=\"{}\"", COURSE_EXTENSION));
            self.xml.value("AvgWatts", watts);
            self.xml.close();
        }
        if has_own {
            self.open_own();
            if !absent.0.is_empty() {
                self.xml.value("Absent", absent.0.join(" "));
            }
            if !empty.is_empty() {
                self.xml.value("EmptyTracks", empty.join(" "));
            }
            self.xml.close();
        }
        self.xml.close();
        self.xml.line();
    }

    /// Whether anything was written: the schema wants at least one trackpoint in a track.
    pub(super) fn track(&mut self, track: &Track) -> bool {
        let mut any = false;
        let mut reached = None;
        let first_time = (0..track.len()).find_map(|index| track.time(index));
        for point in track.iter() {
            let time = point.time.filter(writable);
            if time.is_none() && !self.own {
                self.losses.one(LossCode::NoTime);
                continue;
            }
            if !any {
                self.xml.open("Track", "");
                self.xml.line();
                any = true;
            }
            let stand_in = reached
                .or(first_time)
                .filter(writable)
                .unwrap_or(DateTime::UNIX_EPOCH);
            self.trackpoint(&point, time, stand_in);
            reached = time.or(reached);
        }
        if any {
            self.xml.close();
            self.xml.line();
        }
        any
    }

    pub(super) fn trackpoint(
        &mut self,
        point: &Trackpoint,
        time: Option<DateTime<Utc>>,
        stand_in: DateTime<Utc>,
    ) {
        self.xml.open("Trackpoint", "");
        self.xml.value("Time", stamp(time.unwrap_or(stand_in)));
        if let Some(position) = point.position {
            self.xml.open("Position", "");
            self.xml.value("LatitudeDegrees", position.latitude);
            self.xml.value("LongitudeDegrees", position.longitude);
            self.xml.close();
        }
        self.xml.number("AltitudeMeters", point.altitude_m);
        self.xml.number("DistanceMeters", point.distance_m);
        self.heart_rate("HeartRateBpm", point.heart_rate);
        self.xml.value_if("Cadence", point.cadence);
        self.xml.value_if(
            "SensorState",
            point.sensor_state.map(|state| match state {
                SensorState::Present => "Present",
                SensorState::Absent => "Absent",
            }),
        );
        let has_tpx = point.speed_mps.is_some()
            || point.run_cadence.is_some()
            || point.power_w.is_some()
            || point.cadence_sensor.is_some();
        if has_tpx || time.is_none() {
            self.xml.open("Extensions", "");
            if has_tpx {
                self.tpx(point);
            }
            if time.is_none() {
                self.open_own();
                self.xml.value("Absent", "Time");
                self.xml.close();
            }
            self.xml.close();
        }
        self.xml.close();
        self.xml.line();
        self.point_losses(point);
    }

    pub(super) fn tpx(&mut self, point: &Trackpoint) {
        let sensor = point.cadence_sensor.map_or("", |sensor| match sensor {
            CadenceSensor::Footpod => " CadenceSensor=\"Footpod\"",
            CadenceSensor::Bike => " CadenceSensor=\"Bike\"",
        });
        self.xml
            .open("TPX", &format!("xmlns=\"{}\"{sensor}", ACTIVITY_EXTENSION));
        self.xml.number("Speed", point.speed_mps);
        self.xml.value_if("RunCadence", point.run_cadence);
        self.xml.value_if("Watts", point.power_w);
        self.xml.close();
    }

    pub(super) fn point_losses(&mut self, point: &Trackpoint) {
        let losses = &mut self.losses;
        let temperature = point.air_temperature_c.is_some() || point.water_temperature_c.is_some();
        losses.one_if(temperature, LossCode::Temperature);
        losses.one_if(point.depth_m.is_some(), LossCode::Depth);
        losses.one_if(
            point.course_deg.is_some() || point.bearing_deg.is_some(),
            LossCode::Heading,
        );
        let accuracy = point.magnetic_variation_deg.is_some()
            || point.geoid_height_m.is_some()
            || point.fix.is_some()
            || point.satellites.is_some()
            || point.hdop.is_some()
            || point.vdop.is_some()
            || point.pdop.is_some()
            || point.dgps_age_s.is_some()
            || point.dgps_id.is_some();
        losses.one_if(accuracy, LossCode::Accuracy);
        losses.one_if(point.text.is_some(), LossCode::PointText);
    }

    pub(super) fn heart_rate(&mut self, name: &'static str, value: Option<u8>) {
        match value {
            Some(0) => self.losses.one(LossCode::Range),
            Some(value) => {
                self.xml.open(name, "");
                self.xml.value("Value", value);
                self.xml.close();
            }
            None => {}
        }
    }

    pub(super) fn cadence_in_range(&mut self, cadence: Option<u8>) -> Option<u8> {
        self.losses.one_if(cadence == Some(255), LossCode::Range);
        cadence.filter(|&value| value < 255)
    }
}

pub(super) fn intensity_token(intensity: Intensity) -> &'static str {
    match intensity {
        Intensity::Active => "Active",
        Intensity::Resting => "Resting",
    }
}

pub(super) fn trigger_token(trigger: TriggerMethod) -> &'static str {
    match trigger {
        TriggerMethod::Manual => "Manual",
        TriggerMethod::Distance => "Distance",
        TriggerMethod::Location => "Location",
        TriggerMethod::Time => "Time",
        TriggerMethod::HeartRate => "HeartRate",
    }
}
