//! JSON Web Tokens: claims, signing and strict decoding.
//!
//! `jsonwebtoken` only signs and verifies signatures. Header and claims are checked here, because its own validation
//! reads the system clock, ignores `typ` and `crit`, and accepts claims of the wrong type.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::random;
pub use crate::kinds::TokenKind;

/// The header `typ` (RFC 9068, 2.1): rejects tokens issued for another purpose.
const TYPE: &str = "at+jwt";
/// Maximum length of a token in bytes, checked before it is decoded. Browsers do not store larger cookies.
const TOKEN_MAX: usize = 4096;
/// How far `iat` may be in the future, in seconds: the clocks of nodes differ.
const ISSUED_AHEAD_MAX: i64 = 60;
const CLAIMS: [&str; 11] = ["iss", "aud", "sub", "sid", "jti", "gen", "iat", "exp", "rf_exp", "rls", "knd"];

/// The claims of a token. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The user: `users.public_id`.
    pub sub: String,
    /// The session: `sessions.id`.
    pub sid: String,
    /// The id of this token within the session.
    pub jti: String,
    /// How often the token of the session was rotated before this one.
    #[serde(rename = "gen")]
    pub generation: u32,
    /// Issued at.
    pub iat: i64,
    /// When access expires.
    pub exp: i64,
    /// When the token can no longer be refreshed.
    pub rf_exp: i64,
    /// The roles, comma-separated.
    pub rls: String,
    /// Where the token is accepted.
    pub knd: TokenKind,
}

/// Input for new [`Claims`].
#[derive(Debug)]
pub struct NewClaims<'a> {
    /// `iss` and `aud`: the application accepts only its own tokens, see
    /// [`Product::slug`](latchkey_types::Product::slug).
    pub issuer: &'a str,
    /// `sub`.
    pub subject: &'a str,
    /// `sid`.
    pub session: &'a str,
    /// `jti`.
    pub token: &'a str,
    /// `gen`.
    pub generation: u32,
    /// `iat`.
    pub issued_at: i64,
    /// How long the token grants access, in seconds. Cut at `refresh_expires_at`.
    pub access_seconds: i64,
    /// `rf_exp`.
    pub refresh_expires_at: i64,
    /// `rls`: the roles, comma-separated.
    pub roles: &'a str,
    /// `knd`.
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

/// Why a token was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Wrong format, signature, algorithm, issuer, audience, kind or type.
    #[error("the token is invalid")]
    Invalid,
    /// The signature is valid, but a claim is missing.
    #[error("the token lacks a claim")]
    MissingClaim,
    /// `exp` has passed.
    #[error("the token no longer grants access; refresh it")]
    AccessExpired,
    /// `rf_exp` has passed.
    #[error("the token can no longer be refreshed; log in again")]
    RefreshExpired,
}

/// A signed token. Only [`Token::expose`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The encoded token, for a cookie or a response body.
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

/// Claims with a valid signature, not yet checked for expiry. No guard accepts them.
#[derive(Clone, Debug)]
pub struct SignedClaims(Claims);

/// Claims of a token that is signed and not expired. Whether its session is live is checked in `SessionService`.
#[derive(Debug)]
pub struct AccessClaims(Claims);

/// Claims that can be exchanged for a new token, even if they no longer grant access. Only rotation and logout accept
/// them, so that an expired token can't grant access by mistake.
#[derive(Debug)]
pub struct RefreshableClaims(Claims);

impl SignedClaims {
    /// Checks `exp`, without leeway; fails with [`TokenError::AccessExpired`].
    pub fn access(self, now: i64) -> Result<AccessClaims, TokenError> {
        if self.0.exp <= now { Err(TokenError::AccessExpired) } else { Ok(AccessClaims(self.0)) }
    }

    /// Checks `rf_exp`, without leeway; fails with [`TokenError::RefreshExpired`].
    pub fn refreshable(self, now: i64) -> Result<RefreshableClaims, TokenError> {
        if self.0.rf_exp <= now { Err(TokenError::RefreshExpired) } else { Ok(RefreshableClaims(self.0)) }
    }

    /// The claim `sub`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.sub
    }

    /// The claim `sid`.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.0.sid
    }

    /// The claim `exp`.
    #[must_use]
    pub fn access_expires_at(&self) -> i64 {
        self.0.exp
    }

    /// How long the token grants access in total, in seconds.
    #[must_use]
    pub fn access_seconds(&self) -> i64 {
        self.0.exp - self.0.iat
    }
}

impl AccessClaims {
    /// The checked claims.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.0
    }
}

impl RefreshableClaims {
    /// The checked claims.
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

/// The key that signs and verifies, and previous keys that only verify.
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
    /// `current` signs and verifies, `previous` only verify. Tokens of another `issuer` are rejected.
    #[must_use]
    pub fn new(issuer: &'static str, current: &[u8], previous: &[Vec<u8>]) -> Self {
        Self { issuer, current: Key::new(current), previous: previous.iter().map(|secret| Key::new(secret)).collect() }
    }

    /// Signs claims with the current key.
    pub fn sign(&self, claims: &Claims) -> anyhow::Result<Token> {
        let header = Header { alg: "HS256".to_owned(), typ: TYPE.to_owned(), kid: self.current.id.clone() };
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?);
        let message = format!("{header}.{payload}");
        let signature = crypto::sign(message.as_bytes(), &self.current.signing, Algorithm::HS256)?;
        Ok(Token(format!("{message}.{signature}")))
    }

    /// Verifies signature, header and claims of a token that must be of `kind`. Does not check its expiry.
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
        // Strict base64url: a token must not have several valid spellings.
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
