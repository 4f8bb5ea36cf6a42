//! A limit on the time that a request may take.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// How long a request may take after its head was read. Longer than a query may, so that usually the query fails first.
pub const REQUEST_LIMIT: Duration = Duration::from_secs(20);

/// Answers with `late` if the response is not there in time. Work in progress is cancelled and rolled back.
pub async fn limit_time<R: IntoResponse>(late: impl FnOnce() -> R, request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(seconds = REQUEST_LIMIT.as_secs(), "request cancelled: it took too long");
            late().into_response()
        }
    }
}
