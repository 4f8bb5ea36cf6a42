//! Recipient and text of a queued email, looked up when it is delivered.
//!
//! Email tokens are generated here and nowhere else. No usable secret is ever stored: `outbox` contains no token, and
//! `mail_tokens` only its hash.

use std::fmt;
use std::sync::Arc;

use anyhow::Context;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use url::Url;

use latchkey_types::{EmailAddress, Product, SiteCode, Timestamp, paths};

use super::texts::{self, MailText, SignInDetails};
use crate::client::device_name;
use crate::config::mail::MailSettings;
use crate::extension::{Emails, SiteEmail};
use crate::security::opaque_token::{MailToken, Purpose};
use crate::store::entity::{email_change, outbox as row, session, user};
use crate::store::mail_tokens::{self, NewToken};
use crate::store::outbox::{self, Template};
use crate::store::{email_changes, registrations, sessions, users};

/// Maximum number of notices that an account gets in 24 hours. Those about the password and the address always go.
pub const NOTICES_A_DAY: u64 = 20;
const DAY_SECONDS: i64 = 86_400;
/// How long a link to log in works, in seconds.
pub const LOGIN_LINK_SECONDS: i64 = 900;

/// The result of rendering a row of the outbox.
#[derive(Debug)]
pub enum Rendered {
    /// The email to send, and its recipient.
    Mail(Box<MailText>, EmailAddress),
    /// Nothing to send: the subject no longer exists, is settled, or has no email address.
    Skip,
    /// The recipient has no address that can be sent to.
    Undeliverable,
}

/// Renders rows of the outbox.
#[derive(Clone)]
pub struct Renderer {
    emails: Arc<dyn Emails>,
    product: Product,
    public_url: Url,
    reset_seconds: i64,
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer").finish_non_exhaustive()
    }
}

/// The row to render, and the current time.
#[derive(Clone, Copy)]
struct MailJob<'a> {
    row: &'a row::Model,
    now: i64,
}

impl Renderer {
    /// Creates a renderer. Links begin with `public_url`, never with the `Host` header of a request.
    #[must_use]
    pub fn new(product: Product, public_url: Url, settings: &MailSettings, emails: Arc<dyn Emails>) -> Self {
        Self { emails, product, public_url, reset_seconds: settings.reset_seconds }
    }

    /// Renders a row, and stores the hash of its token.
    ///
    /// # Errors
    /// Database errors, or an email of the application without a code.
    pub async fn render(&self, tx: &DatabaseTransaction, row: &row::Model, now: i64) -> anyhow::Result<Rendered> {
        let job = MailJob { row, now };
        if !self.may_notify(tx, job).await? {
            return Ok(Rendered::Skip);
        }
        let parts = match row.template {
            Template::Noop => None,
            Template::Site => self.site(tx, job).await?,
            Template::Confirm => self.confirm(tx, job).await?,
            Template::Reset | Template::LoginLink => self.link_into_account(tx, job).await?,
            Template::ConfirmNewAddress => self.confirm_new_address(tx, job).await?,
            Template::AddressChangeNotice => self.address_change_notice(tx, job).await?,
            Template::AlreadyRegistered => about_user(tx, row).await?.map(|user| {
                let (login, reset) = (self.link(paths::LOGIN), self.link(paths::RESET));
                (texts::already_registered(self.product.name, &user.username, login, &reset), user.email)
            }),
            Template::PasswordChanged => about_user(tx, row).await?.map(|user| {
                let moment = moment(row.created_at);
                (
                    texts::password_changed(self.product.name, &user.username, &moment, self.link(paths::RESET)),
                    user.email,
                )
            }),
            Template::LoginsLocked => about_user(tx, row).await?.map(|user| {
                let moment = moment(row.created_at);
                (texts::logins_locked(self.product.name, &user.username, &moment, self.link(paths::RESET)), user.email)
            }),
            Template::FactorAdded => self.about_factor(tx, row, "An authenticator app was added to").await?,
            Template::FactorRemoved => self.about_factor(tx, row, "The second factor was removed from").await?,
            Template::PasskeyAdded => self.about_factor(tx, row, "A passkey was added to").await?,
            Template::PasskeyRemoved => self.about_factor(tx, row, "A passkey was removed from").await?,
            Template::PasskeyCopied => self.about_factor(tx, row, "A copy of a passkey was used for").await?,
            Template::RecoveryCodeUsed => self.about_factor(tx, row, "A recovery code was used to log in to").await?,
            Template::TokenReuse => about_session(tx, row).await?.map(|(user, from)| {
                (texts::token_reuse(self.product.name, &user.username, &from, self.link(paths::LOGIN)), user.email)
            }),
            Template::SessionMoved => about_session(tx, row).await?.map(|(user, from)| {
                (texts::session_moved(self.product.name, &user.username, &from, self.link(paths::ACCOUNT)), user.email)
            }),
            Template::NewSignIn => about_session(tx, row).await?.map(|(user, from)| {
                (texts::new_sign_in(self.product.name, &user.username, &from, self.link(paths::RESET)), user.email)
            }),
        };
        let Some((text, Some(address))) = parts else { return Ok(Rendered::Skip) };
        // Addresses that were not entered in a form may be invalid.
        let Ok(to) = EmailAddress::parse(&address) else { return Ok(Rendered::Undeliverable) };
        Ok(Rendered::Mail(Box::new(text), to))
    }

    /// Whether the row is not a notice, or one that may be sent: to an address that its owner has confirmed, and not so
    /// often that whoever causes notices floods a mailbox. Those about the password and the address are always sent.
    async fn may_notify(&self, tx: &impl ConnectionTrait, job: MailJob<'_>) -> anyhow::Result<bool> {
        const LIMITED: [Template; 4] =
            [Template::LoginsLocked, Template::TokenReuse, Template::SessionMoved, Template::NewSignIn];
        const OTHERS: [Template; 8] = [
            Template::PasswordChanged,
            Template::AddressChangeNotice,
            Template::FactorAdded,
            Template::FactorRemoved,
            Template::PasskeyAdded,
            Template::PasskeyRemoved,
            Template::PasskeyCopied,
            Template::RecoveryCodeUsed,
        ];
        let template = &job.row.template;
        let is_limited = LIMITED.contains(template);
        let Some(user_id) = job.row.user_id.filter(|_| is_limited || OTHERS.contains(template)) else {
            return Ok(true);
        };
        if users::by_id(tx, user_id).await?.is_none_or(|user| user.email_confirmed_at.is_none()) {
            return Ok(false);
        }
        if !is_limited {
            return Ok(true);
        }
        let sent = outbox::sent_since(tx, &LIMITED, user_id, job.now - DAY_SECONDS).await?;
        Ok(sent < NOTICES_A_DAY)
    }

    async fn about_factor(&self, tx: &impl ConnectionTrait, row: &row::Model, what: &str) -> anyhow::Result<MailParts> {
        let (product, moment, reset) = (self.product.name, moment(row.created_at), self.link(paths::RESET));
        let user = about_user(tx, row).await?;
        Ok(user.map(|user| (texts::second_factor(product, &user.username, what, &moment, reset), user.email)))
    }

    async fn confirm(&self, tx: &impl ConnectionTrait, job: MailJob<'_>) -> anyhow::Result<MailParts> {
        let Some(id) = job.row.registration_id else { return Ok(None) };
        let Some(registration) = registrations::live(tx, id, job.now).await? else { return Ok(None) };
        let new = NewToken { registration_id: Some(id), ..job.token(registration.expires_at) };
        let link = self.tokened(tx, paths::FINALIZE, Purpose::Registration, new).await?;
        let text = texts::confirm(self.product.name, &registration.username, link, &moment(registration.expires_at));
        Ok(Some((text, Some(registration.email))))
    }

    /// A link to reset the password, or to log in.
    async fn link_into_account(&self, tx: &impl ConnectionTrait, job: MailJob<'_>) -> anyhow::Result<MailParts> {
        let Some(id) = job.row.user_id else { return Ok(None) };
        let Some(user) = users::lock(tx, id).await?.filter(|user| user.is_active) else { return Ok(None) };
        // A change of the password deletes queued links.
        if !outbox::is_queued(tx, job.row).await? {
            return Ok(None);
        }
        let is_login = job.row.template == Template::LoginLink;
        let expires_at = job.now + if is_login { LOGIN_LINK_SECONDS } else { self.reset_seconds };
        let new = NewToken { user_id: Some(user.id), ..job.token(expires_at) };
        let (product, name, end) = (self.product.name, &user.username, moment(expires_at));
        let text = if is_login {
            let link = self.tokened(tx, paths::LOGIN_LINK, Purpose::Login, new).await?;
            texts::login_link(product, name, link, &end)
        } else {
            let link = self.tokened(tx, paths::NEW_PASSWORD, Purpose::Reset, new).await?;
            texts::reset(product, name, link, &end)
        };
        Ok(Some((text, user.email)))
    }

    async fn confirm_new_address(&self, tx: &impl ConnectionTrait, job: MailJob<'_>) -> anyhow::Result<MailParts> {
        let Some((user, change)) = about_change(tx, job).await? else { return Ok(None) };
        let new = NewToken { user_id: Some(user.id), email_change_id: Some(change.id), ..job.token(change.expires_at) };
        let link = self.tokened(tx, paths::NEW_EMAIL, Purpose::EmailChange, new).await?;
        let text = texts::confirm_new_address(self.product.name, &user.username, link, &moment(change.expires_at));
        Ok(Some((text, Some(change.email))))
    }

    async fn address_change_notice(&self, tx: &impl ConnectionTrait, job: MailJob<'_>) -> anyhow::Result<MailParts> {
        let Some((user, change)) = about_change(tx, job).await? else { return Ok(None) };
        let new = NewToken { user_id: Some(user.id), email_change_id: Some(change.id), ..job.token(change.expires_at) };
        let link = self.tokened(tx, paths::KEEP_EMAIL, Purpose::EmailStop, new).await?;
        let text = texts::address_change_notice(self.product.name, &user.username, link, &moment(change.expires_at));
        Ok(Some((text, user.email)))
    }

    async fn site(&self, tx: &DatabaseTransaction, job: MailJob<'_>) -> anyhow::Result<MailParts> {
        let code = job.row.site_code.as_deref().and_then(SiteCode::parse).context("the row has no valid site_code")?;
        let Some(user) = about_user(tx, job.row).await?.filter(|user| user.is_active) else { return Ok(None) };
        let email = SiteEmail {
            code: &code,
            recipient: (&user).into(),
            reference: job.row.reference.as_deref().unwrap_or_default(),
            origin: &self.link(""),
        };
        Ok(self.emails.render(tx, email).await?.map(|text| (text, user.email)))
    }

    /// Creates a link with a new token, and stores the hash of the token.
    async fn tokened(
        &self,
        tx: &impl ConnectionTrait,
        path: &str,
        purpose: Purpose,
        new: NewToken,
    ) -> anyhow::Result<String> {
        let token = MailToken::generate(purpose)?;
        mail_tokens::insert(tx, &token, new).await?;
        Ok(format!("{}?token={}", self.link(path), token.expose()))
    }

    fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.origin().ascii_serialization())
    }
}

/// A text and the email address of its recipient, if there is one.
type MailParts = Option<(MailText, Option<String>)>;

impl MailJob<'_> {
    fn token(self, expires_at: i64) -> NewToken {
        NewToken {
            user_id: None,
            registration_id: None,
            email_change_id: None,
            outbox_id: Some(self.row.id),
            created_at: self.now,
            expires_at,
        }
    }
}

async fn about_user(tx: &impl ConnectionTrait, row: &row::Model) -> Result<Option<user::Model>, DbErr> {
    match row.user_id {
        Some(id) => users::by_id(tx, id).await,
        None => Ok(None),
    }
}

async fn about_change(
    tx: &impl ConnectionTrait,
    job: MailJob<'_>,
) -> Result<Option<(user::Model, email_change::Model)>, DbErr> {
    let Some(id) = job.row.email_change_id else { return Ok(None) };
    let Some(change) = email_changes::live(tx, id, job.now).await? else { return Ok(None) };
    // Lock order: the account before its links, as everywhere else. Another order could deadlock.
    let Some(user) = users::lock(tx, change.user_id).await? else { return Ok(None) };
    Ok(email_changes::live(tx, id, job.now).await?.map(|change| (user, change)))
}

async fn about_session(
    tx: &impl ConnectionTrait,
    row: &row::Model,
) -> Result<Option<(user::Model, SignInDetails)>, DbErr> {
    let Some(id) = &row.session_id else { return Ok(None) };
    let found = sessions::with_user(tx, id).await?;
    Ok(found.map(|(session, user)| (user, sign_in_details(&session, row.created_at))))
}

fn sign_in_details(session: &session::Model, at: i64) -> SignInDetails {
    SignInDetails { device: device_name(&session.user_agent), ip: session.ip.clone(), moment: moment(at) }
}

fn moment(unix_seconds: i64) -> String {
    Timestamp::new(unix_seconds).to_text()
}
