//! Drafts: values of a rejected form that are too long for a cookie, stored until the form is shown again.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::{Core, ServiceError};
use crate::security::random;
use crate::store::entity::form_draft::Model;
use crate::store::form_drafts;

/// Lifetime of a draft: as long as a pending form waits for the password.
const LIFESPAN_SECONDS: i64 = 600;

/// Names and values of form fields.
pub type Fields = Vec<(String, String)>;

/// Stores drafts.
#[derive(Clone, Debug)]
pub struct FormDraftService {
    core: Arc<Core>,
}

impl FormDraftService {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Stores a draft for ten minutes and returns its key. The key grants access to the draft, so it belongs in an
    /// `HttpOnly` cookie.
    pub async fn save(&self, fields: &Fields) -> Result<String, ServiceError> {
        let key = random::id()?;
        let draft = Model {
            hash: hash(&key),
            fields: serde_json::to_string(fields).map_err(anyhow::Error::from)?,
            expires_at: self.core.clock.now() + LIFESPAN_SECONDS,
        };
        self.core.store.write_tx(async |tx| form_drafts::insert(tx, draft).await).await?;
        Ok(key)
    }

    /// Loads a draft; empty if the key is unknown or has expired.
    pub async fn load(&self, key: &str) -> Result<Fields, ServiceError> {
        let draft = form_drafts::live(self.core.store.reader(), &hash(key), self.core.clock.now()).await?;
        let fields = draft.map(|draft| serde_json::from_str(&draft.fields)).transpose();
        Ok(fields.map_err(anyhow::Error::from)?.unwrap_or_default())
    }

    /// Deletes a draft after it has been shown.
    pub async fn delete(&self, key: &str) -> Result<(), ServiceError> {
        let hash = hash(key);
        Ok(self.core.store.write_tx(async |tx| form_drafts::delete(tx, &hash).await).await?)
    }
}

fn hash(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(key))
}
