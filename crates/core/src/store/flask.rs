//! Reads the users of a flask-praetorian application, or of a similar one, from its own database.
//!
//! Every cell is read as bytes, whatever its type, so that one odd cell does not stop the import.

use anyhow::{Context, bail};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};

use super::connect;
use crate::config::DatabaseUrl;

/// Tables that are tried if none is named.
const TABLES: [&str; 2] = ["users", "user"];
/// Columns of password hashes that are tried if none is named.
const PASSWORD_COLUMNS: [&str; 3] = ["password", "hashed_password", "password_hash"];

/// Where the users are.
#[derive(Clone, Debug)]
pub struct Source {
    /// The database. It is only read.
    pub database: DatabaseUrl,
    /// The table; `None` for the usual ones.
    pub table: Option<String>,
    /// The column of the password hashes; `None` for the usual ones.
    pub password_column: Option<String>,
}

/// A row of the table of users.
pub struct FlaskUser {
    /// The username, or the id if there is none: what a report calls the row.
    pub label: String,
    /// As stored there; empty if it is NULL.
    pub username: String,
    /// `None` if it is NULL, or the table has no such column.
    pub email: Option<String>,
    /// The password hash, in the format of its scheme.
    pub password: String,
    /// Comma-separated.
    pub roles: String,
    /// Whether the account can be used; `None` if the cell is neither true nor false.
    pub is_active: Option<bool>,
}

/// All users, ordered by id.
///
/// # Errors
/// If the database can't be reached, or has no such table, no column `username`, or no column of passwords.
pub async fn users(source: &Source) -> anyhow::Result<Vec<FlaskUser>> {
    let database = connect::read_only(&source.database).await?;
    let users = read_all(&database, source).await;
    database.close().await?;
    users
}

async fn read_all(database: &DatabaseConnection, source: &Source) -> anyhow::Result<Vec<FlaskUser>> {
    let table = Table::find(database, source.table.as_deref()).await?;
    let password = match &source.password_column {
        Some(name) => table.column(name).with_context(|| format!("the table {} has no column {name}", table.name))?,
        None => PASSWORD_COLUMNS.iter().find_map(|name| table.column(name)).with_context(|| {
            format!("the table {} has none of the columns {}", table.name, PASSWORD_COLUMNS.join(", "))
        })?,
    };
    let username =
        table.column("username").with_context(|| format!("the table {} has no column username", table.name))?;
    let [id, email, roles, is_active] = ["id", "email", "roles", "is_active"].map(|name| table.column(name));
    let cells = [
        ("id", id),
        ("username", Some(username)),
        ("email", email),
        ("password", Some(password)),
        ("roles", roles),
        ("is_active", is_active),
    ];
    let cells = cells.map(|(alias, column)| table.cell(alias, column)).join(", ");
    let order = id.map(|id| format!(" ORDER BY {}", quoted(&id.name))).unwrap_or_default();
    let all = format!("SELECT {cells} FROM {}{order}", table.quoted());
    let rows = database.query_all_raw(Statement::from_string(table.backend, all)).await?;
    rows.iter().map(|row| Ok(read(row, is_active.is_some())?)).collect()
}

/// A table and its columns.
struct Table {
    backend: DbBackend,
    name: String,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    is_binary: bool,
}

impl Table {
    async fn find(database: &DatabaseConnection, named: Option<&str>) -> anyhow::Result<Self> {
        let names = named.map_or_else(|| TABLES.to_vec(), |name| vec![name]);
        for name in &names {
            let table = Self::inspect(database, name).await?;
            if !table.columns.is_empty() {
                return Ok(table);
            }
        }
        bail!("the database has no table {}", names.join(" and no table "))
    }

    async fn inspect(database: &DatabaseConnection, name: &str) -> Result<Self, DbErr> {
        let backend = database.get_database_backend();
        let sql = match backend {
            DbBackend::Sqlite => "SELECT name, '' AS type FROM pragma_table_info($1)",
            // The search path decides which of several tables is meant; a schema can be named.
            _ => {
                "SELECT attname::text AS name, atttypid::regtype::text AS type FROM pg_attribute \
                 WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped"
            }
        };
        let argument = if backend == DbBackend::Sqlite { name.to_owned() } else { quoted_path(name) };
        let rows = database.query_all_raw(Statement::from_sql_and_values(backend, sql, [argument.into()])).await?;
        let columns = rows.iter().map(|row| {
            Ok(Column { name: row.try_get("", "name")?, is_binary: row.try_get::<String>("", "type")? == "bytea" })
        });
        Ok(Self { backend, name: name.to_owned(), columns: columns.collect::<Result<_, DbErr>>()? })
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    fn quoted(&self) -> String {
        if self.backend == DbBackend::Sqlite { quoted(&self.name) } else { quoted_path(&self.name) }
    }

    /// An expression for the bytes of a cell in hexadecimal digits, or NULL.
    fn cell(&self, alias: &str, column: Option<&Column>) -> String {
        let Some(Column { name, is_binary }) = column else { return format!("CAST(NULL AS TEXT) AS {alias}") };
        let name = quoted(name);
        let bytes = match (self.backend, is_binary) {
            (DbBackend::Sqlite, _) => format!("CASE WHEN {name} IS NOT NULL THEN hex(CAST({name} AS BLOB)) END"),
            (_, true) => format!("encode({name}, 'hex')"),
            (_, false) => format!("encode(convert_to({name}::text, 'UTF8'), 'hex')"),
        };
        format!("{bytes} AS {alias}")
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name with an optional schema before a dot.
fn quoted_path(name: &str) -> String {
    name.split('.').map(quoted).collect::<Vec<_>>().join(".")
}

fn read(row: &QueryResult, has_is_active: bool) -> Result<FlaskUser, DbErr> {
    let cell = |name| Ok::<_, DbErr>(row.try_get::<Option<String>>("", name)?.map(|hex| text(&hex)));
    let username = cell("username")?.unwrap_or_default();
    let id = cell("id")?.unwrap_or_default();
    Ok(FlaskUser {
        label: if username.trim().is_empty() { format!("row with id {id}") } else { username.clone() },
        username,
        email: cell("email")?,
        password: cell("password")?.unwrap_or_default(),
        roles: cell("roles")?.unwrap_or_default(),
        // As in flask-praetorian: users are active without such a column, and inactive if it is NULL.
        is_active: if has_is_active { boolean(&cell("is_active")?.unwrap_or_default()) } else { Some(true) },
    })
}

/// The text in a cell. Other applications store text as bytes, and bytes as text: in the notation of PostgreSQL
/// (`\x2432…`) or Python (`b'$2b$…'`).
fn text(hex: &str) -> String {
    let text = String::from_utf8_lossy(&hex::decode(hex).unwrap_or_default()).into_owned();
    if let Some(inner) = text.strip_prefix("b'").and_then(|text| text.strip_suffix('\'')) {
        return inner.to_owned();
    }
    let inner = text.strip_prefix("\\x").filter(|hex| !hex.is_empty()).and_then(|hex| hex::decode(hex).ok());
    inner.map_or(text, |inner| String::from_utf8_lossy(&inner).into_owned())
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "y" | "yes" | "on" => Some(true),
        "" | "0" | "f" | "false" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}
