//! The bridge from a request to a server function or a page.
//!
//! Fallible throughout: the app also runs without a request, once at the start, to list its routes.

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::context::use_context;
use leptos_axum::ResponseOptions;

use super::client::Client;
use super::http::cookies::{CookieJar, Cookies};
use super::http::door::{self, FormPost};
use super::http::renew::Presented;
use super::service::Services;
use super::service::session::{Entry, Persistence, SignedIn, Visitor};
use super::state::AppState;
use crate::domain::Role;
use crate::error::AppError;
use crate::visit::{Flash, Notice, Outcome, Visit};

/// What a server function gets of its request, and how it answers beside its value.
pub struct Door {
    /// The use cases.
    pub services: Services,
    /// Who asks.
    pub client: Client,
    presented: Option<Presented>,
    visitor: Option<Visitor>,
    is_form_post: bool,
    waiting: Option<Flash>,
    cookies: Cookies,
    response: ResponseOptions,
}

/// The door of this request.
///
/// # Errors
/// [`AppError::Internal`] where there is no request.
pub fn door() -> Result<Door, AppError> {
    let (Some(state), Some(parts), Some(response)) =
        (use_context::<AppState>(), use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return Err(AppError::Internal);
    };
    Ok(Door {
        services: state.services.clone(),
        client: parts.extensions.get().cloned().ok_or(AppError::Internal)?,
        presented: parts.extensions.get().cloned(),
        visitor: parts.extensions.get().cloned(),
        is_form_post: parts.extensions.get::<FormPost>().is_some(),
        waiting: door::waiting(&parts.headers, &Cookies::of(&state.config)),
        cookies: Cookies::of(&state.config),
        response,
    })
}

impl Door {
    /// The token of the cookie, whatever it is worth.
    #[must_use]
    pub fn presented(&self) -> Option<&str> {
        self.presented.as_ref().map(|Presented(token)| token.as_str())
    }

    /// The way in through this door, for a session that is to last so long.
    #[must_use]
    pub fn entry(&self, persistence: Persistence) -> Entry<'_> {
        Entry::Cookie { persistence, presented: self.presented() }
    }

    /// Who is logged in.
    ///
    /// # Errors
    /// [`AppError::NotLoggedIn`].
    pub fn visitor(&self) -> Result<&Visitor, AppError> {
        self.visitor.as_ref().ok_or(AppError::NotLoggedIn)
    }

    /// Who is logged in and administers others.
    ///
    /// # Errors
    /// [`AppError::NotLoggedIn`], [`AppError::MissingRole`].
    pub fn admin(&self) -> Result<&Visitor, AppError> {
        Some(self.visitor()?).filter(|visitor| visitor.roles().has(Role::ADMIN)).ok_or(AppError::MissingRole)
    }

    /// The same, if they gave their password within the last ten minutes.
    ///
    /// # Errors
    /// Those of [`Self::admin`], and [`AppError::ReauthenticationRequired`].
    pub fn fresh_admin(&self) -> Result<&Visitor, AppError> {
        let admin = self.admin()?;
        self.services.session.require_fresh(admin)?;
        Ok(admin)
    }

    /// Puts the token into the cookie.
    pub fn keep(&self, signed_in: &SignedIn) {
        self.append_cookie(&self.cookies.session(signed_in));
    }

    /// Clears the cookie and what else the browser keeps for us. Only the answers to a logout and to the deletion of an
    /// account do.
    pub fn forget(&self) {
        self.append_cookie(&self.cookies.no_session());
        if self.cookies.is_https() {
            self.response
                .insert_header(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\""));
        }
    }

    /// Goes on to a path of ours.
    pub fn redirect(&self, path: &str) {
        leptos_axum::redirect(crate::routes::safe_return_to(path));
    }

    /// Says, to a browser without scripts, that what `form` asked for is done. With scripts the value says so.
    pub fn done(&self, form: &str, notice: Notice) {
        if self.is_form_post {
            self.announce(form, notice);
        }
    }

    /// Says on the next document, scripts or not, that what was asked for is done; `form` is one of that document's.
    pub fn announce(&self, form: &str, notice: Notice) {
        let outcome = Outcome::Done(notice);
        let flash = Flash { form: form.to_owned(), outcome, values: Vec::new(), waiting: None };
        self.append_cookie(&self.cookies.flash(&flash));
    }

    /// Says that what a link asked for is done, on the page where its reader goes on: the login, or past it.
    pub fn report(&self, notice: Notice) {
        let (form, page) =
            if self.visitor.is_some() { ("secret", crate::routes::SECRET) } else { ("login", crate::routes::LOGIN) };
        self.announce(form, notice);
        self.redirect(page);
    }

    /// Lets the form that waited for the password show what was typed, so that it can be sent again.
    pub fn resume(&self) {
        if let Some(waiting) = self.waiting.clone() {
            self.append_cookie(&self.cookies.flash(&Flash { outcome: Outcome::Confirmed, ..waiting }));
        }
    }

    fn append_cookie(&self, cookie: &str) {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            self.response.append_header(header::SET_COOKIE, value);
        }
    }
}

/// Says by the status of the page that is being rendered, if one is, that the server can't answer now. A server function that is
/// called by itself has its own answer.
pub fn tell_unavailable() {
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>()) else { return };
    if !parts.uri.path().starts_with(crate::routes::SERVER_FNS) {
        response.set_status(StatusCode::SERVICE_UNAVAILABLE);
        let seconds = AppError::Unavailable.retry_after_seconds().unwrap_or_default();
        response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// What the first byte of this request's page knows of its reader.
#[must_use]
pub fn visit() -> Visit {
    let (Some(state), Some(parts)) = (use_context::<AppState>(), use_context::<Parts>()) else {
        return Visit::default();
    };
    visit_of(&state, &parts)
}

/// The visit that a request is.
#[must_use]
pub fn visit_of(state: &AppState, parts: &Parts) -> Visit {
    let flash = CookieJar::of(&parts.headers, &Cookies::of(&state.config)).flash();
    Visit {
        user: parts.extensions.get::<Visitor>().map(Visitor::current_user),
        // What waits behind it is for its own page.
        flash: flash
            .filter(|flash| door::page_of(&flash.form) == Some(parts.uri.path()))
            .map(|flash| Flash { waiting: None, ..flash }),
        path_and_query: parts.uri.path_and_query().map_or_else(String::new, |path| path.as_str().to_owned()),
        confirm_email: state.config.confirm_email,
        dev_mail: state.shows_mails(),
    }
}
