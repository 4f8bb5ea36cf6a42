//! The question for the password on the page itself, so that nothing typed is lost.
//!
//! A form whose server function answers that the password is needed again asks here, and is sent once more when it was
//! given. Without scripts the page of the same purpose does that.

use std::sync::Arc;

use leptos::form::ActionForm;
use leptos::html;
use leptos::prelude::*;

use super::{Field, FormError, FormState, Submit, browser, use_form};
use crate::auth::server_fns::Reauthenticate;
use crate::auth::texts;
use crate::page_context::use_page_context;

/// What is to be done once the password was given, and for which form.
#[derive(Clone)]
struct Waiting {
    retry: Arc<dyn Fn() + Send + Sync>,
    form: NodeRef<html::Form>,
}

/// What waits for the password; one thing at most.
#[derive(Clone, Copy)]
pub(super) struct Confirmation(RwSignal<Option<Waiting>>);

impl Confirmation {
    /// Asks for the password, and does `retry` once it was given. The focus goes back to `form`.
    pub(super) fn ask(self, form: NodeRef<html::Form>, retry: impl Fn() + Send + Sync + 'static) {
        self.0.set(Some(Waiting { retry: Arc::new(retry), form }));
    }

    /// Nothing waits any more.
    pub(super) fn give_up(self) {
        self.0.try_set(None);
    }
}

/// Lets every form below ask for the password.
pub fn provide_confirmation() {
    provide_context(Confirmation(RwSignal::new(None)));
}

/// What [`provide_confirmation`] provided; where it did not, what is asked for is never given.
pub(super) fn use_confirmation() -> Confirmation {
    use_context().unwrap_or_else(|| Confirmation(RwSignal::new(None)))
}

/// The dialog, while something waits for the password.
#[component]
pub fn ConfirmationDialog() -> impl IntoView {
    let confirmation = use_confirmation();
    move || confirmation.0.get().map(|waiting| view! { <Dialog confirmation waiting/> })
}

#[component]
fn Dialog(confirmation: Confirmation, waiting: Waiting) -> impl IntoView {
    let Waiting { retry, form: asking } = waiting;
    let (action, form) = use_form::<Reauthenticate>();
    let dialog = NodeRef::<html::Dialog>::new();
    // It fails only where the element is gone.
    dialog.on_load(|dialog| drop(dialog.show_modal()));
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    Effect::new(move |_| {
        if form.is_done() {
            close();
            retry();
        }
    });
    // The browser gives the focus back to what had it before; a button that was pressed lost it while it waited.
    let closed = move |_| {
        confirmation.give_up();
        if let Some(asking) = asking.get_untracked() {
            browser::focus_submit(&asking);
        }
    };
    view! {
        <dialog class="card" node_ref=dialog aria-labelledby="confirmation" on:close=closed>
            <h2 id="confirmation">{texts::CONFIRM}</h2>
            <p class="lead">{texts::CONFIRM_LEAD}</p>
            <ActionForm action node_ref=form.node attr:class="form">
                <FormError form/>
                <CurrentPasswordField form/>
                <Submit label=texts::CONFIRM_BUTTON busy_label=texts::CONFIRMING is_busy=form.is_pending/>
                <button type="button" class="button" on:click=move |_| close()>{texts::CANCEL}</button>
            </ActionForm>
        </dialog>
    }
}

/// The control for the current password, with the name beside it for those programs that keep passwords.
#[component]
pub fn CurrentPasswordField(
    /// The form that it belongs to.
    form: FormState,
    /// What people call it.
    #[prop(default = texts::PASSWORD)]
    label: &'static str,
) -> impl IntoView {
    let username = use_page_context().user.map(|user| user.username);
    view! {
        <UsernameForPasswordManagers username/>
        <Field form name="current_password" label kind="password" autocomplete="current-password"/>
    }
}

/// The name of the account beside a password, so that password managers know whose it is; not sent.
#[component]
pub fn UsernameForPasswordManagers(
    /// Whose password is typed beside it.
    #[prop(into)]
    username: Option<String>,
) -> impl IntoView {
    view! { <input type="text" autocomplete="username" value=username hidden=true readonly=true/> }
}
