//! Users' own accounts: overview, password change, deletion.

use std::sync::Arc;

use sea_orm::{ActiveEnum, DbErr};

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

/// Number of events in the overview, besides failures.
const EVENTS_SHOWN: u64 = 20;
/// Number of rows with failures that the overview sums up.
const FAILURES_READ: u64 = 200;
/// Audit kinds that others can cause. They are summed up, so that they do not displace anything else.
const FAILURES: [audit::Kind; 3] =
    [audit::Kind::LoginFail, audit::Kind::ReauthenticationFail, audit::Kind::PasswordResetRequested];
/// Audit kinds in the overview. Token rotations are left out: they happen four times an hour.
const TOLD: [(audit::Kind, EventKind); 19] = [
    (audit::Kind::UserCreated, EventKind::AccountCreated),
    (audit::Kind::UserUpdated, EventKind::AccountChanged),
    (audit::Kind::AuthzChange, EventKind::AccountChanged),
    (audit::Kind::LoginSuccess, EventKind::LoggedIn),
    (audit::Kind::LoginFail, EventKind::LoginFailed),
    (audit::Kind::ReauthenticationSuccess, EventKind::PasswordConfirmed),
    (audit::Kind::ReauthenticationFail, EventKind::PasswordNotConfirmed),
    (audit::Kind::PasswordResetRequested, EventKind::PasswordResetRequested),
    (audit::Kind::PasswordChanged, EventKind::PasswordChanged),
    (audit::Kind::FactorAdded, EventKind::FactorAdded),
    (audit::Kind::FactorRemoved, EventKind::FactorRemoved),
    (audit::Kind::PasskeyAdded, EventKind::PasskeyAdded),
    (audit::Kind::PasskeyRemoved, EventKind::PasskeyRemoved),
    (audit::Kind::PasskeyCopied, EventKind::PasskeyCopied),
    (audit::Kind::RecoveryCodeUsed, EventKind::RecoveryCodeUsed),
    (audit::Kind::RecoveryCodesRenewed, EventKind::RecoveryCodesRenewed),
    (audit::Kind::SessionEnded, EventKind::SessionEnded),
    (audit::Kind::SessionMoved, EventKind::SessionMoved),
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
        Ok(AccountOverview {
            username: user.username.clone(),
            email: user.email.clone(),
            roles: auth.roles(),
            sessions: self.session.list(auth).await?,
            events: self.events(&user.public_id).await?,
        })
    }

    /// The latest events, and the failures since the oldest of them.
    async fn events(&self, user_id: &str) -> Result<Vec<SecurityEvent>, DbErr> {
        let db = self.core.store.reader();
        // Superseded sessions are left out: the login that replaced them is listed.
        let superseded = RevokedReason::Superseded.to_value();
        let others = TOLD.map(|(kind, _)| kind).into_iter().filter(|kind| !FAILURES.contains(kind)).collect::<Vec<_>>();
        let mut events = audit::recent_uncounted(user_id, &others, &superseded, EVENTS_SHOWN).all(db).await?;
        let is_full = u64::try_from(events.len()) == Ok(EVENTS_SHOWN);
        let oldest = events.last().filter(|_| is_full).map_or(i64::MIN, |event| event.id);
        let failures = audit::recent(user_id, &FAILURES, &superseded, FAILURES_READ).all(db).await?;
        events.extend(failures.into_iter().filter(|failure| failure.id > oldest));
        events.sort_by_key(|event| std::cmp::Reverse(event.id));
        Ok(summed_up(&events))
    }
}

/// Sums up the failures of each kind between two other events.
fn summed_up(events: &[audit_event::Model]) -> Vec<SecurityEvent> {
    let mut list = Vec::<SecurityEvent>::new();
    let mut start = 0;
    for event in events {
        let Some(told) = told(event) else { continue };
        if !FAILURES.into_iter().any(|failure| event.kind == failure.into()) {
            list.push(told);
            start = list.len();
        } else if let Some(same) = list.iter_mut().skip(start).find(|other| other.kind == told.kind) {
            same.count += told.count;
            same.has_several_sources |= (&same.device, &same.address) != (&told.device, &told.address);
        } else {
            list.push(told);
        }
    }
    list
}

fn told(event: &audit_event::Model) -> Option<SecurityEvent> {
    let (_, kind) = TOLD.into_iter().find(|(kind, _)| event.kind == (*kind).into())?;
    let is_logout = kind == EventKind::SessionEnded && event.detail == RevokedReason::Logout.to_value();
    Some(SecurityEvent {
        at: event.at,
        kind: if is_logout { EventKind::LoggedOut } else { kind },
        count: event.count,
        has_several_sources: false,
        device: client::recorded_device(&event.ip, &event.user_agent),
        address: event.ip.clone(),
    })
}
