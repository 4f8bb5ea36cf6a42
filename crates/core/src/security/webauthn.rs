//! Passkeys: `WebAuthn`, Level 3. What is sent to and comes from the browser is the JSON of
//! `PublicKeyCredential.parseCreationOptionsFromJSON`, `parseRequestOptionsFromJSON` and `toJSON`.
//!
//! User verification is required, so a passkey alone is two factors. Attestation is not asked for.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::{Host, Url};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{AuthenticationVerificationOptions, SignatureCounterEnforcement};
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle, Username,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

/// Bytes of a user handle: a `public_id`.
const HANDLE: usize = 16;
/// Maximum length of a response, in bytes.
const RESPONSE_MAX: usize = 8 * 1024;

/// Why a response was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebauthnError {
    /// Wrong format, signature, origin, relying party or user.
    #[error("the response of the authenticator is invalid")]
    Invalid,
    /// The signature counter went back: there is a copy of the passkey.
    #[error("the signature counter went back")]
    Cloned,
}

/// A ceremony that was begun.
#[derive(Debug)]
pub struct Begun {
    /// Identifies the ceremony.
    pub challenge: String,
    /// What the response is checked against, in base64url.
    pub state: String,
    /// The options for the browser, as JSON.
    pub options: String,
}

/// The parts of a passkey that are stored, in base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPasskey {
    /// What the authenticator calls it.
    pub credential_id: String,
    /// The public key and what never changes.
    pub public_key: String,
    /// What changes with each use.
    pub state: String,
}

/// The site that passkeys are for.
#[derive(Clone)]
pub struct RelyingParty {
    id: RpId,
    name: &'static str,
    origin: String,
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// A response whose format is right.
#[derive(Debug)]
pub struct LoginResponse(DiscoverableAuthentication<HANDLE>);

impl RelyingParty {
    /// The relying party of a `PUBLIC_URL`, with a name for people; `None` for an IP address, which passkeys can't belong
    /// to.
    #[must_use]
    pub fn new(origin: &str, name: &'static str) -> Option<Self> {
        let Host::Domain(host) = Url::parse(origin).ok()?.host()?.to_owned() else { return None };
        let id = RpId::Domain(AsciiDomain::try_from(host).ok()?);
        Some(Self { id, name, origin: origin.to_owned() })
    }

    /// Begins to register a passkey for the account `public_id`. Authenticators that hold one of `known` are left out.
    pub fn begin_registration(
        &self,
        public_id: &str,
        username: &str,
        known: &[StoredPasskey],
    ) -> anyhow::Result<Begun> {
        let handle = handle(public_id)?;
        let known = known.iter().filter_map(|passkey| {
            let id = CredentialId::<Vec<u8>>::decode(decode(&passkey.credential_id)?).ok()?;
            Some(PublicKeyCredentialDescriptor { id, transports: AuthTransports::decode(0).ok()? })
        });
        let name = Username::try_from(username)?;
        let user = PublicKeyCredentialUserEntity { name, id: &handle, display_name: None };
        let mut options = PublicKeyCredentialCreationOptions::passkey(&self.id, user, known.collect());
        // Many authenticators do not know this extension. Every login checks that the user was verified.
        options.extensions.cred_protect = CredProtect::None;
        let challenge = hex(options.challenge.as_data());
        let (state, client) = options.start_ceremony()?;
        let mut options = serde_json::to_value(&client)?;
        options["rp"]["name"] = self.name.into();
        Ok(Begun { challenge, state: encode(state.encode()?), options: options.to_string() })
    }

    /// The challenge of a response to [`Self::begin_registration`].
    pub fn registration_challenge(response: &str) -> Result<String, WebauthnError> {
        let challenge = registration(response)?.challenge_relaxed().map_err(|_| WebauthnError::Invalid)?;
        Ok(hex(challenge.0))
    }

    /// Checks the response to a registration.
    pub fn finish_registration(&self, state: &str, response: &str) -> Result<StoredPasskey, WebauthnError> {
        let state = decode(state).and_then(|state| RegistrationServerState::<HANDLE>::decode(&state).ok());
        let response = registration(response)?;
        let origins = [self.origin.as_str()];
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let state = state.ok_or(WebauthnError::Invalid)?;
        let passkey = state.verify(&self.id, &response, &options).map_err(|_| WebauthnError::Invalid)?;
        let Ok(public_key) = passkey.static_state().encode();
        let Ok(state) = passkey.dynamic_state().encode();
        let credential_id = encode(passkey.id().into_inner());
        Ok(StoredPasskey { credential_id, public_key: encode(public_key), state: encode(state) })
    }

    /// Begins a login. The authenticator tells who logs in.
    pub fn begin_login(&self) -> anyhow::Result<Begun> {
        let options = DiscoverableCredentialRequestOptions::passkey(&self.id);
        let challenge = hex(options.0.challenge.as_data());
        let (state, client) = options.start_ceremony()?;
        Ok(Begun { challenge, state: encode(state.encode()?), options: serde_json::to_string(&client)? })
    }

    /// Checks the response to a login, and returns the new state of the passkey.
    pub fn finish_login(
        &self,
        state: &str,
        LoginResponse(response): &LoginResponse,
        passkey: &StoredPasskey,
        public_id: &str,
    ) -> Result<String, WebauthnError> {
        let stored = Stored::decode(passkey, public_id).ok_or(WebauthnError::Invalid)?;
        let state = decode(state).and_then(|state| DiscoverableAuthenticationServerState::decode(&state).ok());
        let origins = [self.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            sig_counter_enforcement: SignatureCounterEnforcement::Fail,
            ..AuthenticationVerificationOptions::default()
        };
        let id = CredentialId::<&[u8]>::decode(stored.id.as_slice()).map_err(|_| WebauthnError::Invalid)?;
        let credential = AuthenticatedCredential::new(id, &stored.handle, stored.public_key, stored.state);
        let mut credential = credential.map_err(|_| WebauthnError::Invalid)?;
        let state = state.ok_or(WebauthnError::Invalid)?;
        state.verify(&self.id, response, &mut credential, &options).map_err(|error| match error {
            AuthCeremonyErr::SignatureCounter => WebauthnError::Cloned,
            _ => WebauthnError::Invalid,
        })?;
        let Ok(state) = credential.dynamic_state().encode();
        Ok(encode(state))
    }
}

impl LoginResponse {
    /// Parses the JSON of the browser.
    pub fn parse(response: &str) -> Result<Self, WebauthnError> {
        if response.len() > RESPONSE_MAX {
            return Err(WebauthnError::Invalid);
        }
        DiscoverableAuthentication::from_json_relaxed(response.as_bytes()).map(Self).map_err(|_| WebauthnError::Invalid)
    }

    /// The challenge that it answers.
    pub fn challenge(&self) -> Result<String, WebauthnError> {
        Ok(hex(self.0.challenge_relaxed().map_err(|_| WebauthnError::Invalid)?.0))
    }

    /// What the authenticator calls the passkey, in base64url.
    #[must_use]
    pub fn credential_id(&self) -> String {
        encode(self.0.raw_id().into_inner())
    }
}

/// Ed25519, P-256, P-384 or RSA.
type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// A passkey as the library reads it.
struct Stored {
    id: Vec<u8>,
    handle: UserHandle<HANDLE>,
    public_key: StaticState<PublicKey>,
    state: DynamicState,
}

impl Stored {
    fn decode(passkey: &StoredPasskey, public_id: &str) -> Option<Self> {
        Some(Self {
            id: decode(&passkey.credential_id)?,
            handle: handle(public_id).ok()?,
            public_key: StaticState::decode(decode(&passkey.public_key)?.as_slice()).ok()?,
            state: DynamicState::decode(decode(&passkey.state)?.try_into().ok()?).ok()?,
        })
    }
}

fn registration(response: &str) -> Result<Registration, WebauthnError> {
    if response.len() > RESPONSE_MAX {
        return Err(WebauthnError::Invalid);
    }
    Registration::from_json_relaxed(response.as_bytes()).map_err(|_| WebauthnError::Invalid)
}

fn handle(public_id: &str) -> anyhow::Result<UserHandle<HANDLE>> {
    let bytes = decode(public_id).and_then(|bytes| <[u8; HANDLE]>::try_from(bytes).ok());
    let Ok(handle) = UserHandle::decode(bytes.ok_or_else(|| anyhow::anyhow!("a public id is 16 bytes"))?);
    Ok(handle)
}

fn hex(challenge: u128) -> String {
    format!("{challenge:032x}")
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
