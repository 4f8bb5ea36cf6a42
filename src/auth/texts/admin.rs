//! What administrators read.

/// The link to what administrators do, and the name of the navigation there.
pub const ADMIN: &str = "Admin";
/// The page of accounts.
pub const USERS: &str = "Users";
/// The page of events.
pub const EVENTS: &str = "Events";

/// The control for the beginning of a name or an address.
pub const SEARCH_USERS: &str = "Name or e-mail begins with";
/// The button that searches.
pub const SEARCH: &str = "Search";
/// Where nothing was found.
pub const NOBODY_FOUND: &str = "No account begins like that.";
/// Where nothing was found.
pub const NO_EVENTS: &str = "No such event is on record.";
/// The link to the rows that follow.
pub const NEXT_PAGE: &str = "Next page";
/// The link to the first rows.
pub const FIRST_PAGE: &str = "First page";
/// The name of the links between pages, for screen readers.
pub const PAGING: &str = "More rows";

/// An account that may be used.
pub const ACTIVE: &str = "Active";
/// An account that may not be used.
pub const DEACTIVATED: &str = "Deactivated";
/// Before the roles of an account.
pub const ROLES: &str = "Roles";
/// Before the time at which an account was made.
pub const CREATED: &str = "Created";
/// Before the time of the last login.
pub const LAST_LOGIN: &str = "Last login";
/// Where nobody ever logged in.
pub const NEVER: &str = "Never";
/// Where there is none.
pub const NONE: &str = "None";
/// The button that lets an account be used.
pub const ACTIVATE: &str = "Activate";
/// The button that lets an account not be used.
pub const DEACTIVATE: &str = "Deactivate";
/// The button that sets what an account may do.
pub const SET_ROLES: &str = "Set roles";
/// The button that ends the sessions of an account.
pub const END_SESSIONS: &str = "End sessions";

/// The control for whose events are shown.
pub const EVENTS_OF: &str = "Username or id";
/// The control for what kind of events is shown.
pub const KIND: &str = "Kind";
/// The choice of every kind.
pub const ANY_KIND: &str = "Any";
/// The button that shows only some events.
pub const FILTER: &str = "Filter";
/// The column of times.
pub const WHEN: &str = "When";
/// The column of what happened.
pub const WHAT: &str = "Event";
/// The column of who did it.
pub const WHO: &str = "By";
/// The column of whose account it is about.
pub const WHOM: &str = "Account";
/// The column of address and device.
pub const FROM: &str = "From";
/// The column of a word more.
pub const DETAIL: &str = "Detail";
/// Said of an event that was no success.
pub const FAILURE: &str = "Failure";
/// The one at the command line of the server.
pub const COMMAND_LINE: &str = "Command line";

/// What a button or a control is about, for those who can't see the row in which it stands.
#[must_use]
pub fn of_user(username: &str) -> String {
    format!(" of {username}")
}
