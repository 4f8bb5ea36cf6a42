//! Accounts come over from another application, with the hashes of their passwords.

use std::collections::HashSet;
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
use latchkey_types::{EmailAddress, Role, Roles, Username};

/// What there is to say about an account that came, or did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Left out: the name can't be one here.
    NameRefused(FieldError),
    /// Left out: somebody has the name, in whatever case; after an earlier import, this very account.
    NameTaken,
    /// Left out: somebody has the address.
    EmailTaken,
    /// Came without the address, which can't be one here.
    EmailRefused,
    /// Came without the roles that can't be ones here.
    RolesRefused,
    /// Came without a password: the scheme of its hash is not known here.
    PasswordUnusable,
}

impl Remark {
    /// Whether the account was left out.
    #[must_use]
    pub fn is_skip(&self) -> bool {
        matches!(self, Self::NameRefused(_) | Self::NameTaken | Self::EmailTaken)
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NameRefused(FieldError::UsernameLength) => "the name does not have 3 to 32 characters",
            Self::NameRefused(_) => "the name has other characters than ASCII letters, digits, '.', '_' and '-'",
            Self::NameTaken => "the name is taken",
            Self::EmailTaken => "the e-mail address is taken",
            Self::EmailRefused => "the e-mail address is none that mail can be sent to; left out",
            Self::RolesRefused => "some roles are no lower-case words; left out",
            Self::PasswordUnusable => "the scheme of the password's hash is unknown; it has to be reset",
        })
    }
}

/// What became of an import.
#[derive(Debug, Default)]
pub struct Report {
    /// How many accounts came.
    pub imported: usize,
    /// What there is to say, by the name in the other application.
    pub remarks: Vec<(String, Remark)>,
}

impl Report {
    /// How many were left out.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.remarks.iter().filter(|(_, remark)| remark.is_skip()).count()
    }
}

/// Takes accounts over.
#[derive(Clone, Debug)]
pub struct ImportService {
    core: Arc<Core>,
}

impl ImportService {
    /// Over a core.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Takes over who is not here yet, all of them or none; so it can be done again.
    ///
    /// # Errors
    /// When the database can't take them.
    pub async fn import(&self, source: Vec<FlaskUser>, client: &Client) -> Result<Report, ServiceError> {
        self.core
            .store
            .write_tx(async |tx| {
                // Looked up beforehand, because a statement that fails ends the transaction on PostgreSQL.
                let (mut names, addresses): (HashSet<_>, Vec<_>) = users::keys(tx).await?.into_iter().unzip();
                let mut emails = addresses.into_iter().flatten().collect::<HashSet<_>>();
                let mut report = Report::default();
                for theirs in source {
                    let name = theirs.username.clone();
                    let mut remark = |remark| report.remarks.push((name.clone(), remark));
                    let Some(new) = validate(theirs, &mut names, &mut emails, self.core.clock.now(), &mut remark)?
                    else {
                        continue;
                    };
                    self.insert(tx, new, client).await?;
                    report.imported += 1;
                }
                Ok(report)
            })
            .await
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

/// An account as it will be here.
struct Newcomer {
    username: Username,
    email: Option<EmailAddress>,
    password_hash: String,
    roles: Roles,
    is_active: bool,
    created_at: i64,
}

/// What an account becomes, `None` if it is left out. Its name and address count as taken from then on.
fn validate(
    theirs: FlaskUser,
    names: &mut HashSet<String>,
    emails: &mut HashSet<String>,
    now: i64,
    remark: &mut impl FnMut(Remark),
) -> Result<Option<Newcomer>, ServiceError> {
    let username = match Username::parse(&theirs.username) {
        Ok(username) => username,
        Err(refusal) => {
            remark(Remark::NameRefused(refusal));
            return Ok(None);
        }
    };
    let typed = theirs.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
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
    let words = theirs.roles.split(',').map(str::trim).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let roles = words.iter().copied().filter(|word| Role::parse(word).is_ok()).take(Roles::MAX).collect::<Vec<_>>();
    if roles.len() < words.len() {
        remark(Remark::RolesRefused);
    }
    let is_usable = password_hash::is_usable(&theirs.password);
    if !is_usable {
        remark(Remark::PasswordUnusable);
    }
    names.insert(username.key());
    emails.extend(email.as_ref().map(EmailAddress::key));
    Ok(Some(Newcomer {
        username,
        email,
        // What is of no known scheme may be anything, the password itself included: it is not taken over.
        password_hash: if is_usable { theirs.password } else { password_hash::UNUSABLE.to_owned() },
        roles: Roles::from_words(roles).map_err(|refusal| anyhow::anyhow!("{refusal}"))?,
        is_active: theirs.is_active,
        created_at: now,
    }))
}
