//! Fields that other developers defined.

use rustyfit::profile::typedef::{FitBaseType, MesgNum};
use rustyfit::proto::Message;

use super::fields::{Fields, number};
use crate::read::{Code, Diagnostics, Place, ReadErrorKind};

/// Descriptions per file. Every value is looked up among them, here and in the decoder, so hostile
/// files could take hours; real ones have some dozens.
const MOST: usize = 500;

/// A developer field, as its `field_description` message describes it.
struct Description {
    developer: u8,
    number: u8,
    base_type: FitBaseType,
    name: String,
    scale: f64,
    offset: f64,
    /// The field of a record that it is another source of.
    native: Option<u8>,
    /// How many trackpoints have it, and where the first one is.
    seen: u64,
    first: Place,
}

/// The developer fields of a file.
#[derive(Default)]
pub(super) struct Developers(Vec<Description>);

impl Developers {
    /// Takes a `field_description` message.
    pub(super) fn describe(&mut self, fields: Fields<'_>) -> Result<(), ReadErrorKind> {
        let (Some(developer), Some(number)) = (fields.byte(0), fields.byte(1)) else {
            return Ok(());
        };
        let of_record = fields
            .whole::<u16>(14)
            .is_none_or(|message| message == MesgNum::RECORD.0);
        let description = Description {
            developer,
            number,
            base_type: FitBaseType(fields.byte(2).unwrap_or(u8::MAX)),
            name: fields.text(3).unwrap_or_default(),
            scale: fields.number(6).filter(|&scale| scale > 0.0).unwrap_or(1.0),
            offset: fields.number(7).unwrap_or(0.0),
            native: fields.byte(15).filter(|_| of_record),
            seen: 0,
            first: Place::default(),
        };
        let full = self.0.len() >= MOST;
        match self.find(developer, number) {
            Some(known) => *known = description,
            None if full => {
                return Err(ReadErrorKind::TooLarge("developer fields", MOST));
            }
            None => self.0.push(description),
        }
        Ok(())
    }

    fn find(&mut self, developer: u8, number: u8) -> Option<&mut Description> {
        self.0
            .iter_mut()
            .find(|known| known.developer == developer && known.number == number)
    }

    /// Calls `native` with number and value of every developer field of a record that is another
    /// source of a native one.
    pub(super) fn each_native(
        &mut self,
        message: &Message,
        place: impl Fn() -> Place,
        mut native: impl FnMut(u8, f64),
    ) {
        for field in &message.developer_fields {
            let Some(known) = self.find(field.developer_data_index, field.num) else {
                continue;
            };
            match known.native {
                Some(field_number) => {
                    if let Some(value) = number(&field.value, known.base_type) {
                        native(field_number, value / known.scale - known.offset);
                    }
                }
                None => {
                    if known.seen == 0 {
                        known.first = place();
                    }
                    known.seen += 1;
                }
            }
        }
    }

    /// Notes the fields that were left out.
    pub(super) fn finish(&self, diagnostics: &mut Diagnostics) {
        for known in self.0.iter().filter(|known| known.seen > 0) {
            diagnostics.note_many(Code::DeveloperField, known.first, &known.name, known.seen);
        }
    }
}
