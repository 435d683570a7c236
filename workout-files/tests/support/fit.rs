//! A small FIT encoder. Every FIT file of the tests is made with it, so none is a recording.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each test program uses a part of it"
)]

/// 2021-09-08T01:46:40Z; its five lowest bits are 0.
pub const T0: u32 = 1_000_000_000;

/// Numbers of messages.
pub mod message {
    pub const FILE_ID: u16 = 0;
    pub const SPORT: u16 = 12;
    pub const SESSION: u16 = 18;
    pub const LAP: u16 = 19;
    pub const RECORD: u16 = 20;
    pub const EVENT: u16 = 21;
    pub const DEVICE_INFO: u16 = 23;
    pub const ACTIVITY: u16 = 34;
    pub const LENGTH: u16 = 101;
    pub const FIELD_DESCRIPTION: u16 = 206;
}

/// A value of a field, with the base type it is written as.
#[derive(Clone, Debug)]
pub enum V {
    Enum(u8),
    I8(i8),
    U8(u8),
    I16(i16),
    U16(u16),
    I32(i32),
    U32(u32),
    Text(&'static str),
    F32(f32),
    Z8(u8),
    Z16(u16),
    Z32(u32),
    Bytes(Vec<u8>),
    U8s(Vec<u8>),
    U16s(Vec<u16>),
}

impl V {
    fn base(&self) -> u8 {
        match self {
            Self::Enum(_) => 0x00,
            Self::I8(_) => 0x01,
            Self::U8(_) | Self::U8s(_) => 0x02,
            Self::I16(_) => 0x83,
            Self::U16(_) | Self::U16s(_) => 0x84,
            Self::I32(_) => 0x85,
            Self::U32(_) => 0x86,
            Self::Text(_) => 0x07,
            Self::F32(_) => 0x88,
            Self::Z8(_) => 0x0A,
            Self::Z16(_) => 0x8B,
            Self::Z32(_) => 0x8C,
            Self::Bytes(_) => 0x0D,
        }
    }

    fn bytes(&self, big: bool) -> Vec<u8> {
        macro_rules! number {
            ($value:expr) => {
                if big {
                    $value.to_be_bytes().to_vec()
                } else {
                    $value.to_le_bytes().to_vec()
                }
            };
        }
        match self {
            Self::Enum(value) | Self::U8(value) | Self::Z8(value) => vec![*value],
            Self::I8(value) => value.to_le_bytes().to_vec(),
            Self::I16(value) => number!(value),
            Self::U16(value) | Self::Z16(value) => number!(value),
            Self::I32(value) => number!(value),
            Self::U32(value) | Self::Z32(value) => number!(value),
            Self::F32(value) => number!(value),
            Self::Text(text) => [text.as_bytes(), &[0]].concat(),
            Self::Bytes(bytes) | Self::U8s(bytes) => bytes.clone(),
            Self::U16s(values) => values.iter().flat_map(|value| number!(value)).collect(),
        }
    }
}

/// A developer field: its number, the index of its developer, and its value.
pub type Developer = (u8, u8, V);

/// A FIT file in the making. A definition is written whenever the fields of a local message type
/// change.
#[derive(Default)]
pub struct FitFile {
    records: Vec<u8>,
    definitions: [Vec<u8>; 16],
    big: bool,
}

impl FitFile {
    pub fn new() -> Self {
        Self::default()
    }

    /// A file whose numbers have the most significant byte first.
    pub fn big_endian() -> Self {
        Self {
            big: true,
            ..Self::default()
        }
    }

    /// A message of local type `local`.
    pub fn put(&mut self, local: u8, global: u16, fields: &[(u8, V)]) {
        self.put_all(local, global, fields, &[]);
    }

    /// A message with developer fields.
    pub fn put_all(&mut self, local: u8, global: u16, fields: &[(u8, V)], own: &[Developer]) {
        self.define(local, global, fields, own);
        self.data(local, fields, own);
    }

    /// A message whose time is the last one, moved on to the next second whose five lowest bits are
    /// `offset`.
    pub fn put_compressed(&mut self, local: u8, global: u16, offset: u8, fields: &[(u8, V)]) {
        assert!(local < 4 && offset < 32);
        self.define(local, global, fields, &[]);
        self.data(0x80 | (local << 5) | offset, fields, &[]);
    }

    /// Bytes as they are, where a test wants what no encoder writes.
    pub fn put_raw(&mut self, bytes: &[u8]) {
        self.records.extend_from_slice(bytes);
    }

    fn define(&mut self, local: u8, global: u16, fields: &[(u8, V)], own: &[Developer]) {
        let header = 0x40 | local | if own.is_empty() { 0 } else { 0x20 };
        let mut definition = vec![header, 0, u8::from(self.big)];
        definition.extend(V::U16(global).bytes(self.big));
        definition.push(fields.len() as u8);
        for (number, value) in fields {
            definition.extend([*number, value.bytes(self.big).len() as u8, value.base()]);
        }
        if !own.is_empty() {
            definition.push(own.len() as u8);
            for (number, developer, value) in own {
                definition.extend([*number, value.bytes(self.big).len() as u8, *developer]);
            }
        }
        if self.definitions[usize::from(local)] != definition {
            self.records.extend_from_slice(&definition);
            self.definitions[usize::from(local)] = definition;
        }
    }

    fn data(&mut self, header: u8, fields: &[(u8, V)], own: &[Developer]) {
        self.records.push(header);
        for value in fields
            .iter()
            .map(|(_, value)| value)
            .chain(own.iter().map(|(_, _, value)| value))
        {
            self.records.extend(value.bytes(self.big));
        }
    }

    /// The file: a header of 14 bytes, the records, the checksum.
    pub fn finish(self) -> Vec<u8> {
        let mut file = vec![14, 0x20, 0x54, 0x08];
        file.extend((self.records.len() as u32).to_le_bytes());
        file.extend(b".FIT");
        file.extend(crc(&file).to_le_bytes());
        self.end(file)
    }

    /// The file with the old header of 12 bytes, without a checksum in it.
    pub fn finish_short(self) -> Vec<u8> {
        let mut file = vec![12, 0x10, 0x54, 0x08];
        file.extend((self.records.len() as u32).to_le_bytes());
        file.extend(b".FIT");
        self.end(file)
    }

    /// The file with a header of 14 bytes whose checksum is 0. The one at the end then counts the
    /// header; not every writer knows that.
    pub fn finish_without_header_checksum(self, counts_header: bool) -> Vec<u8> {
        let mut file = self.finish();
        file[12..14].fill(0);
        let end = file.len() - 2;
        let start = if counts_header { 0 } else { 14 };
        let sum = crc(&file[start..end]).to_le_bytes();
        file[end..].copy_from_slice(&sum);
        file
    }

    fn end(self, mut file: Vec<u8>) -> Vec<u8> {
        file.extend(self.records);
        file.extend(crc(&file).to_le_bytes());
        file
    }
}

/// Messages as a running watch writes them. Times are in seconds after `T0`.
impl FitFile {
    /// A run with a trackpoint per second, all kinds of message and no pause.
    pub fn run(seconds: u32) -> Self {
        Self::new().with_run(seconds)
    }

    pub fn run_at(start: u32, seconds: u32) -> Self {
        let mut file = Self::new();
        file.put_run(start, seconds);
        file
    }

    pub fn with_run(mut self, seconds: u32) -> Self {
        self.put_run(0, seconds);
        self
    }

    fn put_run(&mut self, start: u32, seconds: u32) {
        let end = start + seconds - 1;
        self.put(
            0,
            message::FILE_ID,
            &[
                (0, V::Enum(4)),
                (1, V::U16(1)),
                (2, V::U16(3113)),
                (3, V::Z32(77)),
                (4, V::U32(T0 + start)),
            ],
        );
        self.put(
            1,
            message::DEVICE_INFO,
            &[
                (253, V::U32(T0 + start)),
                (0, V::U8(0)),
                (2, V::U16(1)),
                (4, V::U16(3113)),
                (5, V::U16(1325)),
            ],
        );
        self.put(3, message::EVENT, &Self::timer(start, 0));
        self.records(start..start + seconds);
        self.put(3, message::EVENT, &Self::timer(end, 4));
        self.put(
            4,
            message::LAP,
            &[
                (253, V::U32(T0 + end)),
                (254, V::U16(0)),
                (2, V::U32(T0 + start)),
                (7, V::U32(seconds * 1000)),
                (8, V::U32(seconds * 1000 - 500)),
                (9, V::U32(seconds * 300 - 150)),
                (11, V::U16(12)),
                (13, V::U16(3000)),
                (14, V::U16(3500)),
                (15, V::U8(141)),
                (16, V::U8(150)),
                (17, V::U8(84)),
                (18, V::U8(90)),
                (23, V::Enum(0)),
                (24, V::Enum(0)),
            ],
        );
        self.session(start, end, 1, None);
        self.put(
            6,
            message::ACTIVITY,
            &[
                (253, V::U32(T0 + end)),
                (1, V::U16(1)),
                (5, V::U32(T0 + end + 7200)),
            ],
        );
    }

    /// Trackpoints at these seconds, with everything that a running watch records.
    pub fn records(&mut self, seconds: impl IntoIterator<Item = u32>) {
        for second in seconds {
            let step = second as i32;
            self.put(
                2,
                message::RECORD,
                &[
                    (253, V::U32(T0 + second)),
                    (0, V::I32(5_965_232 + step * 90)),
                    (1, V::I32(-11_930_465 + step * 70)),
                    (5, V::U32(second.wrapping_mul(300))),
                    (73, V::U32(3000)),
                    (78, V::U32(3000 + second % 50)),
                    (7, V::U16(250 + (second % 50) as u16)),
                    (3, V::U8(140 + (second % 40) as u8)),
                    (4, V::U8(84)),
                    (13, V::I8(-4)),
                ],
            );
        }
    }

    /// A timer event: 0 starts, 1, 4, 8 and 9 stop.
    pub fn timer(second: u32, kind: u8) -> [(u8, V); 3] {
        [
            (253, V::U32(T0 + second)),
            (0, V::Enum(0)),
            (1, V::Enum(kind)),
        ]
    }

    pub fn lap(&mut self, start: u32, end: u32) {
        self.put(
            4,
            message::LAP,
            &[
                (253, V::U32(T0 + end)),
                (2, V::U32(T0 + start)),
                (8, V::U32((end - start) * 1000)),
            ],
        );
    }

    pub fn session(&mut self, start: u32, end: u32, sport: u8, sub_sport: Option<u8>) {
        self.put(
            5,
            message::SESSION,
            &[
                (253, V::U32(T0 + end)),
                (2, V::U32(T0 + start)),
                (5, V::Enum(sport)),
                (6, V::Enum(sub_sport.unwrap_or(0))),
                (8, V::U32((end - start) * 1000)),
            ],
        );
    }

    pub fn lap_and_session(&mut self, start: u32, end: u32, sport: u8) {
        self.lap(start, end);
        self.session(start, end, sport, None);
    }

    /// Describes a developer field of records.
    pub fn describe(&mut self, dev: u8, num: u8, base: u8, name: &'static str, native: Option<u8>) {
        self.describe_of(dev, num, base, name, native, message::RECORD);
    }

    pub fn describe_of(
        &mut self,
        developer: u8,
        number: u8,
        base_type: u8,
        name: &'static str,
        native: Option<u8>,
        of: u16,
    ) {
        self.put(
            7,
            message::FIELD_DESCRIPTION,
            &[
                (0, V::U8(developer)),
                (1, V::U8(number)),
                (2, V::U8(base_type)),
                (3, V::Text(name)),
                (14, V::U16(of)),
                (15, V::U8(native.unwrap_or(0xFF))),
            ],
        );
    }
}

/// The checksum of FIT, bit by bit (the reflected polynomial 0xA001 of CRC-16).
pub fn crc(bytes: &[u8]) -> u16 {
    let mut crc = 0_u16;
    for &byte in bytes {
        crc ^= u16::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xA001 } else { 0 };
        }
    }
    crc
}
