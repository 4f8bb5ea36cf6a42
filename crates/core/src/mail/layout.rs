//! The MIME message of an email: headers, plain text and HTML.

use std::time::{Duration, SystemTime};

use anyhow::Context;
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::texts::{MailText, UNLINKED_DOT, footer};
use latchkey_types::{EmailAddress, Product};

/// Headers and branding of a message.
#[derive(Debug)]
pub struct Envelope<'a> {
    /// Name and brand colour of the application.
    pub product: Product,
    /// The sender.
    pub from: &'a Mailbox,
    /// The recipient.
    pub to: &'a EmailAddress,
    /// The same for every attempt, so that mail programs show an email that was delivered twice only once.
    pub message_id: String,
    /// Unix time in seconds.
    pub date: i64,
    /// The public origin of this server, for the footer.
    pub site: &'a str,
}

/// Builds the message. Fails if a value is not allowed in a header.
pub fn message(envelope: &Envelope<'_>, text: &MailText) -> anyhow::Result<Message> {
    let address = envelope.to.as_str().parse().context("the recipient is not a valid email address")?;
    let seconds = u64::try_from(envelope.date).unwrap_or_default();
    let parts = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, plain(envelope, text)))
        .singlepart(part(ContentType::TEXT_HTML, html(envelope, text)));
    let message = Message::builder()
        .from(envelope.from.clone())
        // No display name: it would put user input into a header.
        .to(Mailbox::new(None, address))
        .subject(text.subject.clone())
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(envelope.message_id.clone()))
        .header(AutoSubmitted)
        .multipart(parts)?;
    Ok(message)
}

/// Always quoted-printable: long lines and non-ASCII text pass every mail server, and parsing needs one decoder.
fn part(kind: ContentType, text: String) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(text)
}

/// `Auto-Submitted` (RFC 3834): auto-responders must not reply.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The plain text. The link has its own line, so that mail programs do not include punctuation in it.
fn plain(envelope: &Envelope<'_>, text: &MailText) -> String {
    let mut blocks: Vec<String> = text.opening.iter().map(|paragraph| one_line(paragraph)).collect();
    blocks.extend(text.action.iter().map(|(_, link)| link.clone()));
    blocks.extend(text.closing.iter().map(|paragraph| one_line(paragraph)));
    format!("{}\n\n-- \n{}\n", blocks.join("\n\n"), footer(envelope.product.name, envelope.site))
}

/// Replaces control characters: a line break in a username or device must not put a link on a line of its own.
fn one_line(paragraph: &str) -> String {
    paragraph.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

fn html(envelope: &Envelope<'_>, text: &MailText) -> String {
    // An element around the dot keeps names from becoming links, and from being copied with an invisible character.
    let unlinked = |text: &String| escape(text).replace(UNLINKED_DOT, "<span>.</span>");
    let paragraph = |text: &String| format!("<p style=\"margin:0 0 16px\">{}</p>\n", unlinked(text));
    let opening: String = text.opening.iter().map(paragraph).collect();
    let closing: String = text.closing.iter().map(paragraph).collect();
    let action: String =
        text.action.iter().map(|(words, link)| button(words, link, envelope.product.brand_colour)).collect();
    let (title, footer) = (escape(&text.subject), escape(&footer(envelope.product.name, envelope.site)));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light\"><title>{title}</title></head>\n\
         <body style=\"margin:0;padding:32px 16px;background:#f7f8fa;color:#12151d;\
         font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif\">\n\
         <div style=\"max-width:520px;margin:0 auto;padding:32px;background:#fff;border:1px solid #e2e6ed;\
         border-radius:12px\">\n\
         <h1 style=\"margin:0 0 24px;font-size:20px;line-height:1.3\">{title}</h1>\n\
         {opening}{action}{closing}</div>\n\
         <p style=\"max-width:520px;margin:16px auto 0;color:#565e6e;font-size:13px\">{footer}</p>\n\
         </body>\n</html>\n"
    )
}

fn button(words: &str, link: &str, colour: &str) -> String {
    let (words, link) = (escape(words), escape(link));
    format!(
        "<p style=\"margin:0 0 16px\"><a href=\"{link}\" style=\"display:inline-block;padding:12px 20px;\
         background:{colour};color:#fff;border-radius:8px;font-weight:600;text-decoration:none\">{words}</a></p>\n\
         <p style=\"margin:0 0 16px;font-size:13px;color:#565e6e;word-break:break-all\">{link}</p>\n"
    )
}

/// Escapes text for HTML, including attributes in double quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;
    use crate::mail::eml::Eml;

    fn laid_out(text: &MailText) -> (String, Eml) {
        let envelope = Envelope {
            product: crate::tests::PRODUCT,
            from: &"Läufer <noreply@example.org>".parse().unwrap(),
            to: &EmailAddress::parse("o'neil+tag@example.org").unwrap(),
            message_id: "<1.2@example.org>".to_owned(),
            date: 1_795_521_600,
            site: "https://example.org",
        };
        let raw = String::from_utf8(message(&envelope, text).unwrap().formatted()).unwrap();
        let eml = Eml::parse(&raw);
        (raw, eml)
    }

    fn text(name: &str, link: &str) -> MailText {
        MailText {
            subject: "Confirm".to_owned(),
            opening: vec![format!("Hello {name},")],
            action: Some(("Go", link.to_owned())),
            closing: vec!["Bye".to_owned()],
        }
    }

    #[test]
    fn headers_say_who_when_and_that_a_machine_wrote() {
        let (raw, eml) = laid_out(&text("ada", "https://example.org/finalize?token=lk_reg_x"));
        for line in [
            "To: o'neil+tag@example.org", "Subject: Confirm", "Date: Tue, 24 Nov 2026 12:00:00 +0000",
            "Message-ID: <1.2@example.org>", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
        ] {
            assert_eq!(raw.lines().filter(|found| *found == line).count(), 1, "{line}\n{raw}");
        }
        assert!(raw.contains("multipart/alternative"), "{raw}");
        assert_eq!(eml.to, "o'neil+tag@example.org");
    }

    #[test]
    fn the_link_is_alone_on_its_line_however_long() {
        let link = format!("https://example.org/finalize?token=lk_reg_{}", "x=".repeat(100));
        let (raw, eml) = laid_out(&text("ada", &link));
        assert!(raw.lines().all(|line| line.len() <= 78), "{raw}");
        assert!(eml.text.lines().any(|line| line == link), "{}", eml.text);
    }

    #[test]
    fn a_name_that_looks_like_a_web_address_is_broken_up_in_both_parts() {
        let (_, eml) = laid_out(&text(&super::super::texts::unlinked("evil.example.org"), "https://x"));
        assert!(eml.text.contains("Hello evil.\u{200c}example.\u{200c}org,"), "{}", eml.text);
        assert!(eml.html.contains("Hello evil<span>.</span>example<span>.</span>org,"), "{}", eml.html);
    }

    #[test]
    fn what_others_wrote_is_text_and_stays_in_its_line() {
        let (_, eml) = laid_out(&text("<img src=x onerror=\"a\">'&\r\nhttps://evil.example\u{e9}", "https://x/?a&b"));
        assert!(!eml.html.contains("<img") && eml.html.contains("&lt;img src=x onerror=&quot;a&quot;&gt;&#39;&amp;"));
        assert!(eml.html.contains("href=\"https://x/?a&amp;b\""));
        assert!(!eml.text.lines().any(|line| line.starts_with("https://evil")), "{}", eml.text);
        assert!(eml.text.contains('é'));
    }
}
