//! Texts of the pages with emails of a development server.

#![expect(missing_docs, reason = "the texts are their own documentation")]

pub const DEV_MAIL: &str = "Emails on this machine";
pub const DEV_MAIL_LEAD: &str = "This server saves emails to a folder instead of sending them. \
    With LEPTOS_ENV=PROD this page does not exist.";
pub const DEV_MAIL_EMPTY: &str = "No emails yet.";
pub const DEV_MAIL_ALL: &str = "All emails";
pub const DEV_MAIL_TO: &str = "To";
pub const DEV_MAIL_DATE: &str = "Date";
pub const DEV_MAIL_HTML: &str = "HTML source";
pub const DEV_MAIL_HINT: &str = "Developing? Read the email here.";
