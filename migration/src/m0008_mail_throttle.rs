//! Rate limit of emails: when they were requested, by purpose and address, whether or not one was sent. The key is a
//! hash, so that email addresses of people without an account are not stored.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("mail_throttle")
            .col(ColumnDef::new("key").text().not_null().primary_key())
            .col(ColumnDef::new("asked_at").text().not_null())
            .col(ColumnDef::new("last_at").big_integer().not_null());
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name("mail_throttle_last_at").table("mail_throttle").col("last_at");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("mail_throttle").to_owned()).await
    }
}
