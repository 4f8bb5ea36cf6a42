//! Parser for messages written by [`super::layout`], for `/dev/mail` and tests. Not a parser for other emails.

/// A parsed email.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Eml {
    /// The number of the file in its folder.
    pub number: u64,
    /// The header `To`.
    pub to: String,
    /// The header `Subject`.
    pub subject: String,
    /// The header `Date`.
    pub date: String,
    /// The header `Message-ID`: the same for every attempt to deliver an email.
    pub message_id: String,
    /// The part `text/plain`.
    pub text: String,
    /// The part `text/html`.
    pub html: String,
}

impl Eml {
    /// Parses a message. Missing headers and parts are empty.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let raw = raw.replace("\r\n", "\n");
        let (head, body) = raw.split_once("\n\n").unwrap_or((&raw, ""));
        let mut eml = Self {
            to: header(head, "To"),
            subject: header(head, "Subject"),
            date: header(head, "Date"),
            message_id: header(head, "Message-ID"),
            ..Self::default()
        };
        let kind = header(head, "Content-Type");
        let Some(boundary) = kind.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
            return eml;
        };
        for part in body.split(&format!("--{boundary}")) {
            let Some((head, content)) = part.trim_start().split_once("\n\n") else { continue };
            let content = quoted_printable(content);
            match header(head, "Content-Type") {
                kind if kind.starts_with("text/plain") => eml.text = content,
                kind if kind.starts_with("text/html") => eml.html = content,
                _ => {}
            }
        }
        eml
    }

    /// The first line of the text that consists of a link.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        self.text.lines().find(|line| is_link(line))
    }
}

/// Whether a line consists of a link.
#[must_use]
pub fn is_link(line: &str) -> bool {
    (line.starts_with("http://") || line.starts_with("https://")) && !line.contains(' ')
}

fn header(head: &str, name: &str) -> String {
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    let line = unfolded.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_default().to_owned()
}

fn quoted_printable(encoded: &str) -> String {
    let joined = encoded.replace("=\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match (first, hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned().replace("\r\n", "\n")
}
