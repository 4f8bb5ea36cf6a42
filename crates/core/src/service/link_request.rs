//! Requests of links that lead into an account: to reset its password, or to log in.

use latchkey_types::{EmailAddress, FieldError, RateLimited};
use sea_orm::DbErr;

use super::Core;
use super::mail_queue::{self, Subject, Template};
use crate::client::Client;
use crate::security::opaque_token::Purpose;
use crate::store::audit::{self, Event};
use crate::store::users;

/// What is requested.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkRequest {
    pub(super) purpose: Purpose,
    pub(super) template: Template,
    pub(super) event: audit::Kind,
}

impl LinkRequest {
    /// Queues an email with a link, if an active account has the address. Response and work are the same for every
    /// address.
    pub(super) async fn queue<E>(self, core: &Core, email: &str, client: &Client) -> Result<(), E>
    where
        E: From<FieldError> + From<RateLimited> + From<DbErr>,
    {
        let email = EmailAddress::parse(email)?;
        core.throttle.email(client)?;
        let now = core.clock.now();
        core.store
            .write_tx(async |tx| -> Result<(), E> {
                let owner = users::by_email(tx, &email).await?.filter(|user| user.is_active);
                mail_queue::may_send(tx, &email.key(), self.purpose, client, now).await??;
                let event = Event { subject: owner.as_ref().map(|user| user.public_id.as_str()), ..Event::default() };
                audit::record(tx, self.event, event, client, now).await?;
                let user_id = owner.as_ref().map(|user| user.id);
                let template = if user_id.is_some() { self.template } else { Template::Noop };
                Ok(mail_queue::enqueue(tx, template, Subject { user_id, ..Subject::default() }, now).await?)
            })
            .await
    }
}
