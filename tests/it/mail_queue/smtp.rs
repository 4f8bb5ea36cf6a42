//! Delivery to an SMTP server in a process, with TLS and a password.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use latchkey_core::service::mail_queue::{self, Subject, Template};
use latchkey_core::store::entity::outbox::Entity;
use sea_orm::EntityTrait;
use serde::Deserialize;
use tempfile::TempDir;

use crate::support::{PASSWORD, TestApp};

/// An email as the server has received it.
#[derive(Deserialize)]
struct Taken {
    recipients: Vec<String>,
    headers: Vec<(String, String)>,
    text: String,
    html: String,
    defects: Vec<String>,
}

impl Taken {
    fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }
}

/// A port and a folder for a server, with its certificate and the emails that it received.
struct Site {
    port: u16,
    folder: TempDir,
}

/// A running server. It is killed when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { port, folder }
    }

    fn start(&self, mode: &str) -> Server {
        let python =
            std::env::var("LATCHKEY_PYTHON").expect("no LATCHKEY_PYTHON: run script/bootstrap, then `. script/env`");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mail_queue/smtp_server.py");
        let mut command = Command::new(python);
        command.arg(script).arg(mode).arg(self.port.to_string()).arg(self.folder.path());
        let mut server = Server(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let mut line = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "the SMTP server did not start");
        server
    }

    /// A node that sends to this server. `who` is user, password and `@`; `query` comes last.
    async fn node(&self, app: &TestApp, scheme: &str, who: &str, query: &str) -> TestApp {
        app.node(&[&format!("--mail-url={scheme}://{who}127.0.0.1:{}{query}", self.port)]).await
    }

    fn ca(&self) -> String {
        format!("?ca={}", self.folder.path().join("cert.pem").display())
    }

    fn taken(&self) -> Vec<Taken> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|channel| channel.unwrap().path());
        let mails = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
        mails.map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
    }
}

const WHO: &str = "latchkey:p%3Aw%20d@";

async fn account(app: &TestApp) -> i64 {
    let fields = [("username", "ada"), ("email", "o'neil+tag@example.org"), ("password", PASSWORD)];
    app.browser().submit("/fn/register", &fields).await.assert_found("/secret");
    app.confirm_emails().await;
    app.users().await[0].id
}

async fn enqueue(app: &TestApp, user_id: i64, count: usize) {
    let (now, subject) = (app.clock.now(), Subject { user_id: Some(user_id), ..Subject::default() });
    for _ in 0..count {
        let done =
            app.state.store.write_tx(async |tx| mail_queue::enqueue(tx, Template::PasswordChanged, subject, now).await);
        done.await.unwrap();
    }
}

async fn send(node: &TestApp) {
    node.state.mail_worker.deliver_due().await.unwrap();
}

on_both! {
    async fn a_server_that_is_killed_while_mails_wait_gets_each_once(app: TestApp) {
        let (site, user) = (Site::new(), account(&app).await);
        let node = site.node(&app, "smtp", WHO, &site.ca()).await;
        let server = site.start("starttls");
        enqueue(&app, user, 3).await;
        send(&node).await;
        assert_eq!(site.taken().len(), 3);
        drop(server);
        enqueue(&app, user, 4).await;
        for _ in 0..5 {
            send(&node).await;
            app.clock.advance(600);
        }
        assert_eq!(site.taken().len(), 3);
        let _server = site.start("starttls");
        for _ in 0..3 {
            send(&node).await;
            app.clock.advance(3_600);
        }
        let taken = site.taken();
        let ids: HashSet<&str> = taken.iter().flat_map(|mail| mail.header("Message-ID")).collect();
        assert_eq!((taken.len(), ids.len()), (7, 7));
    }

    async fn the_received_email_is_well_formed(app: TestApp) {
        let (site, user) = (Site::new(), account(&app).await);
        let node = site.node(&app, "smtps", WHO, &site.ca()).await;
        let _server = site.start("tls");
        enqueue(&app, user, 1).await;
        send(&node).await;
        let mail = site.taken().remove(0);
        assert_eq!(mail.recipients, ["o'neil+tag@example.org"]);
        assert_eq!(mail.header("To"), ["o'neil+tag@example.org"]);
        assert_eq!(mail.header("From"), ["Latchkey <noreply@localhost>"]);
        assert_eq!(mail.header("Subject"), ["Your Latchkey password was changed"]);
        assert_eq!(mail.header("Auto-Submitted"), ["auto-generated"]);
        assert_eq!(mail.header("Date"), ["Tue, 24 Nov 2026 12:00:00 +0000"]);
        assert_eq!(mail.defects, Vec::<String>::new());
        assert!(mail.text.lines().any(|line| line == "http://localhost:3000/reset"), "{}", mail.text);
        assert!(mail.html.contains("href=\"http://localhost:3000/reset\""), "{}", mail.html);
    }

    async fn nothing_is_sent_without_tls_to_whom_it_is_not_meant_for_or_with_a_wrong_password(app: TestApp) {
        let (site, user) = (Site::new(), account(&app).await);
        enqueue(&app, user, 1).await;
        for (mode, scheme, who, ca) in [
            ("plain", "smtp", WHO, site.ca()),
            ("plain", "smtps", WHO, site.ca()),
            ("starttls", "smtp", "latchkey:wrong@", site.ca()),
            ("starttls", "smtp", "", site.ca()),
            ("tls", "smtps", WHO, String::new()),
        ] {
            let _server = site.start(mode);
            send(&site.node(&app, scheme, who, &ca).await).await;
            app.clock.advance(3_600);
        }
        assert!(site.taken().is_empty());
        assert_eq!(Entity::find().one(app.state.store.reader()).await.unwrap().unwrap().attempts, 5);
        let _server = site.start("starttls");
        send(&site.node(&app, "smtp", WHO, &site.ca()).await).await;
        assert_eq!(site.taken().len(), 1);
    }
}

#[test]
fn a_certificate_that_can_t_be_read_stops_the_start() {
    let settings = crate::support::config("sqlite://unused", &["--mail-url=smtp://127.0.0.1?ca=/nowhere.pem"]);
    let made = latchkey_core::mail::transport::Transport::new(&settings.mail.transport, "localhost");
    assert!(format!("{:#}", made.err().unwrap()).starts_with("MAIL_URL: cannot read the certificate /nowhere.pem"));
}
