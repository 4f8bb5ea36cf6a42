//! One attempt, from its count to its result.

use sea_orm::{ConnectionTrait, DbErr};

use super::{FAILURES_MAX, Throttle};
use crate::security::device_token::DeviceToken;
use crate::security::password_hash::HashError;
use crate::service::ServiceError;
use crate::store::attempts;
use crate::store::entity::attempt as row;

/// What is guessed, and by whom.
#[derive(Clone, Copy, Debug)]
pub(in crate::service) enum Counter<'a> {
    /// A login with this username or email address, as typed.
    Login(&'a str),
    /// A login from a browser in which the account has logged in before.
    Device(&'a DeviceToken),
    /// The password of the account with this public id, entered again in one of its sessions.
    Session(&'a str),
    /// A code of the second factor of the account with this public id.
    Code(&'a str),
    /// A code of the second factor, from a browser in which the account has logged in before.
    CodeOnDevice(&'a DeviceToken),
    /// The password of registrations, by the keys of username and email address.
    Registration(&'a str, &'a str),
}

impl Counter<'_> {
    /// Whether anyone can cause these attempts. If so, the client's network is limited, too.
    pub(super) fn is_anonymous(self) -> bool {
        matches!(self, Self::Login(_) | Self::Code(_) | Self::Registration(..))
    }
}

/// An attempt that was counted as a failure, until it succeeds.
#[derive(Debug)]
#[must_use]
pub(in crate::service) struct Attempt<'a> {
    pub(super) throttle: &'a Throttle,
    pub(super) network: Option<String>,
    pub(super) before: Option<row::Model>,
    pub(super) after: row::Model,
    /// Whether it is counted by a name to log in with.
    pub(super) is_login: bool,
}

impl Attempt<'_> {
    /// Evaluates the attempt. If there is no room for its hash, it does not count.
    pub(in crate::service) async fn evaluate<T>(
        &self,
        work: impl Future<Output = Result<T, HashError>>,
    ) -> Result<T, ServiceError> {
        match work.await {
            Err(error) => {
                self.undo().await?;
                Err(error.into())
            }
            Ok(done) => Ok(done),
        }
    }

    /// Removes the count, in the transaction of what the secret was for.
    pub(in crate::service) async fn succeed(&self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        self.give_back();
        attempts::delete(tx, vec![self.after.key.clone()]).await
    }

    /// Whether this was the last attempt to log in that is evaluated, if it fails.
    pub(in crate::service) fn ends_logins(&self) -> bool {
        self.is_login && self.after.failures == FAILURES_MAX
    }

    async fn undo(&self) -> Result<(), DbErr> {
        self.give_back();
        let undone = self.throttle.store.write_tx(async |tx| match &self.before {
            Some(before) => attempts::replace(tx, Some(&self.after), before).await.map(|_| ()),
            None => attempts::delete(tx, vec![self.after.key.clone()]).await,
        });
        undone.await
    }

    fn give_back(&self) {
        if let Some(network) = &self.network {
            self.throttle.failures.give_back(network);
        }
    }
}

/// A use of a link that counts as a failure, until it succeeds.
#[derive(Debug)]
#[must_use]
pub(in crate::service) struct LinkUse<'a> {
    pub(super) throttle: &'a Throttle,
    pub(super) network: Option<String>,
}

impl LinkUse<'_> {
    /// The link exists.
    pub(in crate::service) fn succeed(self) {
        if let Some(network) = &self.network {
            self.throttle.failures.give_back(network);
        }
    }
}
