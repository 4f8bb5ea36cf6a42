//! Users' own accounts: overview, password change, deletion.

use std::sync::Arc;

use sea_orm::ActiveEnum;

use super::session::{AuthSession, SessionService};
use super::{Core, ServiceError};
use crate::client;
use crate::kinds::RevokedReason;
use crate::store::audit;
use crate::store::entity::audit_event;
use latchkey_types::{AccountOverview, EventKind, SecurityEvent};

mod deletion;
mod password;

pub use deletion::DeletionError;
pub use password::PasswordError;

/// Number of events in the overview.
const EVENTS_SHOWN: u64 = 20;
/// Audit kinds in the overview. Token rotations are left out: they happen four times an hour.
const TOLD: [(audit::Kind, EventKind); 11] = [
    (audit::Kind::UserCreated, EventKind::AccountCreated),
    (audit::Kind::UserUpdated, EventKind::AccountChanged),
    (audit::Kind::AuthzChange, EventKind::AccountChanged),
    (audit::Kind::LoginSuccess, EventKind::LoggedIn),
    (audit::Kind::LoginFail, EventKind::LoginFailed),
    (audit::Kind::ReauthenticationSuccess, EventKind::PasswordConfirmed),
    (audit::Kind::ReauthenticationFail, EventKind::PasswordNotConfirmed),
    (audit::Kind::PasswordResetRequested, EventKind::PasswordResetRequested),
    (audit::Kind::PasswordChanged, EventKind::PasswordChanged),
    (audit::Kind::SessionEnded, EventKind::SessionEnded),
    (audit::Kind::TokenReuse, EventKind::TokenReused),
];

/// Use cases of a user's own account.
#[derive(Clone, Debug)]
pub struct OwnAccountService {
    core: Arc<Core>,
    session: SessionService,
}

impl OwnAccountService {
    pub(super) fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// The user's account, its live sessions and its latest security events.
    pub async fn overview(&self, auth: &AuthSession) -> Result<AccountOverview, ServiceError> {
        let user = auth.user();
        let kinds = TOLD.map(|(kind, _)| kind);
        // Superseded sessions are left out: the login that replaced them is listed.
        let events = audit::recent(
            self.core.store.reader(),
            &user.public_id,
            &kinds,
            &RevokedReason::Superseded.to_value(),
            EVENTS_SHOWN,
        )
        .await?;
        Ok(AccountOverview {
            username: user.username.clone(),
            email: user.email.clone(),
            roles: auth.roles(),
            sessions: self.session.list(auth).await?,
            events: events.iter().filter_map(told).collect(),
        })
    }
}

fn told(event: &audit_event::Model) -> Option<SecurityEvent> {
    let (_, kind) = TOLD.into_iter().find(|(kind, _)| event.kind == (*kind).into())?;
    let is_logout = kind == EventKind::SessionEnded && event.detail == RevokedReason::Logout.to_value();
    Some(SecurityEvent {
        at: event.at,
        kind: if is_logout { EventKind::LoggedOut } else { kind },
        device: client::device(&event.user_agent),
        address: event.ip.clone(),
    })
}
