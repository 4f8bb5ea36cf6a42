//! The header of every page, documents without scripts included.

use leptos::prelude::*;

use super::LogoutForm;
use crate::auth::texts;
use crate::auth::use_site;
use crate::page_context::use_page_context;
use latchkey_types::CurrentUser;
use latchkey_types::paths;

/// The header: links to the start page, to the account or the login, and to pages of the application.
#[component]
pub fn Header<P>(
    /// The authenticated user.
    user: Option<CurrentUser>,
    /// Path of the current page. A closure, because error documents have no router.
    path: P,
) -> impl IntoView
where
    P: Fn() -> String + Clone + Send + Sync + 'static,
{
    let site = use_site();
    let own = site
        .navigation_for(user.as_ref())
        .map(|item| view! { <li><NavLink to=item.path label=item.label path=path.clone()/></li> }.into_any());
    let own = own.collect_view();
    let registration_is_open = use_page_context().registration_is_open;
    let entries = match user {
        Some(user) => view! {
            <li class="who">{user.username.clone()}</li>
            {own}
            <li><NavLink to=paths::ACCOUNT label=texts::ACCOUNT path=path.clone()/></li>
            {user.is_admin().then(|| view! { <li><NavLink to=paths::ADMIN_USERS label=texts::ADMIN path=path.clone()/></li> }.into_any())}
            <li><LogoutForm/></li>
        }
        .into_any(),
        None => view! {
            {own}
            {registration_is_open.then(|| view! { <li><NavLink to=paths::REGISTRATION label=texts::REGISTER path=path.clone()/></li> }.into_any())}
            <li><NavLink to=paths::LOGIN label=texts::LOG_IN path=path.clone()/></li>
        }
        .into_any(),
    };
    // `external`: otherwise the router would handle the click and not move the focus.
    view! {
        <a class="skip" href="#content" rel="external">{texts::SKIP_TO_CONTENT}</a>
        <header class="site-header">
            <a class="brand" href=paths::HOME aria-current=current(paths::HOME, path)>{(site.logo)()}{site.product.name}</a>
            <nav aria-label=texts::ACCOUNT_NAVIGATION>
                <ul>{entries}</ul>
            </nav>
        </header>
    }
}

#[component]
fn NavLink<P>(to: &'static str, label: &'static str, path: P) -> impl IntoView
where
    P: Fn() -> String + Send + Sync + 'static,
{
    view! { <a href=to aria-current=current(to, path)>{label}</a> }
}

/// Marks the link to the current page.
fn current<P>(to: &'static str, path: P) -> impl Fn() -> Option<&'static str> + Send + Sync
where
    P: Fn() -> String + Send + Sync + 'static,
{
    move || (path() == to).then_some("page")
}
