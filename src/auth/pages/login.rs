//! The login page.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::components::{Field, FormError, FormState, Or, PageNotice, PasskeyForm, PostForm, Submit, use_form};
use crate::auth::server_fns::{BeginPasskeyLogin, LogInByPasskey, Login};
use crate::auth::{set_title, texts, use_site};
use crate::page_context::use_page_context;
use latchkey_types::paths;

/// The login page.
#[component]
pub fn LoginPage() -> impl IntoView {
    let form = use_form::<Login>();
    let is_on_the_way = use_query_map().read_untracked().get("next").is_some();
    let lead = if is_on_the_way { texts::LOGIN_LEAD_ON_THE_WAY } else { texts::LOGIN_LEAD };
    set_title(texts::LOG_IN);
    view! {
        <section class="card">
            <h1>{texts::LOG_IN}</h1>
            <p class="lead">{lead}</p>
            <PageNotice/>
            <PostForm form class="form">
                <FormError form/>
                <Field form name="username" label=texts::USERNAME_OR_EMAIL autocomplete="username webauthn"/>
                <Field form name="password" label=texts::PASSWORD kind="password" autocomplete="current-password"/>
                <Remember form/>
                <input type="hidden" name="next" value=return_to()/>
                <Submit label=texts::LOG_IN busy_label=texts::LOGGING_IN is_busy=form.is_redirecting/>
            </PostForm>
            <Or/>
            <PasskeyForm
                action=LogInByPasskey::PATH
                begin=BeginPasskeyLogin::PATH
                label=texts::USE_PASSKEY
            />
            <p class="aside"><a href=paths::RESET>{texts::FORGOT_PASSWORD}</a></p>
            {use_page_context().login_by_email.then(|| view! { <p class="aside"><a href=paths::LOGIN_EMAIL>{texts::LOGIN_BY_EMAIL}</a></p> }.into_any())}
            {use_page_context().registration_is_open.then(|| view! { <p class="aside">{texts::NO_ACCOUNT_YET} " " <a href=paths::REGISTRATION>{texts::REGISTER}</a></p> }.into_any())}
        </section>
    }
}

/// Path to redirect to after the login.
fn return_to() -> String {
    let next = use_query_map().read_untracked().get("next");
    next.as_deref().and_then(paths::safe_return_to).unwrap_or(use_site().after_login).to_owned()
}

#[component]
fn Remember(form: FormState) -> impl IntoView {
    let id = form.id_of("remember");
    view! {
        <div class="check">
            <input id=id.clone() type="checkbox" name="remember" value="on" checked=form.typed("remember").is_some()/>
            <label for=id>{texts::REMEMBER}</label>
        </div>
    }
}
