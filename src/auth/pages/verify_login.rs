//! The second step of a login.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::auth::components::{Field, FormError, PostForm, Submit, use_form};
use crate::auth::server_fns::VerifyLogin;
use crate::auth::{set_title, texts};
use latchkey_types::paths;

/// Asks for a code of the authenticator app, or for a recovery code.
#[component]
pub fn VerifyLoginPage() -> impl IntoView {
    let form = use_form::<VerifyLogin>();
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    set_title(texts::SECOND_STEP);
    view! {
        <section class="card">
            <h1>{texts::SECOND_STEP}</h1>
            <p class="lead">{texts::SECOND_STEP_LEAD}</p>
            <PostForm form class="form">
                <FormError form/>
                <Field
                    form
                    name="code"
                    label=texts::CODE
                    autocomplete="one-time-code"
                    inputmode="numeric"
                    hint=Some(texts::CODE_HINT)
                    required=false
                />
                <details>
                    <summary>{texts::USE_RECOVERY_CODE}</summary>
                    <Field
                        form
                        name="recovery_code"
                        label=texts::RECOVERY_CODE
                        autocomplete="off"
                        hint=Some(texts::RECOVERY_CODE_HINT)
                        required=false
                    />
                </details>
                <div class="check">
                    <input id="trust" type="checkbox" name="trust" value="on"/>
                    <label for="trust">{texts::TRUST_DEVICE}</label>
                </div>
                <input type="hidden" name="next" value=next/>
                <Submit label=texts::LOG_IN busy_label=texts::LOGGING_IN is_busy=form.is_redirecting/>
            </PostForm>
            <p class="aside"><a href=paths::LOGIN>{texts::START_OVER}</a></p>
        </section>
    }
}
