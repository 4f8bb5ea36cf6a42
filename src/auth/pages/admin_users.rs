//! User administration: the list of accounts.
//!
//! The pages for administrators are documents without WASM: they consist of links and plain forms.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::auth::components::{AdminNavigation, Paging, Time, rendered};
use crate::auth::server_fns::{UserList, list_users};
use crate::auth::{set_title, texts};
use latchkey_types::{Flash, UserSummary, paths};

// Public, because `#[component]` generates a public function.
pub mod actions;

use actions::{Actions, ChangeOutcome, use_change};

/// The list of accounts, with a search.
#[component]
pub fn AdminUsersPage() -> impl IntoView {
    let place = use_query_map().with_untracked(Place::of);
    let Place { q, role, state, after } = place.clone();
    let flash = use_change();
    let (rejected, shown) = (flash.clone(), place.clone());
    set_title(texts::USERS);
    view! {
        <AdminNavigation current=paths::ADMIN_USERS/>
        <h1>{texts::USERS}</h1>
        <ChangeOutcome flash/>
        <Search place/>
        {rendered(list_users(q, role, state, after), |list| view! { <Users list place=shown rejected/> })}
    }
}

/// Search and position in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    q: String,
    role: String,
    state: String,
    after: String,
}

impl Place {
    fn of(query: &leptos_router::params::ParamsMap) -> Self {
        let value = |name| query.get(name).unwrap_or_default();
        Self { q: value("q"), role: value("role"), state: value("state"), after: value("after") }
    }

    fn fields(&self) -> [(&'static str, &str); 4] {
        [("q", &self.q), ("role", &self.role), ("state", &self.state), ("after", &self.after)]
    }

    fn url(&self) -> String {
        paths::with_query(paths::ADMIN_USERS, &self.fields())
    }
}

#[component]
fn Search(place: Place) -> impl IntoView {
    let Place { q, role, state: chosen, .. } = place;
    let state = |value: &'static str, label: &'static str| {
        view! { <option value=value selected=chosen == value>{label}</option> }
    };
    view! {
        <form method="get" action=paths::ADMIN_USERS role="search" class="filter">
            <div class="field">
                <label for="q">{texts::SEARCH_USERS}</label>
                <div class="control">
                    <input
                        id="q"
                        name="q"
                        type="search"
                        autocapitalize="none"
                        spellcheck="false"
                        value=q
                    />
                </div>
            </div>
            <div class="field small">
                <label for="role">{texts::ROLE}</label>
                <div class="control">
                    <input id="role" name="role" autocapitalize="none" spellcheck="false" value=role/>
                </div>
            </div>
            <div class="field small">
                <label for="state">{texts::STATE}</label>
                <div class="control">
                    <select id="state" name="state">
                        {state("", texts::ANY_STATE)} {state("active", texts::ACTIVE)}
                        {state("deactivated", texts::DEACTIVATED)}
                    </select>
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
    let heads = [texts::USER, texts::EMAIL, texts::ROLES, texts::STATE, texts::LAST_LOGIN, texts::ACTIONS];
    let heads = heads.map(|head| view! { <th scope="col">{head}</th> }.into_any()).collect_view();
    let rows = list.users.into_iter().map(row).collect_view();
    let first = (!place.after.is_empty()).then(|| Place { after: String::new(), ..place.clone() }.url());
    let next = list.next.map(|after| Place { after, ..place }.url());
    view! {
        <p class="count">{texts::found(list.count, UserSummary::COUNT_MAX)}</p>
        <table class="people">
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <Paging first next/>
    }
    .into_any()
}

/// A row. On narrow screens it is a card with labelled values.
#[component]
fn User(user: UserSummary, here: String, rejected: Option<Flash>) -> impl IntoView {
    let page = paths::admin_user(&user.id);
    let of_user = texts::of_user(&user.username);
    let open = rejected.is_some();
    view! {
        <tr>
            <th scope="row"><a href=page>{user.username.clone()}</a></th>
            <td data-label=texts::EMAIL>{user.email.clone()}</td>
            <td data-label=texts::ROLES>{user.roles.to_string().replace(',', ", ")}</td>
            <td data-label=texts::STATE><State is_active=user.is_active/></td>
            <td data-label=texts::LAST_LOGIN><LastLogin at=user.last_login_at/></td>
            <td>
                <details class="menu" open=open>
                    <summary>{texts::ACTIONS}<span class="visually-hidden">{of_user}</span></summary>
                    <div><Actions user here rejected/></div>
                </details>
            </td>
        </tr>
    }
}

/// Whether an account can be used.
#[component]
pub(crate) fn State(is_active: bool) -> impl IntoView {
    let label = if is_active { texts::ACTIVE } else { texts::DEACTIVATED };
    view! { <span class="tag" class:off=!is_active>{label}</span> }
}

/// The time of the last login, if there was one.
#[component]
pub(crate) fn LastLogin(at: Option<i64>) -> impl IntoView {
    match at {
        Some(at) => view! { <Time at=Signal::stored(at)/> }.into_any(),
        None => texts::NEVER.into_any(),
    }
}
