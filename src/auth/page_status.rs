//! The HTTP status of a page that shows an error in the place of its content.

use std::fmt;
use std::sync::Arc;

use latchkey_types::AppError;
use leptos::prelude::*;

/// How a page tells the server about an error; the server provides it, a browser has none.
#[derive(Clone)]
pub struct PageStatus(Arc<dyn Fn(&AppError) + Send + Sync>);

impl PageStatus {
    /// `report` is called with each error that stands for the content of the page.
    #[must_use]
    pub fn new(report: impl Fn(&AppError) + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }
}

impl fmt::Debug for PageStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageStatus")
    }
}

/// Gives the page that is being rendered the status of an error: 404 for a row that is not there, 503 while the database is
/// away. For components that show the error in place of the content.
pub fn report_status(error: &AppError) {
    if let Some(PageStatus(report)) = use_context() {
        report(error);
    }
}
