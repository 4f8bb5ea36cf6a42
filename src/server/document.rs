//! HTML documents: pages that hydrate, and plain documents without scripts.

use std::sync::{Arc, OnceLock};

use latchkey_types::AppError;
use latchkey_types::routes::{matches, path_of};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};

use super::ServerState;
use super::assets::AssetNames;
use super::footer::{Footer, THEME_SCRIPT};
use crate::app::App;
use crate::auth::components::{ErrorPage, Header};
use crate::auth::{PageWasm, PageWasmReport, texts, title};
use crate::page_context::PageContext;
use crate::site;

const FAVICON: &str = "/favicon.svg";
/// Starts the WASM. If it panics, at the hydration or later, the page becomes plain HTML: no handler of the WASM sees a
/// submission or the click of a link again, so the browser performs them. The panic has written a line to the console, so
/// the trap that follows writes none.
const HYDRATION: &str = include_str!("hydration.js");
/// The scripts of every page: the theme switch, times in the time zone of the reader, with UTC as their title, and a hint
/// below a password that is typed with Caps Lock.
const PAGE_SCRIPTS: [&str; 3] = [THEME_SCRIPT, include_str!("local_times.js"), include_str!("caps_lock.js")];
/// Asks the browser for passkeys.
const PASSKEYS: &str = include_str!("passkeys.js");

/// Builds the document of a page.
pub fn shell(state: &ServerState) -> impl IntoView + use<> {
    provide_meta_context();
    let (options, assets) = (state.leptos.clone(), state.assets.clone());
    // Before the head: the routes tell what of the WASM the page needs.
    let wasm = requested_wasm();
    let app = view! { <App/> }.into_any();
    let wasm = wasm.get().copied().unwrap_or_default();
    let context = use_context::<PageContext>().unwrap_or_default();
    let theme = context.theme;
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.name() data-caps-lock=texts::CAPS_LOCK>
            <head>
                <CommonHead css=assets.css.clone()/>
                <AutoReload options/>
                <Scripts assets wasm/>
                <MetaTags/>
            </head>
            <body>
                {app}
                <Footer path=context.path_and_query chosen=theme/>
            </body>
        </html>
    }
}

/// What of the WASM the requested page needs, as soon as its route is created.
fn requested_wasm() -> Arc<OnceLock<PageWasm>> {
    let found = Arc::new(OnceLock::new());
    let url = use_context::<PageContext>().unwrap_or_default().path_and_query;
    let wasm = found.clone();
    provide_context(PageWasmReport::new(move |pattern, needed| {
        if matches(pattern, path_of(&url)) {
            wasm.get_or_init(|| needed);
        }
    }));
    found
}

/// Builds an error document without scripts. It needs neither a router nor a reactive owner.
pub fn error_document(assets: &AssetNames, context: PageContext, error: AppError) -> impl IntoView + use<> {
    let title = texts::error_title(&error);
    plain_document(assets, context, title, view! { <ErrorPage error/> }.into_any())
}

/// Builds a document without scripts.
pub fn plain_document(
    assets: &AssetNames,
    context: PageContext,
    headline: &str,
    content: AnyView,
) -> impl IntoView + use<> {
    provide_context(site::CONFIG);
    provide_context(context.clone());
    let (path, theme) = (context.path_and_query.clone(), context.theme);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.name()>
            <head>
                <CommonHead css=assets.css.clone()/>
                <title>{title(headline)}</title>
            </head>
            <body>
                <Header user=context.user.clone() path=move || path.clone()/>
                <main id="content" tabindex="-1">
                    {content}
                </main>
                <Footer path=context.path_and_query chosen=theme/>
            </body>
        </html>
    }
}

#[component]
fn CommonHead(css: String) -> impl IntoView {
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="description" content=site::CONFIG.product.tagline/>
        <link rel="stylesheet" href=css/>
        <link rel="icon" type="image/svg+xml" href=FAVICON/>
    }
}

/// The scripts of a page, and the WASM that they start.
///
/// Replaces the component of Leptos, which writes the nonce into `crossorigin` and can keep Firefox from hydrating
/// (leptos#4843).
#[component]
fn Scripts(assets: AssetNames, wasm: PageWasm) -> impl IntoView {
    let parts = match wasm {
        PageWasm::None => return inline_script(PAGE_SCRIPTS.concat()).into_any(),
        PageWasm::Main => Vec::new(),
        PageWasm::Part(part) => assets.files_of_part(part).collect(),
    };
    let loader = assets.loader().map(|loader| view! { <link rel="modulepreload" href=loader.to_owned()/> });
    let AssetNames { js, wasm, .. } = assets;
    let hydration = format!("import init, {{ hydrate }} from {js:?};\nconst wasm = {wasm:?};\n{HYDRATION}");
    let preload = |wasm: String| {
        view! { <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin=""/> }
    };
    view! {
        <link rel="modulepreload" href=js/>
        {loader}
        {preload(wasm)}
        {parts.into_iter().map(preload).collect_view()}
        {inline_script([PAGE_SCRIPTS.concat(), hydration, PASSKEYS.to_owned()].concat())}
    }
    .into_any()
}

/// A module runs when the document is parsed.
fn inline_script(script: String) -> impl IntoView {
    view! { <script type="module" nonce=use_nonce()>{script}</script> }
}
