//! What the link of a mail is about, as the page that it opens may know it.

use serde::{Deserialize, Serialize};

/// Whose link it is and, for a change of address, which one is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailLinkDetails {
    /// The name of the account, or the one that a registration asks for.
    pub username: String,
    /// The address that the account is to have.
    pub email: Option<String>,
}
