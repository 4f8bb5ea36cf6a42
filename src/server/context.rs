//! Context of server functions: session, use cases, cookies and redirects.
//!
//! Fallible throughout: the app also runs without a request, once at the start, to list its routes.

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use latchkey_axum::cookies::Cookies;
use latchkey_axum::core::client::Client;
use latchkey_axum::core::security::device_token::DeviceToken;
use latchkey_axum::core::service::Services;
use latchkey_axum::core::service::session::{AuthSession, Challenge, Channel, IssuedToken, RememberMe};
use latchkey_axum::core::store::Store;
use latchkey_axum::{AppState, SessionCookie};
use latchkey_types::routes::{ServerFunction, path_of};
use latchkey_types::{Access, AppError, Flash, Notice, Outcome, Role, Roles, Theme, paths};
use leptos::context::use_context;
use leptos::server_fn::ServerFn;
use leptos_axum::ResponseOptions;

use super::form_posts::FormPost;
use crate::{routes, site};

/// The request of a server function, and its means to set cookies and redirect.
pub struct RequestContext {
    app: AppState,
    /// IP address, user agent and request id of the client.
    pub client: Client,
    session_cookie: Option<SessionCookie>,
    device_cookie: Option<String>,
    session: Option<AuthSession>,
    function: &'static ServerFunction,
    /// URL of the form's page, for a post without scripts.
    form_url: Option<String>,
    cookies: Cookies,
    response: ResponseOptions,
}

/// Returns the context of the server function `F`, if the guard table lets the user call it. This is checked for calls
/// while rendering as well as for posts.
///
/// # Errors
/// [`AppError::NotLoggedIn`], [`AppError::MissingRole`]; [`AppError::NotFound`] for a function in no table;
/// [`AppError::Internal`] without a request.
pub async fn request_context<F: ServerFn>() -> Result<RequestContext, AppError> {
    let (Some(app), Some(parts), Some(response)) =
        (use_context::<AppState>(), use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return Err(AppError::Internal);
    };
    let function = routes::server_function(name::<F>()).ok_or(AppError::NotFound)?;
    let extensions = &parts.extensions;
    let cookies = extensions.get::<Cookies>().cloned().ok_or(AppError::Internal)?;
    let context = RequestContext {
        client: extensions.get().cloned().ok_or(AppError::Internal)?,
        device_cookie: app.cookies.device(&cookies),
        session_cookie: extensions.get().cloned(),
        session: extensions.get().cloned(),
        form_url: extensions.get().map(|FormPost { url }| url.clone()),
        cookies,
        function,
        app,
        response,
    };
    admit(&context.app, function.access, context.session.as_ref(), &context.client, F::PATH).await?;
    Ok(context)
}

/// Checks an access rule. A missing role is recorded in the audit log.
///
/// # Errors
/// [`AppError::NotLoggedIn`], [`AppError::MissingRole`], [`AppError::SecondFactorMissing`].
pub async fn admit(
    app: &AppState,
    access: Access,
    session: Option<&AuthSession>,
    client: &Client,
    path: &str,
) -> Result<(), AppError> {
    let roles = session.map(AuthSession::roles);
    let lacks_factor = |session| access.needs_second_factor() && app.services.second_factor.is_missing(session);
    match (access.allows(roles.as_ref()), session, access) {
        (true, Some(session), _) if lacks_factor(session) => Err(AppError::SecondFactorMissing),
        (true, ..) => Ok(()),
        (false, None, _) => Err(AppError::NotLoggedIn),
        (false, Some(session), Access::HasRole(role)) => {
            app.services.session.record_missing_role(role, session, path, client).await?;
            Err(AppError::MissingRole)
        }
        (false, Some(_), _) => Err(AppError::MissingRole),
    }
}

/// Name of a server function: the last segment of its path.
fn name<F: ServerFn>() -> &'static str {
    F::PATH.rsplit('/').next().unwrap_or_default()
}

impl RequestContext {
    /// The use cases.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.app.services
    }

    /// The database, for the tables of the site.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// The current Unix time in seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.app.clock.now()
    }

    /// The token of the session cookie, not verified.
    #[must_use]
    pub fn session_cookie(&self) -> Option<&str> {
        self.session_cookie.as_ref().map(|SessionCookie(token)| token.as_str())
    }

    /// The cookie channel, for a login that is remembered or not.
    #[must_use]
    pub fn channel(&self, remember_me: RememberMe) -> Channel<'_> {
        Channel::Cookie { remember_me, presented: self.session_cookie(), device: self.device_cookie.as_deref() }
    }

    /// The session of the user.
    ///
    /// # Errors
    /// [`AppError::NotLoggedIn`].
    pub fn session(&self) -> Result<&AuthSession, AppError> {
        self.session.as_ref().ok_or(AppError::NotLoggedIn)
    }

    /// The session of an administrator.
    ///
    /// # Errors
    /// [`AppError::NotLoggedIn`], [`AppError::MissingRole`].
    pub fn admin(&self) -> Result<&AuthSession, AppError> {
        Some(self.session()?).filter(|session| session.roles().has(Role::ADMIN)).ok_or(AppError::MissingRole)
    }

    /// Sets the session cookie and, because the user has just given the password, the device cookie.
    ///
    /// # Errors
    /// [`AppError::Internal`] if the operating system provides no randomness.
    pub fn set_login_cookies(&self, issued: &IssuedToken) -> Result<(), AppError> {
        self.set_device_cookie(&self.services().session.issue_device(&issued.user.id, self.device_cookie.as_deref())?);
        self.set_session_cookie(issued);
        Ok(())
    }

    /// Sets the session cookie.
    pub fn set_session_cookie(&self, issued: &IssuedToken) {
        self.app.cookies.set_session(&self.cookies, issued);
    }

    /// Sets the cookie of the theme.
    pub fn set_theme_cookie(&self, theme: Theme) {
        self.app.cookies.set_theme(&self.cookies, theme);
    }

    /// Sets the cookie of a login that waits for the second factor, and redirects to the page that asks for it.
    pub fn ask_for_second_factor(&self, challenge: &Challenge, next: &str) {
        self.app.cookies.set_challenge(&self.cookies, challenge);
        leptos_axum::redirect(&paths::verify_then(next));
    }

    /// The challenge of a login that waits for the second factor, not verified.
    #[must_use]
    pub fn challenge_cookie(&self) -> Option<String> {
        self.app.cookies.challenge(&self.cookies)
    }

    /// Clears the cookie of a login that has got its second factor.
    pub fn clear_challenge_cookie(&self) {
        self.app.cookies.clear_challenge(&self.cookies);
    }

    /// Sets the device cookie.
    pub fn set_device_cookie(&self, device: &DeviceToken) {
        self.app.cookies.set_device(&self.cookies, device);
    }

    /// Clears the session cookie and other data of this site in the browser. Only logout and account deletion do this.
    pub fn clear_session_cookie(&self) {
        self.app.cookies.clear_session(&self.cookies);
        if self.app.cookies.is_https() {
            let storage = HeaderValue::from_static("\"storage\"");
            self.response.insert_header(HeaderName::from_static("clear-site-data"), storage);
        }
    }

    /// Path to redirect to after a login without `next`.
    #[must_use]
    pub fn after_login(&self) -> &'static str {
        site::CONFIG.after_login
    }

    /// Redirects to a path of this site; to [`Self::after_login`] if it is not one.
    pub fn redirect(&self, path: &str) {
        leptos_axum::redirect(paths::safe_return_to(path).unwrap_or(self.after_login()));
    }

    /// Redirects to `next`, if it is a page that a user with these roles may see; else to [`Self::after_login`].
    pub fn redirect_to_page(&self, next: &str, roles: &Roles) {
        leptos_axum::redirect(routes::return_to(next, roles).unwrap_or(self.after_login()));
    }

    /// Flashes a notice on the form's own page, for posts without scripts. With scripts, the return value is enough.
    pub fn flash_without_scripts(&self, notice: Notice) {
        if let Some(url) = &self.form_url {
            let form = Some(self.function.name.to_owned());
            self.set_flash(&Flash { form, ..Flash::of_page(path_of(url), Outcome::Done(notice)) });
        }
    }

    /// Flashes a notice on the page at `path`.
    pub fn flash(&self, path: &str, notice: Notice) {
        self.set_flash(&Flash::of_page(path, Outcome::Done(notice)));
    }

    /// Redirects with the notice of an email link of the account `owner`: to the page after a login, or to the login if
    /// nobody is logged in. If somebody else is logged in, the notice says whose account it is about.
    pub fn redirect_after_link(&self, owner: &str, notice: Notice) {
        let (page, notice) = match self.other_user(owner) {
            Some(_) => {
                (self.after_login(), Notice::OfOtherAccount { username: owner.to_owned(), notice: Box::new(notice) })
            }
            // A new password ends all sessions of its account.
            None if self.session.is_none() || notice == Notice::PasswordSet => (paths::LOGIN, notice),
            None => (self.after_login(), notice),
        };
        self.flash(page, notice);
        self.redirect(page);
    }

    /// The username of the user who is logged in, unless it is `username`.
    #[must_use]
    pub fn other_user(&self, username: &str) -> Option<String> {
        let user = self.session.as_ref()?.current_user().username;
        (!user.eq_ignore_ascii_case(username)).then_some(user)
    }

    /// Refills the form that waited for the password, so that it can be submitted again.
    pub fn refill_pending_form(&self) {
        let pending = self.app.cookies.flash(&self.cookies).and_then(Flash::into_waiting);
        if let Some(pending) = pending {
            self.set_flash(&Flash { outcome: Outcome::Confirmed, ..pending });
        }
    }

    fn set_flash(&self, flash: &Flash) {
        self.app.cookies.set_flash(&self.cookies, flash);
    }
}
