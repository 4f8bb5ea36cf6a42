//! Applying and reverting migrations, one node at a time.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use anyhow::{Context, bail};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement, TransactionOptions};
use sea_orm_migration::{IntoSchemaManagerConnection, MigrationTrait, MigratorTraitSelf, SchemaManager};

use super::{SiteMigrations, Store};

/// Key of the PostgreSQL advisory lock for migrations: "latchkey" in ASCII.
const MIGRATION_LOCK: i64 = 0x6c61_7463_686b_6579;
/// The table of applied migrations.
const TABLE: &str = "seaql_migrations";

/// All migrations: those of the login, then those of the application.
#[derive(Clone, Copy, Debug)]
pub(super) struct Migrations(pub(super) SiteMigrations);

impl MigratorTraitSelf for Migrations {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let Self(of_site) = self;
        <Migrator as MigratorTrait>::migrations().into_iter().chain(of_site()).collect()
    }
}

impl Migrations {
    fn names(self) -> HashSet<String> {
        self.migrations().iter().map(|migration| migration.name().to_owned()).collect()
    }

    /// # Errors
    /// If the database has migrations that this version does not know. It could revert none of them, and could write rows
    /// that the later version does not expect.
    async fn require_known<'c, C: ConnectionTrait>(self, db: &'c C) -> anyhow::Result<()>
    where
        &'c C: IntoSchemaManagerConnection<'c>,
    {
        let known = self.names();
        let mut later: Vec<_> = applied(db).await?.into_iter().filter(|name| !known.contains(name)).collect();
        later.sort();
        if later.is_empty() {
            return Ok(());
        }
        bail!(
            "a later version has migrated it ({}); start that version, or revert with it: latchkey migrate --down {}",
            later.join(", "),
            later.len()
        )
    }
}

impl Store {
    /// Applies missing migrations, one node at a time, and returns how many there were.
    ///
    /// # Errors
    /// If the database is unavailable, or was migrated by a later version.
    pub async fn migrate(&self) -> anyhow::Result<usize> {
        let migrations = self.migrations;
        if let Some(path) = &self.migration_lock {
            let (_locked, db) = (lock_file(path).await?, &self.reader.connection);
            migrations.require_known(db).await?;
            let pending = migrations.get_pending_migrations(db).await?.len();
            migrations.up(db, None).await?;
            return Ok(pending);
        }
        let tx = self.migration_tx().await?;
        migrations.require_known(&tx).await?;
        let pending = migrations.get_pending_migrations(&tx).await?.len();
        migrations.up(&tx, None).await?;
        tx.commit().await?;
        Ok(pending)
    }

    /// Rolls back the last `steps` migrations, one node at a time.
    ///
    /// # Errors
    /// If the database is unavailable, or was migrated by a later version.
    pub async fn migrate_down(&self, steps: u32) -> anyhow::Result<()> {
        if let Some(path) = &self.migration_lock {
            let (_locked, db) = (lock_file(path).await?, &self.reader.connection);
            self.migrations.require_known(db).await?;
            return Ok(self.migrations.down(db, Some(steps)).await?);
        }
        let tx = self.migration_tx().await?;
        self.migrations.require_known(&tx).await?;
        self.migrations.down(&tx, Some(steps)).await?;
        Ok(tx.commit().await?)
    }

    /// Begins a PostgreSQL transaction that no other node can be in. Needs one connection only, and works through
    /// `PgBouncer`.
    async fn migration_tx(&self) -> Result<DatabaseTransaction, DbErr> {
        let tx = self.reader.begin(TransactionOptions::default()).await?;
        // A large table can take longer than a request may.
        tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
        Ok(tx)
    }

    /// Whether the database is reachable and has all migrations of this version. It may have those of a later version, too:
    /// while a new version is rolled out, the nodes of the old one keep serving.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn is_current(&self) -> Result<bool, DbErr> {
        let tx = self.reader.begin(TransactionOptions::default()).await?;
        let applied = applied(&tx).await?;
        tx.rollback().await?;
        Ok(self.migrations.names().is_subset(&applied))
    }
}

/// The names of the applied migrations.
async fn applied<'c, C: ConnectionTrait>(db: &'c C) -> Result<HashSet<String>, DbErr>
where
    &'c C: IntoSchemaManagerConnection<'c>,
{
    if !SchemaManager::new(db).has_table(TABLE).await? {
        return Ok(HashSet::new());
    }
    let query = Statement::from_string(db.get_database_backend(), format!("SELECT version FROM {TABLE}"));
    db.query_all_raw(query).await?.iter().map(|row| row.try_get("", "version")).collect()
}

/// Waits for the lock file of migrations.
async fn lock_file(path: &Path) -> anyhow::Result<File> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await??)
}
