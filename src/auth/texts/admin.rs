//! Texts of the admin pages.

#![expect(missing_docs, reason = "the texts are their own documentation")]

pub const ADMIN: &str = "Admin";
pub const USERS: &str = "Users";
pub const EVENTS: &str = "Events";

pub const USER: &str = "User";
pub const SEARCH_USERS: &str = "Username or email starts with";
pub const SEARCH: &str = "Search";
pub const ROLE: &str = "Role";
pub const STATE: &str = "State";
pub const ANY_STATE: &str = "Any";
pub const ACTIONS: &str = "Actions";
pub const SHOW_USER: &str = "Details";
pub const OTHER_ROLES: &str = "Other roles";
pub const OTHER_ROLES_HINT: &str = "Comma-separated.";
pub const OVERVIEW: &str = "Overview";
pub const FACTOR_ON: &str = "On";
pub const FACTOR_OFF: &str = "Off";
pub const USER_SESSIONS: &str = "Sessions";
pub const NO_SESSIONS: &str = "No sessions.";
pub const ALL_EVENTS: &str = "All events";
pub const SINCE: &str = "From (UTC)";
pub const UNTIL: &str = "To (UTC)";
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

/// How many accounts a search has found; above `max`, only that there are more.
#[must_use]
pub fn found(count: u64, max: u64) -> String {
    match count {
        1 => "1 account".to_owned(),
        count if count > max => format!("More than {max} accounts"),
        count => format!("{count} accounts"),
    }
}

/// What an audit kind means; `None` for those of the application.
#[must_use]
pub fn event_name(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "user_created" => "Account created",
        "user_updated" => "Account changed",
        "user_registration_requested" => "Registration requested",
        "user_deleted" => "Account deleted",
        "authn_password_reset_requested" => "Password reset requested",
        "authn_login_link_requested" => "Login link requested",
        "authn_login_success" => "Logged in",
        "authn_login_fail" => "Failed login",
        "authn_password_change" => "Password changed",
        "authn_reauth_success" => "Password confirmed",
        "authn_reauth_fail" => "Password not confirmed",
        "authn_factor_added" => "Authenticator app added",
        "authn_factor_removed" => "Second factor removed",
        "authn_passkey_added" => "Passkey added",
        "authn_passkey_removed" => "Passkey removed",
        "authn_passkey_copied" => "Copied passkey refused",
        "authn_recovery_code_used" => "Recovery code used",
        "authn_recovery_codes_renewed" => "New recovery codes",
        "authn_token_reuse" => "Copied session ended",
        "authz_change" => "Roles changed",
        "authz_fail" => "Access refused",
        "session_created" => "Session started",
        "session_renewed" => "Session renewed",
        "session_renewed_again" => "Session renewed again",
        "session_moved" => "Session used elsewhere",
        "session_ended" => "Session ended",
        "mail_fail" => "Email not delivered",
        _ => return None,
    })
}
