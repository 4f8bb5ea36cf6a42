//! Hashed tokens of email links. A token belongs to an account, a registration or an email change, and is deleted with
//! it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut user = ForeignKey::create();
        user.from("mail_tokens", "user_id").to("users", "id").on_delete(ForeignKeyAction::Cascade);
        let mut registration = ForeignKey::create();
        registration
            .from("mail_tokens", "registration_id")
            .to("registrations", "id")
            .on_delete(ForeignKeyAction::Cascade);
        let mut email_change = ForeignKey::create();
        email_change
            .from("mail_tokens", "email_change_id")
            .to("email_changes", "id")
            .on_delete(ForeignKeyAction::Cascade);
        let mut table = Table::create();
        table
            .table("mail_tokens")
            .col(ColumnDef::new("hash").text().not_null().primary_key())
            .col(ColumnDef::new("purpose").text().not_null())
            .col(ColumnDef::new("user_id").big_integer().null())
            .col(ColumnDef::new("registration_id").big_integer().null())
            .col(ColumnDef::new("email_change_id").big_integer().null())
            .col(ColumnDef::new("outbox_id").big_integer().null())
            .col(ColumnDef::new("attempts").integer().not_null().default(0))
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null())
            .col(ColumnDef::new("used_at").big_integer().null())
            .foreign_key(&mut user)
            .foreign_key(&mut registration)
            .foreign_key(&mut email_change);
        manager.create_table(table).await?;
        for column in ["user_id", "registration_id", "email_change_id", "outbox_id", "expires_at"] {
            let mut index = Index::create();
            index.name(format!("mail_tokens_{column}")).table("mail_tokens").col(column);
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("mail_tokens").to_owned()).await
    }
}
