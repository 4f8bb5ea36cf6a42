//! The document, the table of pages, and what stands in for a page that can't be shown.

use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::{SsrMode, StaticSegment};

use crate::components::{ConfirmationDialog, ErrorPage, Header, browser, provide_confirmation, provide_flash, tabs};
use crate::error::AppError;
use crate::pages::{
    AccountPage, AdminEventsPage, AdminUsersPage, ConfirmPage, FinalizePage, HomePage, KeepEmailPage, LoginPage,
    NewEmailPage, NewPasswordPage, RegistrationPage, ResendPage, ResetPage, SecretPage,
};
use crate::visit::{provide_visit, use_visit};
use crate::{routes, texts};

#[cfg(feature = "ssr")]
pub use document::{AssetNames, common_head, error_document, plain_document, shell};

/// The application: what is inside `<body>`, on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let visit = provide_visit();
    provide_flash(visit.flash);
    provide_confirmation();
    Effect::new(move |_| {
        browser::reload_when_restored();
        tabs::agree_on(visit.user.as_ref().map(|user| user.id.as_str()));
    });
    view! {
        <Router>
            <Frame/>
        </Router>
    }
}

/// What every page has in common, and the page.
#[component]
fn Frame() -> impl IntoView {
    let path = use_location().pathname;
    let main = NodeRef::<html::Main>::new();
    focus_after_navigation(path, main);
    view! {
        <Header user=use_visit().user path=move || path.get()/>
        <main id="content" tabindex="-1" node_ref=main>
            <Routes fallback=NotFoundPage>
                <Route path=StaticSegment(routes::HOME) view=guarded(routes::HOME, HomePage)/>
                <Route path=StaticSegment(routes::REGISTRATION) view=guarded(routes::REGISTRATION, RegistrationPage)/>
                <Route path=StaticSegment(routes::LOGIN) view=guarded(routes::LOGIN, LoginPage)/>
                <Route path=StaticSegment(routes::SECRET) view=guarded(routes::SECRET, SecretPage) ssr=SsrMode::Async/>
                <Route path=StaticSegment(routes::ACCOUNT) view=guarded(routes::ACCOUNT, AccountPage) ssr=SsrMode::Async/>
                <Route path=StaticSegment(routes::FINALIZE) view=guarded(routes::FINALIZE, FinalizePage) ssr=SsrMode::Async/>
                <Route path=StaticSegment(routes::RESEND) view=guarded(routes::RESEND, ResendPage)/>
                <Route path=StaticSegment(routes::RESET) view=guarded(routes::RESET, ResetPage)/>
                <Route path=StaticSegment(routes::NEW_PASSWORD) view=guarded(routes::NEW_PASSWORD, NewPasswordPage) ssr=SsrMode::Async/>
                <Route path=StaticSegment(routes::NEW_EMAIL) view=guarded(routes::NEW_EMAIL, NewEmailPage) ssr=SsrMode::Async/>
                <Route path=StaticSegment(routes::KEEP_EMAIL) view=guarded(routes::KEEP_EMAIL, KeepEmailPage) ssr=SsrMode::Async/>
                <Route path=nested(routes::CONFIRM) view=guarded(routes::CONFIRM, ConfirmPage)/>
                <Route
                    path=nested(routes::ADMIN_USERS)
                    view=guarded(routes::ADMIN_USERS, AdminUsersPage)
                    ssr=SsrMode::Async
                />
                <Route
                    path=nested(routes::ADMIN_EVENTS)
                    view=guarded(routes::ADMIN_EVENTS, AdminEventsPage)
                    ssr=SsrMode::Async
                />
            </Routes>
        </main>
        <ConfirmationDialog/>
    }
}

/// A path of two segments, as the router wants it.
fn nested(path: &'static str) -> (StaticSegment<&'static str>, StaticSegment<&'static str>) {
    let (parent, leaf) = path.rsplit_once('/').unwrap_or((path, ""));
    (StaticSegment(parent), StaticSegment(leaf))
}

/// The page at `path` for those who may see it.
///
/// On the server others never come this far. In the browser the document may know less than the server (a login or a
/// logout in another tab), so the server is asked for the page, and sends elsewhere who may not see it.
fn guarded<V>(path: &'static str, page: fn() -> V) -> impl Fn() -> Either<V, ()> + Clone + Send + 'static
where
    V: IntoView + 'static,
{
    move || {
        let user = use_visit().user;
        let roles = user.as_ref().map(|user| &user.roles);
        if routes::access(path).is_some_and(|access| routes::is_allowed(access, roles)) {
            return Either::Left(page());
        }
        let here = use_location();
        Effect::new(move |_| {
            let query = here.search.get_untracked();
            browser::load(&if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") });
        });
        Either::Right(())
    }
}

/// Where the router in the browser finds no page; the server answers with an error document.
#[component]
fn NotFoundPage() -> impl IntoView {
    let error = AppError::NotFound;
    view! {
        <Title text=texts::title(texts::error_title(&error))/>
        <ErrorPage error/>
    }
}

/// A new page begins at its beginning for keyboards and screen readers too, as a new document would.
fn focus_after_navigation(path: Memo<String>, main: NodeRef<html::Main>) {
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if let (Some(main), true) = (main.get_untracked(), before.is_some_and(|before| before != now)) {
            browser::focus(&main);
        }
        now
    });
}

/// What only the server renders: whole documents.
#[cfg(feature = "ssr")]
mod document {
    use leptos::nonce::use_nonce;
    use leptos::prelude::*;
    use leptos_meta::MetaTags;

    use super::App;
    use crate::components::{ErrorPage, Header};
    use crate::error::AppError;
    use crate::texts;
    use crate::visit::Visit;

    const FAVICON: &str = "/favicon.svg";

    /// The URLs of what a document loads, as the build named them.
    #[derive(Clone, Debug)]
    pub struct AssetNames {
        /// The script that starts the WASM.
        pub js: String,
        /// The application.
        pub wasm: String,
        /// The styles.
        pub css: String,
    }

    /// The whole document of a page.
    pub fn shell(options: LeptosOptions, assets: AssetNames) -> impl IntoView {
        view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <CommonHead css=assets.css.clone()/>
                    <AutoReload options/>
                    <Hydration assets/>
                    <MetaTags/>
                </head>
                <body>
                    <App/>
                </body>
            </html>
        }
    }

    /// A whole document without scripts that says what went wrong; it needs neither a router nor a reactive owner.
    pub fn error_document(assets: &AssetNames, visit: Visit, error: AppError) -> impl IntoView + use<> {
        let title = texts::error_title(&error);
        plain_document(assets, visit, title, view! { <ErrorPage error/> }.into_any())
    }

    /// A whole document without scripts.
    pub fn plain_document(assets: &AssetNames, visit: Visit, title: &str, content: AnyView) -> impl IntoView + use<> {
        let path = visit.path_and_query;
        view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <CommonHead css=assets.css.clone()/>
                    <title>{texts::title(title)}</title>
                </head>
                <body>
                    <Header user=visit.user path=move || path.clone()/>
                    <main id="content" tabindex="-1">
                        {content}
                    </main>
                </body>
            </html>
        }
    }

    /// What the head of every document says first, for those that are made elsewhere.
    pub fn common_head(css: String) -> impl IntoView {
        view! { <CommonHead css/> }
    }

    #[component]
    fn CommonHead(css: String) -> impl IntoView {
        view! {
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="description" content=texts::TAGLINE/>
            <link rel="stylesheet" href=css/>
            <link rel="icon" type="image/svg+xml" href=FAVICON/>
        }
    }

    /// Starts the application in the browser.
    ///
    /// Instead of Leptos' own, which writes the nonce into `crossorigin` and so can keep Firefox from hydrating
    /// (leptos#4843).
    #[component]
    fn Hydration(assets: AssetNames) -> impl IntoView {
        let AssetNames { js, wasm, .. } = assets;
        let start =
            format!("import init, {{ hydrate }} from {js:?};\ninit({{ module_or_path: {wasm:?} }}).then(hydrate);");
        view! {
            <link rel="modulepreload" href=js/>
            <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin=""/>
            <script type="module" nonce=use_nonce()>{start}</script>
        }
    }
}
