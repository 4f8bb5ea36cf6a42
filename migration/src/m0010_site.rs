//! Emails of the application, and drafts of its long forms.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["site_code", "reference"] {
            let mut table = Table::alter();
            table.table("outbox").add_column(ColumnDef::new(column).text().null());
            manager.alter_table(table).await?;
        }
        let mut table = Table::create();
        table
            .table("form_drafts")
            .col(ColumnDef::new("hash").text().not_null().primary_key())
            .col(ColumnDef::new("fields").text().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null());
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name("form_drafts_expires_at").table("form_drafts").col("expires_at");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("form_drafts").to_owned()).await?;
        for column in ["reference", "site_code"] {
            let mut table = Table::alter();
            table.table("outbox").drop_column(column);
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
