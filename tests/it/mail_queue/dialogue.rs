//! The dialogue with a mail server: slow, rude, and not in ASCII.

use std::sync::Arc;
use std::time::Duration;

use latchkey_core::service::mail_queue::{self, Subject, Template};
use latchkey_core::store::entity::outbox::{Entity, Model};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder};
use tokio::sync::{Barrier, Notify};
use tokio::time::timeout;

use super::scripted::{Act, Scripted};
use crate::commands::run;
use crate::support::{PASSWORD, TestApp};

/// No test waits longer for something that has to happen.
const SOON: Duration = Duration::from_secs(20);

/// Queues a notice to each address.
async fn enqueue(app: &TestApp, addresses: &[&str]) {
    for address in addresses {
        let name = format!("user{}", app.users().await.len());
        let fields = [("username", name.as_str()), ("email", address), ("password", PASSWORD)];
        app.browser().submit("/fn/register", &fields).await.assert_found("/secret");
        app.confirm_emails().await;
        let id = app.users().await.last().unwrap().id;
        let (now, subject) = (app.clock.now(), Subject { user_id: Some(id), ..Subject::default() });
        let queued: Result<(), DbErr> = app
            .state
            .store
            .write_tx(async |tx| mail_queue::enqueue(tx, Template::PasswordChanged, subject, now).await)
            .await;
        queued.unwrap();
    }
}

async fn rows(app: &TestApp) -> Vec<Model> {
    Entity::find()
        .order_by_asc(latchkey_core::store::entity::outbox::Column::Id)
        .all(app.state.store.reader())
        .await
        .unwrap()
}

/// Sends everything that is due to a server.
async fn deliver(app: &TestApp, server: &Scripted, who: &str) {
    let node = app.node(&[&server.flag(who)]).await;
    timeout(SOON, node.state.mail_worker.deliver_due()).await.expect("the delivery takes too long").unwrap();
}

/// Sends one email to a server with such a script, and returns its row.
async fn delivered_by(app: &TestApp, script: impl Fn(&str) -> Option<Act> + Send + Sync + 'static) -> Model {
    app.state.store.reader().execute_unprepared("DELETE FROM outbox").await.unwrap();
    enqueue(app, &[&format!("to{}@example.org", app.users().await.len())]).await;
    let server = Scripted::start(script).await;
    deliver(app, &server, "").await;
    rows(app).await.remove(0)
}

/// A script that answers a command so.
fn at(start: &'static str, said: &'static [u8]) -> impl Fn(&str) -> Option<Act> + Send + Sync + 'static {
    move |command| command.starts_with(start).then_some(Act::Say(said))
}

on_both! {
    async fn four_emails_are_sent_at_once(app: TestApp) {
        enqueue(&app, &["a@one.example", "a@two.example", "a@three.example", "a@four.example"]).await;
        let all = Arc::new(Barrier::new(4));
        let server = Scripted::start(move |line| line.starts_with("RCPT").then(|| Act::Meet(all.clone()))).await;
        deliver(&app, &server, "").await;
        assert!(rows(&app).await.iter().all(|row| row.sent_at.is_some()));
    }

    async fn a_slow_domain_holds_up_only_itself(app: TestApp) {
        enqueue(&app, &["a@slow.example", "b@slow.example", "c@slow.example", "d@SLOW.example", "a@fast.example"]).await;
        let released = Arc::new(Notify::new());
        let signal = released.clone();
        let is_slow = |line: &str| line.starts_with("RCPT") && line.to_lowercase().contains("slow");
        let server = Scripted::start(move |line| is_slow(line).then(|| Act::Wait(signal.clone()))).await;
        let node = app.node(&[&server.flag("")]).await;
        let running = tokio::spawn(async move { node.state.mail_worker.deliver_due().await });
        let fast = async {
            while rows(&app).await.last().is_some_and(|row| row.sent_at.is_none()) {
                tokio::task::yield_now().await;
            }
        };
        timeout(SOON, fast).await.expect("the fast domain waits for the slow one");
        assert_eq!(server.commands("RCPT").len(), 3, "two to the slow domain, one to the other");
        let finish = async {
            while rows(&app).await.iter().any(|row| row.sent_at.is_none()) {
                released.notify_one();
                tokio::task::yield_now().await;
            }
        };
        timeout(SOON, finish).await.expect("the slow domain gets nothing");
        running.await.unwrap().unwrap();
        assert!(rows(&app).await.iter().all(|row| row.attempts == 1));
    }

    async fn connections_are_used_again_until_the_server_closes_them(app: TestApp) {
        let addresses = (0..6).map(|number| format!("a{number}@example.org")).collect::<Vec<_>>();
        enqueue(&app, &addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let server = Scripted::start(|_| None).await;
        deliver(&app, &server, "").await;
        assert_eq!((server.commands("RCPT").len(), server.commands("EHLO").len()), (6, server.connections()));
        assert!(server.connections() <= 2, "{} connections", server.connections());
        app.state.store.reader().execute_unprepared("UPDATE outbox SET sent_at = NULL, due_at = 0").await.unwrap();
        // This server closes a connection that is used again.
        let impatient = Scripted::start(|line| (line == "RSET").then_some(Act::Close)).await;
        deliver(&app, &impatient, "").await;
        assert_eq!((impatient.commands("RCPT").len(), impatient.connections()), (6, 6));
        assert!(rows(&app).await.iter().all(|row| row.sent_at.is_some() && row.attempts == 2));
    }

    async fn an_email_whose_end_is_unclear_counts_as_sent(app: TestApp) {
        let close = delivered_by(&app, |line| (line == ".").then_some(Act::Close)).await;
        assert!(close.sent_at.is_some() && close.attempts == 1, "{close:?}");
        let garbage = delivered_by(&app, at(".", b"\xff\xfe\xfd")).await;
        assert!(garbage.sent_at.is_some(), "{garbage:?}");
        for start in ["MAIL", "RCPT", "DATA"] {
            let before = delivered_by(&app, move |line| line.starts_with(start).then_some(Act::Close)).await;
            assert!(before.sent_at.is_none() && before.due_at.is_some(), "{start}: {before:?}");
        }
        let refused = delivered_by(&app, at(".", b"421 closing")).await;
        assert!(refused.sent_at.is_none() && refused.due_at.is_some(), "{refused:?}");
    }

    async fn what_servers_write_in_other_encodings_does_not_matter(app: TestApp) {
        let row = delivered_by(&app, |line| match line {
            "connect" => Some(Act::Say(b"220-gr\xfc\xdf Gott\r\n220 \xe4")),
            "." => Some(Act::Say(b"250 \xfcbernommen")),
            line if line.starts_with("EHLO") => Some(Act::Say(b"250-h\xe4llo\r\n250-8bitmime\r\n250 Size 1000")),
            _ => None,
        }).await;
        assert!(row.sent_at.is_some() && row.attempts == 1, "{row:?}");
    }

    async fn a_permanent_refusal_of_recipient_or_content_ends_the_email(app: TestApp) {
        let ended = [("RCPT", &b"550 5.1.1 no such user"[..]), ("RCPT", b"553-no\r\n553 no"), (".", b"554 5.6.0 spam")];
        for (count, (start, said)) in ended.into_iter().enumerate() {
            let row = delivered_by(&app, at(start, said)).await;
            assert!(row.failed_at.is_some() && row.due_at.is_none() && row.attempts == 1, "{start} {row:?}");
            assert_eq!(app.events("mail_fail").await, count + 1);
        }
        let tried_again: [(&str, &[u8]); 7] = [
            ("RCPT", b"450 greylisted"), ("RCPT", b"530 log in first"), (".", b"451 later"), ("MAIL", b"550 not you"),
            ("DATA", b"554 no"), ("EHLO", b"421 too busy"), ("connect", b"554 no service"),
        ];
        for (start, said) in tried_again {
            let row = delivered_by(&app, at(start, said)).await;
            assert!(row.failed_at.is_none() && row.due_at > Some(app.clock.now()), "{start} {row:?}");
        }
        assert_eq!(app.events("mail_fail").await, 3);
    }

    async fn the_dialogue_follows_what_the_server_offers(app: TestApp) {
        enqueue(&app, &["ada@example.org"]).await;
        for (offered, commands) in [
            (&b"250-mx\r\n250-auth login plain\r\n250 size"[..], vec!["AUTH PLAIN AHUAcCB3"]),
            (b"250-mx\r\n250 Auth=LOGIN", vec!["AUTH LOGIN", "dQ==", "cCB3"]),
        ] {
            let server = Scripted::start(move |line| match line {
                line if line.starts_with("EHLO") => Some(Act::Say(offered)),
                "AUTH LOGIN" | "dQ==" => Some(Act::Say(b"334 UGFzc3dvcmQ6")),
                line if line.starts_with("AUTH") => Some(Act::Say(b"235 ok")),
                _ => None,
            }).await;
            app.state.store.reader().execute_unprepared("UPDATE outbox SET sent_at = NULL, due_at = 0").await.unwrap();
            deliver(&app, &server, "u:p%20w@").await;
            let all = server.commands("");
            assert_eq!(all[1..=commands.len()], commands);
            assert!(rows(&app).await[0].sent_at.is_some());
        }
        // Without EHLO, with an address as the name of this server.
        let old = Scripted::start(at("EHLO", b"502 unknown")).await;
        app.state.store.reader().execute_unprepared("UPDATE outbox SET sent_at = NULL, due_at = 0").await.unwrap();
        let node = app.node(&[&old.flag(""), "--public-url=http://127.0.0.1:3000"]).await;
        node.state.mail_worker.deliver_due().await.unwrap();
        assert_eq!(old.commands("")[..2], ["EHLO [127.0.0.1]", "HELO [127.0.0.1]"]);
        assert!(rows(&app).await[0].sent_at.is_some());
    }

    async fn requests_for_made_up_addresses_leave_no_row(app: TestApp) {
        for number in 0..5 {
            let email = format!("nobody{number}@example.org");
            app.browser().submit("/fn/request_reset", &[("email", &email)]).await.assert_status(302);
        }
        assert_eq!(rows(&app).await.len(), 5);
        app.deliver().await;
        assert_eq!(rows(&app).await.len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_test_says_what_the_server_answered() {
    let folder = tempfile::tempdir().unwrap();
    let test = |server: &Scripted, who: &str| {
        let flag = server.flag(who);
        let folder = folder.path().to_owned();
        tokio::task::spawn_blocking(move || run(&folder, &["mail", "test", "ada@example.org", &flag], ""))
    };
    let server = Scripted::start(at(".", b"250 2.0.0 queued as 7\x1b[2J")).await;
    let (code, told, error) = test(&server, "").await.unwrap();
    let expected = format!("smtp://127.0.0.1:{} accepted the email: 250 2.0.0 queued as 7\\u{{1b}}[2J\n", server.port);
    assert_eq!((code, told.as_str(), error.as_str()), (0, expected.as_str(), ""));
    assert_eq!(server.commands("RCPT"), ["RCPT TO:<ada@example.org>"]);
    let server = Scripted::start(at("RCPT", b"550 5.1.1 <ada@example.org>: unknown")).await;
    let (code, told, error) = test(&server, "").await.unwrap();
    let expected = format!(
        "latchkey: smtp://127.0.0.1:{} did not take the email: the mail server answered 550 to the recipient: 550 5.1.1 \
         <ada@example.org>: unknown\n",
        server.port
    );
    assert_eq!((code, told.as_str(), error.as_str()), (1, "", expected.as_str()));
    let server = Scripted::start(|_| None).await;
    let (code, _, error) = test(&server, "ada:hunter2@").await.unwrap();
    assert!(code == 1 && error.contains("does not offer a login") && !error.contains("hunter2"), "{error}");
}

#[test]
fn mail_test_writes_into_the_folder_and_names_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let (code, told, _) = run(folder.path(), &["mail", "test", "ada@example.org"], "");
    assert_eq!((code, told.as_str()), (0, "saved as number 1 in file://data/mail; MAIL_URL names no mail server\n"));
    let mail = std::fs::read_to_string(folder.path().join("data/mail/00000001.eml")).unwrap();
    assert!(mail.contains("To: ada@example.org\r\n") && mail.contains("Subject: Test email of Latchkey"), "{mail}");
    let (code, _, error) = run(folder.path(), &["mail", "test", "ada"], "");
    assert_eq!((code, error.lines().count()), (1, 1));
    assert!(error.contains("ADDRESS: This is not an email address."), "{error}");
    let (code, _, error) = run(folder.path(), &["mail", "test", "a@example.org", "--mail-url=smtp://127.0.0.1:9"], "");
    assert!(code == 1 && error.contains("Connection refused"), "{error}");
}
