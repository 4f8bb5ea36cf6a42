//! What an application calls itself and looks like, in one place.

/// The names and colours of an application. One constant of the application holds them; pages, emails, tokens, cookies
/// and the API take them from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// The name that people read, such as `Latchkey`.
    pub name: &'static str,
    /// One line about it: the description of its pages and the headline of its start page.
    pub tagline: &'static str,
    /// The name that programs read, such as `latchkey`: 2 to 32 of `a-z`, `0-9` and `-`. Cookies begin with it, tokens
    /// carry it as `iss` and `aud`, browser tabs talk on a channel of this name. Changing it logs everybody out.
    pub slug: &'static str,
    /// The release, as `GET /api/` tells it.
    pub version: &'static str,
    /// The colour of buttons and links in emails, as CSS (`#3d4fd7`). Pages take theirs from `style/brand.css`, a test holds
    /// the two together.
    pub brand_colour: &'static str,
}
