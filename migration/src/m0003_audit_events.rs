//! Audit events. No foreign keys: events outlive accounts and sessions.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("audit_events")
            .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
            .col(ColumnDef::new("at").big_integer().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("outcome").text().not_null())
            .col(ColumnDef::new("actor_id").text().null())
            .col(ColumnDef::new("subject_id").text().null())
            .col(ColumnDef::new("session_id").text().null())
            .col(ColumnDef::new("ip").text().not_null())
            .col(ColumnDef::new("user_agent").text().not_null())
            .col(ColumnDef::new("request_id").text().not_null())
            .col(ColumnDef::new("detail").text().not_null());
        manager.create_table(table).await?;
        for (name, column) in [("audit_events_subject_id", "subject_id"), ("audit_events_kind", "kind")] {
            let mut index = Index::create();
            index.name(name).table("audit_events").col(column).col("id");
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_events").to_owned()).await
    }
}
