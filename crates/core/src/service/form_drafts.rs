//! What was typed into a rejected form and is too long for a cookie, kept until the form is shown again.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::{Core, ServiceError};
use crate::security::random;
use crate::store::entity::form_draft::Model;
use crate::store::form_drafts;

/// How long a draft is kept: as long as a form waits for a password.
const LIFESPAN_SECONDS: i64 = 600;

/// Names and values of a form's fields.
pub type Fields = Vec<(String, String)>;

/// Keeps drafts.
#[derive(Clone, Debug)]
pub struct FormDraftService {
    core: Arc<Core>,
}

impl FormDraftService {
    /// Over a core.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Keeps what was typed for ten minutes. The key that it returns opens it, so it belongs into an HttpOnly cookie.
    ///
    /// # Errors
    /// When it can't be written.
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

    /// What was typed; nothing for a key that opens nothing.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn load(&self, key: &str) -> Result<Fields, ServiceError> {
        let draft = form_drafts::live(self.core.store.reader(), &hash(key), self.core.clock.now()).await?;
        let fields = draft.map(|draft| serde_json::from_str(&draft.fields)).transpose();
        Ok(fields.map_err(anyhow::Error::from)?.unwrap_or_default())
    }

    /// Forgets a draft, because it was shown.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn delete(&self, key: &str) -> Result<(), ServiceError> {
        let hash = hash(key);
        Ok(self.core.store.write_tx(async |tx| form_drafts::delete(tx, &hash).await).await?)
    }
}

fn hash(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(key))
}
