//! The users of a flask-praetorian application, read from its own database.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr, QueryResult, Statement};

/// How long that database may take to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A row of its table `users`.
pub struct FlaskUser {
    /// As it was typed there.
    pub username: String,
    /// Where the table has it.
    pub email: Option<String>,
    /// The hash, in the format of its scheme.
    pub password: String,
    /// Comma-separated.
    pub roles: String,
    /// Whether the account may be used.
    pub is_active: bool,
}

/// Every user, in the order in which they came. Changes nothing there.
///
/// # Errors
/// When the database can't be reached, has no table `users`, or one without `username` and `password`.
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
        // What flask-praetorian makes of it: no such column means valid, an empty one means not.
        is_active: !has("is_active") || row.try_get::<Option<bool>>("", "is_active")?.unwrap_or_default(),
    })
}
