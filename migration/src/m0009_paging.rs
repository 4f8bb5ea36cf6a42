//! Indexes for keyset pagination, and byte-wise collation of the keys.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        collate_keys(manager, "C").await?;
        // Every change of an account locks the administrators. That query must contain the same condition.
        let connection = manager.get_connection();
        connection.execute_unprepared("CREATE INDEX users_admins ON users (id) WHERE roles LIKE '%admin%'").await?;
        let mut index = Index::create();
        index.name("audit_events_actor_id").table("audit_events").col("actor_id").col("id");
        manager.create_index(index).await?;
        let mut index = Index::create();
        index.name("audit_events_at").table("audit_events").col("at");
        manager.create_index(index).await?;
        let mut index = Index::create();
        index.name("sessions_refresh_expires_at").table("sessions").col("refresh_expires_at");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("sessions_refresh_expires_at").table("sessions").to_owned()).await?;
        manager.drop_index(Index::drop().name("audit_events_at").table("audit_events").to_owned()).await?;
        manager.drop_index(Index::drop().name("audit_events_actor_id").table("audit_events").to_owned()).await?;
        manager.get_connection().execute_unprepared("DROP INDEX users_admins").await?;
        collate_keys(manager, "default").await
    }
}

/// Sets the collation of the keys on PostgreSQL. The default depends on the locale of the database, and may not keep
/// keys with the same prefix together. SQLite compares bytes anyway.
async fn collate_keys(manager: &SchemaManager<'_>, collation: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for column in ["username_key", "email_key"] {
        let sql = format!("ALTER TABLE users ALTER COLUMN {column} TYPE text COLLATE \"{collation}\"");
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
