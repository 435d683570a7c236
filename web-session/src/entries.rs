//! Counts the entries of a JSON answer while it arrives, so that reading stops before the answer fills the memory.

use crate::limits;

/// The kind of entry that exceeds its limit, and the limit.
pub(crate) type Excess = (&'static str, usize);

/// Counts the containers and values of a JSON text that comes in pieces. Anything else than JSON counts nothing.
#[derive(Debug, Default)]
pub(crate) struct EntryCount {
    kind: Kind,
    in_string: bool,
    escaped: bool,
    containers: usize,
    values: usize,
}

#[derive(Debug, Default, PartialEq)]
enum Kind {
    #[default]
    Unknown,
    Json,
    Other,
}

impl EntryCount {
    /// The next piece. `Err` once there is too much.
    pub(crate) fn add(&mut self, piece: &[u8]) -> Result<(), Excess> {
        if self.kind == Kind::Unknown {
            let is_blank = |byte: &u8| byte.is_ascii_whitespace() || b"\xEF\xBB\xBF".contains(byte);
            match piece.iter().find(|byte| !is_blank(byte)) {
                None => return Ok(()),
                Some(b'{' | b'[') => self.kind = Kind::Json,
                Some(_) => self.kind = Kind::Other,
            }
        }
        if self.kind == Kind::Other {
            return Ok(());
        }
        for byte in piece {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.containers += 1,
                b',' => self.values += 1,
                _ => {}
            }
        }
        if self.containers > limits::JSON_CONTAINERS {
            return Err(("objects and lists", limits::JSON_CONTAINERS));
        }
        if self.values > limits::JSON_VALUES {
            return Err(("values", limits::JSON_VALUES));
        }
        Ok(())
    }
}

/// As [`EntryCount`], for a text that is here already.
pub(crate) fn check(text: &[u8]) -> Result<(), Excess> {
    EntryCount::default().add(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_and_strings_are_not() {
        let objects = |count: usize| format!(" [{}]", "{},".repeat(count));
        assert_eq!(
            check(objects(limits::JSON_CONTAINERS - 1).as_bytes()),
            Ok(())
        );
        let excess = check(objects(limits::JSON_CONTAINERS).as_bytes());
        assert_eq!(excess.unwrap_err().0, "objects and lists");
        let numbers = format!("\u{feff}[{}1]", "1,".repeat(limits::JSON_VALUES + 1));
        assert_eq!(check(numbers.as_bytes()).unwrap_err().0, "values");
        let text = format!("[\"{}\"]", "{\\\"[,".repeat(limits::JSON_VALUES + 1));
        assert_eq!(check(text.as_bytes()), Ok(()));
        let csv = "1,{}\n".repeat(limits::JSON_VALUES + 1);
        assert_eq!(check(csv.as_bytes()), Ok(()), "no JSON");
    }

    #[test]
    fn pieces_are_counted_as_the_whole() {
        let text = format!(
            "[{}]",
            "{\"a\\\\\":[\"\\\"{\"]},".repeat(limits::JSON_CONTAINERS / 2)
        );
        let mut count = EntryCount::default();
        let result: Result<(), Excess> = text.as_bytes().chunks(7).try_for_each(|c| count.add(c));
        assert_eq!(result, check(text.as_bytes()));
        assert!(result.is_err());
    }
}
