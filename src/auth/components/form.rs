//! What a form shows of its last submission, whichever way that went.
//!
//! With scripts off the server says it in a [`Flash`]; with scripts on the action's value says it. Both are one
//! [`FormState`] here, so that no page can tell them apart.

use leptos::html;
use leptos::prelude::*;
use leptos::server_fn::client::browser::BrowserClient;
use leptos::server_fn::codec::{Json, PostUrl};
use leptos::server_fn::{Http, ServerFn};
use serde::de::DeserializeOwned;

use super::confirmation::use_confirmation;
use super::{Alert, browser};
use crate::auth::texts;
use crate::auth::{SiteConfig, use_site};
use latchkey_types::AppError;
use latchkey_types::{Flash, Outcome};

/// What a form shows of its last submission.
#[derive(Clone, Copy)]
pub struct FormState {
    name: &'static str,
    site: SiteConfig,
    flash: StoredValue<Option<Flash>>,
    outcome: Signal<Option<Result<(), AppError>>>,
    is_resumed: Signal<bool>,
    /// Whether an answer is awaited.
    pub is_pending: Signal<bool>,
    /// Whether an answer is awaited, or a good one came and the page it leads to is on its way.
    pub is_redirecting: Signal<bool>,
    /// The element, for `<ActionForm>`.
    pub node: NodeRef<html::Form>,
}

impl FormState {
    /// Why the last submission was rejected.
    #[must_use]
    pub fn error(self) -> Option<AppError> {
        self.outcome.get().and_then(Result::err)
    }

    /// Whether the last submission was accepted and none is under way.
    #[must_use]
    pub fn is_done(self) -> bool {
        !self.is_pending.get() && self.outcome.get().is_some_and(|outcome| outcome.is_ok())
    }

    /// What is wrong with the control called `name`, as text.
    #[must_use]
    pub fn field_error(self, name: &str) -> Option<&'static str> {
        self.error()?.field_error(name).map(|error| self.site.field_error(error))
    }

    /// What was typed into the control called `name`, if the form comes back from the server.
    #[must_use]
    pub fn typed(self, name: &str) -> Option<String> {
        self.flash.with_value(|flash| flash.as_ref()?.value(name).map(str::to_owned))
    }

    /// An identifier for the control called `name` that no other form of the page has.
    #[must_use]
    pub fn id_of(self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }

    /// Whether a form that comes back from the server has the focus on the control called `name`.
    #[must_use]
    pub fn autofocus(self, name: &str) -> bool {
        self.flash_error().is_some_and(|error| first_error(&error) == Some(name))
    }

    /// Whether a form that comes back from the server has the focus on its message, since no field is to blame.
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

/// The action for a form on `S`, and what the form shows of it.
#[must_use]
pub fn use_form<S: FormFunction>() -> (ServerAction<S>, FormState) {
    let action = ServerAction::<S>::new();
    // Leptos starts an action with the error that it finds in the URL, where anyone can put one.
    action.clear();
    let flash = StoredValue::new(use_flash::<S>());
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

/// Leads to what a rejection asks for. Where that is the password, the form is sent again once it was given.
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

/// The message of a rejected form, or of one that waited for the password.
#[component]
pub fn FormError(
    /// The form that it belongs to.
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

/// Keeps what the last request led to, until the page that shows it is left.
pub fn provide_flash(flash: Option<Flash>) {
    provide_context(LatestFlash(StoredValue::new(flash)));
}

/// What the last request led to, if it was made by a form on `S`.
#[must_use]
pub fn use_flash<S: ServerFn>() -> Option<Flash> {
    latest_flash().filter(|flash| flash.form.as_deref() == Some(name_of::<S>()))
}

/// What the last request led to, if that is for the whole page.
#[must_use]
pub fn use_page_flash() -> Option<Flash> {
    latest_flash().filter(|flash| flash.form.is_none())
}

/// Told once: whoever asks forgets it when the page is left.
fn latest_flash() -> Option<Flash> {
    let LatestFlash(latest) = use_context()?;
    on_cleanup(move || {
        latest.try_set_value(None);
    });
    latest.get_value()
}

#[derive(Clone, Copy)]
struct LatestFlash(StoredValue<Option<Flash>>);

/// The last segment of the path of a server function: what a flash calls its form.
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

/// Leads to what a rejection asks for: the login, or the fault in the form.
fn show_error(form: NodeRef<html::Form>, error: AppError) {
    if error == AppError::NotLoggedIn {
        return browser::log_in_again();
    }
    // The marks that are looked for are set by effects of the same turn.
    request_animation_frame(move || {
        let Some(form) = form.get_untracked() else { return };
        // What never reached the server need not be typed again.
        if error != AppError::Unreachable {
            browser::clear_passwords(&form);
        }
        browser::focus_first_error(&form);
    });
}
