//! The form to change the email address.

use leptos::prelude::*;

use crate::auth::components::{Field, FormError, Notices, PostForm, Submit, use_form};
use crate::auth::server_fns::ChangeEmail;
use crate::auth::texts;
use latchkey_types::Notice;

/// The form. The typed address is kept while the password is confirmed.
#[component]
pub(super) fn EmailSection() -> impl IntoView {
    let form = use_form::<ChangeEmail>();
    let notice = Signal::derive(move || form.is_done().then_some(Notice::AddressMailed));
    view! {
        <section class="card" aria-labelledby="email">
            <h2 id="email">{texts::EMAIL}</h2>
            <p class="lead">{texts::EMAIL_LEAD}</p>
            <Notices notice/>
            <PostForm form class="form">
                <FormError form/>
                <Field form name="email" label=texts::NEW_EMAIL_ADDRESS kind="email" autocomplete="email"/>
                <Submit label=texts::CHANGE_EMAIL busy_label=texts::CHANGING is_busy=form.is_pending/>
            </PostForm>
        </section>
    }
}
