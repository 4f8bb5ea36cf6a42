//! Paginated list of accounts.
//!
//! Uses keyset pagination, never OFFSET: a page costs the same, however many accounts there are. Accounts whose
//! username begins with the query come first, ordered by username. Accounts that match by email address only follow,
//! ordered by address. This way each part is one range scan of an index.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::Select;

use super::{AccountError, AccountService, ServiceError, listed};
use crate::store::entity::user::{Column, Entity, Model};
use crate::store::users;
use latchkey_types::{EmailAddress, Role, UserSummary, trim_invisible};

/// Maximum number of accounts per page.
pub const PAGE_MAX: u64 = 100;

const COUNT_MAX: u64 = UserSummary::COUNT_MAX;

/// What accounts are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    /// The beginning of the username or of the email address; all accounts if it is empty.
    pub text: &'a str,
    /// Only accounts with this role.
    pub role: Option<&'a Role>,
    /// Only active, or only deactivated accounts.
    pub is_active: Option<bool>,
}

impl<'a> From<&'a str> for Search<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, ..Self::default() }
    }
}

/// A page of accounts.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The accounts of this page.
    pub users: Vec<UserSummary>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// The key after which a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cursor {
    /// A key among the accounts found by username.
    Name(String),
    /// A key among the accounts found by email address.
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
    /// Lists the accounts that `search` finds, from the cursor `after` on.
    ///
    /// # Errors
    /// [`AccountError::NoSuchPage`] if `after` is not a cursor of an earlier page.
    pub async fn page(
        &self,
        search: impl Into<Search<'_>>,
        after: Option<&str>,
        limit: u64,
    ) -> Result<Page, AccountError> {
        let search = search.into();
        let db = self.core.store.reader();
        let limit = limit.clamp(1, PAGE_MAX);
        let after = after.map(|text| Cursor::read(text).ok_or(AccountError::NoSuchPage)).transpose()?;
        let Some(prefix) = search.prefix() else { return Ok(Page::default()) };
        let by_key = |after, limit| search.filter(users::beginning_with(Column::UsernameKey, &prefix, after, limit));
        // One extra row shows whether there is a next page.
        let mut found = match &after {
            Some(Cursor::Email(_)) => Vec::new(),
            Some(Cursor::Name(key)) => by_key(Some(key), limit + 1).all(db).await?,
            None => by_key(None, limit + 1).all(db).await?,
        };
        let by_name = found.len() as u64;
        if !prefix.is_empty() && by_name <= limit {
            let after = if let Some(Cursor::Email(key)) = &after { Some(key.as_str()) } else { None };
            let by_address = users::by_address_alone(&prefix, after, limit + 1 - by_name);
            found.extend(search.filter(by_address).all(db).await?);
        }
        Ok(cut(found, by_name, limit))
    }

    /// Counts the accounts that `search` finds, up to [`UserSummary::COUNT_MAX`] and one more.
    pub async fn count(&self, search: Search<'_>) -> Result<u64, ServiceError> {
        let db = self.core.store.reader();
        let Some(prefix) = search.prefix() else { return Ok(0) };
        let by_name = search.filter(users::beginning_with(Column::UsernameKey, &prefix, None, COUNT_MAX + 1));
        let found = users::count(db, by_name, COUNT_MAX + 1).await?;
        if prefix.is_empty() || found > COUNT_MAX {
            return Ok(found);
        }
        let rest = COUNT_MAX + 1 - found;
        let by_address = search.filter(users::by_address_alone(&prefix, None, rest));
        Ok(found + users::count(db, by_address, rest).await?)
    }
}

impl Search<'_> {
    /// The beginning of the keys to find; `None` if no key can begin like that.
    fn prefix(&self) -> Option<String> {
        Some(trim_invisible(self.text).to_ascii_lowercase()).filter(|prefix| is_key(prefix))
    }

    fn filter(&self, found: Select<Entity>) -> Select<Entity> {
        users::having(found, self.role, self.is_active)
    }
}

/// Cuts the rows to one page. The cursor is that of the last account, if more were found.
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

/// Whether `text` can be the beginning of a key, which is printable ASCII. Nothing else can match.
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
