//! The bytes between this process and the server.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The server asks for the password in clear text, over a connection that others can read.
#[derive(Debug, thiserror::Error)]
#[error("the server asks for the password in clear text")]
pub(crate) struct ClearText;

pub(crate) trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// A connection to the server: TCP or a Unix socket.
pub(crate) struct Wire {
    bytes: Box<dyn Bytes>,
    guard: Option<Guard>,
}

impl Wire {
    pub(crate) fn new(bytes: impl Bytes + 'static) -> Self {
        Self {
            bytes: Box::new(bytes),
            guard: None,
        }
    }

    /// Ends with [`ClearText`] when the server asks for the password in clear text. The driver would send it.
    pub(crate) fn without_clear_text_password(mut self) -> Self {
        self.guard = Some(Guard::default());
        self
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let known = buffer.filled().len();
        let result = Pin::new(&mut self.bytes).poll_read(cx, buffer);
        if let (Poll::Ready(Ok(())), Some(guard)) = (&result, &mut self.guard)
            && guard.sees(&buffer.filled()[known..])
        {
            buffer.set_filled(known);
            let refused = io::Error::new(io::ErrorKind::PermissionDenied, ClearText);
            return Poll::Ready(Err(refused));
        }
        result
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.bytes).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_shutdown(cx)
    }
}

/// Reads along until the server lets the user in. A message is a kind (one byte), a length (four bytes, itself included) and content.
#[derive(Default)]
struct Guard {
    /// The beginning of the message that is being read.
    head: Vec<u8>,
    /// The number of bytes that are left.
    rest: usize,
    signed_in: bool,
}

impl Guard {
    /// Whether these bytes complete the request for a clear-text password.
    fn sees(&mut self, bytes: &[u8]) -> bool {
        for &byte in bytes {
            if self.signed_in {
                return false;
            }
            if self.rest > 0 {
                self.rest -= 1;
                continue;
            }
            self.head.push(byte);
            let (read, length) = match *self.head.as_slice() {
                // An authentication message begins with the kind of authentication.
                [b'R', _, _, _, _, _, _, _, 3] => return true,
                [b'R', a, b, c, d, k, l, m, n] => {
                    self.signed_in = [k, l, m, n] == [0; 4];
                    (8, [a, b, c, d])
                }
                [b'R', ..] | [] | [_] | [_, _] | [_, _, _] | [_, _, _, _] => continue,
                [_, a, b, c, d, ..] => (4, [a, b, c, d]),
            };
            let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
            self.rest = length.saturating_sub(read);
            self.head.clear();
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAR_TEXT: &[u8] = b"R\0\0\0\x08\0\0\0\x03";
    const MD5: &[u8] = b"R\0\0\0\x0c\0\0\0\x05salt";
    const SCRAM: &[u8] = b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0";
    const WELCOME: &[u8] = b"R\0\0\0\x08\0\0\0\0";
    const NOTICE: &[u8] = b"N\0\0\0\x0dR\0\0\0\x08\0\0\0\x03";

    fn seen(messages: &[&[u8]], chunk: usize) -> bool {
        let mut guard = Guard::default();
        let bytes = messages.concat();
        bytes.chunks(chunk).any(|bytes| guard.sees(bytes))
    }

    #[test]
    fn a_clear_text_request_is_seen_however_the_bytes_arrive() {
        for chunk in 1..40 {
            assert!(seen(&[CLEAR_TEXT], chunk), "{chunk}");
            assert!(seen(&[NOTICE, CLEAR_TEXT], chunk), "{chunk}");
            assert!(seen(&[SCRAM, MD5, CLEAR_TEXT], chunk), "{chunk}");
        }
    }

    #[test]
    fn other_messages_pass() {
        for chunk in 1..40 {
            for messages in [
                &[MD5, WELCOME][..],
                &[SCRAM, WELCOME],
                &[NOTICE, WELCOME],
                // After signing in the same bytes are content.
                &[WELCOME, CLEAR_TEXT],
                &[b"E\0\0\0\x05\0"],
            ] {
                assert!(!seen(messages, chunk), "{messages:?} {chunk}");
            }
        }
    }
}
