//! Details of an email link, for the page that it opens.

use serde::{Deserialize, Serialize};

/// The account of an email link and, for an email change, the new address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailLinkDetails {
    /// The username of the account or of the registration.
    pub username: String,
    /// The new email address of an email change.
    pub email: Option<String>,
}
