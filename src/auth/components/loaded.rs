//! Content that is loaded from the server.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use latchkey_types::AppError;
use leptos::prelude::*;

use super::{LoadError, Loading};
use crate::auth::texts;

type Content = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// Shows a value when it is loaded, or its error. While it is loaded again, the old value stays.
pub fn loaded<T, V>(resource: impl Loading<T>, show: impl Fn(T) -> V + Clone + Send + Sync + 'static) -> AnyView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    loaded_or(resource, show, |error| view! { <LoadError error/> }.into_any())
}

/// Like [`loaded`], with another view of an error. It must report the error, see
/// [`report_status`](crate::auth::report_status).
pub fn loaded_or<T, V>(
    resource: impl Loading<T>,
    show: impl Fn(T) -> V + Clone + Send + Sync + 'static,
    show_error: impl Fn(AppError) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    waiting_for(Arc::new(move || {
        let (show, show_error) = (show.clone(), show_error.clone());
        Box::pin(async move {
            match resource.value().await {
                Ok(value) => show(value).into_any(),
                Err(error) => show_error(error),
            }
        })
    }))
}

/// Shows a value of the server on a page without WASM, see [`document_page!`](crate::document_page), or its error.
pub fn rendered<T, V>(
    value: impl Future<Output = Result<T, AppError>> + Send + 'static,
    show: impl FnOnce(T) -> V + Send + 'static,
) -> AnyView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    let content = Suspend::new(async move {
        match value.await {
            Ok(value) => show(value).into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! { <Suspense>{content}</Suspense> }.into_any()
}

/// Not generic: the types of a transition would be compiled for each page.
fn waiting_for(content: Arc<dyn Fn() -> Content + Send + Sync>) -> AnyView {
    let content = move || Suspend::new(content());
    view! { <Transition fallback=|| view! { <p class="lead">{texts::LOADING}</p> }>{content}</Transition> }.into_any()
}
