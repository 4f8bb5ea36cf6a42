//! Pending email changes, one per account. The address is not unique: the unique index on `users` decides at
//! confirmation.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut user = ForeignKey::create();
        user.from("email_changes", "user_id").to("users", "id").on_delete(ForeignKeyAction::Cascade);
        let mut table = Table::create();
        table
            .table("email_changes")
            .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
            .col(ColumnDef::new("user_id").big_integer().not_null().unique_key())
            .col(ColumnDef::new("email").text().not_null())
            .col(ColumnDef::new("email_key").text().not_null())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null())
            .foreign_key(&mut user);
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name("email_changes_expires_at").table("email_changes").col("expires_at");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("email_changes").to_owned()).await
    }
}
