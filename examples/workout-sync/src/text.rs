//! Text files that the user names: reading ends for every kind of file.

use std::io::{self, BufRead, ErrorKind, Read};

/// Reads text of at most `limit` bytes, without a byte order mark.
///
/// # Errors
/// When it cannot be read, is longer, or is no UTF-8 text.
pub fn read(mut from: impl Read, limit: usize) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        // No text has a NUL, and devices have little else.
        if chunk[..count].contains(&0) {
            return Err(no_text());
        }
        if bytes.len() + count > limit {
            let why = format!("it is larger than {limit} bytes");
            return Err(io::Error::new(ErrorKind::FileTooLarge, why));
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
    let text = String::from_utf8(bytes).map_err(|_| no_text())?;
    Ok(match text.strip_prefix(MARK) {
        Some(text) => text.to_owned(),
        None => text,
    })
}

/// What some editors write before the text.
const MARK: char = '\u{feff}';

fn no_text() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "it is not text (UTF-8)")
}

/// Lines of bounded length, without a byte order mark before the first.
pub struct Lines<R> {
    from: R,
    longest: usize,
    /// Length of the line that is being read.
    length: usize,
}

impl<R: BufRead> Lines<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// When nothing can be read: a folder, for example.
    pub fn begin(mut from: R, longest: usize) -> io::Result<Self> {
        if from.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
            from.consume(MARK.len_utf8());
        }
        Ok(Self {
            from,
            longest,
            length: 0,
        })
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.from.read(buffer)
    }
}

impl<R: BufRead> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.length > self.longest {
            let why = format!("a line is longer than {} bytes", self.longest);
            return Err(io::Error::new(ErrorKind::InvalidData, why));
        }
        self.from.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if let Ok(bytes) = self.from.fill_buf() {
            let bytes = &bytes[..count.min(bytes.len())];
            self.length = match bytes.iter().rposition(|byte| *byte == b'\n') {
                Some(end) => bytes.len() - end - 1,
                None => self.length + bytes.len(),
            };
        }
        self.from.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_up_to_its_limit() {
        assert_eq!(read(&b"abc"[..], 3).unwrap(), "abc");
        assert_eq!(read("\u{feff}abc".as_bytes(), 6).unwrap(), "abc");
        assert_eq!(read(&b""[..], 0).unwrap(), "");
        assert!(read(&b"abcd"[..], 3).is_err());
        assert!(read(io::repeat(b'x'), 1 << 20).is_err());
    }

    #[test]
    fn what_is_no_text_is_refused_at_once() {
        assert!(read(io::repeat(0), usize::MAX).is_err());
        assert!(read(&b"\xff\xfea\0"[..], 100).is_err());
        assert!(read(&b"\xc3"[..], 100).is_err());
    }

    #[test]
    fn lines_have_a_longest_length() {
        let lines = |text: &'static str, longest| {
            let lines = Lines::begin(io::BufReader::with_capacity(3, text.as_bytes()), longest);
            lines.unwrap().lines().collect::<io::Result<Vec<_>>>()
        };
        assert_eq!(
            lines("\u{feff}one\ntwo\n\nfour", 4).unwrap(),
            ["one", "two", "", "four"]
        );
        assert!(lines("one\nseventeen\n", 4).is_err());
        let endless = Lines::begin(io::BufReader::new(io::repeat(b'x')), 1 << 20).unwrap();
        assert!(endless.lines().next().unwrap().is_err());
    }
}
