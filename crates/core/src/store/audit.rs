//! The record of what happened, written in the transaction that it records.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, EnumIter, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use super::entity::audit_event::{ActiveModel, Column, Entity, Model};
use crate::client::Client;

/// What can happen, named as in OWASP's logging vocabulary where that has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Kind {
    /// An account was made.
    UserCreated,
    /// An account was activated or deactivated, or its address changed.
    UserUpdated,
    /// Somebody wants an account and has yet to confirm it.
    RegistrationRequested,
    /// Somebody asked for a link to replace a password.
    PasswordResetRequested,
    /// An account was given other roles.
    AuthzChange,
    /// Somebody lacked the role for what they asked.
    AuthzFail,
    /// Somebody logged in.
    LoginSuccess,
    /// Somebody failed to.
    LoginFail,
    /// An account was deleted.
    UserDeleted,
    /// A password was changed, by who knew it or by a link.
    PasswordChanged,
    /// Somebody gave the password of their session again.
    ReauthenticationSuccess,
    /// Somebody failed to.
    ReauthenticationFail,
    /// A session began.
    SessionCreated,
    /// A token was exchanged.
    SessionRenewed,
    /// A token was asked for again after its exchange, and answered with the same successor.
    SessionRenewedAgain,
    /// A session ended before its time.
    SessionEnded,
    /// A mail could not be delivered for a day.
    MailFail,
    /// An old token was presented: somebody has a copy.
    TokenReuse,
}

impl Kind {
    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserCreated => "user_created",
            Self::UserUpdated => "user_updated",
            Self::RegistrationRequested => "user_registration_requested",
            Self::PasswordResetRequested => "authn_password_reset_requested",
            Self::AuthzChange => "authz_change",
            Self::AuthzFail => "authz_fail",
            Self::LoginSuccess => "authn_login_success",
            Self::LoginFail => "authn_login_fail",
            Self::UserDeleted => "user_deleted",
            Self::PasswordChanged => "authn_password_change",
            Self::ReauthenticationSuccess => "authn_reauth_success",
            Self::ReauthenticationFail => "authn_reauth_fail",
            Self::SessionCreated => "session_created",
            Self::SessionRenewed => "session_renewed",
            Self::SessionRenewedAgain => "session_renewed_again",
            Self::SessionEnded => "session_ended",
            Self::MailFail => "mail_fail",
            Self::TokenReuse => "authn_token_reuse",
        }
    }

    fn outcome(self) -> &'static str {
        match self {
            Self::LoginFail | Self::MailFail | Self::ReauthenticationFail | Self::TokenReuse | Self::AuthzFail => {
                "failure"
            }
            _ => "success",
        }
    }
}

/// One event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Event<'a> {
    /// Who did it, by `public_id`; or [`Party::COMMAND_LINE`](latchkey_types::Party::COMMAND_LINE).
    pub actor: Option<&'a str>,
    /// To whose account, by `public_id`.
    pub subject: Option<&'a str>,
    /// In which session.
    pub session: Option<&'a str>,
    /// A word more; never a secret.
    pub detail: &'a str,
}

/// Writes a row and a line of the log.
///
/// # Errors
/// The database's.
pub async fn record(
    tx: &impl ConnectionTrait,
    kind: Kind,
    event: Event<'_>,
    client: &Client,
    now: i64,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        at: Set(now),
        kind: Set(kind.as_str().to_owned()),
        outcome: Set(kind.outcome().to_owned()),
        actor_id: Set(event.actor.map(str::to_owned)),
        subject_id: Set(event.subject.map(str::to_owned)),
        session_id: Set(event.session.map(str::to_owned)),
        ip: Set(client.ip()),
        user_agent: Set(client.user_agent().to_owned()),
        request_id: Set(client.request_id().to_owned()),
        detail: Set(event.detail.to_owned()),
        ..Default::default()
    };
    row.insert(tx).await?;
    tracing::info!(
        event = kind.as_str(),
        outcome = kind.outcome(),
        user.id = event.subject.unwrap_or_default(),
        request.id = client.request_id(),
        detail = event.detail,
        "audit"
    );
    Ok(())
}

/// The latest events before the one with the id `before`, `limit` at most: those of a kind if one is given, and those
/// that name somebody in a column if `party` says so.
#[must_use]
pub fn latest(kind: Option<&str>, party: Option<(Column, &str)>, before: Option<i64>, limit: u64) -> Select<Entity> {
    let mut found = Entity::find().order_by_desc(Column::Id).limit(limit);
    if let Some(kind) = kind {
        found = found.filter(Column::Kind.eq(kind));
    }
    if let Some((column, id)) = party {
        found = found.filter(column.eq(id));
    }
    match before {
        Some(before) => found.filter(Column::Id.lt(before)),
        None => found,
    }
}

/// The last events of an account that are of `kinds`, but for those whose detail is `without`; the newest first.
///
/// # Errors
/// The database's.
pub async fn recent(
    db: &impl ConnectionTrait,
    subject: &str,
    kinds: &[Kind],
    without: &str,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let theirs = Entity::find().filter(Column::SubjectId.eq(subject)).filter(Column::Detail.ne(without));
    let told = theirs.filter(Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())));
    told.order_by_desc(Column::Id).limit(limit).all(db).await
}
