//! Accounts, a page at a time.
//!
//! By key and not by offset: however many there are, a page costs what a page costs. First come those whose name begins
//! with what is looked for, by name, then those of whom only the address does, by address; so that each of the two is one
//! stretch of an index.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{AccountError, AccountService, listed};
use crate::store::entity::user::{Column, Model};
use crate::store::users;
use latchkey_types::{EmailAddress, UserSummary};

/// Most accounts of a page.
pub const PAGE_MAX: u64 = 100;

/// Some accounts, and the way to those that follow.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The accounts.
    pub users: Vec<UserSummary>,
    /// What to ask for after these, if there are more.
    pub next: Option<String>,
}

/// After which account a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cursor {
    /// Among those found by name, after this key.
    Name(String),
    /// Among those found by address, after this key.
    Email(String),
}

impl Cursor {
    fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let decoded = String::from_utf8(bytes).ok().filter(|key| is_key(key))?;
        match decoded.split_once(':')? {
            ("name", key) => Some(Self::Name(key.to_owned())),
            ("email", key) => Some(Self::Email(key.to_owned())),
            _ => None,
        }
    }

    fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(match self {
            Self::Name(key) => format!("name:{key}"),
            Self::Email(key) => format!("email:{key}"),
        })
    }
}

impl AccountService {
    /// The accounts whose name or address begins with `query` (all for an empty one), from the page that `after` names on.
    ///
    /// # Errors
    /// [`AccountError::NoSuchPage`] if `after` is not what an earlier page gave, else [`AccountError::Service`].
    pub async fn page(&self, query: &str, after: Option<&str>, limit: u64) -> Result<Page, AccountError> {
        let db = self.core.store.reader();
        let limit = limit.clamp(1, PAGE_MAX);
        let after = after.map(|text| Cursor::read(text).ok_or(AccountError::NoSuchPage)).transpose()?;
        let prefix = query.trim().to_ascii_lowercase();
        if !is_key(&prefix) {
            return Ok(Page::default());
        }
        // One more than is shown tells whether there is a next page.
        let mut found = match &after {
            Some(Cursor::Email(_)) => Vec::new(),
            Some(Cursor::Name(key)) => {
                users::beginning_with(Column::UsernameKey, &prefix, Some(key), limit + 1).all(db).await?
            }
            None => users::beginning_with(Column::UsernameKey, &prefix, None, limit + 1).all(db).await?,
        };
        let by_name = found.len() as u64;
        if !prefix.is_empty() && by_name <= limit {
            let after = if let Some(Cursor::Email(key)) = &after { Some(key.as_str()) } else { None };
            found.extend(users::by_address_alone(&prefix, after, limit + 1 - by_name).all(db).await?);
        }
        Ok(cut(found, by_name, limit))
    }
}

/// The page, and the cursor at its last account if one more was found.
fn cut(mut found: Vec<Model>, by_name: u64, limit: u64) -> Page {
    let has_more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let last = found.last().filter(|_| has_more);
    let next = last.map(|last| match &last.email_key {
        Some(key) if limit > by_name => Cursor::Email(key.clone()),
        _ => Cursor::Name(last.username_key.clone()),
    });
    Page { next: next.map(|cursor| cursor.write()), users: found.into_iter().map(listed).collect() }
}

/// Whether `text` could be the beginning of a key, which is printable ASCII. Nothing else needs to be asked for.
fn is_key(text: &str) -> bool {
    text.len() <= EmailAddress::MAX + 8 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        for cursor in [Cursor::Name("ada".to_owned()), Cursor::Email("a:da@example.org".to_owned())] {
            assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        }
        for text in ["", "ada", "!", "bmFtZQ", &URL_SAFE_NO_PAD.encode("name:\0"), &URL_SAFE_NO_PAD.encode("id:1")] {
            assert_eq!(Cursor::read(text), None, "{text}");
        }
    }
}
