//! Passkeys, and the ceremonies that register them or log in by them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut passkeys = of_user("passkeys");
        passkeys
            .col(ColumnDef::new("id").text().not_null().primary_key())
            .col(ColumnDef::new("user_id").big_integer().not_null())
            .col(ColumnDef::new("credential_id").text().not_null().unique_key())
            .col(ColumnDef::new("public_key").text().not_null())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("last_used_at").big_integer());
        manager.create_table(passkeys).await?;
        let mut index = Index::create();
        index.name("passkeys_user_id").table("passkeys").col("user_id");
        manager.create_index(index).await?;

        let mut ceremonies = of_user("passkey_ceremonies");
        ceremonies
            .col(ColumnDef::new("challenge").text().not_null().primary_key())
            .col(ColumnDef::new("user_id").big_integer())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null());
        manager.create_table(ceremonies).await?;
        for column in ["user_id", "expires_at"] {
            let mut index = Index::create();
            index.name(format!("passkey_ceremonies_{column}")).table("passkey_ceremonies").col(column);
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["passkey_ceremonies", "passkeys"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// A table whose rows belong to an account, and are deleted with it.
fn of_user(name: &'static str) -> TableCreateStatement {
    let mut user = ForeignKey::create();
    user.from(name, "user_id").to("users", "id").on_delete(ForeignKeyAction::Cascade);
    let mut table = Table::create();
    table.table(name).foreign_key(&mut user);
    table
}
