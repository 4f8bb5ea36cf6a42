//! Device and network of the last token rotation, as two columns instead of one text.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["rotated_device", "rotated_network"] {
            add_text(manager, column).await?;
        }
        let (device, network) = match manager.get_database_backend() {
            DbBackend::Postgres => ("split_part(rotated_by, '|', 1)", "split_part(rotated_by, '|', 2)"),
            _ => {
                ("substr(rotated_by, 1, instr(rotated_by, '|') - 1)", "substr(rotated_by, instr(rotated_by, '|') + 1)")
            }
        };
        let copy = format!("UPDATE sessions SET rotated_device = {device}, rotated_network = {network}");
        manager.get_connection().execute_unprepared(&copy).await?;
        drop_column(manager, "rotated_by").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_text(manager, "rotated_by").await?;
        let copy = "UPDATE sessions SET rotated_by = rotated_device || '|' || rotated_network";
        manager.get_connection().execute_unprepared(copy).await?;
        drop_column(manager, "rotated_device").await?;
        drop_column(manager, "rotated_network").await
    }
}

async fn add_text(manager: &SchemaManager<'_>, column: &'static str) -> Result<(), DbErr> {
    let mut table = Table::alter();
    table.table("sessions").add_column(ColumnDef::new(column).text().not_null().default(""));
    manager.alter_table(table).await
}

async fn drop_column(manager: &SchemaManager<'_>, column: &'static str) -> Result<(), DbErr> {
    let mut table = Table::alter();
    table.table("sessions").drop_column(column);
    manager.alter_table(table).await
}
