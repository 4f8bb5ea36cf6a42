//! The devices that an account trusts, for its owner.

use latchkey_types::TrustedDevice;
use sea_orm::DbErr;

use super::{SecondFactorError, SecondFactorService};
use crate::service::session::AuthSession;
use crate::store::trusted_devices;

impl SecondFactorService {
    pub(super) async fn trusted(&self, user_id: i64) -> Result<Vec<TrustedDevice>, DbErr> {
        let rows = trusted_devices::of_user(self.core.store.reader(), user_id, self.core.clock.now()).await?;
        let listed = rows.into_iter().map(|row| TrustedDevice {
            id: row.hash,
            name: row.name,
            created_at: row.created_at,
            expires_at: row.expires_at,
        });
        Ok(listed.collect())
    }

    /// Stops to trust a device. Needs no recent password: it only takes something away.
    pub async fn distrust(&self, auth: &AuthSession, device: &str) -> Result<(), SecondFactorError> {
        let is_hash = device.len() == 64 && device.bytes().all(|byte| byte.is_ascii_hexdigit());
        let found = is_hash
            && self
                .core
                .store
                .write_tx(async |tx| trusted_devices::delete(tx, auth.account_id(), device).await)
                .await?;
        if found { Ok(()) } else { Err(SecondFactorError::NotOn) }
    }
}
