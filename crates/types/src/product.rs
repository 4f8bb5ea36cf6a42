//! Name and branding of an application.

/// Name and branding of an application. Defined by one constant of the application, and used by pages, emails, tokens,
/// cookies and the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// The user-visible name, such as `Latchkey`.
    pub name: &'static str,
    /// One-line description: the meta description of pages and the headline of the start page.
    pub tagline: &'static str,
    /// The technical name, such as `latchkey`: 2 to 32 of `a-z`, `0-9` and `-`. It is the prefix of cookies, `iss` and
    /// `aud` of tokens, and the name of the channel between browser tabs. Changing it logs out all users.
    pub slug: &'static str,
    /// The version that `GET /api/` returns.
    pub version: &'static str,
    /// Colour of buttons and links in emails, as CSS (`#3d4fd7`). Pages use the one in `style/brand.css`; a test checks
    /// that both are the same.
    pub brand_colour: &'static str,
}
