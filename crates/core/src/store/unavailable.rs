//! Errors of a database that is temporarily unavailable.

use std::io::ErrorKind;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// A database server that cannot be reached. The text names its address, and what is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreachable(pub(super) String);

/// Whether an error of [`Store::connect`](super::Store::connect) or [`Store::migrate`](super::Store::migrate) means that
/// the database is temporarily unavailable: a later attempt may succeed.
#[must_use]
pub fn may_come_up(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<Unreachable>()
            || cause.downcast_ref::<DbErr>().is_some_and(is_unavailable)
            || cause.downcast_ref::<SqlxError>().is_some_and(|error| match error {
                // Wrong settings: no TLS where it is required, a certificate that does not match or can't be read.
                SqlxError::Tls(_) => false,
                SqlxError::Io(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied),
                other => is_unavailable_connection(other),
            })
    })
}

/// Whether an error means that the database is temporarily unavailable, not that the query is wrong.
#[must_use]
pub fn is_unavailable(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            is_unavailable_connection(error)
        }
        _ => false,
    }
}

fn is_unavailable_connection(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => true,
        // SQLite: busy, locked, read-only, I/O, corrupt, full, can't open.
        // PostgreSQL: insufficient resources, shutdown, connection failure, read-only.
        SqlxError::Database(error) => error.code().is_some_and(|code| {
            let sqlite = code.parse::<u32>().ok().filter(|_| code.len() != 5).map(|code| code & 0xff);
            sqlite.is_some_and(|code| matches!(code, 5 | 6 | 8 | 10 | 11 | 13 | 14))
                || code.starts_with("53")
                || code.starts_with("57")
                || code.starts_with("08")
                || code == "25006"
                // Serialization failure or deadlock: a retry can succeed.
                || code == "40001"
                || code == "40P01"
        }),
        _ => false,
    }
}
