//! Origins allowed by CORS.

use url::Url;

use super::SettingError;

/// Origins whose scripts may call the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CorsOrigins {
    /// No other origin.
    #[default]
    None,
    /// All origins.
    Any,
    /// These origins, each in the format of the header `Origin`.
    List(Vec<String>),
}

impl CorsOrigins {
    /// Parses `*` or a comma-separated list.
    pub(super) fn read(text: Option<&str>) -> Result<Self, SettingError> {
        match text {
            None => Ok(Self::None),
            Some("*") => Ok(Self::Any),
            Some(list) => {
                list.split(',').map(|origin| read_one(origin.trim())).collect::<Result<_, _>>().map(Self::List)
            }
        }
    }
}

/// Parses one origin. It is compared byte by byte with the header `Origin`, so everything that no browser sends is
/// refused: a path, the default port of the scheme, capital letters.
fn read_one(text: &str) -> Result<String, SettingError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let is_origin = url.is_some_and(|url| url.origin().ascii_serialization() == text && !text.contains('*'));
    if is_origin {
        Ok(text.to_owned())
    } else {
        let problem = "is not a list of origins; write `*`, or a comma-separated list such as https://app.example.org";
        Err(SettingError::new("CORS_ORIGINS", problem))
    }
}
