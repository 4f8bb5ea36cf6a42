//! Audit events that are counted in one row. `bucket` and `slot` identify the row; both are null for events that have a
//! row of their own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "audit_events";
const COUNTER: &str = "audit_events_counter";
const UNCOUNTED: &str = "audit_events_uncounted";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column per statement.
        for column in [
            ColumnDef::new("count").big_integer().not_null().default(1).to_owned(),
            ColumnDef::new("bucket").text().null().to_owned(),
            ColumnDef::new("slot").text().null().to_owned(),
        ] {
            let mut table = Table::alter();
            table.table(TABLE).add_column(column);
            manager.alter_table(table).await?;
        }
        let mut index = Index::create();
        index.name(COUNTER).table(TABLE).col("bucket").col("slot").unique();
        manager.create_index(index).await?;
        // The query must contain the same condition.
        let index = format!("CREATE INDEX {UNCOUNTED} ON {TABLE} (subject_id, id) WHERE bucket IS NULL");
        manager.get_connection().execute_unprepared(&index).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in [UNCOUNTED, COUNTER] {
            manager.drop_index(Index::drop().name(index).table(TABLE).to_owned()).await?;
        }
        for column in ["slot", "bucket", "count"] {
            let mut table = Table::alter();
            table.table(TABLE).drop_column(column);
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
