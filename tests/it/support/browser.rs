//! A browser as the server sees it: it keeps cookies, says where a request comes from, and follows no redirects.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_types::AppError;
use latchkey_types::Flash;
use scraper::{Html, Selector};

use super::TestApp;

pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
pub const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";

/// A browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    app: TestApp,
    pub cookies: BTreeMap<String, String>,
    pub user_agent: &'static str,
    pub ip: [u8; 4],
}

impl Browser {
    pub fn new(app: TestApp, ip: [u8; 4]) -> Self {
        Self { app, cookies: BTreeMap::new(), user_agent: FIREFOX, ip }
    }

    /// The same cookies, on another node.
    pub fn at(&self, app: &TestApp) -> Self {
        Self { app: app.clone(), cookies: self.cookies.clone(), user_agent: self.user_agent, ip: self.ip }
    }

    /// The token in the session cookie.
    pub fn token(&self) -> &str {
        self.cookies
            .get("latchkey-session")
            .or_else(|| self.cookies.get("__Host-latchkey-session"))
            .map_or("", String::as_str)
    }

    /// Sets the session cookie to a token.
    pub fn set_token(&mut self, token: &str) {
        self.cookies.insert("latchkey-session".to_owned(), token.to_owned());
    }

    /// Requests a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.request("GET", path, "text/html,application/xhtml+xml", Body::empty()).await
    }

    /// Submits a form without scripts.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.request("POST", path, "text/html,application/xhtml+xml", encode(fields)).await
    }

    /// Calls a server function as the hydrated page does.
    pub async fn call(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.request("POST", path, "application/json", encode(fields)).await
    }

    /// Logs in without scripts.
    pub async fn log_in(&mut self, username: &str, password: &str) -> Answer {
        self.submit("/fn/login", &[("username", username), ("password", password)]).await
    }

    /// Sends a request.
    pub async fn request(&mut self, method: &str, path: &str, accept: &str, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
        request = request.header(header::USER_AGENT, self.user_agent).header("sec-fetch-site", "same-origin");
        request = request.extension(ConnectInfo(SocketAddr::from((self.ip, 40_000))));
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(header::COOKIE, pairs.collect::<Vec<_>>().join("; "));
        }
        let answer = self.app.send(request.body(body).unwrap()).await;
        for cookie in answer.set_cookies() {
            let cookie = cookie::Cookie::parse(cookie).unwrap();
            if cookie.value().is_empty() {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        answer
    }
}

fn encode(fields: &[(&str, &str)]) -> Body {
    Body::from(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// A complete response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `Set-Cookie` headers.
    pub fn set_cookies(&self) -> Vec<String> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    /// The `Set-Cookie` header of a cookie, by the end of its name.
    #[track_caller]
    pub fn set_cookie(&self, name: &str) -> String {
        let is_named = |cookie: &String| cookie.split('=').next().is_some_and(|found| found.ends_with(name));
        self.set_cookies().into_iter().find(is_named).unwrap_or_else(|| panic!("no cookie {name}"))
    }

    /// The session token that the response sets, if it does.
    pub fn new_token(&self) -> Option<String> {
        let cookies = self.set_cookies().into_iter().filter_map(|cookie| cookie::Cookie::parse(cookie).ok());
        let mut sessions = cookies.filter(|cookie| cookie.name().ends_with("latchkey-session"));
        sessions.next().map(|cookie| cookie.value().to_owned())
    }

    /// The flash that the response sets, for forms without scripts.
    pub fn flash(&self) -> Option<Flash> {
        let cookies = self.set_cookies().into_iter().filter_map(|cookie| cookie::Cookie::parse(cookie).ok());
        let flash = cookies.into_iter().find(|cookie| cookie.name().ends_with("latchkey-flash"))?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(flash.value()).ok()?).ok()
    }

    /// The error in the body, for forms with scripts.
    pub fn error(&self) -> AppError {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no error: {} {}", self.status, self.body))
    }

    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub fn assert_found(&self, location: &str) -> &Self {
        assert_eq!((self.status, self.header("location")), (302, location), "{}", self.body);
        self
    }

    /// The texts of the elements that match a selector.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let document = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        document.select(&selector).map(|element| element.text().collect::<String>().trim().to_owned()).collect()
    }

    /// An attribute of the first element that matches a selector.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let document = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        document.select(&selector).next().and_then(|element| element.attr(name).map(str::to_owned))
    }
}

/// The claims of a token.
pub fn claims(token: &str) -> serde_json::Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
