//! Sessions as they were within the last second, and those that must not be taken from there.

use std::time::Duration;

use moka::future::Cache as FutureCache;
use moka::sync::Cache;
use sea_orm::DbErr;

use crate::store::entity::{session, user};
use crate::store::{Store, sessions};

/// How long a row may be believed. The other nodes learn of a logout within this time.
const TTL: Duration = Duration::from_secs(1);
/// How long this node reads past the cache after a change of its own. Longer than any load of a row can take: one that
/// began before the change puts the old row back after it.
const TOMBSTONE: Duration = Duration::from_secs(5);
/// Most entries of each cache.
const CAPACITY: u64 = 100_000;

/// A session and whose it is.
pub(super) type Row = (session::Model, user::Model);

/// The cache in front of the two tables.
#[derive(Clone, Debug)]
pub(super) struct SessionCache {
    rows: FutureCache<String, Option<Row>>,
    /// Ids of sessions and public ids of users.
    tombstones: Cache<String, ()>,
    /// What was noted already, so that it is noted once.
    marks: Cache<String, ()>,
}

impl Default for SessionCache {
    fn default() -> Self {
        Self {
            rows: FutureCache::builder().max_capacity(CAPACITY).time_to_live(TTL).build(),
            tombstones: Cache::builder().max_capacity(CAPACITY).time_to_live(TOMBSTONE).build(),
            marks: Cache::builder().max_capacity(CAPACITY).time_to_live(Duration::from_secs(120)).build(),
        }
    }
}

impl SessionCache {
    /// The session, at most a second old; as it is now if this node changed it or its user lately.
    pub(super) async fn get(&self, store: &Store, session: &str, user: &str) -> Result<Option<Row>, DbErr> {
        if self.tombstones.contains_key(session) || self.tombstones.contains_key(user) {
            return self.load(store, session).await;
        }
        let load = sessions::with_user(store.reader(), session);
        self.rows.try_get_with_by_ref(session, load).await.map_err(|error| (*error).clone())
    }

    /// The session as it is now.
    pub(super) async fn load(&self, store: &Store, session: &str) -> Result<Option<Row>, DbErr> {
        sessions::with_user(store.reader(), session).await
    }

    /// Takes a session, or all of a user, out of the cache. To be called right after the commit.
    pub(super) fn invalidate(&self, session_or_user: &str) {
        self.tombstones.insert(session_or_user.to_owned(), ());
    }

    /// Whether this is the first time that `what` is noted.
    pub(super) fn mark(&self, what: String) -> bool {
        self.marks.entry(what).or_insert(()).is_fresh()
    }

    /// Lets `what` be noted again, because noting it failed.
    pub(super) fn unmark(&self, what: &str) {
        self.marks.invalidate(what);
    }
}
