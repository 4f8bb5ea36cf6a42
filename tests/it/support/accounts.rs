//! Changes of accounts, as by the command line.

use latchkey_core::client::Client;
use latchkey_core::service::accounts::{Account, AccountError, Actor, Change};
use latchkey_core::store::entity::user;
use latchkey_types::{Roles, UserSummary};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use super::{Browser, TestApp};

impl TestApp {
    /// Activates or deactivates an account.
    pub async fn set_active(&self, username: &str, is_active: bool) -> Result<UserSummary, AccountError> {
        self.change(username, Change { is_active: Some(is_active), ..Change::default() }).await
    }

    /// Replaces the roles of an account.
    pub async fn set_roles(&self, username: &str, roles: &str) -> Result<UserSummary, AccountError> {
        self.change(username, Change { roles: Some(Roles::parse(roles).unwrap()), ..Change::default() }).await
    }

    async fn change(&self, username: &str, change: Change) -> Result<UserSummary, AccountError> {
        let client = Client::command_line();
        self.state.services.accounts.change(Account::Name(username), change, Actor::CommandLine, &client).await
    }

    /// A browser in which a new administrator is logged in.
    pub async fn admin(&self, username: &str) -> Browser {
        let browser = self.logged_in(username).await;
        self.set_roles(username, "admin,user").await.unwrap();
        browser
    }

    /// Confirms the email addresses of all accounts, so that they get notices.
    pub async fn confirm_emails(&self) {
        let confirm = "UPDATE users SET email_confirmed_at = created_at";
        self.state.store.reader().execute_unprepared(confirm).await.unwrap();
    }

    /// Adds accounts without a password, by username and email address.
    pub async fn fill(&self, accounts: &[(&str, &str)]) {
        let rows = accounts.iter().map(|(username, email)| user::ActiveModel {
            username: Set((*username).to_owned()),
            email: Set(Some((*email).to_owned())),
            password: Set("!".to_owned()),
            roles: Set("user".to_owned()),
            is_active: Set(true),
            public_id: Set(format!("id-of-{username}")),
            username_key: Set(username.to_ascii_lowercase()),
            email_key: Set(Some(email.to_ascii_lowercase())),
            created_at: Set(self.clock.now()),
            ..user::ActiveModel::default()
        });
        let insert = user::Entity::insert_many(rows.collect::<Vec<_>>());
        self.state.store.write_tx(async |tx| insert.exec(tx).await).await.unwrap();
    }
}
