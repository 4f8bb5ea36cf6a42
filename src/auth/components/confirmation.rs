//! The dialog that asks for the password again without leaving the page, so that nothing typed is lost.
//!
//! A form opens it if its server function requires a recent confirmation, and is submitted again afterwards. Without
//! scripts, the confirmation page does this.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Field, FormError, FormState, PostForm, Submit, browser, use_form};
use crate::auth::page_content::PageContent;
use crate::auth::server_fns::Reauthenticate;
use crate::auth::texts;
use crate::lazy_page;
use crate::page_context::use_page_context;

/// A pending action and the form that it belongs to.
#[derive(Clone)]
struct Waiting {
    retry: Arc<dyn Fn() + Send + Sync>,
    form: NodeRef<html::Form>,
}

/// The pending action; at most one.
#[derive(Clone, Copy)]
pub(super) struct Confirmation(RwSignal<Option<Waiting>>);

impl Confirmation {
    /// Opens the dialog and runs `retry` after the confirmation. When the dialog closes, the focus returns to `form`.
    pub(super) fn ask(self, form: NodeRef<html::Form>, retry: impl Fn() + Send + Sync + 'static) {
        self.0.set(Some(Waiting { retry: Arc::new(retry), form }));
    }

    fn is_waiting(self) -> bool {
        self.0.with(Option::is_some)
    }

    /// Drops the pending action.
    pub(super) fn give_up(self) {
        self.0.try_set(None);
    }
}

/// Provides the dialog to all forms of the page.
pub fn provide_confirmation() {
    provide_context(Confirmation(RwSignal::new(None)));
}

/// Returns the context of [`provide_confirmation`]. Without one, pending actions are never retried.
pub(super) fn use_confirmation() -> Confirmation {
    use_context().unwrap_or_else(|| Confirmation(RwSignal::new(None)))
}

/// The dialog, shown while an action is pending. Its part of the WASM is loaded when it opens for the first time.
#[component]
pub fn ConfirmationDialog() -> impl IntoView {
    let confirmation = use_confirmation();
    let dialog = PageContent::from(lazy_page!(Dialog in confirmation));
    let loading = dialog.clone();
    let is_loaded = RwSignal::new(false);
    Effect::new(move |_| {
        if confirmation.is_waiting() && !is_loaded.get_untracked() {
            let loading = loading.clone();
            spawn_local(async move {
                match loading.load().await {
                    Ok(()) => is_loaded.set(true),
                    Err(_) => browser::confirm_again(),
                }
            });
        }
    });
    move || (is_loaded.get() && confirmation.is_waiting()).then(|| dialog.render_loaded())
}

#[component]
fn Dialog() -> impl IntoView {
    let confirmation = use_confirmation();
    let Some(Waiting { retry, form: asking }) = confirmation.0.get_untracked() else { return ().into_any() };
    let form = use_form::<Reauthenticate>();
    let dialog = NodeRef::<html::Dialog>::new();
    // Fails only if the element is gone.
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
    // The browser restores the focus, except to a submit button: that was disabled while its form was pending.
    let closed = move |_| {
        confirmation.give_up();
        if let Some(asking) = asking.try_get_untracked().flatten() {
            browser::focus_submit(&asking);
        }
    };
    view! {
        <dialog class="card" node_ref=dialog aria-labelledby="confirmation" on:close=closed>
            <h2 id="confirmation">{texts::CONFIRM}</h2>
            <p class="lead">{texts::CONFIRM_LEAD}</p>
            <PostForm form class="form">
                <FormError form/>
                <CurrentPasswordField form/>
                <Submit label=texts::CONFIRM_BUTTON busy_label=texts::CONFIRMING is_busy=form.is_pending/>
                <button type="button" class="button" on:click=move |_| close()>{texts::CANCEL}</button>
            </PostForm>
        </dialog>
    }
    .into_any()
}

/// Field for the current password, with the username for password managers.
#[component]
pub fn CurrentPasswordField(
    /// The form of the field.
    form: FormState,
    /// Label of the field.
    #[prop(default = texts::PASSWORD)]
    label: &'static str,
) -> impl IntoView {
    let username = use_page_context().user.map(|user| user.username);
    view! {
        <UsernameForPasswordManagers username/>
        <Field form name="current_password" label kind="password" autocomplete="current-password"/>
    }
}

/// Hidden username next to a password field, so that password managers recognise the account. It is not sent.
#[component]
pub fn UsernameForPasswordManagers(
    /// Username of the account.
    #[prop(into)]
    username: Option<String>,
) -> impl IntoView {
    view! { <input type="text" autocomplete="username" value=username hidden=true readonly=true/> }
}
