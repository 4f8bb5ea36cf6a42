//! Delivery: each email is sent once, whatever fails meanwhile, to the right address and with the right text.

use std::collections::HashSet;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use latchkey_core::config::DatabaseUrl;
use latchkey_core::mail::eml::Eml;
use latchkey_core::mail::worker::{CLAIM_SECONDS, GIVE_UP_SECONDS};
use latchkey_core::security::opaque_token::{MailToken, Purpose};
use latchkey_core::service::mail_queue::{self, Subject, Template};
use latchkey_core::store::entity::outbox::{Entity, Model};
use latchkey_core::store::registrations::NewRegistration;
use latchkey_core::store::{email_changes, mail_tokens, outbox, registrations};
use latchkey_types::{EmailAddress, Username};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Statement};
use tokio_util::sync::CancellationToken;

use crate::support::{PASSWORD, START, TestApp};

const DAY: i64 = 86_400;
/// A mail server that is down.
const DOWN: &[&str] = &["--mail-url=smtp://127.0.0.1:9"];

async fn enqueue(app: &TestApp, template: Template, subject: Subject<'_>) {
    let now = app.clock.now();
    let enqueued: Result<(), DbErr> =
        app.state.store.write_tx(async |tx| mail_queue::enqueue(tx, template, subject, now).await).await;
    enqueued.unwrap();
}

/// Creates an account with an email address and returns its id.
async fn account(app: &TestApp, name: &str) -> i64 {
    let email = format!("{name}@example.org");
    let fields = [("username", name), ("email", &email), ("password", PASSWORD)];
    app.browser().submit("/fn/register", &fields).await.assert_found("/secret");
    app.confirm_emails().await;
    app.users().await.last().unwrap().id
}

async fn registration(app: &TestApp, name: &str, email: &str) -> i64 {
    let (username, email) = (Username::parse(name).unwrap(), EmailAddress::parse(email).unwrap());
    let row = app.state.store.write_tx(async |tx| {
        let password_hash = "$hash".to_owned();
        let new = NewRegistration {
            username: &username,
            email: &email,
            password_hash,
            created_at: START,
            expires_at: START + DAY,
        };
        registrations::insert(tx, new).await
    });
    row.await.unwrap().id
}

async fn change_of_address(app: &TestApp, user_id: i64, email: &str) -> i64 {
    let email = EmailAddress::parse(email).unwrap();
    let change =
        app.state.store.write_tx(async |tx| email_changes::replace(tx, user_id, &email, START, START + DAY).await);
    change.await.unwrap().id
}

async fn rows(app: &TestApp) -> Vec<Model> {
    Entity::find().all(app.state.store.reader()).await.unwrap()
}

fn of(user_id: i64) -> Subject<'static> {
    Subject { user_id: Some(user_id), ..Subject::default() }
}

/// Whether the token in the link of an email is usable now.
async fn usable(app: &TestApp, mail: &Eml, purpose: Purpose) -> bool {
    let text = mail.link().unwrap().split("?token=").nth(1).unwrap_or_default();
    let token = MailToken::parse_for(purpose, text).unwrap();
    mail_tokens::live(app.state.store.reader(), &token, app.clock.now()).await.unwrap().is_some()
}

#[track_caller]
fn assert_mail(mail: &Eml, to: &str, subject: &str, link: &str) {
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (to, subject));
    let found = mail.link().unwrap();
    assert!(found.starts_with(&format!("http://localhost:3000{link}")), "{found}");
    assert!(mail.text.contains("Hello ada,") && mail.html.contains("Hello ada,"), "{}", mail.text);
    assert!(mail.html.contains(&format!("href=\"{found}\"")), "{}", mail.html);
}

/// The whole database, as bytes.
async fn everything(app: &TestApp) -> Vec<u8> {
    let db = app.state.store.reader();
    if let DatabaseUrl::Sqlite(path) = &app.state.config.database.url {
        let path = path.display();
        let files = [path.to_string(), format!("{path}-wal")];
        return files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect();
    }
    let mut all = Vec::new();
    let ask =
        async |sql: String| db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let tables = "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'";
    for table in ask(tables.to_owned()).await {
        let name: String = table.try_get("", "name").unwrap();
        for row in ask(format!("SELECT t::text AS row FROM {name} t")).await {
            all.extend(row.try_get::<String>("", "row").unwrap().into_bytes());
        }
    }
    all
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

on_both! {
    async fn each_mail_goes_to_whom_it_concerns_and_leads_where_it_should(app: TestApp) {
        let ada = account(&app, "ada").await;
        let registration = registration(&app, "ada", "new@example.org").await;
        let change = change_of_address(&app, ada, "other@example.org").await;
        let session = app.only_session().await.id;
        let about_change = Subject { user_id: Some(ada), email_change_id: Some(change), ..Subject::default() };
        let about_session = Subject { user_id: Some(ada), session_id: Some(&session), ..Subject::default() };
        let about_registration = Subject { registration_id: Some(registration), ..Subject::default() };
        enqueue(&app, Template::Confirm, about_registration).await;
        enqueue(&app, Template::AlreadyRegistered, of(ada)).await;
        enqueue(&app, Template::Reset, of(ada)).await;
        enqueue(&app, Template::PasswordChanged, of(ada)).await;
        enqueue(&app, Template::AddressChangeNotice, about_change).await;
        enqueue(&app, Template::ConfirmNewAddress, about_change).await;
        enqueue(&app, Template::TokenReuse, about_session).await;
        enqueue(&app, Template::NewSignIn, about_session).await;
        let mails = app.deliver().await;
        let [reset, changed, notice, new, reuse, sign_in, confirm, already] = &mails[..] else { panic!("{mails:?}") };
        assert_mail(confirm, "new@example.org", "Confirm your Latchkey account", "/finalize?token=lk_reg_");
        assert_mail(already, "ada@example.org", "You already have a Latchkey account", "/login");
        assert_mail(reset, "ada@example.org", "Reset your Latchkey password", "/new_password?token=lk_rst_");
        assert_mail(changed, "ada@example.org", "Your Latchkey password was changed", "/reset");
        assert_mail(new, "other@example.org", "Confirm your new Latchkey email address", "/new_email?token=lk_chg_");
        let about_to_change = "Your Latchkey email address is about to change";
        assert_mail(notice, "ada@example.org", about_to_change, "/keep_email?token=lk_stop_");
        assert_mail(reuse, "ada@example.org", "A session of your Latchkey account was ended", "/login");
        assert_mail(sign_in, "ada@example.org", "New sign-in to your Latchkey account", "/reset");
        assert!(usable(&app, confirm, Purpose::Registration).await);
        assert!(usable(&app, reset, Purpose::Reset).await);
        assert!(usable(&app, new, Purpose::EmailChange).await);
        assert!(usable(&app, notice, Purpose::EmailStop).await);
        let details = "Device: Firefox on Linux. IP address: 203.0.113.7. Time: 24 Nov 2026, 12:00:00 UTC.";
        assert!(sign_in.text.contains(details), "{}", sign_in.text);
        assert!(confirm.text.contains("until 25 Nov 2026, 12:00:00 UTC") && reset.text.contains("until 24 Nov 2026, 12:30:00"));
    }

    async fn no_table_contains_a_usable_token_and_the_outbox_no_address(app: TestApp) {
        let ada = account(&app, "ada").await;
        let registration = registration(&app, "bob", "bob@example.org").await;
        enqueue(&app, Template::Confirm, Subject { registration_id: Some(registration), ..Subject::default() }).await;
        enqueue(&app, Template::Reset, of(ada)).await;
        let written = format!("{:?}", rows(&app).await);
        assert!(!written.contains('@') && !written.contains("lk_"), "{written}");
        let mails = app.deliver().await;
        assert_eq!(mails.len(), 2);
        let everything = everything(&app).await;
        assert!(contains(&everything, "bob@example.org"), "this reads nothing");
        for mail in mails {
            let token = mail.link().unwrap().split("?token=").nth(1).unwrap();
            let secret = token.splitn(3, '_').nth(2).unwrap();
            assert!(secret.len() == 43 && !contains(&everything, secret) && !contains(&everything, token));
        }
    }

    async fn obsolete_emails_are_dropped(app: TestApp) {
        let ada = account(&app, "ada").await;
        let expired = registration(&app, "bob", "bob@example.org").await;
        let of_registration = |id| Subject { registration_id: Some(id), ..Subject::default() };
        enqueue(&app, Template::Noop, Subject::default()).await;
        enqueue(&app, Template::Confirm, of_registration(4_711)).await;
        enqueue(&app, Template::Reset, of(4_711)).await;
        enqueue(&app, Template::NewSignIn, Subject { session_id: Some("gone"), ..of(ada) }).await;
        app.logged_in("carol").await;
        enqueue(&app, Template::PasswordChanged, of(app.users().await[1].id)).await;
        app.clock.advance(DAY);
        enqueue(&app, Template::Confirm, of_registration(expired)).await;
        app.state.store.reader().execute_unprepared("UPDATE users SET is_active = FALSE WHERE username = 'ada'").await.unwrap();
        enqueue(&app, Template::Reset, of(ada)).await;
        assert!(app.deliver().await.is_empty());
        let rows = rows(&app).await;
        assert!(rows.iter().all(|row| row.sent_at.is_some() && row.due_at.is_none() && row.template != Template::Noop));
    }

    async fn the_links_of_several_resets_work_side_by_side_until_one_is_used(app: TestApp) {
        let ada = account(&app, "ada").await;
        for _ in 0..3 {
            enqueue(&app, Template::Reset, of(ada)).await;
            app.deliver().await;
            app.clock.advance(60);
        }
        let mails = app.mails();
        assert_eq!(mails.len(), 3);
        for mail in &mails {
            assert!(usable(&app, mail, Purpose::Reset).await);
        }
        let token = mails[1].link().unwrap().split("?token=").nth(1).unwrap();
        let password = "another quiet otter";
        let fields = [("token", token), ("password", password), ("password_confirmation", password)];
        app.browser().submit("/fn/reset_password", &fields).await.assert_found("/login");
        for mail in &mails {
            assert!(!usable(&app, mail, Purpose::Reset).await);
        }
    }

    async fn what_somebody_waits_for_goes_before_what_anyone_can_cause(app: TestApp) {
        let ada = account(&app, "ada").await;
        let id = registration(&app, "bob", "bob@example.org").await;
        for _ in 0..3 {
            enqueue(&app, Template::Confirm, Subject { registration_id: Some(id), ..Subject::default() }).await;
        }
        enqueue(&app, Template::AlreadyRegistered, of(ada)).await;
        app.clock.advance(60);
        enqueue(&app, Template::PasswordChanged, of(ada)).await;
        enqueue(&app, Template::Reset, of(ada)).await;
        let to = app.deliver().await.into_iter().map(|mail| mail.to).collect::<Vec<_>>();
        assert_eq!(to[..2], ["ada@example.org", "ada@example.org"]);
        assert_eq!(to[2..5], ["bob@example.org", "bob@example.org", "bob@example.org"]);
    }

    async fn a_waiting_reset_is_dropped_when_the_password_changes(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let id = app.users().await[0].id;
        app.state.store.reader().execute_unprepared("UPDATE users SET email = 'ada@example.org', email_key = 'ada@example.org'").await.unwrap();
        app.confirm_emails().await;
        enqueue(&app, Template::Reset, of(id)).await;
        let fields = [("current_password", PASSWORD), ("password", "another quiet otter"), ("password_confirmation", "another quiet otter")];
        ada.submit("/fn/change_password", &fields).await.assert_found("/account");
        let subjects = app.deliver().await.into_iter().map(|mail| mail.subject).collect::<Vec<_>>();
        assert_eq!(subjects, ["Your Latchkey password was changed"]);
    }

    async fn the_confirmation_of_an_address_waits_for_the_notice_without_an_attempt(app: TestApp) {
        let ada = account(&app, "ada").await;
        let change = change_of_address(&app, ada, "other@example.net").await;
        let about = Subject { user_id: Some(ada), email_change_id: Some(change), ..Subject::default() };
        enqueue(&app, Template::ConfirmNewAddress, about).await;
        enqueue(&app, Template::AddressChangeNotice, about).await;
        let down = app.node(DOWN).await;
        down.state.mail_worker.deliver_due().await.unwrap();
        let attempts = rows(&app).await.into_iter().map(|row| (row.template, row.attempts)).collect::<Vec<_>>();
        assert_eq!(attempts, [(Template::ConfirmNewAddress, 0), (Template::AddressChangeNotice, 1)]);
        app.clock.advance(60);
        let to = app.deliver().await.into_iter().map(|mail| mail.to).collect::<Vec<_>>();
        assert_eq!(to, ["ada@example.org", "other@example.net"]);
    }

    async fn two_nodes_deliver_each_mail_once(app: TestApp) {
        let ada = account(&app, "ada").await;
        for _ in 0..30 {
            enqueue(&app, Template::PasswordChanged, of(ada)).await;
        }
        let nodes = join_all((0..3).map(|_| app.node(&[]))).await;
        let all = nodes.into_iter().map(|node| tokio::spawn(async move { node.state.mail_worker.deliver_due().await.unwrap() }));
        join_all(all).await.into_iter().for_each(|delivered| delivered.unwrap());
        let ids: HashSet<String> = app.mails().into_iter().map(|mail| mail.message_id).collect();
        assert_eq!((app.mails().len(), ids.len()), (30, 30));
    }

    async fn the_claim_of_a_killed_worker_expires(app: TestApp) {
        let ada = account(&app, "ada").await;
        enqueue(&app, Template::PasswordChanged, of(ada)).await;
        let claim = async |by: &str| {
            let now = app.clock.now();
            app.state.store.write_tx(async |tx| outbox::claim(tx, by, &[], now, now + CLAIM_SECONDS).await).await.unwrap()
        };
        let dead = claim("dead").await.unwrap();
        assert_eq!(claim("other").await, None);
        app.clock.advance(CLAIM_SECONDS - 1);
        assert!(app.deliver().await.is_empty());
        app.clock.advance(1);
        assert_eq!(app.deliver().await.len(), 1);
        let late = app.state.store.write_tx(async |tx| outbox::finish(tx, &dead, START).await).await;
        assert!(!late.unwrap(), "an expired claim can't be finished");
    }

    async fn an_email_that_is_sent_twice_has_the_same_message_id(app: TestApp) {
        let ada = account(&app, "ada").await;
        enqueue(&app, Template::Reset, of(ada)).await;
        app.deliver().await;
        let as_before = format!("UPDATE outbox SET sent_at = NULL, due_at = {START}");
        app.state.store.reader().execute_unprepared(&as_before).await.unwrap();
        let mails = app.deliver().await;
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].message_id, mails[1].message_id);
        // A mail program may show either of the two: both links work.
        assert!(usable(&app, &mails[0], Purpose::Reset).await && usable(&app, &mails[1], Purpose::Reset).await);
    }

    async fn a_mail_server_that_was_down_gets_every_mail_once(app: TestApp) {
        let ada = account(&app, "ada").await;
        let down = app.node(DOWN).await;
        for _ in 0..5 {
            enqueue(&app, Template::PasswordChanged, of(ada)).await;
        }
        down.state.mail_worker.deliver_due().await.unwrap();
        assert!(rows(&app).await.iter().all(|row| row.attempts == 1 && row.due_at > Some(START) && row.sent_at.is_none()));
        assert!(app.deliver().await.is_empty(), "the next try is not due yet");
        app.clock.advance(45);
        assert_eq!(app.deliver().await.len(), 5);
        app.clock.advance(DAY);
        assert_eq!(app.deliver().await.len(), 5);
    }

    async fn an_email_that_can_t_be_delivered_for_a_day_is_given_up_and_recorded(app: TestApp) {
        let ada = account(&app, "ada").await;
        let down = app.node(DOWN).await;
        enqueue(&app, Template::PasswordChanged, of(ada)).await;
        while app.clock.now() < START + GIVE_UP_SECONDS {
            down.state.mail_worker.deliver_due().await.unwrap();
            assert_eq!(app.events("mail_fail").await, 0);
            app.clock.advance(3_600);
        }
        app.clock.advance(3_600);
        down.state.mail_worker.deliver_due().await.unwrap();
        assert_eq!(app.events("mail_fail").await, 1);
        let row = rows(&app).await.remove(0);
        assert!(row.failed_at.is_some() && row.due_at.is_none() && row.attempts > 10, "{row:?}");
        assert!(app.deliver().await.is_empty());
    }

    async fn an_invalid_address_gets_nothing_and_nobody_else_gets_it(app: TestApp) {
        let ada = account(&app, "ada").await;
        let db = app.state.store.reader();
        for address in [
            "a@example.org\r\nBcc: eve@example.org", "a@example.org, eve@example.org", "\"a\"@example.org", "ü@example.org",
            "Eve <eve@example.org>", "a@example.org\n\nhello", "",
        ] {
            let sql = "UPDATE users SET email = $1";
            db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, [address.into()])).await.unwrap();
            enqueue(&app, Template::PasswordChanged, of(ada)).await;
            assert!(app.deliver().await.is_empty(), "{address:?}");
        }
        db.execute_unprepared("UPDATE users SET email = 'o''neil+x@example.org'").await.unwrap();
        app.clock.advance(60);
        assert!(app.deliver().await.is_empty(), "an address that can't be written to ends the email");
        assert_eq!(app.events("mail_fail").await, 7);
        enqueue(&app, Template::PasswordChanged, of(ada)).await;
        assert_eq!(app.deliver().await[0].to, "o'neil+x@example.org");
    }

    async fn a_commit_wakes_the_worker_and_a_rollback_does_not(app: TestApp) {
        let store = &app.state.store;
        let failed: Result<(), DbErr> = store.write_tx(async |tx| {
            mail_queue::enqueue(tx, Template::Noop, Subject::default(), START).await?;
            Err(DbErr::Custom("no".to_owned()))
        }).await;
        assert!(failed.is_err() && rows(&app).await.is_empty());
        app.logged_in("ada").await;
        assert!(store.mail_queued().now_or_never().is_none());
        enqueue(&app, Template::Noop, Subject::default()).await;
        assert!(store.mail_queued().now_or_never().is_some());
    }

    async fn the_worker_runs_until_it_is_stopped(app: TestApp) {
        let ada = account(&app, "ada").await;
        let stopping = CancellationToken::new();
        let (state, until) = (app.state.clone(), stopping.clone());
        let running = tokio::spawn(async move { state.mail_worker.run(until).await });
        enqueue(&app, Template::PasswordChanged, of(ada)).await;
        let delivered = async {
            while app.mails().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), delivered).await.expect("nothing was delivered");
        stopping.cancel();
        tokio::time::timeout(Duration::from_secs(4), running).await.expect("it does not stop").unwrap();
        assert_eq!(app.mails().len(), 1);
    }
}
