//! What this is.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::{Alert, LogoutForm, Mark, Notices, use_flash};
use crate::domain::CurrentUser;
use crate::server_fns::Logout;
use crate::visit::{Notice, Outcome, use_visit};
use crate::{routes, texts};

/// The start page, for everybody.
#[component]
pub fn HomePage() -> impl IntoView {
    let body = match use_visit().user {
        Some(user) => Either::Left(view! { <Greeting user/> }),
        None => Either::Right(view! { <Introduction/> }),
    };
    view! {
        <Title text=texts::title(texts::TAGLINE)/>
        <LogoutOutcome/>
        {body}
    }
}

/// What became of the logout that led here: it can fail while the database is away.
#[component]
fn LogoutOutcome() -> impl IntoView {
    let (notice, error): (Option<Notice>, _) = match use_flash::<Logout>().map(|flash| flash.outcome) {
        Some(Outcome::Done(notice)) => (Some(notice), None),
        Some(Outcome::Rejected(error)) => (None, Some(error)),
        Some(Outcome::Confirmed) | None => (None, None),
    };
    view! {
        <Notices notice/>
        {error.map(|error| view! { <Alert error autofocus=true/> })}
    }
}

#[component]
fn Introduction() -> impl IntoView {
    let point = |(what, why)| {
        view! {
            <li>
                <h2>{what}</h2>
                <p>{why}</p>
            </li>
        }
    };
    view! {
        <section class="hero">
            <div>
                <h1>{texts::TAGLINE}</h1>
                <p class="lead">{texts::HOME_LEAD}</p>
                <div class="actions">
                    <a class="button primary" href=routes::REGISTRATION>{texts::REGISTER}</a>
                    <a class="button" href=routes::LOGIN>{texts::LOG_IN}</a>
                </div>
            </div>
            <Mark/>
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
