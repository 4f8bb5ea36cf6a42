//! Settings of the database.

use std::fmt;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;
use url::Url;

use super::SettingError;

const URL: &str = "DATABASE_URL";
const CONNECTIONS: &str = "DATABASE_CONNECTIONS";
/// Maximum of `DATABASE_CONNECTIONS`.
const CONNECTIONS_MAX: u32 = 1_000;
/// Parameters of a PostgreSQL URL. Others are refused: they could contain a misspelt password.
const POSTGRES_PARAMETERS: [&str; 16] = [
    "sslmode", "ssl-mode", "sslrootcert", "ssl-root-cert", "ssl-ca", "sslcert", "ssl-cert", "sslkey", "ssl-key",
    "host", "hostaddr", "port", "dbname", "user", "password", "application_name",
];
/// The parameter of a PostgreSQL URL for `PgBouncer` in transaction mode.
const PGBOUNCER: &str = "pgbouncer";

/// The database of a server.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Where it is.
    pub url: DatabaseUrl,
    /// Maximum number of connections.
    pub connections: u32,
}

/// A parsed `DATABASE_URL`. `Display` and `Debug` omit user, password and parameters.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(Box<PostgresUrl>),
}

/// A PostgreSQL server.
#[derive(Clone)]
pub struct PostgresUrl {
    /// How to connect.
    pub(crate) options: PgConnectOptions,
    /// Whether `?pgbouncer=true` says that statements cannot be prepared.
    pub(crate) is_pgbouncer: bool,
    /// Host, port and name.
    location: String,
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(postgres) => f.write_str(&postgres.location),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl DatabaseSettings {
    pub(super) fn parse(url: &str, connections: &str) -> Result<Self, SettingError> {
        let connections = connections.parse().ok().filter(|count| (1..=CONNECTIONS_MAX).contains(count));
        Ok(Self {
            url: DatabaseUrl::parse(URL, url)?,
            connections: connections.ok_or_else(|| {
                SettingError::new(CONNECTIONS, format!("must be a number from 1 to {CONNECTIONS_MAX}"))
            })?,
        })
    }
}

impl DatabaseUrl {
    /// Parses a URL; `name` is the setting or flag that contains it.
    ///
    /// # Errors
    /// If it is invalid. The message never repeats a part of it, because it may contain a password.
    pub fn parse(name: &'static str, text: &str) -> Result<Self, SettingError> {
        let wrong = |problem: &str| SettingError::new(name, problem);
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return sqlite(rest.strip_prefix("//").unwrap_or(rest))
                .map(Self::Sqlite)
                .map_err(|problem| wrong(&problem));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return postgres(text).map(|url| Self::Postgres(Box::new(url))).map_err(|problem| wrong(&problem));
        }
        Err(wrong("must begin with sqlite:// or postgres://"))
    }
}

fn sqlite(rest: &str) -> Result<PathBuf, String> {
    let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if !matches!(parameters, "" | "mode=rwc" | "mode=rw") {
        return Err(
            "can have no other parameter than ?mode=rwc; a question mark in a file name is written %3F".to_owned()
        );
    }
    let path = percent_decode_str(path).decode_utf8().map_err(|_| "is not UTF-8 when percent-decoded".to_owned())?;
    match path.as_ref() {
        "" | ":memory:" => Err("names no file; write it like sqlite://data/latchkey.db".to_owned()),
        path => Ok(PathBuf::from(path)),
    }
}

fn postgres(text: &str) -> Result<PostgresUrl, String> {
    let malformed = || {
        "is not a URL; write it like postgres://user:password@host/name, and percent-encode special characters in user \
         and password: # is %23, / is %2F, ? is %3F, @ is %40, : is %3A, % is %25"
            .to_owned()
    };
    let mut url = Url::parse(text).map_err(|_| malformed())?;
    // Signs that an unencoded character of the password has ended the part with user and host.
    if url.fragment().is_some() || url.path().contains('@') || url.query().is_some_and(|query| query.contains('@')) {
        return Err(malformed());
    }
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut is_pgbouncer = false;
    url.set_query(None);
    for (key, value) in &parameters {
        match (key.as_str(), value.as_str()) {
            (PGBOUNCER, "true") => is_pgbouncer = true,
            (PGBOUNCER, "false") => {}
            (PGBOUNCER, _) => return Err("its parameter pgbouncer must be true or false".to_owned()),
            (known, _) if POSTGRES_PARAMETERS.contains(&known) => {
                url.query_pairs_mut().append_pair(key, value);
            }
            _ => {
                return Err(format!(
                    "has an unknown parameter; known are {}, pgbouncer",
                    POSTGRES_PARAMETERS.join(", ")
                ));
            }
        }
    }
    let options = PgConnectOptions::from_url(&url)
        .map_err(|_| "has a parameter with an invalid value, such as an unknown sslmode".to_owned())?;
    let location = format!(
        "postgres://{}:{}/{}",
        options.get_socket().map_or_else(|| options.get_host().to_owned(), |socket| socket.display().to_string()),
        options.get_port(),
        options.get_database().unwrap_or_default()
    );
    Ok(PostgresUrl { options, is_pgbouncer, location })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_sqlite_is_decoded_once() {
        for (url, path) in [
            ("sqlite://data/x.db", "data/x.db"),
            ("sqlite:data/x.db", "data/x.db"),
            ("sqlite:///var/lib/x.db?mode=rwc", "/var/lib/x.db"),
            ("sqlite://my%20data/x.db", "my data/x.db"),
            ("sqlite://my data/x.db", "my data/x.db"),
            ("sqlite://a%2520b.db", "a%20b.db"),
            ("sqlite://what%3F.db", "what?.db"),
            ("sqlite://100%.db", "100%.db"),
        ] {
            match DatabaseUrl::parse(URL, url).unwrap() {
                DatabaseUrl::Sqlite(found) => assert_eq!(found, PathBuf::from(path), "{url}"),
                DatabaseUrl::Postgres(_) => unreachable!("{url}"),
            }
        }
    }

    #[test]
    fn no_error_and_no_text_repeats_a_password() {
        for url in [
            "mysql://u:hunter2@h/db", "postgres://u:hunter2#w@h/db", "postgres://u:12#hunter2@h/db",
            "postgres://u:hunter2/x@h/db", "postgres://u:1/hunter2@h/db", "postgres://u:1?hunter2@h/db",
            "postgres://u:hunter2@h:port/db", "postgres://u:x@h/db?pasword=hunter2",
            "postgres://u:x@h/db?sslmode=hunter2", "postgres://u:x@h/db?pgbouncer=hunter2", "postgres:u:hunter2@h/db",
            "sqlite://data/x.db?key=hunter2", "sqlite://", "sqlite::memory:",
        ] {
            let error = DatabaseUrl::parse(URL, url).unwrap_err().to_string();
            assert!(error.starts_with("DATABASE_URL: ") && !error.contains("hunter2"), "{url}: {error}");
        }
        let url =
            DatabaseUrl::parse(URL, "postgresql://u:hunter2@db.example.org:6432/my%20db?sslmode=require").unwrap();
        assert_eq!(url.to_string(), "postgres://db.example.org:6432/my db");
        assert_eq!(format!("{url:?}"), url.to_string());
    }

    #[test]
    fn special_characters_of_a_password_are_percent_encoded() {
        let url = DatabaseUrl::parse(URL, "postgres://u:p%23w%2F%40@h/db?pgbouncer=true").unwrap();
        let DatabaseUrl::Postgres(postgres) = url else { unreachable!() };
        assert!(postgres.is_pgbouncer);
        assert!(postgres.options.to_url_lossy().as_str().contains(":p%23w%2F%40@"), "decoded once, and encoded again");
    }

    #[test]
    fn connections_are_a_number() {
        for refused in ["0", "-1", "ten", "1001", "1.5"] {
            let error = DatabaseSettings::parse("sqlite://x.db", refused).unwrap_err().to_string();
            assert_eq!(error, "DATABASE_CONNECTIONS: must be a number from 1 to 1000", "{refused}");
        }
        assert_eq!(DatabaseSettings::parse("sqlite://x.db", "2").unwrap().connections, 2);
    }
}
