//! Creators, authors and plans.

use super::{TcxWriter, is_language, is_part_number, short_name};
use crate::model::{Application, BuildType, Device, Plan, PlanKind, Training, Version};
use crate::write::LossCode;

impl<'a> TcxWriter<'a> {
    pub(super) fn training(&mut self, training: &Training) {
        let partner = training.virtual_partner;
        self.xml
            .open("Training", &format!("VirtualPartner=\"{partner}\""));
        if let Some(quick) = training.quick_results {
            self.xml.open("QuickWorkoutResults", "");
            let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
            self.xml
                .value("TotalTimeSeconds", finite(quick.total_time_s));
            self.xml.value("DistanceMeters", finite(quick.distance_m));
            self.xml.close();
        }
        if let Some(plan) = &training.plan {
            self.plan(plan);
        }
        self.xml.close();
        self.xml.line();
    }

    pub(super) fn plan(&mut self, plan: &Plan) {
        let kind = match plan.kind {
            PlanKind::Workout => "Workout",
            PlanKind::Course => "Course",
        };
        let interval = plan.interval_workout;
        self.xml.open(
            "Plan",
            &format!("Type=\"{kind}\" IntervalWorkout=\"{interval}\""),
        );
        let name = plan.name.as_deref().and_then(short_name);
        self.xml.text_if("Name", name.as_deref());
        self.xml.close();
    }

    pub(super) fn creator(&mut self, device: &Device) {
        self.xml.open("Creator", &source_type("Device_t"));
        self.xml.text("Name", &device.name);
        self.xml.value("UnitId", device.unit_id);
        self.xml.value("ProductID", device.product_id);
        self.version(device.version);
        self.xml.close();
        self.xml.line();
    }

    pub(super) fn author(&mut self, author: &Application) {
        self.xml.open("Author", &source_type("Application_t"));
        self.xml.text("Name", &author.name);
        self.xml.open("Build", "");
        self.version(author.version);
        self.xml.value_if(
            "Type",
            author.build_type.map(|kind| match kind {
                BuildType::Internal => "Internal",
                BuildType::Alpha => "Alpha",
                BuildType::Beta => "Beta",
                BuildType::Release => "Release",
            }),
        );
        self.xml.text_if("Time", author.build_time.as_deref());
        self.xml.text_if("Builder", author.builder.as_deref());
        self.xml.close();
        let language = author.language.as_deref().filter(|word| is_language(word));
        self.losses.one_if(
            author.language.is_some() && language.is_none(),
            LossCode::Range,
        );
        self.xml.text("LangID", language.unwrap_or("EN"));
        let number = author
            .part_number
            .as_deref()
            .filter(|number| is_part_number(number));
        self.losses.one_if(
            author.part_number.is_some() && number.is_none(),
            LossCode::Range,
        );
        self.xml
            .text("PartNumber", number.unwrap_or("000-00000-00"));
        self.xml.close();
        self.xml.line();
    }

    /// Always with build numbers: Garmin Connect refuses files without them.
    pub(super) fn version(&mut self, version: Version) {
        self.xml.open("Version", "");
        self.xml.value("VersionMajor", version.major);
        self.xml.value("VersionMinor", version.minor);
        self.xml.value("BuildMajor", version.build_major);
        self.xml.value("BuildMinor", version.build_minor);
        self.xml.close();
    }
}

pub(super) fn source_type(name: &str) -> String {
    format!("xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{name}\"")
}
