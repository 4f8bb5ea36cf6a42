//! Cache of sessions for a second, with tombstones for sessions that must be read from the database.

use std::time::Duration;

use moka::future::Cache as FutureCache;
use moka::sync::Cache;
use sea_orm::DbErr;

use crate::store::entity::{session, user};
use crate::store::{Store, sessions};

/// How long a row is cached. Other nodes notice a logout within this time.
const TTL: Duration = Duration::from_secs(1);
/// How long this node bypasses the cache after it changed a row. Longer than any query takes: a query that began before
/// the change can put the old row back into the cache.
const TOMBSTONE: Duration = Duration::from_secs(5);
/// Maximum number of entries of each cache.
const CAPACITY: u64 = 100_000;

/// A session and its user.
pub(super) type Row = (session::Model, user::Model);

/// Caches the join of `sessions` and `users`.
#[derive(Clone, Debug)]
pub(super) struct SessionCache {
    rows: FutureCache<String, Option<Row>>,
    /// Ids of sessions and public ids of users that bypass the cache.
    tombstones: Cache<String, ()>,
    /// Keys of writes that have started, so that parallel requests do not repeat them.
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
    /// The session, at most a second old. Read from the database if this node has recently changed it or its user.
    pub(super) async fn get(&self, store: &Store, session: &str, user: &str) -> Result<Option<Row>, DbErr> {
        if self.tombstones.contains_key(session) || self.tombstones.contains_key(user) {
            return self.load(store, session).await;
        }
        let load = sessions::with_user(store.reader(), session);
        self.rows.try_get_with_by_ref(session, load).await.map_err(|error| (*error).clone())
    }

    /// The session, read from the database.
    pub(super) async fn load(&self, store: &Store, session: &str) -> Result<Option<Row>, DbErr> {
        sessions::with_user(store.reader(), session).await
    }

    /// Makes a session, or all sessions of a user, bypass the cache. Must be called right after the commit.
    pub(super) fn invalidate(&self, session_or_user: &str) {
        self.tombstones.insert(session_or_user.to_owned(), ());
    }

    /// Marks the write `what` as started; `false` if it was already marked.
    pub(super) fn mark(&self, what: String) -> bool {
        self.marks.entry(what).or_insert(()).is_fresh()
    }

    /// Removes a mark, because the write failed.
    pub(super) fn unmark(&self, what: &str) {
        self.marks.invalidate(what);
    }
}
