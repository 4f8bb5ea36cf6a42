//! Runs the example `api_only` as a process: an application without pages that serves the API and its own endpoint.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &std::path::Path) -> Self {
        // Cargo builds the examples of a package before it runs its tests, into the folder next to theirs.
        let program = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples/api_only");
        let mut process = Command::new(program)
            .current_dir(folder)
            .env_clear()
            .envs([("LEPTOS_SITE_ADDR", "127.0.0.1:0"), ("CONFIRM_EMAIL", "false")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("listening on ").nth(1).unwrap().trim_end_matches([')', '\n']).to_owned();
        Self { process, address }
    }

    /// Sends a request and returns the status line and the body.
    fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn an_api_without_pages_registers_users_and_greets_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (status, about) = server.ask("GET", "/api/", "", "");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(about.contains("\"name\":\"Hello\""), "{about}");
    let (status, _) = server.ask("GET", "/hello", "", "");
    assert_eq!(status, "HTTP/1.1 401 Unauthorized");
    let typed = r#"{"username":"ada","password":"tin wolf orbit cave"}"#;
    let (_, answer) = server.ask("POST", "/api/registration", "", typed);
    let token = answer.split('"').nth(3).unwrap();
    assert_eq!(server.ask("GET", "/hello", token, ""), ("HTTP/1.1 200 OK".to_owned(), "Hello, ada!\n".to_owned()));
    assert_eq!(server.ask("GET", "/login", "", "").0, "HTTP/1.1 404 Not Found");
    assert!(folder.path().join("data/hello.db").is_file(), "files have the name of the application");
}
