//! Login by a link that is sent to the email address of the account (`LOGIN_BY_EMAIL`).

use std::sync::Arc;

use latchkey_types::{EmailLinkDetails, FieldError, RateLimited};

use super::link_request::LinkRequest;
use super::mail_queue::Template;
use super::session::{Channel, Login, SessionService};
use super::{Core, ServiceError};
use crate::client::Client;
use crate::security::opaque_token::{MailToken, Purpose};
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::{mail_tokens, users};

/// Why a link was not sent, or did not log in.
#[derive(Debug, thiserror::Error)]
pub enum LoginLinkError {
    /// The settings do not allow it.
    #[error("there is no login by email")]
    Off,
    /// The email address is invalid.
    #[error("refused: {0:?}")]
    Refused(FieldError),
    /// The address got an email too recently, or too many of them; or too many requests or invalid links came from this
    /// network.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// The link is unknown, used or expired, or its account can't be used.
    #[error("the link is invalid or has expired")]
    LinkInvalid,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<FieldError> for LoginLinkError {
    fn from(refusal: FieldError) -> Self {
        Self::Refused(refusal)
    }
}

from_service_errors!(LoginLinkError: DbErr);

/// Sends links to log in, and logs in by them.
#[derive(Clone, Debug)]
pub struct LoginLinkService {
    core: Arc<Core>,
    session: SessionService,
}

impl LoginLinkService {
    pub(super) fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// Queues an email with a link, if an active account has the address. Response and work are the same for every
    /// address.
    ///
    /// # Errors
    /// [`LoginLinkError::Refused`] for an invalid email address; [`LoginLinkError::TooMany`] if no email may be sent to it
    /// now.
    pub async fn request(&self, email: &str, client: &Client) -> Result<(), LoginLinkError> {
        self.require_on()?;
        let request = LinkRequest {
            purpose: Purpose::Login,
            template: Template::LoginLink,
            event: audit::Kind::LoginLinkRequested,
        };
        request.queue(&self.core, email, client).await
    }

    /// Details for the page of a link. Does not consume the link.
    pub async fn preview(&self, token: &str) -> Result<EmailLinkDetails, LoginLinkError> {
        self.require_on()?;
        Ok(EmailLinkDetails { username: self.owner(&parse(token)?).await?.username, email: None })
    }

    /// Logs in by a link. The other links of the account that log in become invalid. A second factor is asked for all the
    /// same.
    pub async fn log_in(&self, token: &str, channel: Channel<'_>, client: &Client) -> Result<Login, LoginLinkError> {
        self.require_on()?;
        let link_use = self.core.throttle.link(client)?;
        let token = parse(token)?;
        let owner = self.owner(&token).await?;
        link_use.succeed();
        let superseded = self.session.superseded(channel);
        let now = self.core.clock.now();
        let login = self
            .core
            .store
            .write_tx(async |tx| -> Result<Login, LoginLinkError> {
                // Lock order: the account first, as everywhere else. Another order could deadlock.
                let user = users::lock(tx, owner.id).await?.filter(|user| user.is_active);
                let user = user.ok_or(LoginLinkError::LinkInvalid)?;
                if !mail_tokens::consume(tx, &token.hash(), now).await? {
                    return Err(LoginLinkError::LinkInvalid);
                }
                mail_tokens::delete_of_purpose(tx, user.id, Purpose::Login).await?;
                users::confirm_email(tx, user.id, now).await?;
                if let Some(challenge) = self.session.challenge(tx, &user, channel).await? {
                    return Ok(Login::Challenge(challenge));
                }
                users::set_last_login(tx, user.id, now).await?;
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, detail: "by a link", ..Event::default() };
                audit::record(tx, audit::Kind::LoginSuccess, event, client, now).await?;
                Ok(Login::Session(self.session.create(tx, &user, channel, superseded.as_ref(), client).await?))
            })
            .await?;
        if let Login::Session(_) = login {
            self.session.invalidate_superseded(superseded.as_ref());
        }
        Ok(login)
    }

    fn require_on(&self) -> Result<(), LoginLinkError> {
        if self.core.login_by_email { Ok(()) } else { Err(LoginLinkError::Off) }
    }

    async fn owner(&self, token: &MailToken) -> Result<user::Model, LoginLinkError> {
        let owner = mail_tokens::owner(self.core.store.reader(), token, self.core.clock.now()).await?;
        owner.ok_or(LoginLinkError::LinkInvalid)
    }
}

fn parse(token: &str) -> Result<MailToken, LoginLinkError> {
    MailToken::parse_for(Purpose::Login, token).ok_or(LoginLinkError::LinkInvalid)
}
