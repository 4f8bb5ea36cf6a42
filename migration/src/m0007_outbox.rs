//! Queue of outgoing emails. Contains ids only, neither addresses nor tokens: the worker looks everything up at
//! delivery.
//!
//! No foreign keys: the worker skips rows whose subject no longer exists.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("outbox")
            .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
            .col(ColumnDef::new("template").text().not_null())
            .col(ColumnDef::new("user_id").big_integer().null())
            .col(ColumnDef::new("registration_id").big_integer().null())
            .col(ColumnDef::new("email_change_id").big_integer().null())
            .col(ColumnDef::new("session_id").text().null())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("due_at").big_integer().null())
            .col(ColumnDef::new("attempts").integer().not_null())
            .col(ColumnDef::new("claimed_until").big_integer().null())
            .col(ColumnDef::new("claimed_by").text().null())
            .col(ColumnDef::new("sent_at").big_integer().null())
            .col(ColumnDef::new("failed_at").big_integer().null());
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name("outbox_due_at").table("outbox").col("due_at").col("id");
        manager.create_index(index).await?;
        for column in ["user_id", "email_change_id"] {
            let mut index = Index::create();
            index.name(format!("outbox_{column}")).table("outbox").col(column).col("id");
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("outbox").to_owned()).await
    }
}
