//! Reads the users of a flask-praetorian application from its own database.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr, QueryResult, Statement};

/// Timeout for connecting to that database.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A row of its table `users`.
pub struct FlaskUser {
    /// As stored there.
    pub username: String,
    /// `None` if the table has no such column.
    pub email: Option<String>,
    /// The password hash, in the format of its scheme.
    pub password: String,
    /// Comma-separated.
    pub roles: String,
    /// Whether the account can be used.
    pub is_active: bool,
}

/// All users, ordered by id. Only reads from that database.
///
/// # Errors
/// If the database can't be reached, or has no table `users` with the columns `username` and `password`.
pub async fn users(url: &str) -> Result<Vec<FlaskUser>, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).connect_timeout(CONNECT_TIMEOUT).acquire_timeout(CONNECT_TIMEOUT).sqlx_logging(false);
    let database = Database::connect(options).await?;
    let all = Statement::from_string(database.get_database_backend(), "SELECT * FROM users ORDER BY id");
    let rows = database.query_all_raw(all).await?;
    database.close().await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<FlaskUser, DbErr> {
    let columns = row.column_names();
    let has = |name: &str| columns.iter().any(|column| column == name);
    Ok(FlaskUser {
        username: row.try_get("", "username")?,
        email: if has("email") { row.try_get("", "email")? } else { None },
        password: row.try_get::<Option<String>>("", "password")?.unwrap_or_default(),
        roles: if has("roles") {
            row.try_get::<Option<String>>("", "roles")?.unwrap_or_default()
        } else {
            String::new()
        },
        // As in flask-praetorian: users are active without such a column, and inactive if it is NULL.
        is_active: !has("is_active") || row.try_get::<Option<bool>>("", "is_active")?.unwrap_or_default(),
    })
}
