//! Origins as browsers name them.

use url::Url;

use super::{SettingError, given};

/// Whose scripts may read the answers of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CorsOrigins {
    /// Those of no other origin.
    #[default]
    None,
    /// Everybody's.
    Any,
    /// Those of these origins, each written as a browser writes it into `Origin`.
    List(Vec<String>),
}

impl CorsOrigins {
    /// Reads `*` or a list with commas.
    pub(super) fn read(text: Option<&str>) -> Result<Self, SettingError> {
        match given(text) {
            None => Ok(Self::None),
            Some("*") => Ok(Self::Any),
            Some(list) => {
                list.split(',').map(|origin| read_one(origin.trim())).collect::<Result<_, _>>().map(Self::List)
            }
        }
    }
}

/// Compared byte by byte with what a browser sends, so anything that no browser would send is refused: a path, a port
/// that the scheme implies, capitals.
fn read_one(text: &str) -> Result<String, SettingError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let is_origin = url.is_some_and(|url| url.origin().ascii_serialization() == text && !text.contains('*'));
    if is_origin {
        Ok(text.to_owned())
    } else {
        let problem =
            format!("{text:?} is no origin; write `*`, or origins such as https://app.example.org with commas");
        Err(SettingError::new("CORS_ORIGINS", problem))
    }
}
