//! Creators and authors.

use super::TcxReader;
use crate::model::{Application, BuildType, Device};
use crate::read::Code;
use crate::read::skeleton::Fill;
use crate::tcx::elements::Node;
use crate::tcx::write::{is_language, is_part_number};

impl<'a> TcxReader<'a> {
    pub(super) fn end_source(&mut self, node: Node, byte: u64) {
        let seen = std::mem::take(&mut self.seen);
        let complete = seen.name && seen.unit_or_language && seen.product_or_part && seen.version;
        if !complete {
            self.note(Code::SourceIncomplete, byte, "");
        }
        if seen.version && !seen.build_numbers {
            self.note(Code::BuildMissing, byte, "");
        }
        if node == Node::Creator {
            let device = self.device.take().map(|device| Device {
                version: self.version,
                ..device
            });
            if let Some(workout) = &mut self.workout {
                workout.device = device;
            }
        } else if let Some(author) = &mut self.author {
            author.version = self.version;
        }
    }

    pub(super) fn source_leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::VersionMajor => self.version.major = self.whole(byte).unwrap_or(0),
            Node::VersionMinor => self.version.minor = self.whole(byte).unwrap_or(0),
            Node::BuildMajor => {
                self.seen.build_numbers = true;
                self.version.build_major = self.whole(byte).unwrap_or(0);
            }
            Node::BuildMinor => self.version.build_minor = self.whole(byte).unwrap_or(0),
            Node::SourceName => {
                self.seen.name = true;
                let name = self.value(byte).token().unwrap_or_default();
                if let Some(device) = &mut self.device {
                    device.name = name;
                } else if let Some(author) = &mut self.author {
                    author.name = name;
                }
            }
            Node::UnitId => {
                self.seen.unit_or_language = true;
                let value = self.value(byte).whole(u32::MAX).unwrap_or(0);
                if let Some(device) = &mut self.device {
                    device.unit_id = value;
                }
            }
            Node::ProductId => {
                self.seen.product_or_part = true;
                let value = self.whole(byte).unwrap_or(0);
                if let Some(device) = &mut self.device {
                    device.product_id = value;
                }
            }
            Node::LangId => {
                self.seen.unit_or_language = true;
                let value = self.checked_token(is_language, byte);
                self.with_author(|author| author.language = value);
            }
            Node::PartNumber => {
                self.seen.product_or_part = true;
                let value = self.checked_token(is_part_number, byte);
                self.with_author(|author| author.part_number = value);
            }
            Node::BuildType => {
                let choices = [
                    ("Internal", BuildType::Internal),
                    ("Alpha", BuildType::Alpha),
                    ("Beta", BuildType::Beta),
                    ("Release", BuildType::Release),
                ];
                let value = self.value(byte).choice(&choices);
                self.with_author(|author| author.build_type = value);
            }
            Node::BuildTime => {
                let value = self.value(byte).token();
                self.with_author(|author| author.build_time = value);
            }
            Node::Builder => {
                let value = self.value(byte).token();
                self.with_author(|author| author.builder = value);
            }
            _ => {}
        }
    }

    pub(super) fn checked_token(&mut self, valid: fn(&str) -> bool, byte: u64) -> Option<String> {
        let token = self.value(byte).token()?;
        if !valid(&token) {
            self.value(byte).note(Code::TokenInvalid);
            return None;
        }
        Some(token)
    }

    pub(super) fn with_author(&mut self, change: impl FnOnce(&mut Application)) {
        if self.device.is_none()
            && let Some(author) = &mut self.author
        {
            change(author);
        }
    }
}
