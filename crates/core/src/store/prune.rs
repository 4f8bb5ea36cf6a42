//! Deletion of old rows, in batches that do not block other writers for long.

use sea_orm::sea_query::{ExprTrait, IntoCondition, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, EnumIter, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::entity::{
    attempt, audit_event, email_change, form_draft, login_challenge, mail_throttle, mail_token, outbox,
    passkey_ceremony, registration, session, trusted_device,
};

/// Maximum number of rows per batch.
const BATCH: u64 = 500;

/// Tables whose rows are deleted when they are old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Table {
    /// `sessions`
    Sessions,
    /// `audit_events`
    AuditEvents,
    /// `registrations`
    Registrations,
    /// `email_changes`
    EmailChanges,
    /// `mail_tokens`
    MailTokens,
    /// `outbox`
    Outbox,
    /// `mail_throttle`
    MailThrottle,
    /// `form_drafts`
    FormDrafts,
    /// `attempts`
    Attempts,
    /// `login_challenges`
    LoginChallenges,
    /// `passkey_ceremonies`
    PasskeyCeremonies,
    /// `trusted_devices`
    TrustedDevices,
}

/// When rows are old: Unix times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows that expired earlier are deleted.
    pub expired: i64,
    /// Audit events that happened earlier are deleted.
    pub recorded: i64,
    /// Sent and given-up emails that were queued earlier are deleted.
    pub mailed: i64,
    /// Rate limits whose last email is earlier are deleted.
    pub counted: i64,
    /// Counts of failed attempts whose last one is earlier are deleted.
    pub guessed: i64,
}

/// Deletes at most `BATCH` old rows of a table and returns their number.
pub async fn batch(tx: &impl ConnectionTrait, table: Table, limits: Limits) -> Result<u64, DbErr> {
    let Limits { expired, recorded, mailed, counted, guessed } = limits;
    match table {
        // Revoked sessions are kept until their refresh period ends. Until then, the row shows that the session was
        // revoked, and makes reuse of an old token detectable.
        Table::Sessions => {
            let old = session::Column::RefreshExpiresAt.lt(expired);
            delete::<session::Entity>(tx, session::Column::Id, old).await
        }
        Table::AuditEvents => {
            let old = audit_event::Column::At.lt(recorded);
            delete::<audit_event::Entity>(tx, audit_event::Column::Id, old).await
        }
        Table::Registrations => {
            let old = registration::Column::ExpiresAt.lt(expired);
            delete::<registration::Entity>(tx, registration::Column::Id, old).await
        }
        Table::EmailChanges => {
            let old = email_change::Column::ExpiresAt.lt(expired);
            delete::<email_change::Entity>(tx, email_change::Column::Id, old).await
        }
        Table::MailTokens => {
            let old = mail_token::Column::ExpiresAt.lt(expired);
            delete::<mail_token::Entity>(tx, mail_token::Column::Hash, old).await
        }
        Table::Outbox => {
            // Due emails are never old: they are sent or given up first.
            let done = outbox::Column::DueAt.is_null().and(outbox::Column::CreatedAt.lt(mailed));
            delete::<outbox::Entity>(tx, outbox::Column::Id, done).await
        }
        Table::FormDrafts => {
            delete::<form_draft::Entity>(tx, form_draft::Column::Hash, form_draft::Column::ExpiresAt.lt(expired)).await
        }
        Table::TrustedDevices => {
            let old = trusted_device::Column::ExpiresAt.lt(expired);
            delete::<trusted_device::Entity>(tx, trusted_device::Column::Hash, old).await
        }
        Table::PasskeyCeremonies => {
            let old = passkey_ceremony::Column::ExpiresAt.lt(expired);
            delete::<passkey_ceremony::Entity>(tx, passkey_ceremony::Column::Challenge, old).await
        }
        Table::LoginChallenges => {
            let old = login_challenge::Column::ExpiresAt.lt(expired);
            delete::<login_challenge::Entity>(tx, login_challenge::Column::Hash, old).await
        }
        Table::Attempts => {
            delete::<attempt::Entity>(tx, attempt::Column::Key, attempt::Column::LastAt.lt(guessed)).await
        }
        Table::MailThrottle => {
            let old = mail_throttle::Column::LastAt.lt(counted);
            delete::<mail_throttle::Entity>(tx, mail_throttle::Column::Key, old).await
        }
    }
}

/// Several nodes can do this in parallel: each skips rows that another one has locked.
async fn delete<E: EntityTrait>(
    tx: &impl ConnectionTrait,
    key: E::Column,
    old: impl IntoCondition,
) -> Result<u64, DbErr> {
    let mut rows = E::find().select_only().column(key).filter(old).order_by_asc(key).limit(BATCH);
    QueryTrait::query(&mut rows).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(E::delete_many().filter(key.in_subquery(rows.into_query())).exec(tx).await?.rows_affected)
}
