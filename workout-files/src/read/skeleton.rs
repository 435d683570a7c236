//! The part of a reader that both XML formats share: elements open, hold text and close, and each is
//! looked up in the table of the format.

use super::scalar::{self, Number, Zone};
use super::value::Value;
use super::xml::Mend;
use super::{Code, Diagnostics, Limits, Place, ReadErrorKind, Reading, xml};

/// The table of a format: its elements, each in its place. Two elements of one name in different
/// places are two elements where they mean different things.
pub(crate) trait Element: Copy + PartialEq {
    /// The document around the root element.
    const DOCUMENT: Self;
    /// The root element.
    const ROOT: Self;
    /// An element that the format does not have here.
    const UNKNOWN: Self;

    /// The element of a name inside this one.
    fn child(self, name: &[u8]) -> Self;
    /// Its place in the order of the schema (0: anywhere), and whether its text is its value.
    fn rank(self) -> (u8, bool);
    /// Whether it may occur more than once.
    fn repeats(self) -> bool;
    /// Whether unknown elements in it are extensions.
    fn holds_extensions(self) -> bool;
    /// The diagnostic for an element that is left out, and whether it is counted by name.
    fn left_out(self) -> Option<(Code, bool)>;
}

#[derive(Clone, Copy)]
struct Frame<E> {
    element: E,
    /// Rank of the last child, for checking their order.
    last_rank: u8,
}

/// Where in the document a reader is, and what it noted so far.
pub(crate) struct Skeleton<E> {
    pub(crate) diagnostics: Diagnostics,
    /// The text of the leaf that is open.
    pub(crate) text: String,
    stack: Vec<Frame<E>>,
    /// Depth inside an element that is left out.
    skip: usize,
    collect: bool,
    /// Bytes before the text: byte order mark, white space.
    skipped: u64,
}

impl<E: Element> Skeleton<E> {
    pub(crate) fn new() -> Self {
        Self {
            diagnostics: Diagnostics::default(),
            text: String::new(),
            stack: vec![Frame {
                element: E::DOCUMENT,
                last_rank: 0,
            }],
            skip: 0,
            collect: false,
            skipped: 0,
        }
    }

    /// The innermost open element.
    #[inline]
    pub(crate) fn current(&self) -> E {
        self.stack[self.stack.len() - 1].element
    }

    /// Whether an element is open.
    pub(crate) fn is_inside(&self, element: E) -> bool {
        self.stack.iter().any(|frame| frame.element == element)
    }

    /// Whether the element that is open now is left out.
    #[inline]
    pub(crate) fn is_skipping(&self) -> bool {
        self.skip > 0
    }

    /// A byte of the text as a byte of the file.
    pub(crate) fn byte(&self, byte: u64) -> Option<u64> {
        Some(byte + self.skipped)
    }

    pub(crate) fn skipped(&mut self, bytes: u64) {
        self.skipped = bytes;
    }
}

/// A format fills its workouts from the elements. A `byte` is the offset just after the event.
pub(crate) trait Fill {
    /// The table.
    type Element: Element;
    /// Whether end tags that match no open element are handed to [`Fill::mismatch`].
    const MENDS_TAGS: bool;

    fn skeleton(&mut self) -> &mut Skeleton<Self::Element>;
    fn limits(&self) -> &Limits;
    /// Where in the workouts the reader is.
    fn place(&self, byte: u64) -> Place;
    /// An element that holds others opened.
    fn begin(
        &mut self,
        element: Self::Element,
        attributes: &str,
        byte: u64,
    ) -> Result<(), ReadErrorKind>;
    /// A leaf ended: its text goes where it belongs.
    fn leaf(&mut self, element: Self::Element, byte: u64);
    /// An element that holds others ended.
    fn end(&mut self, element: Self::Element, byte: u64);
    /// Makes the reading. After an error elements are still open; what they hold was read.
    fn finish(self, bytes: &[u8]) -> Reading;

    /// Reads plain trackpoints at the start of `text` in one go, `levels` deep at most; returns the
    /// bytes it took.
    fn fast_path(&mut self, text: &[u8], levels: usize) -> usize;

    /// An end tag does not fit the innermost open element.
    fn mismatch(&mut self, _open: Option<&[u8]>, _found: &[u8], _byte: u64) -> Mend {
        Mend::GiveUp
    }

    #[cold]
    fn note(&mut self, code: Code, byte: u64, detail: &str) {
        let place = self.place(byte);
        self.skeleton().diagnostics.note(code, place, detail);
    }

    #[cold]
    fn note_each(&mut self, code: Code, byte: u64, name: &[u8]) {
        let place = self.place(byte);
        let name = String::from_utf8_lossy(name);
        self.skeleton().diagnostics.note_each(code, place, &name);
    }

    /// The text of the leaf that just ended.
    fn value(&mut self, byte: u64) -> Value<'_> {
        let place = self.place(byte);
        let skeleton = self.skeleton();
        Value {
            text: &skeleton.text,
            place,
            diagnostics: &mut skeleton.diagnostics,
        }
    }

    // Values of leaves: the usual spelling at once, everything else through `Value`, which knows
    // every oddity.

    #[inline]
    fn number(&mut self, byte: u64) -> Option<f64> {
        match scalar::number(self.skeleton().text.as_bytes()) {
            Number::Value(value) => Some(value),
            _ => self.value(byte).number(),
        }
    }

    #[inline]
    fn whole(&mut self, byte: u64) -> Option<u16> {
        match scalar::small(self.skeleton().text.as_bytes()) {
            Some(value) => Some(value),
            None => {
                let value = self.value(byte).whole(u32::from(u16::MAX));
                value.and_then(|value| u16::try_from(value).ok())
            }
        }
    }

    #[inline]
    fn byte_value(&mut self, max: u8, byte: u64) -> Option<u8> {
        match scalar::small(self.skeleton().text.as_bytes()) {
            Some(value) if value <= u16::from(max) => Some(value as u8),
            _ => self.value(byte).byte(max),
        }
    }

    #[inline]
    fn heart_rate(&mut self, byte: u64) -> Option<u8> {
        match scalar::small(self.skeleton().text.as_bytes()) {
            Some(value @ 1..=255) => Some(value as u8),
            _ => self.value(byte).heart_rate(),
        }
    }

    #[inline]
    fn time(&mut self, byte: u64) -> Option<(i64, Zone)> {
        match scalar::time(self.skeleton().text.as_bytes()) {
            Some(time) if time.zone == Zone::Utc => Some((time.micros, Zone::Utc)),
            _ => self.value(byte).time().map(|time| (time.micros, time.zone)),
        }
    }
}

/// An element opens.
#[inline]
pub(super) fn open<F: Fill>(
    reader: &mut F,
    name: &[u8],
    attributes: &str,
    byte: u64,
) -> Result<(), ReadErrorKind> {
    let skeleton = reader.skeleton();
    if skeleton.skip > 0 {
        skeleton.skip += 1;
        return Ok(());
    }
    let last = skeleton.stack.len() - 1;
    let Frame {
        element: parent,
        last_rank,
    } = skeleton.stack[last];
    let element = parent.child(name);
    if element == F::Element::UNKNOWN {
        return open_unknown(reader, parent, name, byte);
    }
    let (rank, is_leaf) = element.rank();
    if rank > last_rank {
        skeleton.stack[last].last_rank = rank;
    } else if rank > 0 {
        out_of_order(reader, element, rank == last_rank, name, byte);
    }
    if parent == F::Element::DOCUMENT && element != F::Element::ROOT {
        reader.note(Code::RootMissing, byte, &String::from_utf8_lossy(name));
    }
    if let Some((code, by_name)) = element.left_out() {
        if by_name {
            reader.note_each(code, byte, name);
        } else {
            reader.note(code, byte, "");
        }
        reader.skeleton().skip = 1;
        return Ok(());
    }
    let skeleton = reader.skeleton();
    skeleton.stack.push(Frame {
        element,
        last_rank: 0,
    });
    skeleton.collect = is_leaf;
    skeleton.text.clear();
    if is_leaf {
        Ok(())
    } else {
        reader.begin(element, attributes, byte)
    }
}

#[cold]
fn open_unknown<F: Fill>(
    reader: &mut F,
    parent: F::Element,
    name: &[u8],
    byte: u64,
) -> Result<(), ReadErrorKind> {
    if parent == F::Element::DOCUMENT {
        return Err(xml::other_root());
    }
    let code = if parent.holds_extensions() {
        Code::UnknownExtension
    } else {
        Code::UnknownElement
    };
    reader.note_each(code, byte, name);
    reader.skeleton().skip = 1;
    Ok(())
}

#[cold]
fn out_of_order<F: Fill>(
    reader: &mut F,
    element: F::Element,
    is_same: bool,
    name: &[u8],
    byte: u64,
) {
    let code = match (is_same, element.repeats()) {
        (true, true) => return,
        (true, false) => Code::ElementRepeated,
        (false, _) => Code::ElementOrder,
    };
    reader.note(code, byte, &String::from_utf8_lossy(name));
}

/// Text inside the root element.
#[inline]
pub(super) fn text<F: Fill>(reader: &mut F, text: &str, byte: u64) {
    let skeleton = reader.skeleton();
    if skeleton.collect {
        skeleton.text.push_str(text);
    } else if skeleton.skip == 0 && !text.trim_ascii().is_empty() {
        reader.note(Code::StrayText, byte, text);
    }
}

/// The innermost element closes.
#[inline]
pub(super) fn close<F: Fill>(reader: &mut F, byte: u64) {
    let skeleton = reader.skeleton();
    if skeleton.skip > 0 {
        skeleton.skip -= 1;
        return;
    }
    let Some(Frame { element, .. }) = skeleton.stack.pop() else {
        return;
    };
    if std::mem::take(&mut skeleton.collect) {
        reader.leaf(element, byte);
    } else {
        reader.end(element, byte);
    }
}
