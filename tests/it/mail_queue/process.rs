//! Delivery by the program as a process.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use latchkey_core::clock::Clock;
use latchkey_core::extension::Extension;
use latchkey_core::mail::worker::MailWorker;
use latchkey_core::service::mail_queue::{self, Subject, Template};
use latchkey_core::store::Store;
use latchkey_core::store::entity::{outbox, user};
use sea_orm::{DbErr, EntityTrait};
use tempfile::TempDir;

use crate::commands::{run, serve_with, terminate};
use crate::support::{PASSWORD, config};

fn database(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("data/latchkey.db").display())
}

/// A folder with the database of a stopped server, and one email in its outbox.
async fn with_a_mail() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["user", "add", "ada", "--email", "ada@example.org"], PASSWORD).0, 0);
    let store = Store::connect(&config(&database(folder.path()), &[]).database, Vec::new).await.unwrap();
    let ada = user::Entity::find().one(store.reader()).await.unwrap().unwrap().id;
    let subject = Subject { user_id: Some(ada), ..Subject::default() };
    let now = Clock::system().now();
    let enqueued: Result<(), DbErr> =
        store.write_tx(async |tx| mail_queue::enqueue(tx, Template::PasswordChanged, subject, now).await).await;
    enqueued.unwrap();
    (folder, store)
}

/// A mail server that accepts connections and never responds.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = format!("--mail-url=smtp://{}", listener.local_addr().unwrap());
    (listener, setting)
}

async fn row(store: &Store) -> outbox::Model {
    outbox::Entity::find().one(store.reader()).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_delivers_what_waited_for_it() {
    let (folder, store) = with_a_mail().await;
    let (mut server, _) = serve_with(folder.path(), &[]);
    let since = Instant::now();
    while row(&store).await.sent_at.is_none() {
        assert!(since.elapsed() < Duration::from_secs(20), "nothing was delivered");
    }
    terminate(&server);
    assert!(server.wait().unwrap().success());
    let mail = std::fs::read_to_string(folder.path().join("data/mail/00000001.eml")).unwrap();
    assert!(mail.contains("To: ada@example.org\r\n"), "{mail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_sends_loses_nothing() {
    let (folder, store) = with_a_mail().await;
    let (listener, setting) = silent();
    let (mut server, _) = serve_with(folder.path(), &[&setting]);
    let _in_hand = listener.accept().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let claimed = row(&store).await;
    assert_eq!((claimed.attempts, claimed.sent_at), (1, None));
    let settings = config(&database(folder.path()), &[&format!("--mail-url=file://{}", folder.path().display())]);
    let clock = Clock::fixed(claimed.claimed_until.unwrap() - 1);
    let mail_worker = MailWorker::new(&settings, store.clone(), clock.clone(), Extension::default()).unwrap();
    mail_worker.deliver_due().await.unwrap();
    assert_eq!(mail_worker.folder().unwrap().numbers().unwrap(), Vec::<u64>::new());
    clock.advance(1);
    mail_worker.deliver_due().await.unwrap();
    assert_eq!(mail_worker.folder().unwrap().numbers().unwrap(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_mail_server_does_not_keep_a_server_from_stopping() {
    let (folder, store) = with_a_mail().await;
    let (listener, setting) = silent();
    let (mut server, _) = serve_with(folder.path(), &[&setting]);
    let _in_hand = listener.accept().unwrap();
    let since = Instant::now();
    terminate(&server);
    assert!(server.wait().unwrap().success());
    assert!(since.elapsed() < Duration::from_secs(10), "it took {:?}", since.elapsed());
    assert!(row(&store).await.sent_at.is_none());
}
