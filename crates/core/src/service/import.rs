//! Import of accounts from another application, with their password hashes.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::{Core, ServiceError};
use crate::client::Client;
use crate::extension::AccountEvent;
use crate::security::{password_hash, random};
use crate::store::audit::{self, Event};
use crate::store::flask::FlaskUser;
use crate::store::users::{self, InsertError, NewUser};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, Role, Roles, Username, trim_invisible};

/// White space, and what databases and languages write around the words of a list.
const AROUND_ROLES: [char; 9] = [' ', '\t', '\r', '\n', '{', '}', '[', ']', '"'];

/// A remark about an account in an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Skipped: the username is invalid here.
    NameRefused(FieldError),
    /// Skipped: the username is taken, regardless of case; after an earlier import, by this very account.
    NameTaken,
    /// Skipped: the email address is taken.
    EmailTaken,
    /// Imported without the email address, which is invalid here.
    EmailRefused,
    /// Imported without the roles that are invalid here.
    RolesRefused,
    /// Imported without a password: the scheme of its hash is not supported.
    PasswordUnusable,
    /// Imported, but deactivated: the cell is neither true nor false.
    ActivityUnclear,
    /// Imported under this name.
    Renamed(Username),
    /// The file of new names has a name that no account has.
    NotRenamed,
}

impl Remark {
    /// Whether the account was skipped.
    #[must_use]
    pub fn is_skip(&self) -> bool {
        matches!(self, Self::NameRefused(_) | Self::NameTaken | Self::EmailTaken)
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Renamed(name) => return write!(f, "is now called {name}"),
            Self::NotRenamed => "no account has this name (--rename)",
            Self::ActivityUnclear => "is_active is neither true nor false; the account was deactivated",
            Self::NameRefused(FieldError::UsernameLength) => "the name must have 3 to 32 characters",
            Self::NameRefused(_) => "the name may only contain ASCII letters, digits, '.', '_' and '-'",
            Self::NameTaken => "the name is taken",
            Self::EmailTaken => "the email address is taken",
            Self::EmailRefused => "the email address is invalid and was left out",
            Self::RolesRefused => "roles that are not lower-case words were left out",
            Self::PasswordUnusable => "the password hash has an unsupported scheme; the password must be reset",
        })
    }
}

/// How accounts are imported.
#[derive(Debug, Default)]
pub struct ImportOptions {
    /// New names, by the username in the other application.
    pub renames: HashMap<String, Username>,
    /// Whether nothing is written.
    pub is_dry_run: bool,
}

/// Ends the transaction of a dry run, and undoes it.
enum Undo {
    DryRun(Report),
    Failed(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for Undo {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The result of an import.
#[derive(Debug, Default)]
pub struct Report {
    /// The number of imported accounts.
    pub imported: usize,
    /// Remarks, by username in the other application.
    pub remarks: Vec<(String, Remark)>,
}

impl Report {
    /// The number of skipped accounts.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.remarks.iter().filter(|(_, remark)| remark.is_skip()).count()
    }
}

/// Imports accounts.
#[derive(Clone, Debug)]
pub struct ImportService {
    core: Arc<Core>,
}

impl ImportService {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Imports all accounts that do not exist here yet, in one transaction. Can be repeated.
    pub async fn import(
        &self,
        source: Vec<FlaskUser>,
        mut options: ImportOptions,
        client: &Client,
    ) -> Result<Report, ServiceError> {
        let imported = self
            .core
            .store
            .write_tx_unlimited(async |tx| {
                // Checked beforehand: on PostgreSQL, a failed statement aborts the transaction.
                let (mut names, addresses): (HashSet<_>, Vec<_>) = users::keys(tx).await?.into_iter().unzip();
                let mut emails = addresses.into_iter().flatten().collect::<HashSet<_>>();
                let mut report = Report::default();
                for mut theirs in source {
                    let label = theirs.label.clone();
                    let mut remark = |remark| report.remarks.push((label.clone(), remark));
                    if let Some(name) = options.renames.remove(&theirs.username) {
                        theirs.username = name.to_string();
                        remark(Remark::Renamed(name));
                    }
                    let new = validate(theirs, &mut names, &mut emails, self.core.clock.now(), &mut remark)?;
                    if let Some(new) = new {
                        self.insert(tx, new, client).await?;
                        report.imported += 1;
                    }
                }
                report.remarks.extend(options.renames.drain().map(|(name, _)| (name, Remark::NotRenamed)));
                if options.is_dry_run { Err(Undo::DryRun(report)) } else { Ok(report) }
            })
            .await;
        match imported {
            Ok(report) | Err(Undo::DryRun(report)) => Ok(report),
            Err(Undo::Failed(error)) => Err(error),
        }
    }

    async fn insert(
        &self,
        tx: &sea_orm::DatabaseTransaction,
        new: Newcomer,
        client: &Client,
    ) -> Result<(), ServiceError> {
        let user = NewUser {
            username: &new.username,
            email: new.email.as_ref(),
            password_hash: new.password_hash,
            roles: new.roles.clone(),
            public_id: random::id()?,
            created_at: new.created_at,
            email_confirmed_at: new.email.is_some().then_some(new.created_at),
        };
        let user = users::insert(tx, user).await.map_err(|error| match error {
            InsertError::Db(error) => ServiceError::from(error),
            taken => ServiceError::Internal(taken.into()),
        })?;
        if !new.is_active {
            users::set_access(tx, user.id, false, &new.roles).await?;
        }
        let event = Event { subject: Some(&user.public_id), detail: "imported", ..Event::default() };
        audit::record(tx, audit::Kind::UserCreated, event, client, new.created_at).await?;
        self.core.fire(tx, AccountEvent::AccountCreated, &user).await
    }
}

/// An account to insert.
struct Newcomer {
    username: Username,
    email: Option<EmailAddress>,
    password_hash: String,
    roles: Roles,
    is_active: bool,
    created_at: i64,
}

/// Validates an account; `None` if it is skipped. The username and email address of an accepted account count as taken.
fn validate(
    theirs: FlaskUser,
    names: &mut HashSet<String>,
    emails: &mut HashSet<String>,
    now: i64,
    remark: &mut impl FnMut(Remark),
) -> Result<Option<Newcomer>, ServiceError> {
    // The rule for new names and the reserved ones do not count here: these people log in with the names they have.
    let username = match Username::parse(&theirs.username) {
        Ok(username) => username,
        Err(refusal) => {
            remark(Remark::NameRefused(refusal));
            return Ok(None);
        }
    };
    let typed = theirs.email.as_deref().map(trim_invisible).filter(|email| !email.is_empty());
    let email = typed.and_then(|email| EmailAddress::parse(email).ok());
    if names.contains(&username.key()) {
        remark(Remark::NameTaken);
        return Ok(None);
    }
    if email.as_ref().is_some_and(|email| emails.contains(&email.key())) {
        remark(Remark::EmailTaken);
        return Ok(None);
    }
    if typed.is_some() && email.is_none() {
        remark(Remark::EmailRefused);
    }
    let words = theirs
        .roles
        .split(',')
        .map(|word| word.trim_matches(AROUND_ROLES))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>();
    let roles = words.iter().copied().filter(|word| Role::parse(word).is_ok()).take(Roles::MAX).collect::<Vec<_>>();
    if roles.len() < words.len() {
        remark(Remark::RolesRefused);
    }
    let is_usable = password_hash::is_usable(&theirs.password);
    if !is_usable {
        remark(Remark::PasswordUnusable);
    }
    let is_active = theirs.is_active.unwrap_or_else(|| {
        remark(Remark::ActivityUnclear);
        false
    });
    names.insert(username.key());
    emails.extend(email.as_ref().map(EmailAddress::key));
    Ok(Some(Newcomer {
        username,
        email,
        // A value of an unsupported scheme is dropped: it may even be the password itself.
        password_hash: if is_usable { theirs.password } else { password_hash::UNUSABLE.to_owned() },
        roles: Roles::from_words(roles).map_err(|refusal| anyhow::anyhow!("{refusal}"))?,
        is_active,
        created_at: now,
    }))
}
