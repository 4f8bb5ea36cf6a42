//! When an email address was confirmed: an address that its owner never confirmed gets no notices. Addresses of existing
//! accounts count as confirmed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::alter();
        table.table("users").add_column(ColumnDef::new("email_confirmed_at").big_integer());
        manager.alter_table(table).await?;
        let confirm = "UPDATE users SET email_confirmed_at = created_at WHERE email IS NOT NULL";
        manager.get_connection().execute_unprepared(confirm).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::alter();
        table.table("users").drop_column("email_confirmed_at");
        manager.alter_table(table).await
    }
}
