//! The account page.

use leptos::prelude::*;

use crate::auth::components::{
    CurrentPasswordField, Field, FormError, FormState, Loaded, Notices, PostForm, Submit, load, loaded, use_form,
};
use crate::auth::server_fns::{AccountFn, ChangePassword, DeleteAccount, EndOtherSessions, EndSession, account};
use crate::auth::{set_title, texts};
use latchkey_types::AccountOverview;
use latchkey_types::Notice;
use latchkey_types::paths;

// Public, because `#[component]` generates a public function in each.
pub mod email;
pub mod events;
pub mod sessions;

use email::EmailSection;
use events::Events;
use sessions::Sessions;

/// The account, reloaded after each change.
type Overview = Loaded<AccountOverview>;

/// The account page: details, password, email, sessions, events and deletion.
#[component]
pub fn AccountPage() -> impl IntoView {
    let change = use_form::<ChangePassword>();
    let end = use_form::<EndSession>();
    let end_others = use_form::<EndOtherSessions>();
    let changes = move || change.answers() + end.answers() + end_others.answers();
    let overview = load::<AccountFn, _>(move || (changes(), String::new()), account);
    set_title(texts::ACCOUNT);
    view! {
        <div class="with-sections">
            <SectionLinks/>
            <div class="account">
                <h1>{texts::ACCOUNT}</h1>
                <section class="card" aria-label=texts::ACCOUNT>
                    {loaded(overview, |overview| view! { <Facts overview/> })}
                </section>
                <PasswordSection form=change/>
                <EmailSection/>
                <section class="card" aria-labelledby="second-factor">
                    <h2 id="second-factor">{texts::SECOND_FACTOR}</h2>
                    <p class="lead">{texts::SECOND_FACTOR_LEAD}</p>
                    <p><a class="button" href=paths::SECOND_FACTOR>{texts::SECOND_FACTOR_MANAGE}</a></p>
                </section>
                <Sessions overview end end_others/>
                <section class="card" aria-labelledby="events">
                    <h2 id="events">{texts::RECENT_EVENTS}</h2>
                    {loaded(overview, |overview| view! { <Events events=overview.events/> })}
                </section>
                <DeleteSection/>
            </div>
        </div>
    }
}

/// Links to the sections, shown on wide screens.
#[component]
fn SectionLinks() -> impl IntoView {
    let link = |(to, label)| {
        // `external`: otherwise the router would handle the click and not move the focus.
        view! { <li><a href=to rel="external">{label}</a></li> }.into_any()
    };
    let sections = [
        ("#password", texts::PASSWORD_SECTION),
        ("#email", texts::EMAIL),
        ("#second-factor", texts::SECOND_FACTOR),
        ("#sessions", texts::SESSIONS),
        ("#events", texts::RECENT_EVENTS),
        ("#delete", texts::DELETE_ACCOUNT),
    ];
    view! {
        <nav aria-label=texts::ACCOUNT_SECTIONS class="section-links">
            <ul>{sections.map(link).collect_view()}</ul>
        </nav>
    }
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
fn PasswordSection(form: FormState) -> impl IntoView {
    let notice = Signal::derive(move || form.is_done().then_some(Notice::PasswordChanged));
    // The password must not stay in the page.
    Effect::new(move |_| {
        if form.is_done() {
            form.reset();
        }
    });
    view! {
        <section class="card" aria-labelledby="password">
            <h2 id="password">{texts::PASSWORD_SECTION}</h2>
            <p class="lead">{texts::PASSWORD_LEAD}</p>
            <Notices notice/>
            <PostForm form class="form">
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
            </PostForm>
        </section>
    }
}

/// Hidden in `<details>`, so that nobody deletes an account by accident; open after an error.
#[component]
fn DeleteSection() -> impl IntoView {
    let form = use_form::<DeleteAccount>();
    view! {
        <section class="card danger" aria-labelledby="delete">
            <h2 id="delete">{texts::DELETE_ACCOUNT}</h2>
            <p class="lead">{texts::DELETE_LEAD}</p>
            <details open=move || form.error().is_some()>
                <summary class="button">{texts::DELETE_GO_ON}</summary>
                <PostForm form class="form">
                    <FormError form/>
                    <CurrentPasswordField form/>
                    <Submit label=texts::DELETE_ACCOUNT busy_label=texts::DELETING is_busy=form.is_redirecting/>
                </PostForm>
            </details>
        </section>
    }
}
