//! Where the mail of a registration is asked for again.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{Field, FormError, Submit, UntilDone, use_form};
use crate::auth::server_fns::Resend;
use crate::auth::{texts, title};
use latchkey_types::Notice;

/// The confirmation, once more.
#[component]
pub fn ResendPage() -> impl IntoView {
    let (action, form) = use_form::<Resend>();
    view! {
        <Title text=title(texts::RESEND)/>
        <section class="card">
            <h1>{texts::RESEND}</h1>
            <UntilDone is_done=Signal::derive(move || form.is_done()) notice=Notice::ConfirmationResent>
                <p class="lead">{texts::RESEND_LEAD}</p>
                <ActionForm action node_ref=form.node attr:class="form">
                    <FormError form/>
                    <Field form name="email" label=texts::EMAIL kind="email" autocomplete="email"/>
                    <Submit label=texts::SEND_LINK busy_label=texts::SENDING_LINK is_busy=form.is_pending/>
                </ActionForm>
            </UntilDone>
        </section>
    }
}
