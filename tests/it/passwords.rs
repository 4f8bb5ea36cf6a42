//! Which new passwords are refused, and what that costs others.

use std::sync::{Arc, Mutex};

use latchkey_types::{AppError, FieldError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{PASSWORD, TestApp};

/// Not common, but easy to guess.
const EASY: &str = "zzzzzzzzzzzzzzzzzzzzzzz";

/// A service of leaked passwords that gives one answer.
struct StandIn {
    flag: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    async fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let flag = format!("--pwned-passwords=http://{}/mirror", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                seen.lock().unwrap().push(String::from_utf8_lossy(&request[..length]).into_owned());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { flag, requests }
    }
}

async fn register(app: &TestApp, name: &str, password: &str) -> Vec<FieldError> {
    match app.browser().call("/fn/register", &[("username", name), ("password", password)]).await {
        answer if answer.status == 200 => Vec::new(),
        answer => match answer.error() {
            AppError::Refused(errors) => errors,
            other => panic!("{other:?}"),
        },
    }
}

on_both! {
    async fn common_passwords_are_refused_everywhere(app: TestApp) {
        // zxcvbn likes all of them.
        for (index, common) in ["nEMvXyHeqDd5OQxyXYZI", "CNTHDJXRF", "141312190296q"].into_iter().enumerate() {
            assert_eq!(register(&app, &format!("user{index}"), common).await, [FieldError::PasswordEasy], "{common}");
        }
        let mut ada = app.logged_in("ada").await;
        let fields = [("current_password", PASSWORD), ("password", "bmvm3e46gtr"), ("password_confirmation", "bmvm3e46gtr")];
        let refused = ada.call("/fn/change_password", &fields).await.error();
        assert_eq!(refused, AppError::Refused(vec![FieldError::PasswordEasy]));
    }

    async fn a_password_is_judged_only_if_all_else_is_right(app: TestApp) {
        app.logged_in("ada").await;
        assert_eq!(register(&app, "ada", EASY).await, [FieldError::UsernameTaken]);
        assert_eq!(register(&app, "x", "short").await, [FieldError::UsernameLength, FieldError::PasswordShort]);
        assert_eq!(register(&app, "bob", EASY).await, [FieldError::PasswordEasy]);
        assert_eq!(register(&app, "x", "qwertyuiop").await, [FieldError::UsernameLength, FieldError::PasswordEasy]);
    }

    async fn a_leaked_password_is_refused_and_only_the_begin_of_its_hash_is_sent(app: TestApp) {
        let other = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                     7\r\nAAAA:1\r\n\r\n0\r\n\r\n";
        let service = StandIn::start(other).await;
        let node = app.node(&[&service.flag]).await;
        assert_eq!(register(&node, "ada", PASSWORD).await, []);
        let request = service.requests.lock().unwrap()[0].clone();
        let hash = sha1_of(PASSWORD);
        assert!(request.starts_with(&format!("GET /mirror/range/{} HTTP/1.1\r\n", &hash[..5])), "{request}");
        assert!(request.to_lowercase().contains("add-padding: true") && !request.contains(&hash[5..10]), "{request}");
        let leaked: &'static str = Box::leak(format!("HTTP/1.1 200 OK\r\ncontent-length: 39\r\n\r\n{}:7\r\n", &hash[5..]).into_boxed_str());
        let service = StandIn::start(leaked).await;
        let node = app.node(&[&service.flag]).await;
        assert_eq!(register(&node, "bob", PASSWORD).await, [FieldError::PasswordEasy]);
        // A password that is easy anyway is not sent.
        assert_eq!(register(&node, "bob", EASY).await, [FieldError::PasswordEasy]);
        assert_eq!(service.requests.lock().unwrap().len(), 1);
    }

    async fn a_service_that_is_down_or_answers_nonsense_stops_nobody(app: TestApp) {
        let broken = ["HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", "nonsense\r\n\r\n", ""];
        for (index, answer) in broken.into_iter().enumerate() {
            let service = StandIn::start(answer).await;
            let node = app.node(&[&service.flag]).await;
            assert_eq!(register(&node, &format!("user{index}"), PASSWORD).await, []);
        }
        let node = app.node(&["--pwned-passwords=http://127.0.0.1:9"]).await;
        assert_eq!(register(&node, "ada", PASSWORD).await, []);
    }
}

fn sha1_of(text: &str) -> String {
    use sha1::Digest;
    sha1::Sha1::digest(text).iter().map(|byte| format!("{byte:02X}")).collect()
}
