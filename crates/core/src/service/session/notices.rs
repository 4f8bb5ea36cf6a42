//! The mails about sessions that nobody asked for: so that the owner of an account learns what somebody else may do.

use sea_orm::{ConnectionTrait, DbErr};

use crate::client::Client;
use crate::service::mail_queue::{self, Subject, Template};
use crate::store::entity::{session, user};
use crate::store::sessions;

/// A copy of a token was used. Once a session: it is over with that.
pub(super) async fn token_reuse(
    tx: &impl ConnectionTrait,
    user: &user::Model,
    session: &session::Model,
    now: i64,
) -> Result<(), DbErr> {
    notify(tx, Template::TokenReuse, user, session, now).await
}

/// A session is about to begin on a device that the account was not used on before. Not told of the very first one.
pub(super) async fn new_device(
    tx: &impl ConnectionTrait,
    user: &user::Model,
    session: &session::Model,
    client: &Client,
    now: i64,
) -> Result<(), DbErr> {
    let is_known = match sessions::was_on_device(tx, user.id, &client.device()).await? {
        Some(was_on_device) => was_on_device,
        // Old sessions are pruned; an account that lay idle for long is not a new one.
        None => user.last_login_at.is_none(),
    };
    if is_known { Ok(()) } else { notify(tx, Template::NewSignIn, user, session, now).await }
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
