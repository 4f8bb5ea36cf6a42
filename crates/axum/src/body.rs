//! The body of a request, read whole within its limits.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use latchkey_types::AppError;

/// Largest body where nothing else is said, in bytes.
pub const BODY_MAX: usize = 8 * 1024;
/// How long a whole body may take to arrive. A limit on idle time alone would let one byte a second through.
pub const BODY_DEADLINE: Duration = Duration::from_secs(15);

/// Reads at most `limit` bytes.
///
/// # Errors
/// [`AppError::TooLarge`]; [`AppError::Malformed`] for a body that is too slow or broken off.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, AppError> {
    match tokio::time::timeout(BODY_DEADLINE, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(AppError::TooLarge),
        _ => Err(AppError::Malformed),
    }
}
