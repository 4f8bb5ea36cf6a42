//! The command `import-flask`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;

use super::say;
use latchkey_axum::core::client::Client;
use latchkey_axum::core::config::DatabaseUrl;
use latchkey_axum::core::service::Services;
use latchkey_axum::core::service::import::ImportOptions;
use latchkey_axum::core::store::flask::{self, Source};
use latchkey_types::{Username, texts};

#[derive(Args, Debug)]
pub(super) struct ImportArguments {
    /// URL of its database: `postgres://…` or `sqlite://…`
    #[arg(long, value_name = "URL")]
    from: String,
    /// Its table of users [default: users, else user]
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// The column of the password hashes [default: password, else `hashed_password`, else `password_hash`]
    #[arg(long, value_name = "COLUMN")]
    password_column: Option<String>,
    /// File with a line "old name, new name" for each name that can't be kept
    #[arg(long, value_name = "FILE")]
    rename: Option<PathBuf>,
    /// Say what would be imported, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl ImportArguments {
    /// Where the users are. Errors never repeat the URL, which may contain a password.
    pub(super) fn source(&self) -> anyhow::Result<Source> {
        let database = DatabaseUrl::parse("--from", &self.from)?;
        Ok(Source { database, table: self.table.clone(), password_column: self.password_column.clone() })
    }

    /// Reads the file of new names.
    pub(super) fn options(&self) -> anyhow::Result<ImportOptions> {
        let renames = self.rename.as_deref().map(read_renames).transpose()?.unwrap_or_default();
        Ok(ImportOptions { renames, is_dry_run: self.dry_run })
    }
}

/// Imports the users of a flask-praetorian application, and prints a remark for each problem.
pub(super) async fn import_flask(services: &Services, source: &Source, options: ImportOptions) -> anyhow::Result<()> {
    let users = flask::users(source).await.context("cannot read the users of the other application (--from)")?;
    let is_dry_run = options.is_dry_run;
    let report = services.import.import(users, options, &Client::command_line()).await?;
    for (name, remark) in &report.remarks {
        // The name comes from the other database. Escaped, it stays on its line.
        say(&format!("{}: {}{remark}", name.escape_debug(), if remark.is_skip() { "skipped: " } else { "" }))?;
    }
    let skipped = report.skipped();
    if is_dry_run {
        return say(&format!(
            "{} would be imported, {skipped} skipped; nothing was written (--dry-run)",
            report.imported
        ));
    }
    say(&format!("{} imported, {skipped} skipped", report.imported))
}

fn read_renames(path: &Path) -> anyhow::Result<HashMap<String, Username>> {
    let text = fs::read_to_string(path).with_context(|| format!("--rename: cannot read {}", path.display()))?;
    let mut renames = HashMap::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |problem: &str| anyhow!("--rename: line {} of {}: {problem}", index + 1, path.display());
        // The new name contains no comma, the old one may.
        let (old, new) = line.rsplit_once(',').ok_or_else(|| wrong("write it like: old name, new name"))?;
        let new = Username::parse(new).map_err(|error| wrong(texts::field_error(&error)))?;
        if renames.insert(old.trim_end().to_owned(), new).is_some() {
            bail!(wrong("this name has a new name already"));
        }
    }
    Ok(renames)
}
