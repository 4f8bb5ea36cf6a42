//! Where somebody who forgot their password asks for a link.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{Field, FormError, Submit, UntilDone, use_form};
use crate::auth::server_fns::RequestReset;
use crate::auth::{texts, title};
use latchkey_types::Notice;

/// The question for the address.
#[component]
pub fn ResetPage() -> impl IntoView {
    let (action, form) = use_form::<RequestReset>();
    view! {
        <Title text=title(texts::RESET)/>
        <section class="card">
            <h1>{texts::RESET}</h1>
            <UntilDone is_done=Signal::derive(move || form.is_done()) notice=Notice::ResetMailed>
                <p class="lead">{texts::RESET_LEAD}</p>
                <ActionForm action node_ref=form.node attr:class="form">
                    <FormError form/>
                    <Field form name="email" label=texts::EMAIL kind="email" autocomplete="email"/>
                    <Submit label=texts::SEND_LINK busy_label=texts::SENDING_LINK is_busy=form.is_pending/>
                </ActionForm>
            </UntilDone>
        </section>
    }
}
