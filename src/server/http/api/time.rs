//! Times as the API writes them.

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

/// Seconds since 1970, written as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub(super) struct Moment(pub(super) i64);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let moment = OffsetDateTime::from_unix_timestamp(self.0).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&moment.format(&Rfc3339).map_err(serde::ser::Error::custom)?)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn in_utc_to_the_second() {
        assert_eq!(serde_json::to_value(Moment(1_795_521_600)).unwrap(), "2026-11-24T12:00:00Z");
    }
}
