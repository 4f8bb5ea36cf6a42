//! State of a form after its last submission, with and without scripts.
//!
//! Without scripts the result arrives in a [`Flash`], with scripts in the value of the action. [`FormState`] combines
//! both, so that pages need not distinguish them.

use leptos::html;
use leptos::prelude::*;
use leptos::server_fn::client::browser::BrowserClient;
use leptos::server_fn::codec::{Json, PostUrl};
use leptos::server_fn::{Http, ServerFn};
use serde::de::DeserializeOwned;

use super::confirmation::use_confirmation;
use super::{Alert, browser};
use crate::auth::texts;
use crate::auth::{SiteConfig, report_status, use_site};
use latchkey_types::AppError;
use latchkey_types::{Flash, Outcome};

/// State of a form after its last submission.
#[derive(Clone, Copy)]
pub struct FormState {
    name: &'static str,
    site: SiteConfig,
    flash: StoredValue<Option<Flash>>,
    outcome: Signal<Option<Result<(), AppError>>>,
    is_resumed: Signal<bool>,
    /// Whether a submission is pending.
    pub is_pending: Signal<bool>,
    /// Whether a submission is pending, or was accepted and the next page is loading.
    pub is_redirecting: Signal<bool>,
    /// The `<form>` element, for `<ActionForm>`.
    pub node: NodeRef<html::Form>,
}

impl FormState {
    /// The error of the last submission.
    #[must_use]
    pub fn error(self) -> Option<AppError> {
        self.outcome.get().and_then(Result::err)
    }

    /// Whether the last submission was accepted and none is pending.
    #[must_use]
    pub fn is_done(self) -> bool {
        !self.is_pending.get() && self.outcome.get().is_some_and(|outcome| outcome.is_ok())
    }

    /// Error text of the field `name`.
    #[must_use]
    pub fn field_error(self, name: &str) -> Option<&'static str> {
        self.error()?.field_error(name).map(|error| self.site.field_error(error))
    }

    /// Submitted value of the field `name`, if the server has returned the form.
    #[must_use]
    pub fn typed(self, name: &str) -> Option<String> {
        self.flash.with_value(|flash| flash.as_ref()?.value(name).map(str::to_owned))
    }

    /// Id of the field `name`, unique on the page.
    #[must_use]
    pub fn id_of(self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }

    /// Whether the field `name` gets the focus when the server returns the form.
    #[must_use]
    pub fn autofocus(self, name: &str) -> bool {
        self.flash_error().is_some_and(|error| first_error(&error) == Some(name))
    }

    /// Whether the error message gets the focus when the server returns the form: if no field is at fault.
    #[must_use]
    fn autofocus_on_message(self) -> bool {
        self.flash_error().is_some_and(|error| first_error(&error).is_none())
    }

    fn flash_error(self) -> Option<AppError> {
        self.flash.with_value(|flash| outcome_of(flash.as_ref()?)?.err())
    }
}

/// A server function that a form posts to.
pub trait FormFunction:
    ServerFn<Error = AppError, Protocol = Http<PostUrl, Json>, Client = BrowserClient, Output: Send + Sync + 'static>
    + DeserializeOwned
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> FormFunction for S where
    S: ServerFn<
            Error = AppError,
            Protocol = Http<PostUrl, Json>,
            Client = BrowserClient,
            Output: Send + Sync + 'static,
        > + DeserializeOwned
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Creates the action and the state of a form that posts to `S`.
#[must_use]
pub fn use_form<S: FormFunction>() -> (ServerAction<S>, FormState) {
    let action = ServerAction::<S>::new();
    // Leptos initialises an action with the error in the URL, which anyone can forge.
    action.clear();
    let flash = StoredValue::new(use_flash::<S>());
    report_limit(flash);
    let answer = move || action.value().with(|value| Some(value.as_ref()?.as_ref().map(drop).map_err(Clone::clone)));
    let flashed = move || flash.with_value(|flash| outcome_of(flash.as_ref()?));
    let is_resumed = flash.with_value(|flash| flash.as_ref().is_some_and(|flash| flash.outcome == Outcome::Confirmed));
    let pending = action.pending();
    let form = FormState {
        name: name_of::<S>(),
        site: use_site(),
        flash,
        outcome: Signal::derive(move || answer().or_else(flashed)),
        is_resumed: Signal::derive(move || is_resumed && answer().is_none()),
        is_pending: pending.into(),
        is_redirecting: Signal::derive(move || pending.get() || answer().is_some_and(|answer| answer.is_ok())),
        node: NodeRef::new(),
    };
    on_result(action, form);
    (action, form)
}

/// Without scripts, the page of a form that exceeded a rate limit has the status of that error. With scripts, the response
/// of the server function has it.
fn report_limit(flash: StoredValue<Option<Flash>>) {
    let error = flash.with_value(|flash| outcome_of(flash.as_ref()?)?.err());
    if let Some(error @ AppError::TooManyRequests(_)) = error {
        report_status(&error);
    }
}

/// Reacts to an error. If the password must be confirmed again, the form is submitted again afterwards.
fn on_result<S: FormFunction>(action: ServerAction<S>, form: FormState) {
    let confirmation = use_confirmation();
    let sent = StoredValue::new(None::<S>);
    Effect::new(move |_| {
        if let Some(input) = action.input().get() {
            sent.set_value(Some(input));
        }
    });
    Effect::new(move |_| {
        let error = action.value().with(|value| value.as_ref()?.as_ref().err().cloned());
        let sent = sent.try_update_value(Option::take).flatten();
        match (error, sent) {
            (Some(AppError::ReauthenticationRequired), Some(sent)) => {
                confirmation.ask(form.node, move || drop(action.dispatch(sent.clone())));
                on_cleanup(move || confirmation.give_up());
            }
            (Some(error), _) => show_error(form.node, error),
            (None, _) => {}
        }
    });
}

/// Error message of a form, or the notice to submit it again.
#[component]
pub fn FormError(
    /// The form.
    form: FormState,
) -> impl IntoView {
    let autofocus = form.autofocus_on_message();
    let resumed = move || {
        form.is_resumed.get().then(|| {
            view! { <p role="status" class="notice success" tabindex="-1" autofocus=true>{texts::SEND_AGAIN}</p> }
        })
    };
    view! {
        {move || form.error().map(|error| view! { <Alert error autofocus/> })}
        {resumed}
    }
}

/// Provides the flash until its page is left.
pub fn provide_flash(flash: Option<Flash>) {
    provide_context(LatestFlash(StoredValue::new(flash)));
}

/// Returns the flash of a form that posts to `S`.
#[must_use]
pub fn use_flash<S: ServerFn>() -> Option<Flash> {
    latest_flash().filter(|flash| flash.form.as_deref() == Some(name_of::<S>()))
}

/// Returns the flash of the whole page.
#[must_use]
pub fn use_page_flash() -> Option<Flash> {
    latest_flash().filter(|flash| flash.form.is_none())
}

/// Returns the flash, and discards it when the page is left: it is shown once.
fn latest_flash() -> Option<Flash> {
    let LatestFlash(latest) = use_context()?;
    on_cleanup(move || {
        latest.try_set_value(None);
    });
    latest.get_value()
}

#[derive(Clone, Copy)]
struct LatestFlash(StoredValue<Option<Flash>>);

/// Name of a server function: the last segment of its path. Identifies its form in a flash.
fn name_of<S: ServerFn>() -> &'static str {
    S::PATH.rsplit('/').next().unwrap_or_default()
}

fn outcome_of(flash: &Flash) -> Option<Result<(), AppError>> {
    match &flash.outcome {
        Outcome::Rejected(error) => Some(Err(error.clone())),
        Outcome::Done(_) => Some(Ok(())),
        Outcome::Confirmed => None,
    }
}

fn first_error(error: &AppError) -> Option<&str> {
    match error {
        AppError::Refused(errors) => errors.first().map(|error| error.field()),
        _ => None,
    }
}

/// Shows an error: redirects to the login, or moves the focus to the error.
fn show_error(form: NodeRef<html::Form>, error: AppError) {
    if error == AppError::NotLoggedIn {
        return browser::log_in_again();
    }
    // The attributes that are searched for are set by effects of the same tick.
    request_animation_frame(move || {
        let Some(form) = form.get_untracked() else { return };
        // A form that did not reach the server can be submitted again unchanged.
        if error != AppError::Unreachable {
            browser::clear_passwords(&form);
        }
        browser::focus_first_error(&form);
    });
}
