//! Timestamps in API responses.

use latchkey_types::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A timestamp, serialised as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub(super) struct Rfc3339(Timestamp);

impl From<i64> for Rfc3339 {
    fn from(unix_seconds: i64) -> Self {
        Self(Timestamp::new(unix_seconds))
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339())
    }
}
