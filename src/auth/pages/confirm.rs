//! The page that asks for the password again before a sensitive change.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::components::{CurrentPasswordField, Field, FormError, Or, PasskeyForm, PostForm, Submit, use_form};
use crate::auth::server_fns::{BeginPasskeyLogin, Reauthenticate, ReauthenticateByCode, ReauthenticateByPasskey};
use crate::auth::{set_title, texts};
use latchkey_types::paths;

/// Asks for the password. Used without scripts, or when opened by a link.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let (form, by_code) = (use_form::<Reauthenticate>(), use_form::<ReauthenticateByCode>());
    let next = use_query_map().read_untracked().get("next");
    let next = next.as_deref().and_then(paths::safe_return_to).unwrap_or(paths::ACCOUNT).to_owned();
    let (cancel, after_code) = (next.clone(), next.clone());
    set_title(texts::CONFIRM);
    view! {
        <section class="card">
            <h1>{texts::CONFIRM}</h1>
            <p class="lead">{texts::CONFIRM_LEAD}</p>
            <PostForm form class="form">
                <FormError form/>
                <CurrentPasswordField form/>
                <input type="hidden" name="next" value=next/>
                <Submit label=texts::CONFIRM_BUTTON busy_label=texts::CONFIRMING is_busy=form.is_redirecting/>
            </PostForm>
            <details class="form" open=move || by_code.error().is_some()>
                <summary>{texts::CONFIRM_BY_CODE}</summary>
                <PostForm form=by_code class="form secondary">
                    <FormError form=by_code/>
                    <Field
                        form=by_code
                        name="code"
                        label=texts::CODE
                        autocomplete="one-time-code"
                        inputmode="numeric"
                    />
                    <input type="hidden" name="next" value=after_code/>
                    <Submit label=texts::USE_CODE busy_label=texts::CONFIRMING is_busy=by_code.is_redirecting/>
                </PostForm>
            </details>
            <Or/>
            <PasskeyForm
                action=ReauthenticateByPasskey::PATH
                begin=BeginPasskeyLogin::PATH
                label=texts::USE_PASSKEY
            />
            <p class="aside"><a href=cancel>{texts::CANCEL}</a></p>
        </section>
    }
}
