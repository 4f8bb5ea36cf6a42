//! From a request to a server function: the session, the use cases, cookies and redirects.
//!
//! Fallible throughout: the app also runs without a request, once at the start, to list its routes.

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use latchkey_axum::cookies::Cookies;
use latchkey_axum::core::client::Client;
use latchkey_axum::core::service::Services;
use latchkey_axum::core::service::session::{AuthSession, Channel, IssuedToken, RememberMe};
use latchkey_axum::core::store::Store;
use latchkey_axum::{AppState, SessionCookie};
use latchkey_types::routes::{ServerFunction, path_of};
use latchkey_types::{Access, AppError, Flash, Notice, Outcome, Role, paths};
use leptos::context::use_context;
use leptos::server_fn::ServerFn;
use leptos_axum::ResponseOptions;

use super::form_posts::FormPost;
use crate::{routes, site};

/// What a server function gets of its request, and how it answers beside its value.
pub struct RequestContext {
    app: AppState,
    /// Who asks, as far as connection and headers tell.
    pub client: Client,
    session_cookie: Option<SessionCookie>,
    session: Option<AuthSession>,
    function: &'static ServerFunction,
    /// The URL of the form, if one without scripts was posted.
    form_url: Option<String>,
    cookies: Cookies,
    response: ResponseOptions,
}

/// The context of the server function `F`, if the guard table lets the user call it. Asked for calls while a page renders as
/// for those that are posted.
///
/// # Errors
/// [`AppError::NotLoggedIn`], [`AppError::MissingRole`]; [`AppError::NotFound`] for a function that is in no table;
/// [`AppError::Internal`] where there is no request.
pub async fn request_context<F: ServerFn>() -> Result<RequestContext, AppError> {
    let (Some(app), Some(parts), Some(response)) =
        (use_context::<AppState>(), use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return Err(AppError::Internal);
    };
    let function = routes::server_function(name::<F>()).ok_or(AppError::NotFound)?;
    let extensions = &parts.extensions;
    let context = RequestContext {
        client: extensions.get().cloned().ok_or(AppError::Internal)?,
        session_cookie: extensions.get().cloned(),
        session: extensions.get().cloned(),
        form_url: extensions.get().map(|FormPost { url }| url.clone()),
        cookies: extensions.get().cloned().ok_or(AppError::Internal)?,
        function,
        app,
        response,
    };
    admit(&context.app, function.access, context.session.as_ref(), &context.client, F::PATH).await?;
    Ok(context)
}

/// Whether a request may go on to what is open to `access`. A missing role is recorded.
///
/// # Errors
/// [`AppError::NotLoggedIn`], [`AppError::MissingRole`].
pub async fn admit(
    app: &AppState,
    access: Access,
    session: Option<&AuthSession>,
    client: &Client,
    path: &str,
) -> Result<(), AppError> {
    let roles = session.map(AuthSession::roles);
    match (access.allows(roles.as_ref()), session, access) {
        (true, ..) => Ok(()),
        (false, None, _) => Err(AppError::NotLoggedIn),
        (false, Some(session), Access::HasRole(role)) => {
            app.services.session.record_missing_role(role, session, path, client).await?;
            Err(AppError::MissingRole)
        }
        (false, Some(_), _) => Err(AppError::MissingRole),
    }
}

/// The last segment of the path of a server function.
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

    /// What time it is: seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.app.clock.now()
    }

    /// The token of the session cookie, whatever it is worth.
    #[must_use]
    pub fn session_cookie(&self) -> Option<&str> {
        self.session_cookie.as_ref().map(|SessionCookie(token)| token.as_str())
    }

    /// The way in by a cookie, for a session that is to last so long.
    #[must_use]
    pub fn channel(&self, remember_me: RememberMe) -> Channel<'_> {
        Channel::Cookie { remember_me, presented: self.session_cookie() }
    }

    /// Who is logged in.
    ///
    /// # Errors
    /// [`AppError::NotLoggedIn`].
    pub fn session(&self) -> Result<&AuthSession, AppError> {
        self.session.as_ref().ok_or(AppError::NotLoggedIn)
    }

    /// Who is logged in, if they administer others.
    ///
    /// # Errors
    /// [`AppError::NotLoggedIn`], [`AppError::MissingRole`].
    pub fn admin(&self) -> Result<&AuthSession, AppError> {
        Some(self.session()?).filter(|session| session.roles().has(Role::ADMIN)).ok_or(AppError::MissingRole)
    }

    /// Puts the token into the session cookie.
    pub fn set_session_cookie(&self, issued: &IssuedToken) {
        self.app.cookies.set_session(&self.cookies, issued);
    }

    /// Clears the session cookie and what else the browser keeps for this site. Only the responses to a logout and to the
    /// deletion of an account do.
    pub fn clear_session_cookie(&self) {
        self.app.cookies.clear_session(&self.cookies);
        if self.app.cookies.is_https() {
            let storage = HeaderValue::from_static("\"storage\"");
            self.response.insert_header(HeaderName::from_static("clear-site-data"), storage);
        }
    }

    /// Where a login leads if nothing else was asked for.
    #[must_use]
    pub fn after_login(&self) -> &'static str {
        site::CONFIG.after_login
    }

    /// Redirects to a path of this site; to [`Self::after_login`] if it is none.
    pub fn redirect(&self, path: &str) {
        leptos_axum::redirect(paths::safe_return_to(path).unwrap_or(self.after_login()));
    }

    /// Tells a browser without scripts, on the form's own page, that the form is done. With scripts the value tells.
    pub fn flash_without_scripts(&self, notice: Notice) {
        if let Some(url) = &self.form_url {
            let form = Some(self.function.name.to_owned());
            self.set_flash(&Flash { form, ..Flash::of_page(path_of(url), Outcome::Done(notice)) });
        }
    }

    /// Tells something on the page at `path`, when it is next shown.
    pub fn flash(&self, path: &str, notice: Notice) {
        self.set_flash(&Flash::of_page(path, Outcome::Done(notice)));
    }

    /// Tells something on the page where the reader goes on: where a login leads, or the login.
    pub fn redirect_with_flash(&self, notice: Notice) {
        let page = if self.session.is_some() { self.after_login() } else { paths::LOGIN };
        self.flash(page, notice);
        self.redirect(page);
    }

    /// Lets the form that waited for the password show what was typed, so that it can be sent again.
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
