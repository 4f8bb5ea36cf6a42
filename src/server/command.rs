//! The command line.
//!
//! Exit status: 0 on success, 1 on failure, 2 on wrong usage. An error is one line on standard error.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use latchkey_axum::api::openapi;
use latchkey_axum::core::client::Client;
use latchkey_axum::core::clock::Clock;
use latchkey_axum::core::config::{Config, DatabaseSettings, LogFormat, RawSettings, generate_secret, with_defaults};
use latchkey_axum::core::mail::test_email::send_test_email;
use latchkey_axum::core::service::{Core, Services};
use latchkey_axum::core::store::{Store, backup};
use latchkey_types::{EmailAddress, texts};

use super::serve;
use crate::site;
use crate::site::product::PRODUCT;

mod health;
mod import;
mod user;

/// The login that a Leptos application starts from.
#[derive(Parser, Debug)]
#[command(name = "latchkey", version, subcommand_required = false)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: RawSettings,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the server (the default)
    Serve,
    /// Apply pending migrations
    Migrate {
        /// Revert the last N migrations instead
        #[arg(long, value_name = "N")]
        down: Option<u32>,
    },
    /// Manage accounts
    #[command(subcommand)]
    User(user::UserCommand),
    /// Manage sessions
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// Try the mail server
    #[command(subcommand)]
    Mail(MailCommand),
    /// Exit with 0 if the server with these settings is ready, else with 1
    Health,
    /// Save a consistent copy of an SQLite database, also while the server runs
    Backup {
        /// The file to create
        file: PathBuf,
    },
    /// Print a new key for `JWT_SECRET`
    Secret,
    /// Print the `OpenAPI` document of the JSON API
    Openapi,
    /// Import the users of a flask-praetorian application, with their password hashes
    ImportFlask(import::ImportArguments),
}

#[derive(Subcommand, Debug)]
enum SessionsCommand {
    /// End the sessions of all accounts, and make all links in emails invalid
    EndAll,
}

#[derive(Subcommand, Debug)]
enum MailCommand {
    /// Send one email with the settings at hand, and print what the mail server answered
    Test {
        /// Address of the recipient
        address: String,
    },
}

/// Parses and runs the command line.
#[must_use]
pub fn run() -> ExitCode {
    let command = with_defaults(CommandLine::command(), PRODUCT);
    let line = command.try_get_matches().and_then(|matches| CommandLine::from_arg_matches(&matches));
    let line = match line {
        Ok(line) => line,
        Err(error) => return usage(&error),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    match runtime.block_on(execute(line)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&format!("{error:#}")),
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            print_error("a command is missing (see latchkey --help)");
            return ExitCode::from(2);
        }
        _ => {}
    }
    let text = error.to_string();
    // clap lists missing arguments on lines of their own. Hints and the usage follow after an empty line.
    let told = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" ");
    print_error(&format!("{} (see latchkey --help)", told.trim_start_matches("error: ")));
    ExitCode::from(2)
}

fn failed(message: &str) -> ExitCode {
    print_error(&message.split_whitespace().collect::<Vec<_>>().join(" "));
    ExitCode::FAILURE
}

fn print_error(line: &str) {
    let _ = writeln!(std::io::stderr(), "latchkey: {line}");
}

fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

async fn execute(line: CommandLine) -> anyhow::Result<()> {
    let settings = &line.settings.load()?;
    match line.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            start_logging(settings)?;
            serve(settings.config(PRODUCT)?).await
        }
        Command::Migrate { down } => {
            let store = connect(&settings.database(PRODUCT)?).await?;
            match down {
                Some(steps) => store.migrate_down(steps).await?,
                None => {
                    store.migrate().await?;
                }
            }
            say("migrated")
        }
        Command::User(command) => user::run(command, &services(settings.config(PRODUCT)?).await?).await,
        Command::Sessions(SessionsCommand::EndAll) => {
            let services = services(settings.config(PRODUCT)?).await?;
            let ended = services.accounts.end_all_sessions(&Client::command_line()).await?;
            say(&format!("{} sessions and {} links ended", ended.sessions, ended.links))
        }
        Command::Health => say(&health::check(&settings.config(PRODUCT)?).await?),
        Command::Backup { file } => {
            let database = settings.database(PRODUCT)?.url;
            backup::write(&database, &file).await?;
            say(&format!("{database} is saved in {}", file.display()))
        }
        Command::ImportFlask(arguments) => {
            let (source, options) = (arguments.source()?, arguments.options()?);
            import::import_flask(&services(settings.config(PRODUCT)?).await?, &source, options).await
        }
        Command::Mail(MailCommand::Test { address }) => {
            let config = settings.config(PRODUCT)?;
            let to =
                EmailAddress::parse(&address).map_err(|error| anyhow!("ADDRESS: {}", texts::field_error(&error)))?;
            say(&send_test_email(&config, &to, Clock::system().now()).await?)
        }
        Command::Secret => say(&generate_secret()?),
        Command::Openapi => say(&openapi::document(PRODUCT).to_pretty_json()?),
    }
}

fn start_logging(settings: &RawSettings) -> anyhow::Result<()> {
    let (format, filter) = settings.logging(PRODUCT)?;
    let is_coloured =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(is_coloured);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).init(),
    }
    // Logs a panic as one event, not as several lines.
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panic: this is a bug")));
    Ok(())
}

async fn services(config: Config) -> anyhow::Result<Services> {
    let extension = site::extend();
    let store = connect(&config.database).await?;
    store.migrate().await?;
    Ok(Services::new(Core::new(&config, store, Clock::system(), extension)?))
}

async fn connect(database: &DatabaseSettings) -> anyhow::Result<Store> {
    let migrations = site::extend().migrations;
    Store::connect(database, migrations).await.context("cannot open the database (DATABASE_URL)")
}
