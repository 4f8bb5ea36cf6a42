//! Security notices by email: they tell the owner of an account what someone else may be doing.

use sea_orm::{ConnectionTrait, DbErr};

use crate::client::Client;
use crate::service::mail_queue::{self, Subject, Template};
use crate::store::entity::{session, user};
use crate::store::{outbox, sessions};

const DAY_SECONDS: i64 = 86_400;

/// A copy of a token was used. At most once per session, because the session is revoked.
pub(super) async fn token_reuse(
    tx: &impl ConnectionTrait,
    user: &user::Model,
    session: &session::Model,
    now: i64,
) -> Result<(), DbErr> {
    notify(tx, Template::TokenReuse, user, session, now).await
}

/// A session is about to begin on a device that the account has not used before. Not sent for the first login.
pub(super) async fn new_device(
    tx: &impl ConnectionTrait,
    user: &user::Model,
    session: &session::Model,
    client: &Client,
    now: i64,
) -> Result<(), DbErr> {
    let is_known = match sessions::was_on_device(tx, user.id, &client.device()).await? {
        Some(was_on_device) => was_on_device,
        // Old sessions are deleted: an account without sessions may be new, or not have been used for long.
        None => user.last_login_at.is_none(),
    };
    if is_known { Ok(()) } else { notify(tx, Template::NewSignIn, user, session, now).await }
}

/// The session is used from another place. At most once per session and day; returns whether the owner is told now.
pub(super) async fn session_moved(
    tx: &impl ConnectionTrait,
    user: &user::Model,
    session: &session::Model,
    now: i64,
) -> Result<bool, DbErr> {
    let since = now - DAY_SECONDS;
    if user.email.is_none() || outbox::was_queued(tx, Template::SessionMoved, user.id, &session.id, since).await? {
        return Ok(false);
    }
    notify(tx, Template::SessionMoved, user, session, now).await?;
    Ok(true)
}

/// So many logins failed that only a known device or a password reset leads in. A row of the outbox is queued for unknown
/// users as well, so that they cause the same work.
pub(super) async fn logins_locked(
    tx: &impl ConnectionTrait,
    user: Option<&user::Model>,
    now: i64,
) -> Result<(), DbErr> {
    let user_id = user.filter(|user| user.email.is_some()).map(|user| user.id);
    let template = if user_id.is_some() { Template::LoginsLocked } else { Template::Noop };
    mail_queue::enqueue(tx, template, Subject { user_id, ..Subject::default() }, now).await
}

async fn notify(
    tx: &impl ConnectionTrait,
    template: Template,
    user: &user::Model,
    session: &session::Model,
    now: i64,
) -> Result<(), DbErr> {
    if user.email.is_none() {
        return Ok(());
    }
    let subject = Subject { user_id: Some(user.id), session_id: Some(&session.id), ..Subject::default() };
    mail_queue::enqueue(tx, template, subject, now).await
}
