//! The second factor: the secret of an authenticator app, recovery codes, and logins that wait for a code.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut users = Table::alter();
        users.table("users").add_column(ColumnDef::new("second_factor_at").big_integer());
        manager.alter_table(users).await?;

        let mut totp = of_user("totp");
        totp.col(ColumnDef::new("user_id").big_integer().not_null().primary_key())
            .col(ColumnDef::new("secret").text().not_null())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("confirmed_at").big_integer())
            .col(ColumnDef::new("last_step").big_integer().not_null())
            .col(ColumnDef::new("new_codes").text())
            .col(ColumnDef::new("new_codes_until").big_integer());
        manager.create_table(totp).await?;

        let mut codes = of_user("recovery_codes");
        codes
            .col(ColumnDef::new("hash").text().not_null().primary_key())
            .col(ColumnDef::new("user_id").big_integer().not_null());
        manager.create_table(codes).await?;
        let mut index = Index::create();
        index.name("recovery_codes_user_id").table("recovery_codes").col("user_id");
        manager.create_index(index).await?;

        let mut challenges = of_user("login_challenges");
        challenges
            .col(ColumnDef::new("hash").text().not_null().primary_key())
            .col(ColumnDef::new("user_id").big_integer().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("persistent").boolean().not_null())
            .col(ColumnDef::new("attempts").integer().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null());
        manager.create_table(challenges).await?;
        for column in ["user_id", "expires_at"] {
            let mut index = Index::create();
            index.name(format!("login_challenges_{column}")).table("login_challenges").col(column);
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["login_challenges", "recovery_codes", "totp"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        let mut users = Table::alter();
        users.table("users").drop_column("second_factor_at");
        manager.alter_table(users).await
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
