//! Pages with a form that sends an email to an address.

use latchkey_types::Notice;
use leptos::prelude::*;

use super::{Field, FormError, FormOrNotice, FormState, PostForm, Submit};
use crate::auth::{set_title, texts};

/// Renders a page whose form posts an email address and is then replaced by `notice`.
pub fn request_email_page(
    form: FormState,
    headline: &'static str,
    lead: &'static str,
    notice: Notice,
) -> impl IntoView {
    set_title(headline);
    view! {
        <section class="card">
            <h1>{headline}</h1>
            <FormOrNotice is_done=Signal::derive(move || form.is_done()) notice>
                <p class="lead">{lead}</p>
                <PostForm form class="form">
                    <FormError form/>
                    <Field form name="email" label=texts::EMAIL kind="email" autocomplete="email"/>
                    <Submit label=texts::SEND_LINK busy_label=texts::SENDING_LINK is_busy=form.is_pending/>
                </PostForm>
            </FormOrNotice>
        </section>
    }
}
