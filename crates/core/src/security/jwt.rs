//! The token: what stands in it, how it is signed, and how strictly it is read.
//!
//! `jsonwebtoken` signs and checks the signature. Header and claims are read here: its own checks ask the system's clock,
//! ignore `typ` and `crit`, and let claims of the wrong type pass.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::random;
pub use crate::kinds::TokenKind;

/// `typ` (RFC 9068, 2.1): keeps tokens of another purpose out.
const TYPE: &str = "at+jwt";
/// Longest token, in bytes, looked at before anything is decoded. A cookie of that size is the most that browsers keep.
const TOKEN_MAX: usize = 4096;
/// How far ahead of the clock `iat` may be, in seconds: nodes differ.
const ISSUED_AHEAD_MAX: i64 = 60;
const CLAIMS: [&str; 11] = ["iss", "aud", "sub", "sid", "jti", "gen", "iat", "exp", "rf_exp", "rls", "knd"];

/// What stands in a token. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    iss: String,
    aud: String,
    /// Whose: `users.public_id`.
    pub sub: String,
    /// Of which session.
    pub sid: String,
    /// Which token of the session.
    pub jti: String,
    /// The how manieth.
    #[serde(rename = "gen")]
    pub generation: u32,
    /// Made when.
    pub iat: i64,
    /// Gives access until then.
    pub exp: i64,
    /// Can be exchanged until then.
    pub rf_exp: i64,
    /// The roles, comma-joined.
    pub rls: String,
    /// Where it may be shown.
    pub knd: TokenKind,
}

/// What the issuer decides of a token.
#[derive(Debug)]
pub struct NewClaims<'a> {
    /// `iss` and `aud`: one application issues and accepts, see [`Product::slug`](latchkey_types::Product::slug).
    pub issuer: &'a str,
    /// Whose.
    pub subject: &'a str,
    /// Of which session.
    pub session: &'a str,
    /// Which token.
    pub token: &'a str,
    /// The how manieth.
    pub generation: u32,
    /// Made when.
    pub issued_at: i64,
    /// How long it gives access, in seconds; cut at the end of the session.
    pub access_seconds: i64,
    /// Until when it can be exchanged.
    pub refresh_expires_at: i64,
    /// The roles, comma-joined.
    pub roles: &'a str,
    /// Where it may be shown.
    pub kind: TokenKind,
}

impl From<NewClaims<'_>> for Claims {
    fn from(new: NewClaims<'_>) -> Self {
        Self {
            iss: new.issuer.to_owned(),
            aud: new.issuer.to_owned(),
            sub: new.subject.to_owned(),
            sid: new.session.to_owned(),
            jti: new.token.to_owned(),
            generation: new.generation,
            iat: new.issued_at,
            exp: new.issued_at.saturating_add(new.access_seconds).min(new.refresh_expires_at),
            rf_exp: new.refresh_expires_at,
            rls: new.roles.to_owned(),
            knd: new.kind,
        }
    }
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours: form, signature, algorithm, issuer, audience, kind, type.
    #[error("not a token of ours")]
    Invalid,
    /// One of ours, a claim is missing.
    #[error("a claim is missing")]
    MissingClaim,
    /// Past `exp`.
    #[error("access expired")]
    AccessExpired,
    /// Past `rf_exp`.
    #[error("refresh expired")]
    RefreshExpired,
}

/// A signed token; shown by nothing but [`Token::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token itself, for a cookie or a body.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Claims with a good signature, not looked at for their time yet: no guard takes these.
#[derive(Clone, Debug)]
pub struct SignedClaims(Claims);

/// Claims that give access: signed and not expired. What every guard takes.
#[derive(Debug)]
pub struct AccessClaims(Claims);

/// Claims that can be exchanged. Only the rotation and the logout take these, so that an expired token can't give access
/// by a slip.
#[derive(Debug)]
pub struct RefreshableClaims(Claims);

impl SignedClaims {
    /// # Errors
    /// [`TokenError::AccessExpired`]: `exp <= now`, without leeway.
    pub fn access(self, now: i64) -> Result<AccessClaims, TokenError> {
        if self.0.exp <= now { Err(TokenError::AccessExpired) } else { Ok(AccessClaims(self.0)) }
    }

    /// # Errors
    /// [`TokenError::RefreshExpired`]: `rf_exp <= now`.
    pub fn refreshable(self, now: i64) -> Result<RefreshableClaims, TokenError> {
        if self.0.rf_exp <= now { Err(TokenError::RefreshExpired) } else { Ok(RefreshableClaims(self.0)) }
    }

    /// Whose they are.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.sub
    }

    /// Which session they name.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.0.sid
    }

    /// When access ends.
    #[must_use]
    pub fn access_expires_at(&self) -> i64 {
        self.0.exp
    }

    /// How long the token gives access in all, in seconds.
    #[must_use]
    pub fn access_seconds(&self) -> i64 {
        self.0.exp - self.0.iat
    }
}

impl AccessClaims {
    /// The claims.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.0
    }
}

impl RefreshableClaims {
    /// The claims.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.0
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

struct Key {
    id: String,
    signing: EncodingKey,
    verifying: DecodingKey,
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(b"latchkey kid").chain_update(secret).finalize();
        Self {
            id: URL_SAFE_NO_PAD.encode(digest.get(..9).unwrap_or_default()),
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
        }
    }
}

/// The key that signs and those that still verify.
pub struct SigningKeys {
    issuer: &'static str,
    current: Key,
    previous: Vec<Key>,
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").field("previous", &self.previous.len()).finish_non_exhaustive()
    }
}

impl SigningKeys {
    /// `current` signs and verifies, `previous` verify; tokens of another `issuer` are refused.
    #[must_use]
    pub fn new(issuer: &'static str, current: &[u8], previous: &[Vec<u8>]) -> Self {
        Self { issuer, current: Key::new(current), previous: previous.iter().map(|secret| Key::new(secret)).collect() }
    }

    /// Signs.
    ///
    /// # Errors
    /// When the claims can't be written as JSON.
    pub fn sign(&self, claims: &Claims) -> anyhow::Result<Token> {
        let header = Header { alg: "HS256".to_owned(), typ: TYPE.to_owned(), kid: self.current.id.clone() };
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?);
        let message = format!("{header}.{payload}");
        let signature = crypto::sign(message.as_bytes(), &self.current.signing, Algorithm::HS256)?;
        Ok(Token(format!("{message}.{signature}")))
    }

    /// Reads a token that was shown where one of `kind` belongs.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] or [`TokenError::MissingClaim`].
    pub fn decode(&self, token: &str, kind: TokenKind, now: i64) -> Result<SignedClaims, TokenError> {
        if token.len() > TOKEN_MAX {
            return Err(TokenError::Invalid);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Invalid)?;
        let header: Header = serde_json::from_slice(&decode_part(header)?).map_err(|_| TokenError::Invalid)?;
        if header.alg != "HS256" || header.typ != TYPE {
            return Err(TokenError::Invalid);
        }
        let keys = std::iter::once(&self.current).chain(&self.previous);
        let key = keys.into_iter().find(|key| key.id == header.kid).ok_or(TokenError::Invalid)?;
        // The signature's own encoding must be the one and only, or a revoked token had twins.
        decode_part(signature)?;
        match crypto::verify(signature, message.as_bytes(), &key.verifying, Algorithm::HS256) {
            Ok(true) => {}
            _ => return Err(TokenError::Invalid),
        }
        let claims = parse_claims(&decode_part(payload)?)?;
        if claims.iss == self.issuer && claims.aud == self.issuer && is_valid(&claims, kind, now) {
            Ok(SignedClaims(claims))
        } else {
            Err(TokenError::Invalid)
        }
    }
}

fn decode_part(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Invalid)
}

fn parse_claims(payload: &[u8]) -> Result<Claims, TokenError> {
    serde_json::from_slice(payload).map_err(|_| match serde_json::from_slice::<serde_json::Map<_, _>>(payload) {
        Ok(map) if CLAIMS.iter().any(|claim| !map.contains_key(*claim)) => TokenError::MissingClaim,
        _ => TokenError::Invalid,
    })
}

fn is_valid(claims: &Claims, kind: TokenKind, now: i64) -> bool {
    let ids = [&claims.sub, &claims.sid, &claims.jti];
    let in_order = 0 <= claims.iat && claims.iat <= claims.exp && claims.exp <= claims.rf_exp;
    claims.knd == kind
        && in_order
        && claims.iat <= now.saturating_add(ISSUED_AHEAD_MAX)
        && ids.into_iter().all(|id| random::is_id(id))
}
