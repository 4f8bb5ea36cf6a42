//! Pages with a form that sends an email to an address.

use latchkey_types::Notice;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{Field, FormError, FormFunction, FormOrNotice, Submit, use_form};
use crate::auth::{texts, title};

/// Renders a page whose form posts an email address to `S` and is then replaced by `notice`.
pub fn request_email_page<S: FormFunction>(
    headline: &'static str,
    lead: &'static str,
    notice: Notice,
) -> impl IntoView {
    let (action, form) = use_form::<S>();
    view! {
        <Title text=title(headline)/>
        <section class="card">
            <h1>{headline}</h1>
            <FormOrNotice is_done=Signal::derive(move || form.is_done()) notice>
                <p class="lead">{lead}</p>
                <ActionForm action node_ref=form.node attr:class="form">
                    <FormError form/>
                    <Field form name="email" label=texts::EMAIL kind="email" autocomplete="email"/>
                    <Submit label=texts::SEND_LINK busy_label=texts::SENDING_LINK is_busy=form.is_pending/>
                </ActionForm>
            </FormOrNotice>
        </section>
    }
}
