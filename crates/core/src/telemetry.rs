//! The metrics of the login: their names and labels. Without a recorder, recording does nothing.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::kinds::{AuditKind, EventKind};

/// Logins by outcome.
const LOGINS: &str = "latchkey_logins_total";
/// Rotated tokens.
const ROTATIONS: &str = "latchkey_token_rotations_total";
/// Sessions that ended because a copy of their token was used.
const REUSES: &str = "latchkey_token_reuse_total";
/// All events of the audit log.
const EVENTS: &str = "latchkey_audit_events_total";
/// Refused requests.
const THROTTLED: &str = "latchkey_throttled_total";
/// Requests that wait for a password hash, or compute one.
const HASHES_IN_PROGRESS: &str = "latchkey_password_hashes_in_progress";
/// Requests for which the queue had no place.
const HASHES_REFUSED: &str = "latchkey_password_hashes_refused_total";
/// Time to compute a hash.
const HASH_SECONDS: &str = "latchkey_password_hash_duration_seconds";
/// Emails by what became of them.
const EMAILS: &str = "latchkey_emails_total";
/// Which limit refused a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// Failed attempts for an account, a device or a session.
    Account,
    /// Attempts, registrations or emails of a network.
    Network,
    /// Emails to an address.
    Email,
}

/// Counts a request that a limit refused.
pub(crate) fn throttled(limit: Limit) {
    let limit = match limit {
        Limit::Account => "account",
        Limit::Network => "network",
        Limit::Email => "email",
    };
    counter!(THROTTLED, "limit" => limit).increment(1);
}

/// Counts an event of the audit log.
pub(crate) fn event(kind: &EventKind) {
    counter!(EVENTS, "kind" => kind.to_string()).increment(1);
    let EventKind::Login(kind) = kind else { return };
    match kind {
        AuditKind::LoginSuccess => counter!(LOGINS, "outcome" => "success").increment(1),
        AuditKind::LoginFail => counter!(LOGINS, "outcome" => "failure").increment(1),
        AuditKind::SessionRenewed => counter!(ROTATIONS).increment(1),
        AuditKind::TokenReuse => counter!(REUSES).increment(1),
        _ => {}
    }
}

/// Counts what became of an email: `sent`, `retried`, or `failed` for good.
pub(crate) fn email(outcome: &'static str) {
    counter!(EMAILS, "outcome" => outcome).increment(1);
}

/// Counts a request for which the queue of password hashes had no place.
pub(crate) fn hash_refused() {
    counter!(HASHES_REFUSED).increment(1);
}

/// Adds to the number of requests that compute a password hash, or wait for their turn.
pub(crate) fn hashes_in_progress(more: f64) {
    gauge!(HASHES_IN_PROGRESS).increment(more);
}

/// Records the time that a hash took, or the estimate of the strength of a password.
pub(crate) fn hashed(duration: Duration) {
    histogram!(HASH_SECONDS).record(duration);
}

/// Describes the metrics, and starts the counters that alerts need at zero.
pub fn describe() {
    describe_counter!(LOGINS, "Logins by outcome; throttled ones are not among them");
    describe_counter!(ROTATIONS, "Rotated tokens");
    describe_counter!(REUSES, "Sessions that ended because a rotated token was used again");
    describe_counter!(EVENTS, "Events of the audit log by kind");
    describe_counter!(THROTTLED, "Requests that were refused with 429, by limit");
    describe_gauge!(HASHES_IN_PROGRESS, "Passwords that are hashed, checked, or wait for it");
    describe_counter!(HASHES_REFUSED, "Requests that were refused with 503 because the queue was full");
    describe_histogram!(HASH_SECONDS, Unit::Seconds, "Time to hash or check a password, without waiting");
    describe_counter!(EMAILS, "Emails by outcome");
    for outcome in ["success", "failure"] {
        counter!(LOGINS, "outcome" => outcome).absolute(0);
    }
    for limit in ["account", "network", "email"] {
        counter!(THROTTLED, "limit" => limit).absolute(0);
    }
    for outcome in ["sent", "retried", "failed"] {
        counter!(EMAILS, "outcome" => outcome).absolute(0);
    }
    counter!(ROTATIONS).absolute(0);
    counter!(REUSES).absolute(0);
    counter!(HASHES_REFUSED).absolute(0);
}
