//! What an operator sees: metrics and the request log.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;

use serde_json::Value;

use crate::commands::{assert_one_line, log_of, run, serve_logging_to, serve_with, site};
use crate::support::PASSWORD;

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Sends a request with more header lines, and returns the response.
fn send(address: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {}",
        body.len()
    );
    write!(stream, "{head}\r\n\r\n{body}").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

fn log_in(address: SocketAddr, password: &str) -> String {
    let body = serde_json::json!({"username": "ada", "password": password}).to_string();
    send(address, "POST", "/api/login", "", &body)
}

fn token(response: &str) -> String {
    let body: Value = serde_json::from_str(response.split_once("\r\n\r\n").unwrap().1).unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn metrics_count_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["user", "add", "ada", "--email", "ada@example.org"], PASSWORD).0, 0);
    let metrics = free_address();
    let (mut child, address) = serve_with(folder.path(), &[&format!("--metrics-addr={metrics}"), "--rust-log=error"]);
    let ada = token(&log_in(address, PASSWORD));
    for _ in 0..5 {
        log_in(address, "wrong wolf orbit cave");
    }
    assert!(log_in(address, PASSWORD).starts_with("HTTP/1.1 429 "));
    for path in ["/nowhere", "/nowhere/else", "/pkg/latchkey.js"] {
        send(address, "GET", path, "", "");
    }
    send(address, "BREW", "/login", "", "");
    send(address, "GET", "/api/me", &format!("Authorization: Bearer {ada}\r\n"), "");
    assert!(send(address, "GET", "/metrics", "", "").starts_with("HTTP/1.1 404 "), "not for everybody");

    let response = send(metrics, "GET", "/metrics", "", "");
    for line in [
        r#"latchkey_logins_total{outcome="success"} 1"#,
        r#"latchkey_logins_total{outcome="failure"} 5"#,
        r#"latchkey_throttled_total{limit="account"} 1"#,
        r#"latchkey_throttled_total{limit="network"} 0"#,
        r#"latchkey_audit_events_total{kind="session_created"} 1"#,
        r#"latchkey_token_rotations_total 0"#,
        r#"latchkey_token_reuse_total 0"#,
        r#"latchkey_password_hash_duration_seconds_count 6"#,
        r#"latchkey_password_hashes_in_progress 0"#,
        r#"latchkey_outbox_emails 0"#,
        r#"latchkey_outbox_oldest_seconds 0"#,
        r#"latchkey_database_up 1"#,
        r#"http_requests_total{method="POST",route="/api/login",status="401"} 5"#,
        r#"http_requests_total{method="POST",route="/api/login",status="429"} 1"#,
        r#"http_requests_total{method="GET",route="/api/me",status="200"} 1"#,
        r#"http_requests_total{method="GET",route="none",status="404"} 3"#,
        r#"http_request_duration_seconds_count{method="GET",route="/api/me"} 1"#,
    ] {
        assert!(response.lines().any(|found| found == line), "{line}\n{response}");
    }
    for name in [
        "latchkey_database_connections{state=\"idle\"} ",
        "latchkey_build_info{version=",
        "# HELP latchkey_logins_total ",
    ] {
        assert!(response.contains(name), "{name}\n{response}");
    }
    for secret in ["BREW", "nowhere", "ada", "wolf"] {
        assert!(!response.contains(secret), "{secret}\n{response}");
    }
    for file in ["docs/operations.md", "deploy/prometheus/alerts.yml", "deploy/grafana/dashboard.json"] {
        let text = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        let names = words.filter(|word| word.starts_with("latchkey_") || word.starts_with("http_request"));
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            assert!(response.contains(&format!("\n{name}")), "{file} names {name}, which is no metric");
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_address_of_metrics_that_cannot_be_used_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for (setting, problem) in [
        ("0.0.0.0:9464".to_owned(), "METRICS_ADDR: other machines can reach this address".to_owned()),
        ("9464".to_owned(), "METRICS_ADDR: is not an address".to_owned()),
        (address.to_string(), format!("cannot listen on {address} (METRICS_ADDR)")),
    ] {
        let flag = format!("--metrics-addr={setting}");
        let (status, _, error) = run(folder.path(), &["--leptos-site-addr=127.0.0.1:0", &flag], "");
        assert_eq!(status, 1);
        assert_one_line(&error, &format!("latchkey: {problem}"));
    }
}

#[test]
fn a_request_is_logged_with_its_route_its_user_and_the_id_of_the_proxy() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["user", "add", "ada", "--email", "ada@example.org"], PASSWORD).0, 0);
    for (proxies, is_trusted) in [("127.0.0.0/8", true), ("192.0.2.0/24", false)] {
        let settings = ["--log-format=json", &format!("--trusted-proxies={proxies}")];
        let (child, address) = serve_logging_to(Stdio::piped(), folder.path(), &settings);
        let ada = token(&log_in(address, PASSWORD));
        let mut asked = Vec::new();
        for id in ["trace-1.a_B", "", "a b", &"x".repeat(65), "\u{202e}", "\"},{\""] {
            let headers = format!("Authorization: Bearer {ada}\r\nX-Request-Id: {id}\r\n");
            let response = send(address, "GET", "/api/me?secret=hunter2", &headers, "");
            let answered = response.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
            assert_eq!(answered == id, is_trusted && id == "trace-1.a_B", "{id:?}: {answered}");
            asked.push(answered.to_owned());
        }
        let log = log_of(child);
        assert!(
            !log.contains("hunter2") && !log.contains(&ada) && !log.contains(PASSWORD) && !log.contains("example.org")
        );
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
        for id in asked {
            let mut of_request = lines.iter().filter(|line| line["span"]["request.id"] == id.as_str());
            let line = of_request.find(|line| line["message"] == "request").unwrap();
            assert_eq!(
                (&line["route"], &line["path"], &line["status"]),
                (&"/api/me".into(), &"/api/me".into(), &200.into())
            );
            assert_eq!(line["span"]["user.id"].as_str().unwrap().len(), 22, "{line}");
        }
    }
}
