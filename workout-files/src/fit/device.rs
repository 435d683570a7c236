//! The recording device.

use rustyfit::profile::typedef::{GarminProduct, Manufacturer};

use super::fields::Fields;
use crate::model::{Device, Version};

/// The recording device as the messages describe it; the first value of each kind counts.
#[derive(Default)]
pub(super) struct Recorder {
    manufacturer: Option<u16>,
    product: Option<u16>,
    name: Option<String>,
    serial: Option<u32>,
    /// Hundredths.
    software: Option<u16>,
}

impl Recorder {
    /// Takes `file_id`.
    pub(super) fn file_id(&mut self, fields: Fields<'_>) {
        self.take(
            fields.whole(1),
            fields.whole(2),
            fields.whole(3),
            fields.text(8),
        );
    }

    /// Takes `file_creator`.
    pub(super) fn file_creator(&mut self, fields: Fields<'_>) {
        self.software = self.software.or(fields.whole(0));
    }

    /// Takes `device_info`, when it is about the recorder itself.
    pub(super) fn device_info(&mut self, fields: Fields<'_>) {
        if fields.byte(0) == Some(0) {
            self.take(
                fields.whole(2),
                fields.whole(4),
                fields.whole(3),
                fields.text(27),
            );
            self.software = fields.whole(5).or(self.software);
        }
    }

    fn take(
        &mut self,
        manufacturer: Option<u16>,
        product: Option<u16>,
        serial: Option<u32>,
        name: Option<String>,
    ) {
        self.manufacturer = self.manufacturer.or(manufacturer);
        self.product = self.product.or(product);
        self.serial = self.serial.or(serial);
        self.name = self.name.take().or(name);
    }

    /// The device; `None` when nothing is known of it.
    pub(super) fn device(self) -> Option<Device> {
        let name = self.name.clone().or_else(|| self.profile_name())?;
        let software = self.software.unwrap_or(0);
        Some(Device {
            name,
            unit_id: self.serial.unwrap_or(0),
            product_id: self.product.unwrap_or(0),
            version: Version {
                major: software / 100,
                minor: software % 100,
                ..Version::default()
            },
        })
    }

    /// The names that the profile has for the numbers, for example `garmin fr945`.
    fn profile_name(&self) -> Option<String> {
        let manufacturer = Manufacturer(self.manufacturer?);
        let mut name = listed(&manufacturer.to_string(), "Manufacturer")
            .unwrap_or_else(|| format!("manufacturer {}", manufacturer.0));
        if let Some(product) = self.product {
            let known = (manufacturer == Manufacturer::GARMIN)
                .then(|| listed(&GarminProduct(product).to_string(), "GarminProduct"))
                .flatten();
            name.push(' ');
            name.push_str(&known.unwrap_or_else(|| product.to_string()));
        }
        Some(name)
    }
}

/// The name that the profile has for a number: for others the decoder shows the type and the number.
pub(super) fn listed(shown: &str, type_name: &str) -> Option<String> {
    (!shown.starts_with(type_name)).then(|| shown.replace('_', " "))
}
