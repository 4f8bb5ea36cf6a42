//! Accounts.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("users")
            .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
            .col(ColumnDef::new("username").text().not_null())
            .col(ColumnDef::new("email").text().null())
            .col(ColumnDef::new("password").text().not_null())
            .col(ColumnDef::new("roles").text().not_null())
            .col(ColumnDef::new("is_active").boolean().not_null())
            .col(ColumnDef::new("public_id").text().not_null().unique_key())
            .col(ColumnDef::new("username_key").text().not_null().unique_key())
            .col(ColumnDef::new("email_key").text().null().unique_key())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("last_login_at").big_integer().null());
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("users").to_owned()).await
    }
}
