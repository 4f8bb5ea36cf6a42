//! Something that happened, as those who look after accounts see it.

use serde::{Deserialize, Serialize};

/// A row of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Later events have higher ones.
    pub id: i64,
    /// Seconds since 1970, UTC.
    pub at: i64,
    /// What happened: a word of OWASP's logging vocabulary where that has one.
    pub kind: String,
    /// Whether it was a success.
    pub is_success: bool,
    /// Who did it, if that is known.
    pub actor: Option<EventActor>,
    /// To whose account, if to one.
    pub subject: Option<EventActor>,
    /// From where; empty for the command line.
    pub ip: String,
    /// With what: browser and system.
    pub device: String,
    /// A word more.
    pub detail: String,
}

/// An account that an event names. Events outlive accounts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventActor {
    /// `users.public_id`, or [`Self::COMMAND_LINE`].
    pub id: String,
    /// What the account is called now, if it is there.
    pub username: Option<String>,
}

impl EventActor {
    /// What stands for an id at the command line. No `public_id` is as short.
    pub const COMMAND_LINE: &'static str = "command";

    /// Whether this is no account, but somebody at the command line of the server.
    #[must_use]
    pub fn is_command_line(&self) -> bool {
        self.id == Self::COMMAND_LINE
    }

    /// The name, or the id where there is none any more.
    #[must_use]
    pub fn label(&self) -> &str {
        self.username.as_deref().unwrap_or(&self.id)
    }
}

/// Names are for the page, ids for the log.
impl std::fmt::Debug for EventActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("EventActor").field(&self.id).finish()
    }
}
