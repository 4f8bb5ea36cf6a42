//! Texts of the admin pages.

#![expect(missing_docs, reason = "the texts are their own documentation")]

pub const ADMIN: &str = "Admin";
pub const USERS: &str = "Users";
pub const EVENTS: &str = "Events";

pub const SEARCH_USERS: &str = "Username or email starts with";
pub const SEARCH: &str = "Search";
pub const NOBODY_FOUND: &str = "No accounts found.";
pub const NO_EVENTS: &str = "No events found.";
pub const NEXT_PAGE: &str = "Next page";
pub const FIRST_PAGE: &str = "First page";
pub const PAGING: &str = "Pages of the list";

pub const ACTIVE: &str = "Active";
pub const DEACTIVATED: &str = "Deactivated";
pub const ROLES: &str = "Roles";
pub const CREATED: &str = "Created";
pub const LAST_LOGIN: &str = "Last login";
pub const NEVER: &str = "Never";
pub const NONE: &str = "None";
pub const ACTIVATE: &str = "Activate";
pub const DEACTIVATE: &str = "Deactivate";
pub const SET_ROLES: &str = "Set roles";
pub const REMOVE_SECOND_FACTOR: &str = "Remove second factor";
pub const END_SESSIONS: &str = "End sessions";

pub const EVENTS_OF: &str = "Username or id";
pub const KIND: &str = "Kind";
pub const ANY_KIND: &str = "Any";
pub const FILTER: &str = "Filter";
pub const WHEN: &str = "When";
pub const WHAT: &str = "Event";
pub const WHO: &str = "By";
pub const WHOM: &str = "Account";
pub const FROM: &str = "From";
pub const DETAIL: &str = "Detail";
pub const FAILURE: &str = "Failure";
pub const COMMAND_LINE: &str = "Command line";

/// Completes labels of buttons and fields for screen readers, which do not show the row.
#[must_use]
pub fn of_user(username: &str) -> String {
    format!(" for {username}")
}
