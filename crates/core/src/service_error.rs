//! Faults: what every use case can fail by.

use sea_orm::DbErr;

use crate::security::password_hash::HashError;
use crate::store;

/// Why a use case could not be carried out, whatever it was.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database or the hashing can't take it now.
    #[error("busy or away: {0}")]
    Unavailable(String),
    /// A fault of ours; never shown.
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
