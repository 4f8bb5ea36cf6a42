//! The command line.
//!
//! Exit status: 0 on success, 1 on failure, 2 on wrong usage. An error is one line on standard error.

use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use latchkey_axum::api::openapi;
use latchkey_axum::core::client::Client;
use latchkey_axum::core::clock::Clock;
use latchkey_axum::core::config::{Config, DatabaseSettings, LogFormat, RawSettings, generate_secret, with_defaults};
use latchkey_axum::core::service::accounts::{Account, Actor, Change, PAGE_MAX};
use latchkey_axum::core::service::registration::RegistrationError;
use latchkey_axum::core::service::{Core, Services};
use latchkey_axum::core::store::Store;
use latchkey_types::{Password, Role, Roles, texts};

use super::serve;
use crate::site;
use crate::site::product::PRODUCT;

mod import;

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
    User(UserCommand),
    /// Print a new key for `JWT_SECRET`
    Secret,
    /// Print the `OpenAPI` document of the JSON API
    Openapi,
    /// Import the users of a flask-praetorian application, with their password hashes
    ImportFlask(import::ImportArguments),
}

#[derive(Subcommand, Debug)]
enum UserCommand {
    /// Add an account; prompts for the password, or reads it from standard input
    Add {
        /// 3 to 32 letters, digits, `.`, `_`, `-`
        name: String,
        /// Email address
        #[arg(long)]
        email: String,
        /// Make it an administrator
        #[arg(long)]
        admin: bool,
    },
    /// List the accounts
    List,
    /// Activate an account
    Enable {
        /// Username
        name: String,
    },
    /// Deactivate an account and end its sessions
    Disable {
        /// Username
        name: String,
    },
    /// Replace the roles of an account
    Roles {
        /// Username
        name: String,
        /// Comma-separated, such as `user,admin`
        roles: String,
    },
    /// End all sessions of an account
    Logout {
        /// Username
        name: String,
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
        Command::User(command) => user_command(command, &services(settings.config(PRODUCT)?).await?).await,
        Command::ImportFlask(arguments) => {
            let (source, options) = (arguments.source()?, arguments.options()?);
            import::import_flask(&services(settings.config(PRODUCT)?).await?, &source, options).await
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

async fn user_command(command: UserCommand, services: &Services) -> anyhow::Result<()> {
    let client = Client::command_line();
    let accounts = &services.accounts;
    let (name, change, done) = match command {
        UserCommand::Add { name, email, admin } => return add(services, &name, &email, admin, &client).await,
        UserCommand::List => return list(services).await,
        UserCommand::Logout { name } => {
            let ended = accounts.log_out(Account::Name(&name), Actor::CommandLine, &client).await?;
            return say(&format!("{name}: {ended} sessions ended"));
        }
        UserCommand::Enable { name } => {
            (name, Change { is_active: Some(true), ..Change::default() }, "enabled".to_owned())
        }
        UserCommand::Disable { name } => {
            (name, Change { is_active: Some(false), ..Change::default() }, "disabled, sessions ended".to_owned())
        }
        UserCommand::Roles { name, roles } => {
            let roles = Roles::parse(&roles).map_err(|refusal| anyhow::anyhow!("{}", texts::field_error(&refusal)))?;
            let done = format!("roles are now {roles}");
            (name, Change { roles: Some(roles), ..Change::default() }, done)
        }
    };
    accounts.change(Account::Name(&name), change, Actor::CommandLine, &client).await?;
    say(&format!("{name}: {done}"))
}

async fn add(services: &Services, name: &str, email: &str, admin: bool, client: &Client) -> anyhow::Result<()> {
    let password = ask_password()?;
    let roles = if admin { Roles::from_words([Role::USER, Role::ADMIN]) } else { Roles::from_words([Role::USER]) };
    let roles = roles.unwrap_or_default();
    match services.registration.add(name, email, &password, roles, client).await {
        Ok(user) => say(&format!("{}: added", user.username)),
        Err(RegistrationError::Refused(refusals)) => {
            bail!(refusals.iter().map(texts::field_error).collect::<Vec<_>>().join(" "))
        }
        Err(error @ (RegistrationError::Closed | RegistrationError::TooMany(_))) => Err(error.into()),
        Err(RegistrationError::Service(fault)) => Err(fault.into()),
    }
}

async fn list(services: &Services) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = services.accounts.page("", after.as_deref(), PAGE_MAX).await?;
        for user in page.users {
            let state = if user.is_active { "active" } else { "disabled" };
            say(&format!("{}\t{}\t{}\t{state}", user.username, user.email.unwrap_or_default(), user.roles))?;
        }
        let Some(next) = page.next else { return Ok(()) };
        after = Some(next);
    }
}

/// Prompts twice on a terminal; otherwise reads the first line of standard input.
fn ask_password() -> anyhow::Result<Password> {
    if std::io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ")?;
        if rpassword::prompt_password("Password again: ")? != password {
            bail!("the passwords do not match");
        }
        return Ok(password.into());
    }
    let mut typed = String::new();
    std::io::stdin()
        .take(Password::MAX_BYTES as u64 + 2)
        .read_to_string(&mut typed)
        .context("the password must be UTF-8")?;
    Ok(typed.lines().next().unwrap_or_default().into())
}
