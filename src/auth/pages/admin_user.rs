//! User administration: one account.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::admin_events::EventTable;
use super::admin_users::actions::{Actions, ChangeOutcome, use_change};
use super::admin_users::{LastLogin, State};
use crate::auth::components::{AdminNavigation, Time, rendered};
use crate::auth::server_fns::{UserDetails, show_user};
use crate::auth::{set_title, texts};
use latchkey_types::{Flash, SessionSummary, UserSummary, paths};

/// An account: what it is, what administrators do with it, its sessions and its latest events.
#[component]
pub fn AdminUserPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    let flash = use_change();
    let rejected = flash.clone();
    set_title(texts::USER);
    view! {
        <AdminNavigation current=paths::ADMIN_USER/>
        <ChangeOutcome flash/>
        {rendered(show_user(id), |details| view! { <Details details rejected/> })}
    }
}

#[component]
fn Details(details: UserDetails, rejected: Option<Flash>) -> impl IntoView {
    let UserDetails { user, sessions, events } = details;
    let all_events = paths::with_query(paths::ADMIN_EVENTS, &[("user", &user.username)]);
    let here = paths::admin_user(&user.id);
    set_title(&user.username);
    view! {
        <h1>{user.username.clone()}</h1>
        <div class="account details">
            <section class="card" aria-label=texts::OVERVIEW><Facts user=user.clone()/></section>
            <section class="card" aria-labelledby="actions">
                <h2 id="actions">{texts::ACTIONS}</h2>
                <Actions user here rejected/>
            </section>
            <section class="card" aria-labelledby="sessions">
                <h2 id="sessions">{texts::USER_SESSIONS}</h2>
                <Sessions sessions/>
            </section>
        </div>
        <h2>{texts::RECENT_EVENTS}</h2>
        <EventTable events/>
        <p><a href=all_events>{texts::ALL_EVENTS}</a></p>
    }
}

#[component]
fn Facts(user: UserSummary) -> impl IntoView {
    let factor = if user.has_second_factor { texts::FACTOR_ON } else { texts::FACTOR_OFF };
    view! {
        <dl class="facts">
            <div><dt>{texts::EMAIL}</dt><dd>{user.email.unwrap_or_else(|| texts::NONE.to_owned())}</dd></div>
            <div><dt>{texts::STATE}</dt><dd><State is_active=user.is_active/></dd></div>
            <div><dt>{texts::SECOND_FACTOR}</dt><dd>{factor}</dd></div>
            <div><dt>{texts::CREATED}</dt><dd><Time at=Signal::stored(user.created_at)/></dd></div>
            <div><dt>{texts::LAST_LOGIN}</dt><dd><LastLogin at=user.last_login_at/></dd></div>
        </dl>
    }
}

#[component]
fn Sessions(sessions: Vec<SessionSummary>) -> impl IntoView {
    if sessions.is_empty() {
        return view! { <p class="lead">{texts::NO_SESSIONS}</p> }.into_any();
    }
    let row = |session: SessionSummary| {
        view! {
            <li>
                <div>
                    <p class="device">{session.device}</p>
                    <p class="hint">{session.address}</p>
                    <p class="hint">
                        {texts::LAST_USED} " " <Time at=session.last_seen_at.into()/> " · " {texts::LOGGED_IN_SINCE} " "
                        <Time at=session.created_at.into()/>
                    </p>
                </div>
            </li>
        }
        .into_any()
    };
    view! { <ul class="sessions">{sessions.into_iter().map(row).collect_view()}</ul> }.into_any()
}
