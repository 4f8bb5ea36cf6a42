//! Sessions. A token names its session and is worthless without it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut user = ForeignKey::create();
        user.from("sessions", "user_id").to("users", "id").on_delete(ForeignKeyAction::Cascade);
        let mut table = Table::create();
        table
            .table("sessions")
            .col(ColumnDef::new("id").text().not_null().primary_key())
            .col(ColumnDef::new("user_id").big_integer().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("persistent").boolean().not_null())
            .col(ColumnDef::new("generation").big_integer().not_null())
            .col(ColumnDef::new("jti").text().not_null())
            .col(ColumnDef::new("previous_jti").text().null())
            .col(ColumnDef::new("issued_at").big_integer().not_null())
            .col(ColumnDef::new("rotated_at").big_integer().not_null())
            .col(ColumnDef::new("rotated_by").text().not_null())
            .col(ColumnDef::new("confirmed").boolean().not_null())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("authenticated_at").big_integer().not_null())
            .col(ColumnDef::new("refresh_expires_at").big_integer().not_null())
            .col(ColumnDef::new("idle_expires_at").big_integer().not_null())
            .col(ColumnDef::new("last_seen_at").big_integer().not_null())
            .col(ColumnDef::new("ip").text().not_null())
            .col(ColumnDef::new("user_agent").text().not_null())
            .col(ColumnDef::new("revoked_at").big_integer().null())
            .col(ColumnDef::new("revoked_reason").text().null())
            .foreign_key(&mut user);
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name("sessions_user_id").table("sessions").col("user_id");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("sessions").to_owned()).await
    }
}
