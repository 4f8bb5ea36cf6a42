//! The commands `user …`.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail};
use clap::Subcommand;

use super::say;
use latchkey_axum::core::client::Client;
use latchkey_axum::core::service::Services;
use latchkey_axum::core::service::accounts::{Account, Actor, Change, PAGE_MAX};
use latchkey_axum::core::service::registration::RegistrationError;
use latchkey_types::{Password, Role, Roles, texts};

#[derive(Subcommand, Debug)]
pub(super) enum UserCommand {
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
    /// Set the password of an account and end its sessions; prompts for it, or reads it from standard input
    Password {
        /// Username
        name: String,
    },
    /// Print a link to reset the password of an account, for an owner whom no email reaches
    ResetLink {
        /// Username
        name: String,
    },
    /// Change the second factor of an account
    SecondFactor {
        /// Username
        name: String,
        /// Turn it off, for an owner who has lost it
        #[arg(long, required = true)]
        remove: bool,
    },
    /// End all sessions of an account
    Logout {
        /// Username
        name: String,
    },
}

/// Runs a command.
pub(super) async fn run(command: UserCommand, services: &Services) -> anyhow::Result<()> {
    let client = Client::command_line();
    let accounts = &services.accounts;
    let (name, change, done) = match command {
        UserCommand::Add { name, email, admin } => return add(services, &name, &email, admin, &client).await,
        UserCommand::List => return list(services).await,
        UserCommand::Password { name } => {
            let password = ask_password()?;
            services.password_reset.set_by_operator(&name, &password, &client).await?;
            return say(&format!("{name}: password changed, sessions ended"));
        }
        UserCommand::ResetLink { name } => {
            return say(&services.password_reset.link_by_operator(&name, &client).await?);
        }
        UserCommand::SecondFactor { name, remove: _ } => {
            accounts.remove_second_factor(Account::Name(&name), Actor::CommandLine, &client).await?;
            return say(&format!("{name}: second factor removed"));
        }
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
