//! Replies of an SMTP server (RFC 5321, 4.2). They are read as bytes: only the code decides, and servers write the text
//! in any encoding.

use std::fmt;
use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// Maximum length of a line, in bytes; four times that of the RFC.
const LINE_MAX: u64 = 2048;
/// Maximum number of lines.
const LINES_MAX: usize = 100;

/// A reply. Its text often repeats the address of the recipient, so `Debug` and `Display` show the code only.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// 200 to 599.
    pub(super) code: u16,
    lines: Vec<Vec<u8>>,
}

impl Reply {
    /// Reads one reply.
    pub(super) async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Self> {
        let mut lines = Vec::new();
        loop {
            let line = read_line(stream).await?;
            let (code, is_last) = head(&line).ok_or_else(|| malformed("the answer does not begin with a code"))?;
            lines.push(line.get(4..).unwrap_or_default().to_vec());
            if is_last {
                return Ok(Self { code, lines });
            }
            if lines.len() >= LINES_MAX {
                return Err(malformed("the answer has too many lines"));
            }
        }
    }

    /// Whether the server has done what it was asked.
    pub(super) fn is_done(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Whether the server waits for more.
    pub(super) fn is_waiting(&self) -> bool {
        (300..400).contains(&self.code)
    }

    /// Whether the same command would fail again.
    pub(super) fn is_permanent(&self) -> bool {
        self.code >= 500
    }

    /// The lines without their code, in upper case: keywords are compared without regard to case.
    pub(super) fn keywords(&self) -> Vec<String> {
        self.lines.iter().map(|line| String::from_utf8_lossy(line).trim().to_ascii_uppercase()).collect()
    }

    /// Code and text, on one line and without control characters. Never log it.
    pub(crate) fn text(&self) -> String {
        let lines = self.lines.iter().map(|line| String::from_utf8_lossy(line).escape_debug().to_string());
        format!("{} {}", self.code, lines.collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({})", self.code)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)
    }
}

async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    stream.take(LINE_MAX).read_until(b'\n', &mut line).await?;
    match line.pop() {
        Some(b'\n') => {}
        Some(_) if line.len() as u64 + 1 == LINE_MAX => return Err(malformed("the answer has too long a line")),
        _ => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection")),
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

/// The code of a line, and whether it is the last one.
fn head(line: &[u8]) -> Option<(u16, bool)> {
    let code = std::str::from_utf8(line.get(..3)?).ok()?.parse().ok().filter(|code| (200..600).contains(code))?;
    match line.get(3) {
        None | Some(b' ') => Some((code, true)),
        Some(b'-') => Some((code, false)),
        Some(_) => None,
    }
}

fn malformed(problem: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    async fn read(bytes: &[u8]) -> io::Result<Reply> {
        Reply::read(&mut { bytes }).await
    }

    #[tokio::test]
    async fn a_reply_is_read_in_any_encoding() {
        let reply = read(b"250-mx.example.org gr\xfc\xdft\r\n250-starttls\n250 Auth plain\r\n354 next").await.unwrap();
        assert_eq!((reply.code, reply.is_done(), reply.is_waiting()), (250, true, false));
        assert_eq!(reply.keywords()[1..], ["STARTTLS", "AUTH PLAIN"]);
        assert_eq!(read(b"220\r\n").await.unwrap().text(), "220 ");
        let refused = read(b"550 5.1.1 <ada@example.org>\x1b[2J \xe4\r\n").await.unwrap();
        assert!(refused.is_permanent());
        assert_eq!(refused.text(), "550 5.1.1 <ada@example.org>\\u{1b}[2J \u{fffd}");
        assert_eq!(format!("{refused} {refused:?}"), "550 Reply(550)");
    }

    #[tokio::test]
    async fn what_is_no_reply_is_an_error() {
        let long = [&b"250 "[..], &[b'x'; 3000], b"\r\n"].concat();
        let many = b"250-x\r\n".repeat(1000);
        for bytes in [&b""[..], b"250 no end", b"hello\r\n", b"25\r\n", b"999 x\r\n", b"250_x\r\n", b"\xff\xff\xff\r\n"]
        {
            assert!(read(bytes).await.is_err(), "{bytes:?}");
        }
        assert!(read(&long).await.is_err() && read(&many).await.is_err());
    }
}
