//! Registrations that await confirmation. Neither username nor email address is unique: registering someone else's
//! address must not block its owner.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("registrations")
            .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
            .col(ColumnDef::new("username").text().not_null())
            .col(ColumnDef::new("username_key").text().not_null())
            .col(ColumnDef::new("email").text().not_null())
            .col(ColumnDef::new("email_key").text().not_null())
            .col(ColumnDef::new("password").text().not_null())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null())
            .col(ColumnDef::new("mailed_at").big_integer().null());
        manager.create_table(table).await?;
        for column in ["username_key", "email_key", "expires_at"] {
            let mut index = Index::create();
            index.name(format!("registrations_{column}")).table("registrations").col(column);
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("registrations").to_owned()).await
    }
}
