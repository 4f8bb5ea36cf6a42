//! The demo page, for authenticated users.

use latchkey_types::{CurrentUser, Notice};
use leptos::prelude::*;

use crate::auth::components::{
    FormError, LogoutForm, Notices, PageNotice, PostForm, Submit, Time, load, loaded, use_form_with_answer,
};
use crate::auth::server_fns::Refresh;
use crate::auth::set_title;
use crate::site::server_fns::{Secret, secret};
use crate::site::texts;

/// The demo page. Its row in `routes.rs` guards it; its content comes from [`secret`].
#[component]
pub fn SecretPage() -> impl IntoView {
    let secret = load::<Secret, _>(|| (0, String::new()), secret);
    set_title(texts::SECRET);
    view! {
        <section class="card wide">
            <h1>{texts::SECRET}</h1>
            {loaded(secret, |(message, user)| view! { <Content message user/> })}
        </section>
    }
}

#[component]
fn Content(message: String, user: CurrentUser) -> impl IntoView {
    let (form, refreshed) = use_form_with_answer::<Refresh>();
    let user = Signal::derive(move || refreshed.get().unwrap_or_else(|| user.clone()));
    let notice = Signal::derive(move || form.is_done().then_some(Notice::Refreshed));
    view! {
        <PageNotice/>
        <p class="secret">{message}</p>
        <dl class="facts">
            <div>
                <dt>{texts::ACCESS_EXPIRES}</dt>
                <dd><Time at=Signal::derive(move || user.get().access_expires_at)/></dd>
            </div>
            <div>
                <dt>{texts::REFRESHABLE_UNTIL}</dt>
                <dd><Time at=Signal::derive(move || user.get().refresh_expires_at)/></dd>
            </div>
        </dl>
        <Notices notice/>
        <div class="actions">
            <PostForm form>
                <FormError form/>
                <Submit label=texts::REFRESH_NOW busy_label=texts::REFRESHING is_busy=form.is_pending/>
            </PostForm>
            <LogoutForm/>
        </div>
    }
}
