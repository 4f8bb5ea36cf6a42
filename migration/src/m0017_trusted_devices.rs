//! Devices on which a login needs no second step for a while.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut user = ForeignKey::create();
        user.from("trusted_devices", "user_id").to("users", "id").on_delete(ForeignKeyAction::Cascade);
        let mut table = Table::create();
        table
            .table("trusted_devices")
            .col(ColumnDef::new("hash").text().not_null().primary_key())
            .col(ColumnDef::new("user_id").big_integer().not_null())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null())
            .foreign_key(&mut user);
        manager.create_table(table).await?;
        for column in ["user_id", "expires_at"] {
            let mut index = Index::create();
            index.name(format!("trusted_devices_{column}")).table("trusted_devices").col(column);
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("trusted_devices").to_owned()).await
    }
}
