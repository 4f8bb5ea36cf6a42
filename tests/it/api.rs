//! The JSON API over the real router: each endpoint, each error, each token in each wrong place.

mod admin;
mod cors;
mod documents;
mod doors;
mod mails;
mod refusals;
mod times;

use axum::body::Body;
use axum::http::Request;
use latchkey_core::client::Client;
use latchkey_core::service::accounts::{Account, Actor, Change};
use latchkey_types::Roles;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp};

/// A request to the API.
pub struct Call<'a> {
    method: &'a str,
    path: &'a str,
    headers: Vec<(&'a str, Vec<u8>)>,
    body: Vec<u8>,
}

impl<'a> Call<'a> {
    pub fn new(method: &'a str, path: &'a str) -> Self {
        Self { method, path, headers: Vec::new(), body: Vec::new() }
    }

    pub fn header(mut self, name: &'a str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name, value.as_ref().to_vec()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    pub async fn send(self, app: &TestApp) -> Answer {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let answer = app.send(request.body(Body::from(self.body)).unwrap()).await;
        assert!(answer.set_cookies().is_empty(), "{} sets a cookie", self.path);
        answer
    }
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {:?}", self.status, self.body))
    }

    /// The token of a successful response.
    #[track_caller]
    pub fn access_token(&self) -> String {
        self.assert_status(200);
        let body = self.json();
        body["access_token"].as_str().unwrap_or_else(|| panic!("no token: {body}")).to_owned()
    }

    /// Asserts that this is an error with this name: its status, body and headers.
    #[track_caller]
    pub fn assert_api_error(&self, status: u16, error: &str, of: &str) -> &Self {
        let body = self.json();
        assert_eq!((self.status, body["error"].as_str()), (status, Some(error)), "{of}: {body}");
        assert_eq!(body["status_code"], status, "{of}");
        assert!(body["message"].as_str().is_some_and(|text| text.len() > 10), "{of}: {body}");
        assert_eq!(self.header("content-type"), "application/json", "{of}");
        assert_eq!(self.header("cache-control"), "no-store", "{of}");
        assert_eq!(self.header("www-authenticate"), if status == 401 { "Bearer" } else { "" }, "{of}");
        assert_eq!(self.header("allow").is_empty(), status != 405, "{of}");
        assert_eq!(self.header("retry-after").is_empty(), ![429, 503].contains(&status), "{of}");
        self
    }
}

/// Registers an account and returns its token.
pub async fn register(app: &TestApp, username: &str) -> String {
    let typed = json!({"username": username, "password": PASSWORD});
    Call::new("POST", "/api/registration").json(&typed).send(app).await.access_token()
}

/// Logs in and returns the token.
pub async fn log_in(app: &TestApp, username: &str) -> String {
    let typed = json!({"username": username, "password": PASSWORD});
    Call::new("POST", "/api/login").json(&typed).send(app).await.access_token()
}

/// Creates an account with these roles and returns its token.
pub async fn with_roles(app: &TestApp, username: &str, roles: &str) -> String {
    let token = register(app, username).await;
    change(app, username, Change { roles: Some(Roles::parse(roles).unwrap()), ..Change::default() }).await;
    token
}

pub async fn change(app: &TestApp, username: &str, change: Change) {
    let client = Client::command_line();
    app.state.services.accounts.change(Account::Name(username), change, Actor::CommandLine, &client).await.unwrap();
}

/// The status, and the name of the error if it is one.
pub fn outcome(answer: &Answer) -> (u16, String) {
    let body = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
    (answer.status, body["error"].as_str().unwrap_or_default().to_owned())
}
