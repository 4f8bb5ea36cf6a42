//! Every setting: accepted values, refused values, and the error line.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

use clap::{Args, Command, FromArgMatches};

use super::*;
use crate::tests::PRODUCT;

const KEY: &str = "kX9q2Lw7Zr4Tb8Nv1Cf6Hs3Jd5Gm0Py9";

/// The settings of these flags.
fn raw(flags: &[&str]) -> RawSettings {
    let command = RawSettings::augment_args(Command::new("latchkey"));
    let matches = command.try_get_matches_from(["latchkey"].iter().chain(flags)).unwrap();
    RawSettings::from_arg_matches(&matches).unwrap()
}

fn config(flags: &[&str]) -> Result<Config, String> {
    raw(flags).with("JWT_SECRET", KEY).unwrap().config(PRODUCT).map_err(|error| error.to_string())
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let config = config(&[]).unwrap();
    assert_eq!(config.database.url.to_string(), "sqlite://data/latchkey.db");
    assert_eq!(config.database.connections, 10);
    assert_eq!(config.address.to_string(), "127.0.0.1:3000");
    assert_eq!(config.origin(), "http://localhost:3000");
    assert_eq!(config.lifespans, Lifespans { access: 900, refresh: 2_592_000, idle: 1_209_600, audit: 34_560_000 });
    assert!(config.is_dev && !config.is_https());
}

#[test]
fn port_means_all_addresses_and_wins() {
    let flags = [
        "--leptos-env=PROD", "--public-url=https://example.org", "--mail-url=file://mail", "--port=8080",
        "--leptos-site-addr=127.0.0.1:1",
    ];
    assert_eq!(config(&flags).unwrap().address.to_string(), "0.0.0.0:8080");
}

#[test]
fn a_wrong_value_names_its_variable() {
    let prod = "--leptos-env=PROD";
    let https = "--public-url=https://example.org";
    let cases: &[(&[&str], &str)] = &[
        (&["--database-url=mysql://x"], "DATABASE_URL: "),
        (&["--port=http", prod, https], "PORT: "),
        (&["--port=3000"], "PORT: "),
        (&["--leptos-site-addr=nowhere"], "LEPTOS_SITE_ADDR: "),
        (&["--leptos-site-addr=0.0.0.0:3000"], "LEPTOS_SITE_ADDR: "),
        (&["--leptos-env=TEST"], "LEPTOS_ENV: "),
        (&[prod], "PUBLIC_URL: "),
        (&["--public-url=https://example.org"], "PUBLIC_URL: "),
        (&[prod, "--public-url=http://example.org"], "PUBLIC_URL: "),
        (&[prod, "--public-url=https://example.org/app"], "PUBLIC_URL: "),
        (&[prod, "--public-url=ftp://example.org"], "PUBLIC_URL: "),
        (&[prod, "--public-url=example.org"], "PUBLIC_URL: "),
        (&["--audit-retention=forever"], "AUDIT_RETENTION: "),
        (&["--jwt-access-lifespan=15"], "JWT_ACCESS_LIFESPAN: "),
        (&["--jwt-access-lifespan=0s"], "JWT_ACCESS_LIFESPAN: "),
        (&["--jwt-access-lifespan=-5m"], "JWT_ACCESS_LIFESPAN: "),
        (&["--jwt-access-lifespan=99999999999999999d"], "JWT_ACCESS_LIFESPAN: "),
        (&["--jwt-access-lifespan=31d"], "JWT_ACCESS_LIFESPAN: "),
        (&["--jwt-refresh-lifespan=ever"], "JWT_REFRESH_LIFESPAN: "),
        (&[prod, https], "MAIL_URL: "),
        (&["--mail-url=smtp://mail.example.org"], "MAIL_FROM: "),
        (&["--mail-from=Zoë <zoë@example.org>"], "MAIL_FROM: "),
        (&["--database-connections=0"], "DATABASE_CONNECTIONS: "),
        (&["--registration=maybe"], "REGISTRATION: "),
        (&["--confirm-email=yes"], "CONFIRM_EMAIL: "),
        (&["--mail-url=mail.example.org"], "MAIL_URL: "),
        (&["--mail-from=nobody"], "MAIL_FROM: "),
        (&["--mail-from=a@example.org, b@example.org"], "MAIL_FROM: "),
        (&["--confirm-lifespan=1"], "CONFIRM_LIFESPAN: "),
        (&["--reset-lifespan=0m"], "RESET_LIFESPAN: "),
        (&["--trusted-proxies=10.0.0.0/33"], "TRUSTED_PROXIES: "),
        (&["--hsts-include-subdomains=yes"], "HSTS_INCLUDE_SUBDOMAINS: "),
        (&["--pwned-passwords=yes"], "PWNED_PASSWORDS: "),
        (&["--pwned-passwords=http://example.org"], "PWNED_PASSWORDS: "),
        (&["--cors-origins=example.org"], "CORS_ORIGINS: "),
        (&["--cors-origins=https://example.org/"], "CORS_ORIGINS: "),
        (&["--cors-origins=https://example.org/app"], "CORS_ORIGINS: "),
        (&["--cors-origins=https://*.example.org"], "CORS_ORIGINS: "),
        (&["--cors-origins=*,https://example.org"], "CORS_ORIGINS: "),
        (&["--cors-origins=null"], "CORS_ORIGINS: "),
        (&["--cors-origins=ftp://example.org"], "CORS_ORIGINS: "),
    ];
    for (flags, start) in cases {
        let error = config(flags).err().unwrap_or_default();
        assert!(error.starts_with(start) && !error.contains('\n'), "{flags:?}: {error:?}");
    }
}

/// The settings of these names, all of which begin with `JWT`.
fn keys(values: &[(&str, &str)]) -> Result<Vec<Vec<u8>>, String> {
    let raw = values.iter().fold(RawSettings::default(), |raw, (name, value)| raw.with(name, value).unwrap());
    raw.config(PRODUCT).map(|config| config.secrets).map_err(|error| error.to_string())
}

#[test]
fn a_key_that_can_be_guessed_is_refused() {
    let with_comma = format!("{KEY},");
    for secret in ["changeme", &"a".repeat(64), &"abc".repeat(20), &with_comma] {
        let error = keys(&[("JWT_SECRET", secret)]).unwrap_err();
        assert!(error.starts_with("JWT_SECRET: ") && !error.contains(secret), "{error}");
    }
    assert!(keys(&[("JWT_SECRET", KEY), ("JWT_PREVIOUS_SECRETS", "short")]).unwrap_err().starts_with("JWT_PREVIOUS"));
    let line = raw(&["--leptos-env=PROD", "--public-url=https://example.org", "--mail-url=file://data/mail"]);
    assert_eq!(
        line.config(PRODUCT).unwrap_err().to_string(),
        "JWT_SECRET: is required with LEPTOS_ENV=PROD; `latchkey secret` prints a new one"
    );
}

#[test]
fn a_key_is_the_same_wherever_it_stands() {
    let other = "Zq8Wx2Ec5Rv9Tb3Yn7Um1Ik4Ol6Pa0Sd";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{KEY}\r\n")).unwrap();
    let file = file.to_str().unwrap();
    let expected = vec![KEY.as_bytes().to_vec(), other.as_bytes().to_vec()];
    let padded = format!("  {KEY}\n");
    let previous = format!("{other}\n,");
    for current in [("JWT_SECRET", KEY), ("JWT_SECRET", &padded), ("JWT_SECRET_FILE", file)] {
        for previous in [other, previous.as_str()] {
            assert_eq!(keys(&[current, ("JWT_PREVIOUS_SECRETS", previous)]).unwrap(), expected, "{current:?}");
        }
    }
    let both = keys(&[("JWT_SECRET", KEY), ("JWT_SECRET_FILE", file)]).unwrap_err();
    assert!(both.starts_with("JWT_SECRET_FILE: "), "{both}");
    let missing = keys(&[("JWT_SECRET_FILE", "kX9q2Lw7Zr4Tb8Nv1Cf6Hs3Jd5Gm0Py9")]).unwrap_err();
    assert!(missing.starts_with("JWT_SECRET_FILE: ") && !missing.contains(KEY), "{missing}");
}

#[test]
fn keys_have_no_flag() {
    for name in ["--jwt-secret", "--jwt-previous-secrets"] {
        let command = RawSettings::augment_args(Command::new("latchkey"));
        let error = command.try_get_matches_from(["latchkey", name, KEY]).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::UnknownArgument);
    }
}

#[test]
fn an_empty_setting_is_unset_and_blanks_around_a_value_do_not_count() {
    for definition in definitions::SETTINGS {
        for empty in ["", " ", "\n"] {
            let raw = RawSettings::default().with("JWT_SECRET", KEY).unwrap();
            let raw = if definition.name == "JWT_SECRET" { raw } else { raw.with(definition.name, empty).unwrap() };
            raw.config(PRODUCT).unwrap();
            raw.logging(PRODUCT).unwrap();
        }
        let Some(default) = definition.default else { continue };
        let padded = format!(" {} \n", default.replace("{slug}", "x").replace("{name}", "x"));
        let raw = RawSettings::default().with("JWT_SECRET", KEY).unwrap().with(definition.name, &padded).unwrap();
        raw.config(PRODUCT).unwrap();
        raw.logging(PRODUCT).unwrap();
    }
}

#[test]
fn no_error_repeats_a_value() {
    for definition in definitions::SETTINGS {
        let raw = RawSettings::default().with("JWT_SECRET", KEY).unwrap().with(definition.name, "hunter2=[").unwrap();
        let errors = [raw.config(PRODUCT).err(), raw.logging(PRODUCT).err()];
        let error = errors.into_iter().flatten().next().unwrap_or_else(|| panic!("{} takes anything", definition.name));
        let error = error.to_string();
        assert!(error.starts_with(definition.name) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn origins_of_other_sites_are_none_all_or_a_list() {
    let origins = |flag: &str| config(&[flag]).unwrap().cors_origins;
    assert_eq!(origins("--cors-origins= "), CorsOrigins::None);
    assert_eq!(origins("--cors-origins=*"), CorsOrigins::Any);
    let list = ["https://app.example.org".to_owned(), "http://localhost:5173".to_owned()];
    assert_eq!(
        origins("--cors-origins=https://app.example.org, http://localhost:5173"),
        CorsOrigins::List(list.into())
    );
}

#[test]
fn https_is_for_everything_but_loopback() {
    for loopback in ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000", "http://app.localhost"] {
        assert!(
            config(&["--leptos-env=PROD", "--mail-url=file://mail", "--public-url", loopback]).is_ok(),
            "{loopback}"
        );
    }
}
