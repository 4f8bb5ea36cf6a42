//! The settings by name: help and default.

/// A setting: the name of its environment variable, which is also its name in `.env`.
pub(super) struct Definition {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    /// `{slug}` and `{name}` stand for those of the application.
    pub(super) default: Option<&'static str>,
    /// Keys have no flag: other users of the machine can see the arguments of a process.
    pub(super) has_flag: bool,
}

const fn with_default(name: &'static str, default: &'static str, help: &'static str) -> Definition {
    Definition { name, help, default: Some(default), has_flag: true }
}

const fn optional(name: &'static str, help: &'static str) -> Definition {
    Definition { name, help, default: None, has_flag: true }
}

const fn key(name: &'static str, help: &'static str) -> Definition {
    Definition { name, help, default: None, has_flag: false }
}

/// All settings, in the order of the help.
pub(super) const SETTINGS: &[Definition] = &[
    with_default(
        "DATABASE_URL",
        "sqlite://data/{slug}.db",
        "`sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`; special characters are percent-encoded",
    ),
    with_default("DATABASE_CONNECTIONS", "10", "Maximum number of connections to the database"),
    optional("PORT", "Port to listen on, on all addresses; overrides `LEPTOS_SITE_ADDR` (PROD only)"),
    with_default("LEPTOS_SITE_ADDR", "127.0.0.1:3000", "Address to listen on"),
    optional(
        "PUBLIC_URL",
        "Public origin of this server, for links, origin checks and cookie names [DEV: http://localhost:PORT]",
    ),
    with_default("LEPTOS_ENV", "DEV", "DEV for local development, PROD for everything else"),
    key("JWT_SECRET", "Key that signs tokens: 32 bytes or more, see `latchkey secret` [DEV: generated once]"),
    key("JWT_PREVIOUS_SECRETS", "Previous keys, comma-separated: they only verify tokens"),
    optional("JWT_SECRET_FILE", "File that contains the key, instead of `JWT_SECRET`"),
    with_default("JWT_ACCESS_LIFESPAN", "15m", "How long a token grants access"),
    with_default("JWT_REFRESH_LIFESPAN", "30d", "Maximum lifetime of a session"),
    with_default("SESSION_IDLE", "14d", "Maximum idle time of a session"),
    with_default("AUDIT_RETENTION", "400d", "How long audit events are kept"),
    with_default("REGISTRATION", "open", "`open`: anyone can register; `closed`: only `user add` creates accounts"),
    with_default("CONFIRM_EMAIL", "true", "Whether a registration must be confirmed by email"),
    with_default("CONFIRM_LIFESPAN", "24h", "How long a registration or an email change can be confirmed"),
    with_default("RESET_LIFESPAN", "30m", "How long a password can be reset by an email link"),
    with_default("LOGIN_BY_EMAIL", "false", "Whether a link that is sent to the email address logs in"),
    with_default("REQUIRE_SECOND_FACTOR", "none", "Who must set up a second factor: none, admin, all"),
    with_default(
        "MAIL_URL",
        "file://data/mail",
        "`file://FOLDER`, `smtp://USER:PASSWORD@HOST:587` (STARTTLS) or `smtps://…`; `?ca=FILE.pem` adds a root \
         certificate [PROD: required]",
    ),
    with_default("MAIL_FROM", "{name} <noreply@localhost>", "Sender of emails"),
    optional("CORS_ORIGINS", "Origins whose scripts may call the API: `*`, or a comma-separated list"),
    optional("TRUSTED_PROXIES", "Networks whose X-Forwarded-For is trusted: CIDR, comma-separated"),
    with_default(
        "PWNED_PASSWORDS",
        "off",
        "`on`: refuses new passwords that api.pwnedpasswords.com knows; or the URL of another such service",
    ),
    with_default(
        "HSTS_INCLUDE_SUBDOMAINS",
        "false",
        "Whether browsers must use https for all subdomains, too (`includeSubDomains` of HSTS)",
    ),
    optional(
        "METRICS_ADDR",
        "Address on which `/metrics` is served in the format of Prometheus, such as 127.0.0.1:9464",
    ),
    with_default("RUST_LOG", "info", "What is logged: error, warn, info, debug, trace, or a filter by module"),
    with_default("LOG_FORMAT", "text", "`text`, or `json`: one line per event"),
];
