//! Failed attempts to guess a secret. The key is a keyed hash of what was typed, so that names and email addresses of
//! people without an account are not stored.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("attempts")
            .col(ColumnDef::new("key").text().not_null().primary_key())
            .col(ColumnDef::new("failures").integer().not_null())
            .col(ColumnDef::new("next_at").big_integer().not_null())
            .col(ColumnDef::new("last_at").big_integer().not_null());
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name("attempts_last_at").table("attempts").col("last_at");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("attempts").to_owned()).await
    }
}
