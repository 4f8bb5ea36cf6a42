//! The demo page, for authenticated users.

use latchkey_types::{AppError, CurrentUser, Notice};
use leptos::prelude::*;

use crate::auth::components::{
    FormError, LogoutForm, Notices, PageNotice, PostForm, Submit, Time, loaded, use_form_with_answer,
};
use crate::auth::server_fns::{Refresh, current_user};
use crate::auth::set_title;
use crate::site::server_fns::secret;
use crate::site::texts;

/// The demo page. Its row in `routes.rs` guards it; its content comes from [`secret`].
#[component]
pub fn SecretPage() -> impl IntoView {
    let secret = Resource::new_blocking(|| (), |()| read());
    set_title(texts::SECRET);
    view! {
        <section class="card wide">
            <h1>{texts::SECRET}</h1>
            {loaded(secret, |(message, user)| view! { <Content message user/> })}
        </section>
    }
}

/// Loads the message before the user, because loading the message may renew the access.
async fn read() -> Result<(String, CurrentUser), AppError> {
    let message = secret().await?;
    let user = current_user().await?.ok_or(AppError::NotLoggedIn)?;
    Ok((message, user))
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
