//! The error that all use cases share.

use sea_orm::DbErr;

use crate::security::password_hash::HashError;
use crate::store;

/// An unavailable dependency, or an internal error.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database or the password hashing can't serve the request now; a later attempt may succeed.
    #[error("temporarily unavailable: {0}")]
    Unavailable(String),
    /// An internal error; logged, never shown to clients.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<DbErr> for ServiceError {
    fn from(error: DbErr) -> Self {
        if store::is_unavailable(&error) { Self::Unavailable(error.to_string()) } else { Self::Internal(error.into()) }
    }
}

impl From<HashError> for ServiceError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Unavailable(error.to_string()),
            HashError::Internal(error) => Self::Internal(error),
        }
    }
}
