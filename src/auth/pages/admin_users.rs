//! User administration.
//!
//! Its forms are plain forms, even with scripts: after a change the list must be loaded again, and a new document is
//! the simplest way.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::components::{AdminNavigation, Alert, Notices, Paging, Time, load, loaded, use_flash};
use crate::auth::server_fns::{
    EndUserSessions, ListUsers, RemoveUserSecondFactor, SetActive, SetRoles, UserList, list_users,
};
use crate::auth::{set_title, texts};
use latchkey_types::AppError;
use latchkey_types::UserSummary;
use latchkey_types::paths;
use latchkey_types::{Flash, Outcome};

/// The list of accounts, with a search.
#[component]
pub fn AdminUsersPage() -> impl IntoView {
    let query = use_query_map();
    let place = Memo::new(move |_| query.with(Place::of));
    let fields = move || place.with(|Place { q, after }| paths::fields(&[("q", q), ("after", after)]));
    let users = load::<ListUsers, _>(
        move || (0, fields()),
        move || {
            let Place { q, after } = place.get_untracked();
            list_users(q, after)
        },
    );
    let flash = use_flash::<SetActive>().or_else(use_flash::<SetRoles>).or_else(use_flash::<EndUserSessions>);
    let flash = flash.or_else(use_flash::<RemoveUserSecondFactor>);
    let rejected = flash.clone();
    let content = move |list| view! { <Users list place=place.get_untracked() rejected=rejected.clone()/> };
    set_title(texts::USERS);
    view! {
        <AdminNavigation current=paths::ADMIN_USERS/>
        <h1>{texts::USERS}</h1>
        <ChangeOutcome flash/>
        <Search q=Signal::derive(move || place.get().q)/>
        {loaded(users, content)}
    }
}

/// Search and position in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    q: String,
    after: String,
}

impl Place {
    fn of(query: &leptos_router::params::ParamsMap) -> Self {
        let value = |name| query.get(name).unwrap_or_default();
        Self { q: value("q"), after: value("after") }
    }

    fn url(&self) -> String {
        paths::with_query(paths::ADMIN_USERS, &[("q", &self.q), ("after", &self.after)])
    }
}

/// Result of the last change.
#[component]
fn ChangeOutcome(flash: Option<Flash>) -> impl IntoView {
    let outcome = flash.map(|flash| flash.outcome);
    let is_confirmed = outcome == Some(Outcome::Confirmed);
    let (notice, error) = match outcome {
        Some(Outcome::Done(notice)) => (Some(notice), None),
        Some(Outcome::Rejected(error)) => (None, Some(error)),
        Some(Outcome::Confirmed) | None => (None, None),
    };
    view! {
        <Notices notice/>
        {is_confirmed.then(|| view! { <p role="status" class="notice success">{texts::SEND_AGAIN}</p> }.into_any())}
        {error.map(|error| {
            // An invalid field gets the focus itself.
            let autofocus = !matches!(error, AppError::Refused(_));
            view! { <Alert error autofocus/> }
        })}
    }
}

#[component]
fn Search(q: Signal<String>) -> impl IntoView {
    view! {
        <form method="get" action=paths::ADMIN_USERS role="search" class="filter">
            <div class="field">
                <label for="q">{texts::SEARCH_USERS}</label>
                <div class="control">
                    <input id="q" name="q" type="search" autocapitalize="none" spellcheck="false" value=move || q.get()/>
                </div>
            </div>
            <button type="submit" class="button">{texts::SEARCH}</button>
        </form>
    }
}

#[component]
fn Users(list: UserList, place: Place, rejected: Option<Flash>) -> impl IntoView {
    if list.users.is_empty() {
        return view! { <p class="lead">{texts::NOBODY_FOUND}</p> }.into_any();
    }
    let here = place.url();
    let row = |user: UserSummary| {
        let rejected = rejected.clone().filter(|flash| flash.value("id") == Some(&user.id));
        view! { <User user here=here.clone() rejected/> }
    };
    let rows = list.users.into_iter().map(row).collect_view();
    let first = (!place.after.is_empty()).then(|| Place { after: String::new(), ..place.clone() }.url());
    let next = list.next.map(|after| Place { after, ..place }.url());
    view! {
        <ul class="people">{rows}</ul>
        <Paging first next/>
    }
    .into_any()
}

#[component]
fn User(
    user: UserSummary,
    /// URL that its forms lead back to.
    here: String,
    /// Flash of a rejected form of this account.
    rejected: Option<Flash>,
) -> impl IntoView {
    let state = if user.is_active { texts::ACTIVE } else { texts::DEACTIVATED };
    let events = paths::with_query(paths::ADMIN_EVENTS, &[("user", &user.username)]);
    let last_login = match user.last_login_at {
        Some(at) => view! { <Time at=Signal::stored(at)/> }.into_any(),
        None => texts::NEVER.into_any(),
    };
    let of_user = texts::of_user(&user.username);
    view! {
        <li class="person">
            <div class="person-name">
                <h2>{user.username.clone()}</h2>
                <span class="tag" class:off=!user.is_active>{state}</span>
                <a href=events>{texts::EVENTS}<span class="visually-hidden">{of_user.clone()}</span></a>
            </div>
            <dl class="facts">
                <div><dt>{texts::EMAIL}</dt><dd>{user.email.clone().unwrap_or_else(|| texts::NONE.to_owned())}</dd></div>
                <div><dt>{texts::CREATED}</dt><dd><Time at=Signal::stored(user.created_at)/></dd></div>
                <div><dt>{texts::LAST_LOGIN}</dt><dd>{last_login}</dd></div>
            </dl>
            <RolesForm user=user.clone() here=here.clone() rejected/>
            <div class="actions">
                <Change path=SetActive::PATH id=user.id.clone() here=here.clone() label=activity_label(&user) of_user=of_user.clone()>
                    <input type="hidden" name="is_active" value=(!user.is_active).to_string()/>
                </Change>
                {user.has_second_factor.then(|| view! {
                    <Change
                        path=RemoveUserSecondFactor::PATH
                        id=user.id.clone()
                        here=here.clone()
                        label=texts::REMOVE_SECOND_FACTOR
                        of_user=of_user.clone()
                    />
                }.into_any())}
                <Change path=EndUserSessions::PATH id=user.id here label=texts::END_SESSIONS of_user/>
            </div>
        </li>
    }
}

fn activity_label(user: &UserSummary) -> &'static str {
    if user.is_active { texts::DEACTIVATE } else { texts::ACTIVATE }
}

/// A form with one button.
#[component]
fn Change(
    /// Path of the server function.
    path: &'static str,
    /// Id of the account.
    id: String,
    here: String,
    label: &'static str,
    /// Text for screen readers, which names the account.
    of_user: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <form method="post" action=path>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="next" value=here/>
            {children.map(|children| children())}
            <button type="submit" class="button">{label}<span class="visually-hidden">{of_user}</span></button>
        </form>
    }
}

#[component]
fn RolesForm(user: UserSummary, here: String, rejected: Option<Flash>) -> impl IntoView {
    let refusal = match rejected.as_ref().map(|flash| &flash.outcome) {
        Some(Outcome::Rejected(error)) => error.field_error("roles").map(texts::field_error),
        _ => None,
    };
    let typed = rejected.and_then(|flash| flash.value("roles").map(str::to_owned));
    let of_user = texts::of_user(&user.username);
    let id = format!("roles-{}", user.id);
    let error_id = format!("{id}-error");
    view! {
        <form method="post" action=SetRoles::PATH class="filter">
            <input type="hidden" name="id" value=user.id/>
            <input type="hidden" name="next" value=here/>
            <div class="field">
                <label for=id.clone()>{texts::ROLES}<span class="visually-hidden">{of_user.clone()}</span></label>
                <div class="control">
                    <input
                        id=id
                        name="roles"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        value=typed.unwrap_or_else(|| user.roles.to_string())
                        autofocus=refusal.is_some()
                        aria-describedby=error_id.clone()
                        aria-invalid=refusal.map(|_| "true")
                    />
                </div>
                <p class="field-error" id=error_id>{refusal}</p>
            </div>
            <button type="submit" class="button">
                {texts::SET_ROLES}<span class="visually-hidden">{of_user}</span>
            </button>
        </form>
    }
}
