//! Migrations of the database, each reversible.
//!
//! Times are Unix seconds in 64-bit integers, because SQLite and PostgreSQL have different date and time types.

#![expect(elided_lifetimes_in_paths, reason = "sea-orm-migration declares its trait this way")]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::{MigrationTrait, async_trait};

mod m0001_users;
mod m0002_sessions;
mod m0003_audit_events;
mod m0004_registrations;
mod m0005_email_changes;
mod m0006_mail_tokens;
mod m0007_outbox;
mod m0008_mail_throttle;
mod m0009_paging;
mod m0010_site;
mod m0011_rotated_by;
mod m0012_audit_counts;
mod m0013_attempts;
mod m0014_email_confirmed;
mod m0015_second_factor;
mod m0016_passkeys;
mod m0017_trusted_devices;

/// Lists the migrations, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_users::Migration),
            Box::new(m0002_sessions::Migration),
            Box::new(m0003_audit_events::Migration),
            Box::new(m0004_registrations::Migration),
            Box::new(m0005_email_changes::Migration),
            Box::new(m0006_mail_tokens::Migration),
            Box::new(m0007_outbox::Migration),
            Box::new(m0008_mail_throttle::Migration),
            Box::new(m0009_paging::Migration),
            Box::new(m0010_site::Migration),
            Box::new(m0011_rotated_by::Migration),
            Box::new(m0012_audit_counts::Migration),
            Box::new(m0013_attempts::Migration),
            Box::new(m0014_email_confirmed::Migration),
            Box::new(m0015_second_factor::Migration),
            Box::new(m0016_passkeys::Migration),
            Box::new(m0017_trusted_devices::Migration),
        ]
    }
}
