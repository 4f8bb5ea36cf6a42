//! Values that pages load from server functions, as JSON text until they are shown.
//!
//! A `Resource` and the client of a server function are compiled anew for each type of value, and were a seventh of the part
//! of a page. Here the resource is that of a text, for all pages.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use latchkey_types::AppError;
use leptos::prelude::*;
use leptos::serde_json;
use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;

type Fetched = Pin<Box<dyn Future<Output = Result<String, AppError>> + Send>>;
type Fetch = Arc<dyn Fn(String) -> Fetched + Send + Sync>;
/// The URL-encoded arguments, and a number that changes when the value has to be loaded again.
type Source = Arc<dyn Fn() -> (u32, String) + Send + Sync>;

/// What [`loaded`](super::loaded()) shows: a value or an error, sooner or later.
pub trait Loading<T>: Copy + Send + Sync + 'static {
    /// Waits for the value.
    fn value(self) -> impl Future<Output = Result<T, AppError>> + Send;
}

impl<T: Clone + Send + Sync + 'static> Loading<T> for Resource<Result<T, AppError>> {
    async fn value(self) -> Result<T, AppError> {
        self.await
    }
}

/// The value of a server function, while it is loaded.
pub struct Loaded<T> {
    text: Resource<Result<String, AppError>>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loaded<T> {}

impl<T: DeserializeOwned + Send + 'static> Loading<T> for Loaded<T> {
    async fn value(self) -> Result<T, AppError> {
        // Not an answer of this server, for example the page of a proxy.
        serde_json::from_str(&self.text.await?).map_err(|_| AppError::Unavailable)
    }
}

/// Loads the value of the server function `S`. `source` returns the URL-encoded arguments for the browser, and a number that
/// changes when the value has to be loaded again; `call` calls the function on the server.
pub fn load<S, F>(
    source: impl Fn() -> (u32, String) + Send + Sync + 'static,
    call: impl Fn() -> F + Send + Sync + 'static,
) -> Loaded<S::Output>
where
    S: ServerFn<Error = AppError>,
    S::Output: serde::Serialize + Send + 'static,
    F: Future<Output = Result<S::Output, AppError>> + Send + 'static,
{
    Loaded { text: text(Arc::new(source), fetch::<S, F>(call)), value: PhantomData }
}

/// Not generic, so that it is compiled once.
fn text(source: Source, fetch: Fetch) -> Resource<Result<String, AppError>> {
    Resource::new_blocking(move || source(), move |(_, fields)| fetch(fields))
}

#[cfg(feature = "ssr")]
fn fetch<S, F>(call: impl Fn() -> F + Send + Sync + 'static) -> Fetch
where
    S: ServerFn<Error = AppError>,
    S::Output: serde::Serialize + Send + 'static,
    F: Future<Output = Result<S::Output, AppError>> + Send + 'static,
{
    Arc::new(move |_| {
        let value = call();
        Box::pin(async move { serde_json::to_string(&value.await?).map_err(|_| AppError::Internal) })
    })
}

#[cfg(not(feature = "ssr"))]
fn fetch<S, F>(_: impl Fn() -> F + Send + Sync + 'static) -> Fetch
where
    S: ServerFn<Error = AppError>,
    F: Future<Output = Result<S::Output, AppError>> + Send + 'static,
{
    Arc::new(|fields| Box::pin(super::post::fetch(S::PATH, fields)))
}
