//! Forms that post to a server function, with and without scripts.
//!
//! Without scripts the result arrives in a [`Flash`], with scripts in the answer to a `fetch`. [`FormState`] combines
//! both, so that pages need not distinguish them. Nothing here is generic over the server function but its path.

use std::sync::Arc;

use latchkey_types::{AppError, Flash, Outcome};
use leptos::html;
use leptos::prelude::*;
use leptos::serde_json;
use leptos::server_fn::ServerFn;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::task::spawn_local;
use leptos::web_sys::SubmitEvent;
use serde::de::DeserializeOwned;

use super::confirmation::{Confirmation, use_confirmation};
use super::flash::{flash_of_form, name_of, outcome_of};
use super::post::post;
use super::{Alert, browser};
use crate::auth::texts;
use crate::auth::{SiteConfig, report_status, use_site};

/// Reads the answer to an accepted form; returns false if it can't.
type Accept = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// State of a form after its last submission.
#[derive(Clone, Copy)]
pub struct FormState {
    path: &'static str,
    site: SiteConfig,
    flash: StoredValue<Option<Flash>>,
    accept: StoredValue<Accept>,
    answer: RwSignal<Option<Result<(), AppError>>>,
    in_flight: RwSignal<u32>,
    answers: RwSignal<u32>,
    /// The element that was submitted last. A form can be rendered several times, for example once per row.
    submitted: NodeRef<html::Form>,
    confirmation: Confirmation,
    asks_for_password: StoredValue<bool>,
    /// Whether a submission is pending.
    pub is_pending: Signal<bool>,
    /// Whether a submission is pending, or was accepted and the next page is loading.
    pub is_redirecting: Signal<bool>,
}

impl FormState {
    /// The error of the last submission.
    #[must_use]
    pub fn error(self) -> Option<AppError> {
        self.outcome().and_then(Result::err)
    }

    /// Whether the last submission was accepted and none is pending.
    #[must_use]
    pub fn is_done(self) -> bool {
        !self.is_pending.get() && self.outcome().is_some_and(|outcome| outcome.is_ok())
    }

    /// Number of answers to submissions of this form, for resources that change with them.
    #[must_use]
    pub fn answers(self) -> u32 {
        self.answers.get()
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
        format!("{}-{name}", name_of(self.path))
    }

    /// Whether the field `name` gets the focus when the server returns the form.
    #[must_use]
    pub fn autofocus(self, name: &str) -> bool {
        self.flash_error().is_some_and(|error| first_error(&error) == Some(name))
    }

    /// Clears the fields, after a submission that must leave nothing in the page.
    pub fn reset(self) {
        if let Some(form) = self.submitted.try_get_untracked().flatten() {
            form.reset();
        }
    }

    /// Whether the error message gets the focus when the server returns the form: if no field is at fault.
    #[must_use]
    fn autofocus_on_message(self) -> bool {
        self.flash_error().is_some_and(|error| first_error(&error).is_none())
    }

    fn outcome(self) -> Option<Result<(), AppError>> {
        self.answer.get().or_else(|| self.flash.with_value(|flash| outcome_of(flash.as_ref()?)))
    }

    fn flash_error(self) -> Option<AppError> {
        self.flash.with_value(|flash| outcome_of(flash.as_ref()?)?.err())
    }

    /// Whether the form is refilled after the password was entered again, and not submitted yet.
    fn is_resumed(self) -> bool {
        let is_resumed =
            |flash: &Option<Flash>| flash.as_ref().is_some_and(|flash| flash.outcome == Outcome::Confirmed);
        self.answer.with(Option::is_none) && self.flash.with_value(is_resumed)
    }

    /// Sends the form. A page that is not hydrated completely stays plain HTML: then the browser sends it.
    fn submit(self, event: &SubmitEvent) {
        if event.default_prevented() || !browser::is_live() {
            return;
        }
        if let Some((form, fields)) = browser::submitted_form(event) {
            event.prevent_default();
            self.submitted.load(&form);
            self.send(fields);
        }
    }

    fn send(self, fields: String) {
        let Some(accept) = self.accept.try_get_value() else { return };
        self.in_flight.update(|count| *count += 1);
        spawn_local(async move {
            let answer = post(self.path, fields.clone(), &*accept).await;
            self.receive(answer, fields);
        });
    }

    /// Shows an answer. If the password must be entered again, the form is sent again afterwards.
    fn receive(self, answer: Result<(), AppError>, fields: String) {
        // The page may be left already.
        self.in_flight.try_update(|count| *count = count.saturating_sub(1));
        self.answers.try_update(|count| *count += 1);
        if self.answer.try_set(Some(answer.clone())).is_some() {
            return;
        }
        match answer {
            Err(AppError::ReauthenticationRequired) => {
                self.asks_for_password.set_value(true);
                self.confirmation.ask(self.submitted, move || self.send(fields.clone()));
            }
            Err(error) => self.show_error(error),
            Ok(()) => {}
        }
    }

    /// Shows an error: redirects to the login, or moves the focus to the error.
    fn show_error(self, error: AppError) {
        if error == AppError::NotLoggedIn {
            return browser::log_in_again();
        }
        // The attributes that are searched for are set by effects of the same tick.
        request_animation_frame(move || {
            let Some(form) = self.submitted.try_get_untracked().flatten() else { return };
            // A form that did not reach the server can be submitted again unchanged.
            if error != AppError::Unreachable {
                browser::clear_passwords(&form);
            }
            browser::focus_first_error(&form);
        });
    }
}

/// Creates the state of a form that posts to `S`.
#[must_use]
pub fn use_form<S: ServerFn<Output = (), Error = AppError>>() -> FormState {
    new_form(S::PATH, Arc::new(|answer| answer == "null"))
}

/// Creates the state of a form that posts to `S`, and the value of its last accepted submission.
#[must_use]
pub fn use_form_with_answer<S>() -> (FormState, ReadSignal<Option<S::Output>>)
where
    S: ServerFn<Output: DeserializeOwned + Send + Sync + 'static, Error = AppError>,
{
    let (value, set_value) = signal(None);
    let accept = move |answer: &str| match serde_json::from_str(answer) {
        Ok(answer) => {
            set_value.try_set(Some(answer));
            true
        }
        Err(_) => false,
    };
    (new_form(S::PATH, Arc::new(accept)), value)
}

fn new_form(path: &'static str, accept: Accept) -> FormState {
    let confirmation = use_confirmation();
    let (answer, in_flight, asks_for_password) = (RwSignal::new(None), RwSignal::new(0), StoredValue::new(false));
    let is_pending = move || in_flight.get() > 0;
    let is_accepted = move || answer.with(|answer| matches!(answer, Some(Ok(()))));
    on_cleanup(move || {
        if asks_for_password.try_get_value() == Some(true) {
            confirmation.give_up();
        }
    });
    let flash = flash_of_form(name_of(path));
    report_limit(flash.as_ref());
    FormState {
        path,
        site: use_site(),
        flash: StoredValue::new(flash),
        accept: StoredValue::new(accept),
        answer,
        in_flight,
        answers: RwSignal::new(0),
        submitted: NodeRef::new(),
        confirmation,
        asks_for_password,
        is_pending: Signal::derive(is_pending),
        is_redirecting: Signal::derive(move || is_pending() || is_accepted()),
    }
}

/// Without scripts, the page of a form that exceeded a rate limit has the status of that error. With scripts, the response
/// of the server function has it.
fn report_limit(flash: Option<&Flash>) {
    if let Some(Err(error @ AppError::TooManyRequests(_))) = flash.and_then(outcome_of) {
        report_status(&error);
    }
}

/// The `<form>` element. Without scripts, the browser posts it.
#[component]
pub fn PostForm(
    /// Its state.
    form: FormState,
    /// CSS class.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// Fields and submit button.
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=form.path class=class on:submit=move |event| form.submit(&event)>
            {children()}
        </form>
    }
}

/// Error message of a form, or the notice to submit it again.
#[component]
pub fn FormError(
    /// The form.
    form: FormState,
) -> impl IntoView {
    let autofocus = form.autofocus_on_message();
    let resumed = move || {
        form.is_resumed().then(|| {
            view! { <p role="status" class="notice success" tabindex="-1" autofocus=true>{texts::SEND_AGAIN}</p> }
                .into_any()
        })
    };
    view! {
        {move || form.error().map(|error| view! { <Alert error autofocus/> })}
        {resumed}
    }
}

fn first_error(error: &AppError) -> Option<&str> {
    match error {
        AppError::Refused(errors) => errors.first().map(|error| error.field()),
        _ => None,
    }
}
