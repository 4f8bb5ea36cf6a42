//! The demo page, for authenticated users.

use latchkey_types::{AppError, CurrentUser, Notice};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{FormError, LoadError, LogoutForm, Notices, PageNotice, Submit, Time, use_form};
use crate::auth::server_fns::{Refresh, current_user};
use crate::auth::title;
use crate::site::server_fns::secret;
use crate::site::texts;

/// The demo page. Its row in `routes.rs` guards it; its content comes from [`secret`].
#[component]
pub fn SecretPage() -> impl IntoView {
    let secret = Resource::new_blocking(|| (), |()| read());
    let content = move || {
        Suspend::new(async move {
            match secret.await {
                Ok((message, user)) => Either::Left(view! { <Content message user/> }),
                Err(error) => Either::Right(view! { <LoadError error/> }),
            }
        })
    };
    view! {
        <Title text=title(texts::SECRET)/>
        <section class="card wide">
            <h1>{texts::SECRET}</h1>
            <Suspense fallback=|| view! { <p class="lead">{crate::auth::texts::LOADING}</p> }>{content}</Suspense>
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
    let (action, form) = use_form::<Refresh>();
    let refreshed = move || action.value().with(|value| value.as_ref()?.as_ref().ok().cloned());
    let user = Signal::derive(move || refreshed().unwrap_or_else(|| user.clone()));
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
            <ActionForm action node_ref=form.node>
                <FormError form/>
                <Submit label=texts::REFRESH_NOW busy_label=texts::REFRESHING is_busy=form.is_pending/>
            </ActionForm>
            <LogoutForm/>
        </div>
    }
}
