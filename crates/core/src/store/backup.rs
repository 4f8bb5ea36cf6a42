//! Copies of an SQLite database.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use sea_orm::{ConnectionTrait, Statement};

use super::connect;
use crate::config::DatabaseUrl;

/// Writes a consistent copy into a new file that only its owner can read. Servers can go on writing meanwhile.
///
/// # Errors
/// For PostgreSQL, for a file that exists already, and if the database or the file can't be opened.
pub async fn write(database: &DatabaseUrl, file: &Path) -> anyhow::Result<()> {
    if !matches!(database, DatabaseUrl::Sqlite(_)) {
        bail!("this command copies SQLite databases; for PostgreSQL use pg_dump");
    }
    let name = file.to_str().context("the name of the file must be UTF-8")?;
    let source = connect::read_only(database).await?;
    // SQLite accepts an empty file. It would make one that everybody can read.
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    created.with_context(|| format!("cannot create {name}"))?;
    let copy = Statement::from_sql_and_values(source.get_database_backend(), "VACUUM INTO $1", [name.into()]);
    let copied = source.execute_raw(copy).await.map_err(anyhow::Error::from);
    let saved = copied.and_then(|_| Ok(File::open(file)?.sync_all()?));
    if saved.is_err() {
        let _ = fs::remove_file(file);
    }
    saved.with_context(|| format!("cannot copy {database}"))
}
