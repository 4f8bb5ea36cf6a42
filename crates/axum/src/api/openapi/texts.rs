//! What the documentation of the JSON API says. Pairs are a headline and what there is to know.

/// What the API is.
pub const DESCRIPTION: &str = "Registration, login, refresh and what they protect, as JSON. A token is shown as \
    `Authorization: Bearer …`; cookies are neither read nor set. Every error has the same form, and clients go by its `error`.";
/// What the token is.
pub const BEARER: &str = "The `access_token` of a login, a registration or a refresh.";
/// The root.
pub const ABOUT: (&str, &str) = ("What this is", "Answers as long as the server runs.");
/// See [`ABOUT`].
pub const IT_RUNS: &str = "It runs.";
/// The document.
pub const OPENAPI: (&str, &str) = ("This document", "OpenAPI 3.1. The command `openapi` prints the same.");
/// See [`OPENAPI`].
pub const THE_DOCUMENT: &str = "The document.";
/// Registration.
pub const REGISTER: (&str, &str) = (
    "Register",
    "A mail is sent to confirm the account by, whether or not the address has an account. Where accounts are not confirmed by \
     mail, the address is optional, and the account begins at once and is logged in.",
);
/// See [`REGISTER`].
pub const MAIL_SENT: &str = "A mail is on its way.";
/// The end of a registration.
pub const FINALIZE: (&str, &str) = ("Confirm a registration", "The token is that of the mail. It is used up by it.");
/// See [`FINALIZE`].
pub const WELCOME: &str = "A token, and the name of the account.";
/// A forgotten password.
pub const RESET: (&str, &str) = ("Forgot a password", "The answer is the same for every address.");
/// See [`RESET`].
pub const RECEIVED: &str = "Received.";
/// A forgotten password is replaced.
pub const RESET_FINALIZE: (&str, &str) = (
    "Set a new password",
    "The token is that of the mail. It is used up by it, and every other session of the account is over.",
);
/// Login.
pub const LOG_IN: (&str, &str) =
    ("Log in", "By name or e-mail address. Unknown, wrong and unconfirmed are one answer.");
/// Refresh.
pub const REFRESH: (&str, &str) = (
    "Exchange a token for its successor",
    "From a minute before the token stops giving access until its session ends. The token is shown as Bearer or is the whole \
     body; Bearer wins. A token that was exchanged before ends the session: two parties hold it.",
);
/// See [`REFRESH`].
pub const TOKEN_AS_BODY: &str = "The token itself. A JSON string is taken too.";
/// Logout.
pub const LOG_OUT: (&str, &str) = ("Log out", "Ends the session of the token, which may have expired.");
/// What only who is logged in may read.
pub const PROTECTED: (&str, &str) = ("Something protected", "Whoever is logged in may read it.");
/// See [`PROTECTED`].
pub const LET_IN: &str = "Let in.";
/// The account.
pub const ME: (&str, &str) =
    ("Who is logged in", "The account of the token, and how long its session lasts. Times are in UTC.");
/// See [`ME`].
pub const WHO: &str = "The account and the session.";
/// Accounts.
pub const LIST_USERS: (&str, &str) = ("List accounts", "By name, a page at a time.");
/// See [`LIST_USERS`].
pub const A_PAGE: &str = "A page, and how to ask for the next one.";
/// See [`LIST_USERS`].
pub const QUERY: &str = "What names or e-mail addresses begin with.";
/// See [`LIST_USERS`].
pub const AFTER: &str = "The `next` of an earlier page.";
/// See [`LIST_USERS`].
pub const LIMIT: &str = "How many accounts a page has at most.";
/// Changes of an account.
pub const CHANGE_USER: (&str, &str) =
    ("Change what an account may do", "What is left out stays as it is. In force on every node within a second.");
/// See [`CHANGE_USER`].
pub const AS_IT_IS_NOW: &str = "The account as it is now.";
/// The end of sessions.
pub const END_SESSIONS: (&str, &str) = ("End all sessions of an account", "In force on every node within a second.");
/// The id of an account.
pub const ID: &str = "The `id` of the account.";
/// A token.
pub const A_TOKEN: &str = "A token.";
/// Nothing to say.
pub const DONE: &str = "Done.";

/// The groups of endpoints, in the order of the page.
pub const TAGS: &[(&str, &str)] = &[
    ("registration", "Registration"),
    ("session", "Session"),
    ("password", "Password"),
    ("me", "Whoever is logged in"),
    ("admin", "Administration"),
    ("about", "About"),
];
/// The page.
pub const DOCS_TITLE: &str = "JSON API";
/// The link to the document.
pub const DOCS_DOCUMENT: &str = "The same as an OpenAPI document";
/// The field for the token.
pub const DOCS_TOKEN: &str = "Token";
/// What the field is for.
pub const DOCS_TOKEN_HINT: &str = "Log in below and it is filled in. It stays in this page.";
/// Of an endpoint that asks for one.
pub const DOCS_TAKES_TOKEN: &str = " Takes a token.";
/// The list of answers.
pub const DOCS_ANSWERS: &str = "Answers";
/// The field for the body.
pub const DOCS_BODY: &str = "Body";
/// The button.
pub const DOCS_SEND: &str = "Send";
/// For keyboards: past the header.
pub const DOCS_SKIP: &str = "Skip to content";
/// The password, once more.
pub const REAUTHENTICATE: (&str, &str) = (
    "Give the password again",
    "What it returns is the token of a new session in place of the old one. For ten minutes it is good for what needs fresh proof.",
);
