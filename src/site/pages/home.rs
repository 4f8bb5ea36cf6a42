//! The start page.

use latchkey_types::{CurrentUser, Outcome, paths};
use leptos::prelude::*;

use crate::auth::components::{Alert, LogoutForm, PageNotice, use_flash};
use crate::auth::server_fns::Logout;
use crate::auth::texts::{LOG_IN, REGISTER};
use crate::auth::{set_title, use_site};
use crate::page_context::use_page_context;
use crate::site::logo::Logo;
use crate::site::{routes, texts};

/// The start page.
#[component]
pub fn HomePage() -> impl IntoView {
    let body = match use_page_context().user {
        Some(user) => view! { <Greeting user/> }.into_any(),
        None => view! { <Introduction/> }.into_any(),
    };
    set_title(use_site().product.tagline);
    view! {
        <PageNotice/>
        <LogoutError/>
        {body}
    }
}

/// The error of a failed logout: it fails while the database is down.
#[component]
fn LogoutError() -> impl IntoView {
    let error = use_flash::<Logout>().and_then(|flash| match flash.outcome {
        Outcome::Rejected(error) => Some(error),
        _ => None,
    });
    error.map(|error| view! { <Alert error autofocus=true/> })
}

#[component]
fn Introduction() -> impl IntoView {
    let is_open = use_page_context().registration_is_open;
    let point = |(what, why)| {
        view! {
            <li>
                <h2>{what}</h2>
                <p>{why}</p>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="hero">
            <div>
                <h1>{use_site().product.tagline}</h1>
                <p class="lead">{texts::HOME_LEAD}</p>
                <div class="actions">
                    {is_open.then(|| view! { <a class="button primary" href=paths::REGISTRATION>{REGISTER}</a> }.into_any())}
                    <a class="button" href=paths::LOGIN>{LOG_IN}</a>
                </div>
            </div>
            <Logo/>
        </section>
        <ul class="points">{texts::HOME_POINTS.map(point).collect_view()}</ul>
    }
}

#[component]
fn Greeting(user: CurrentUser) -> impl IntoView {
    view! {
        <section class="hero">
            <div>
                <h1>{texts::greeting(&user.username)}</h1>
                <p class="lead">{texts::HOME_LOGGED_IN}</p>
                <div class="actions">
                    <a class="button primary" href=routes::SECRET>{texts::SECRET}</a>
                    <LogoutForm/>
                </div>
            </div>
        </section>
    }
}
