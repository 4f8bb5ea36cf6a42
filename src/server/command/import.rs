//! The command `import-flask`.

use anyhow::Context;

use super::say;
use latchkey_axum::core::client::Client;
use latchkey_axum::core::service::Services;
use latchkey_axum::core::store::flask;

/// Imports the users of a flask-praetorian application, and prints a remark for each problem.
pub(super) async fn import_flask(services: &Services, from: &str) -> anyhow::Result<()> {
    let source = flask::users(from).await.context("cannot read the users of the other application (--from)")?;
    let report = services.import.import(source, &Client::command_line()).await?;
    for (name, remark) in &report.remarks {
        // The name comes from the other database. Escaped, it stays on its line.
        say(&format!("{}: {}{remark}", name.escape_debug(), if remark.is_skip() { "skipped: " } else { "" }))?;
    }
    say(&format!("{} imported, {} skipped", report.imported, report.skipped()))
}
