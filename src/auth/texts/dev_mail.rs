//! What a developer reads about the mails on their own machine.

/// The page that lists them.
pub const DEV_MAIL: &str = "Mails on this machine";
/// What that page is.
pub const DEV_MAIL_LEAD: &str = "This server keeps its mails in a folder instead of sending them. With LEPTOS_ENV=PROD this page \
    does not exist.";
/// Where there are none.
pub const DEV_MAIL_EMPTY: &str = "No mail yet.";
/// The way back to the list.
pub const DEV_MAIL_ALL: &str = "All mails";
/// Before the recipient.
pub const DEV_MAIL_TO: &str = "To";
/// Before the time.
pub const DEV_MAIL_DATE: &str = "Date";
/// Above the source of the HTML part.
pub const DEV_MAIL_HTML: &str = "The same in HTML, as source";
/// On pages that send their reader to the mail.
pub const DEV_MAIL_HINT: &str = "Developing? Read the mail here.";
