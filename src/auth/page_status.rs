//! HTTP status of a page that shows an error instead of its content.

use std::fmt;
use std::sync::Arc;

use latchkey_types::AppError;
use leptos::prelude::*;

/// Reports the error of a page to the server. Provided on the server only.
#[derive(Clone)]
pub struct PageStatus(Arc<dyn Fn(&AppError) + Send + Sync>);

impl PageStatus {
    /// `report` is called with each error that replaces the content of the page.
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

/// Sets the HTTP status of the page to that of an error: 404 for a missing row, 503 while the database is down. For
/// components that show the error instead of the content.
pub fn report_status(error: &AppError) {
    if let Some(PageStatus(report)) = use_context() {
        report(error);
    }
}
