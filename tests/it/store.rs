//! Migrations and transactions: up, down, and two nodes at once.

use migration::{Migrator, MigratorTrait};
use sea_orm::ConnectionTrait;

use crate::support::TestApp;

on_both! {
    async fn every_migration_can_be_reverted(app: TestApp) {
        let store = &app.state.store;
        let steps = u32::try_from(Migrator::migrations().len()).unwrap();
        for _ in 0..steps {
            store.migrate_down(1).await.unwrap();
        }
        assert!(!store.is_current().await.unwrap());
        assert_eq!(app.browser().get("/readyz").await.status, 503);
        assert!(store.reader().execute_unprepared("SELECT 1 FROM users").await.is_err());
        store.migrate().await.unwrap();
        assert!(store.is_current().await.unwrap());
        app.logged_in("ada").await;
    }

    async fn two_nodes_that_start_at_once_migrate_once(app: TestApp) {
        let steps = u32::try_from(Migrator::migrations().len()).unwrap();
        app.state.store.migrate_down(steps).await.unwrap();
        let (one, other) = tokio::join!(app.node(&[]), app.node(&[]));
        assert!(one.state.store.is_current().await.unwrap());
        other.logged_in("ada").await;
    }

    async fn a_failed_transaction_changes_nothing(app: TestApp) {
        let failed: Result<(), sea_orm::DbErr> = app.state.store.write_tx(async |tx| {
            tx.execute_unprepared("DELETE FROM users").await?;
            Err(sea_orm::DbErr::Custom("no".to_owned()))
        }).await;
        assert!(failed.is_err());
        app.logged_in("ada").await;
        let failed: Result<(), sea_orm::DbErr> = app.state.store.write_tx(async |tx| {
            tx.execute_unprepared("DELETE FROM users").await?;
            Err(sea_orm::DbErr::Custom("no".to_owned()))
        }).await;
        assert!(failed.is_err());
        assert_eq!(app.users().await.len(), 1);
    }
}
