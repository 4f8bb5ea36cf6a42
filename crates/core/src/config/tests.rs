//! Every setting: accepted values, refused values, and the error line.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

use clap::Parser;

use super::*;

#[derive(Parser, Debug)]
struct Line {
    #[command(flatten)]
    settings: RawSettings,
}

const KEY: &str = "--jwt-secret=kX9q2Lw7Zr4Tb8Nv1Cf6Hs3Jd5Gm0Py9";

fn config(flags: &[&str]) -> Result<Config, String> {
    let line = Line::try_parse_from(["latchkey", KEY].iter().chain(flags)).unwrap();
    line.settings.config(crate::tests::PRODUCT).map_err(|error| error.to_string())
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let config = config(&[]).unwrap();
    assert_eq!(config.database_url, "sqlite://data/latchkey.db");
    assert_eq!(config.address.to_string(), "127.0.0.1:3000");
    assert_eq!(config.origin(), "http://localhost:3000");
    assert_eq!(config.lifespans, Lifespans { access: 900, refresh: 2_592_000, idle: 1_209_600, audit: 34_560_000 });
    assert!(config.is_dev && !config.is_https());
}

#[test]
fn port_means_all_addresses_and_wins() {
    let flags =
        ["--leptos-env=PROD", "--public-url=https://example.org", "--port=8080", "--leptos-site-addr=127.0.0.1:1"];
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
        (&["--session-idle="], "SESSION_IDLE: "),
        (&["--jwt-previous-secrets=short"], "JWT_PREVIOUS_SECRETS: "),
        (&["--confirm-email=yes"], "CONFIRM_EMAIL: "),
        (&["--mail-url=mail.example.org"], "MAIL_URL: "),
        (&["--mail-from=nobody"], "MAIL_FROM: "),
        (&["--mail-from=a@example.org, b@example.org"], "MAIL_FROM: "),
        (&["--confirm-lifespan=1"], "CONFIRM_LIFESPAN: "),
        (&["--reset-lifespan=0m"], "RESET_LIFESPAN: "),
        (&["--trusted-proxies=10.0.0.0/33"], "TRUSTED_PROXIES: "),
        (&["--hsts-include-subdomains=yes"], "HSTS_INCLUDE_SUBDOMAINS: "),
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

#[test]
fn a_key_that_can_be_guessed_is_refused() {
    for secret in ["changeme", &"a".repeat(64), &"abc".repeat(20)] {
        let line = Line::try_parse_from(["latchkey", "--jwt-secret", secret]).unwrap();
        assert!(
            line.settings.config(crate::tests::PRODUCT).unwrap_err().to_string().starts_with("JWT_SECRET: "),
            "{secret}"
        );
    }
    let line = Line::try_parse_from(["latchkey", "--leptos-env=PROD", "--public-url=https://example.org"]).unwrap();
    assert_eq!(
        line.settings.config(crate::tests::PRODUCT).unwrap_err().to_string(),
        "JWT_SECRET: is required with LEPTOS_ENV=PROD; `latchkey secret` makes one"
    );
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
        assert!(config(&["--leptos-env=PROD", "--public-url", loopback]).is_ok(), "{loopback}");
    }
}
