//! The account page.

use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{
    CurrentPasswordField, Field, FormError, FormState, LoadError, Notices, Submit, use_form,
};
use crate::auth::server_fns::{ChangePassword, DeleteAccount, EndOtherSessions, EndSession, account};
use crate::auth::{texts, title};
use latchkey_types::AccountOverview;
use latchkey_types::AppError;
use latchkey_types::Notice;

// Public, because `#[component]` generates a public function in each.
pub mod email;
pub mod events;
pub mod sessions;

use email::EmailSection;
use events::Events;
use sessions::Sessions;

/// The account, reloaded after each change.
type Overview = Resource<Result<AccountOverview, AppError>>;

/// The account page: details, password, email, sessions, events and deletion.
#[component]
pub fn AccountPage() -> impl IntoView {
    let (change, change_form) = use_form::<ChangePassword>();
    let (end, end_form) = use_form::<EndSession>();
    let (end_others, end_others_form) = use_form::<EndOtherSessions>();
    let changes = move || (change.version().get(), end.version().get(), end_others.version().get());
    let overview = Resource::new_blocking(changes, |_| account());
    view! {
        <Title text=title(texts::ACCOUNT)/>
        <div class="account">
            <h1>{texts::ACCOUNT}</h1>
            <section class="card" aria-label=texts::ACCOUNT>
                <Read overview part=|overview| view! { <Facts overview/> }.into_any()/>
            </section>
            <PasswordSection action=change form=change_form/>
            <EmailSection/>
            <Sessions overview end end_form end_others end_others_form/>
            <section class="card" aria-labelledby="events">
                <h2 id="events">{texts::RECENT_EVENTS}</h2>
                <Read overview part=|overview| view! { <Events events=overview.events/> }.into_any()/>
            </section>
            <DeleteSection/>
        </div>
    }
}

/// Renders a part of the page from the loaded account.
#[component]
fn Read<P>(overview: Overview, part: P) -> impl IntoView
where
    P: Fn(AccountOverview) -> AnyView + Copy + Send + Sync + 'static,
{
    let content = move || {
        Suspend::new(async move {
            match overview.await {
                Ok(overview) => Either::Left(part(overview)),
                Err(error) => Either::Right(view! { <LoadError error/> }),
            }
        })
    };
    view! { <Transition fallback=|| view! { <p class="hint">{texts::LOADING}</p> }>{content}</Transition> }
}

#[component]
fn Facts(overview: AccountOverview) -> impl IntoView {
    let roles = overview.roles.to_string().replace(',', ", ");
    view! {
        <dl class="facts">
            <div>
                <dt>{texts::USERNAME}</dt>
                <dd>{overview.username}</dd>
            </div>
            <div>
                <dt>{texts::EMAIL}</dt>
                <dd>{overview.email.unwrap_or_else(|| texts::NO_EMAIL.to_owned())}</dd>
            </div>
            <div>
                <dt>{texts::ROLES}</dt>
                <dd>{roles}</dd>
            </div>
        </dl>
    }
}

#[component]
fn PasswordSection(action: ServerAction<ChangePassword>, form: FormState) -> impl IntoView {
    let notice = Signal::derive(move || form.is_done().then_some(Notice::PasswordChanged));
    // The password must not stay in the page.
    Effect::new(move |_| {
        if form.is_done()
            && let Some(form) = form.node.get_untracked()
        {
            form.reset();
        }
    });
    view! {
        <section class="card" aria-labelledby="password">
            <h2 id="password">{texts::PASSWORD_SECTION}</h2>
            <p class="lead">{texts::PASSWORD_LEAD}</p>
            <Notices notice/>
            <ActionForm action node_ref=form.node attr:class="form">
                <FormError form/>
                <CurrentPasswordField form label=texts::CURRENT_PASSWORD/>
                <Field
                    form
                    name="password"
                    label=texts::NEW_PASSWORD
                    kind="password"
                    autocomplete="new-password"
                    hint=Some(texts::PASSWORD_HINT)
                />
                <Submit label=texts::CHANGE_PASSWORD busy_label=texts::CHANGING is_busy=form.is_pending/>
            </ActionForm>
        </section>
    }
}

/// Hidden in `<details>`, so that nobody deletes an account by accident; open after an error.
#[component]
fn DeleteSection() -> impl IntoView {
    let (action, form) = use_form::<DeleteAccount>();
    view! {
        <section class="card danger" aria-labelledby="delete">
            <h2 id="delete">{texts::DELETE_ACCOUNT}</h2>
            <p class="lead">{texts::DELETE_LEAD}</p>
            <details open=move || form.error().is_some()>
                <summary class="button">{texts::DELETE_GO_ON}</summary>
                <ActionForm action node_ref=form.node attr:class="form">
                    <FormError form/>
                    <CurrentPasswordField form/>
                    <Submit label=texts::DELETE_ACCOUNT busy_label=texts::DELETING is_busy=form.is_redirecting/>
                </ActionForm>
            </details>
        </section>
    }
}
