//! Keys that sign tokens.

use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{RawSettings, SettingError};
use crate::security::random;

const NAME: &str = "JWT_SECRET";
const PREVIOUS: &str = "JWT_PREVIOUS_SECRETS";
const FILE_NAME: &str = "JWT_SECRET_FILE";
/// File of the key that is generated for development.
const FILE: &str = "data/jwt_secret";
/// RFC 7518, 3.2: at least as long as the output of the hash.
const BYTES_MIN: usize = 32;
/// A value with fewer distinct bytes is a placeholder, not a key.
const DIFFERENT_MIN: usize = 10;

/// Reads the signing keys: the first one signs, the others only verify.
pub(super) fn read(raw: &RawSettings, is_dev: bool) -> Result<Vec<Vec<u8>>, SettingError> {
    let current = match (raw.get(NAME), raw.get(FILE_NAME)) {
        (Some(_), Some(_)) => {
            return Err(SettingError::new(FILE_NAME, "and JWT_SECRET are both set; remove one of them"));
        }
        (Some(secret), None) => validated(NAME, secret)?,
        (None, Some(path)) => validated(FILE_NAME, &from_file(Path::new(path))?)?,
        (None, None) if is_dev => validated(NAME, &kept(Path::new(FILE))?)?,
        (None, None) => {
            let problem = "is required with LEPTOS_ENV=PROD; `latchkey secret` prints a new one";
            return Err(SettingError::new(NAME, problem));
        }
    };
    let previous = raw.get(PREVIOUS).unwrap_or_default().split(',').map(str::trim).filter(|secret| !secret.is_empty());
    let mut secrets = vec![current];
    for secret in previous {
        secrets.push(validated(PREVIOUS, secret)?);
    }
    Ok(secrets)
}

/// Reads a key as a setting is read: without surrounding white space.
fn from_file(path: &Path) -> Result<String, SettingError> {
    let text =
        fs::read_to_string(path).map_err(|error| SettingError::new(FILE_NAME, format!("cannot be read: {error}")))?;
    Ok(text.trim().to_owned())
}

/// Generates a key: 256 random bits in base64url.
pub fn generate() -> anyhow::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::bytes::<32>()?))
}

fn validated(name: &'static str, secret: &str) -> Result<Vec<u8>, SettingError> {
    let bytes = secret.as_bytes();
    if bytes.len() < BYTES_MIN {
        return Err(SettingError::new(
            name,
            format!("has {} bytes; {BYTES_MIN} or more are needed, `latchkey secret` makes one", bytes.len()),
        ));
    }
    if bytes.contains(&b',') {
        return Err(SettingError::new(name, "must not contain a comma, which separates keys in JWT_PREVIOUS_SECRETS"));
    }
    if bytes.iter().collect::<HashSet<_>>().len() < DIFFERENT_MIN {
        return Err(SettingError::new(name, "is too regular to be a key; `latchkey secret` makes one"));
    }
    Ok(bytes.to_vec())
}

/// Reads the key from the file; generates it if the file is missing.
fn kept(path: &Path) -> Result<String, SettingError> {
    let wrong = |what: &str, error: &dyn std::fmt::Display| {
        SettingError::new(NAME, format!("cannot {what} {}: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| wrong("create the folder of", &error))?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let secret = generate().map_err(|error| wrong("generate a key for", &error))?;
            file.write_all(secret.as_bytes()).map_err(|error| wrong("write", &error))?;
            Ok(secret)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mode = fs::metadata(path).map_err(|error| wrong("read", &error))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(SettingError::new(
                    NAME,
                    format!("{} can be read by others; run: chmod 600 {}", path.display(), path.display()),
                ));
            }
            Ok(fs::read_to_string(path).map_err(|error| wrong("read", &error))?.trim().to_owned())
        }
        Err(error) => Err(wrong("write", &error)),
    }
}
