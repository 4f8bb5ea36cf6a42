//! Extensions by an application without editing the login: tables, hooks, emails, kinds of audit events.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use latchkey_axum::core::extension::{AccountEvent, AccountRef, Emails, Extension, Hooks, SiteEmail};
use latchkey_core::client::Client;
use latchkey_core::kinds::Template;
use latchkey_core::mail::texts::MailText;
use latchkey_core::service::ServiceError;
use latchkey_core::store::{audit, outbox};
use latchkey_types::SiteCode;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use sea_orm_migration::prelude::{ColumnDef, DbErr, MigrationName, MigrationTrait, SchemaManager, Table};

use crate::support::{PASSWORD, TestApp};

const NOTE_CREATED: SiteCode = SiteCode::new("note_created");
const AUDIT_KINDS: &[SiteCode] = &[NOTE_CREATED];

struct Notes;

impl MigrationName for Notes {
    fn name(&self) -> &'static str {
        "s0001_notes"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait]
impl MigrationTrait for Notes {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        manager.create_table(table.table("notes").col(ColumnDef::new("text").text().not_null()).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("notes").to_owned()).await
    }
}

/// Records events, and rejects all events of the user `mallory`.
#[derive(Default)]
struct Diary(Mutex<Vec<(AccountEvent, String)>>);

#[async_trait]
impl Hooks for Diary {
    async fn on_account_event(
        &self,
        tx: &DatabaseTransaction,
        event: AccountEvent,
        account: AccountRef<'_>,
    ) -> Result<(), ServiceError> {
        if account.username == "mallory" {
            return Err(anyhow::anyhow!("not welcome").into());
        }
        tx.execute_unprepared(&format!("INSERT INTO notes (text) VALUES ('{event:?}')")).await?;
        self.0.lock().unwrap().push((event, account.username.to_owned()));
        Ok(())
    }
}

struct Greeting;

#[async_trait]
impl Emails for Greeting {
    async fn render(&self, _: &DatabaseTransaction, email: SiteEmail<'_>) -> anyhow::Result<Option<MailText>> {
        if email.reference == "gone" {
            return Ok(None);
        }
        Ok(Some(MailText {
            subject: format!("{} {}", email.code, email.reference),
            opening: vec![format!("Hello {},", email.recipient.username)],
            action: Some(("Read it", format!("{}/notes/{}", email.origin, email.reference))),
            closing: Vec::new(),
        }))
    }
}

async fn extended(app: &TestApp) -> (TestApp, Arc<Diary>) {
    let diary = Arc::new(Diary::default());
    let extension = Extension {
        migrations: || vec![Box::new(Notes)],
        hooks: diary.clone(),
        emails: Arc::new(Greeting),
        audit_kinds: AUDIT_KINDS,
    };
    (app.extended(extension).await, diary)
}

on_both! {
    async fn tables_of_the_application_come_after_and_go_before_those_of_the_login(app: TestApp) {
        let (app, _) = extended(&app).await;
        let db = app.state.store.reader();
        db.execute_unprepared("SELECT text FROM notes").await.unwrap();
        assert!(app.state.store.is_current().await.unwrap());
        app.state.store.migrate_down(1).await.unwrap();
        assert!(db.execute_unprepared("SELECT text FROM notes").await.is_err());
        db.execute_unprepared("SELECT hash FROM form_drafts").await.unwrap();
        assert!(!app.state.store.is_current().await.unwrap());
    }

    async fn hooks_are_part_of_the_transaction(app: TestApp) {
        let (app, diary) = extended(&app).await;
        let mut ada = app.logged_in("ada").await;
        app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        ada.call("/fn/delete_account", &[("current_password", PASSWORD)]).await.assert_status(200);
        let events = diary.0.lock().unwrap().clone();
        let expected = [AccountEvent::AccountCreated, AccountEvent::LoggedIn, AccountEvent::LoggedIn, AccountEvent::AccountDeleted];
        assert_eq!(events, expected.map(|event| (event, "ada".to_owned())));
        let answer = app.browser().call("/fn/register", &[("username", "mallory"), ("password", PASSWORD)]).await;
        answer.assert_status(500);
        assert!(!answer.body.contains("welcome"));
        assert!(app.users().await.is_empty(), "the account is taken back with the hook");
    }

    async fn emails_of_the_application_go_through_the_outbox(app: TestApp) {
        let (app, _) = extended(&app).await;
        let fields = [("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)];
        app.browser().submit("/fn/register", &fields).await.assert_found("/secret");
        let (ada, now) = (app.users().await.remove(0).id, app.clock.now());
        for reference in ["7", "gone"] {
            let subject = outbox::Subject {
                user_id: Some(ada), site_code: Some(&NOTE_CREATED), reference: Some(reference), ..Default::default()
            };
            app.state.store.write_tx(async |tx| outbox::insert(tx, Template::Site, subject, now).await).await.unwrap();
        }
        let mails = app.deliver().await;
        assert_eq!(mails.len(), 1);
        assert_eq!((mails[0].subject.as_str(), mails[0].to.as_str()), ("note_created 7", "ada@example.org"));
        assert_eq!(mails[0].link(), Some("http://localhost:3000/notes/7"));
    }

    async fn events_of_the_application_are_shown_and_filtered(app: TestApp) {
        let (app, _) = extended(&app).await;
        let mut root = app.admin("ruth").await;
        let (client, now) = (Client::command_line(), app.clock.now());
        let event = audit::Event { detail: "note 7", ..audit::Event::default() };
        app.state.store.write_tx(async |tx| audit::record(tx, &NOTE_CREATED, event, &client, now).await).await.unwrap();
        let page = root.get("/admin/events?kind=note_created").await;
        assert!(page.body.contains("note 7") && page.body.contains("note_created"), "{}", page.body);
        assert!(!root.get("/admin/events?kind=authz_fail").await.body.contains("note 7"));
    }

    async fn closed_registration_has_no_page_no_link_and_no_endpoint(app: TestApp) {
        let app = app.node(&["--registration=closed"]).await;
        for path in ["/registration", "/resend", "/finalize?token=lk_reg_x"] {
            app.browser().get(path).await.assert_status(404);
        }
        for path in ["/", "/login"] {
            assert!(!app.browser().get(path).await.body.contains("/registration"), "{path}");
        }
        let fields = [("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)];
        for function in ["register", "resend"] {
            assert_eq!(app.browser().call(&format!("/fn/{function}"), &fields).await.status, 404, "{function}");
        }
        let typed = serde_json::json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD});
        crate::api::Call::new("POST", "/api/registration").json(&typed).send(&app).await.assert_status(404);
        assert!(app.users().await.is_empty());
        let client = Client::command_line();
        let roles = latchkey_types::Roles::default();
        app.state.services.registration.add("ada", "ada@example.org", &PASSWORD.into(), roles, &client).await.unwrap();
        app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
    }
}
