//! Reads request bodies within limits of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use latchkey_types::AppError;

/// Default size limit of a body, in bytes.
pub const BODY_MAX: usize = 8 * 1024;
/// Deadline for the whole body. An idle timeout alone would allow one byte per second.
pub const BODY_DEADLINE: Duration = Duration::from_secs(15);

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// [`AppError::TooLarge`]; [`AppError::Malformed`] for a body that is too slow or incomplete.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, AppError> {
    match tokio::time::timeout(BODY_DEADLINE, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(AppError::TooLarge),
        _ => Err(AppError::Malformed),
    }
}
