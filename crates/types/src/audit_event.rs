//! Audit events, as administrators see them.

use serde::{Deserialize, Serialize};

/// An event of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Later events have higher ids.
    pub id: i64,
    /// Unix time in seconds; of the first event, if there are several.
    pub at: i64,
    /// The number of equal events within a minute, if they are counted.
    pub count: i64,
    /// The audit kind, named after the OWASP logging vocabulary where it has a term.
    pub kind: String,
    /// Whether the outcome was `success`.
    pub is_success: bool,
    /// The account that caused the event, if known.
    pub actor: Option<EventActor>,
    /// The affected account, if any.
    pub subject: Option<EventActor>,
    /// IP address of the client; empty for the command line.
    pub ip: String,
    /// Browser and operating system.
    pub device: String,
    /// Further details; never a secret.
    pub detail: String,
}

/// An account named by an event. Events outlive accounts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventActor {
    /// `users.public_id`, or [`Self::COMMAND_LINE`].
    pub id: String,
    /// The current username, if the account still exists.
    pub username: Option<String>,
}

impl EventActor {
    /// The id of the command line. No `public_id` is that short.
    pub const COMMAND_LINE: &'static str = "command";

    /// Whether this is the command line of the server instead of an account.
    #[must_use]
    pub fn is_command_line(&self) -> bool {
        self.id == Self::COMMAND_LINE
    }

    /// The username, or the id of a deleted account.
    #[must_use]
    pub fn label(&self) -> &str {
        self.username.as_deref().unwrap_or(&self.id)
    }
}

/// Usernames are shown on pages; logs contain the id only.
impl std::fmt::Debug for EventActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("EventActor").field(&self.id).finish()
    }
}
