//! A test application: its own database, a clock that the test sets, browsers that keep cookies.

mod accounts;
mod authenticator;
mod browser;
mod database;

use std::fs;
use std::net::SocketAddr;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use http_body_util::BodyExt;
use latchkey::server::ServerState;
use latchkey::server::assets::AssetNames;
use latchkey::site::product::PRODUCT;
use latchkey_axum::AppState;
use latchkey_core::client::Client;
use latchkey_core::clock::Clock;
use latchkey_core::config::{Config, RawSettings};
use latchkey_core::extension::Extension;
use latchkey_core::mail::eml::Eml;
use latchkey_core::service::session::{AuthSession, Authentication};
use latchkey_core::store::Store;
use latchkey_core::store::entity::{audit_event, session, user};
use latchkey_types::routes::parameter;
use leptos::config::LeptosOptions;
use sea_orm::{EntityTrait, QueryOrder};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub use authenticator::Authenticator;
pub use browser::{Answer, Browser, SAFARI, claims};
pub use database::Database;

/// A folder with the files of a build.
static SITE: LazyLock<String> = LazyLock::new(|| {
    let site = concat!(env!("CARGO_TARGET_TMPDIR"), "/site");
    fs::create_dir_all(format!("{site}/pkg")).unwrap();
    for end in ["js", "wasm", "css"] {
        fs::write(format!("{site}/pkg/latchkey.{end}"), end).unwrap();
    }
    site.to_owned()
});

/// A path of a page's pattern: its parameters are 1.
pub fn path_of(pattern: &str) -> String {
    pattern.split('/').map(|segment| parameter(segment).map_or(segment, |_| "1")).collect::<Vec<_>>().join("/")
}

/// A password that passes every check.
pub const PASSWORD: &str = "tin wolf orbit cave";
/// Start of the test clock: 2026-11-24, 12:00 UTC.
pub const START: i64 = 1_795_521_600;
/// The IP address of clients.
pub const IP: [u8; 4] = [203, 0, 113, 7];
/// The signing key of all test nodes.
pub const SECRET: &str = "kX9q2Lw7Zr4Tb8Nv1Cf6Hs3Jd5Gm0Py9";

/// Declares tests that run on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($(async fn $name:ident($app:ident: $app_type:ty) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every test needs all of it")]
            use super::*;

            async fn test($app: $app_type) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                test($crate::support::TestApp::start($crate::support::Database::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                test($crate::support::TestApp::start($crate::support::Database::postgres().await).await).await;
            }
        }
    )*};
}

/// The settings of these flags (`--name=value`), on a database.
pub fn config(database_url: &str, flags: &[&str]) -> Config {
    let fixed = [
        ("DATABASE_URL".to_owned(), database_url),
        ("JWT_SECRET".to_owned(), SECRET),
        ("CONFIRM_EMAIL".to_owned(), "false"),
        ("LOGIN_BY_EMAIL".to_owned(), "true"),
        ("MAIL_URL".to_owned(), "file://data/mail"),
    ];
    let flags = flags.iter().map(|flag| {
        let (name, value) = flag.strip_prefix("--").and_then(|flag| flag.split_once('=')).expect("--name=value");
        (name.to_ascii_uppercase().replace('-', "_"), value)
    });
    let settings = fixed.into_iter().chain(flags);
    settings.fold(RawSettings::default(), |raw, (name, value)| raw.with(&name, value).unwrap()).config(PRODUCT).unwrap()
}

/// One node of the application.
#[derive(Clone)]
pub struct TestApp {
    pub state: AppState,
    pub clock: Clock,
    /// The IP address of its clients.
    ip: [u8; 4],
    router: Router,
    database: Database,
}

impl TestApp {
    /// A node on an empty database, with default settings.
    pub async fn start(database: Database) -> Self {
        Self::node_of(database, Clock::fixed(START), &[]).await
    }

    /// Another node on the same database with the same clock, and with these flags.
    pub async fn node(&self, flags: &[&str]) -> Self {
        Self::node_of(self.database.clone(), self.clock.clone(), flags).await
    }

    /// Another node on the same database, with a clock that differs by `seconds`.
    pub async fn node_off_by(&self, seconds: i64) -> Self {
        Self::node_of(self.database.clone(), Clock::fixed(self.clock.now() + seconds), &[]).await
    }

    /// Another node on the same database, with an extension.
    pub async fn extended(&self, extension: Extension) -> Self {
        Self::node_with(self.database.clone(), self.clock.clone(), &[], extension).await
    }

    async fn node_of(database: Database, clock: Clock, flags: &[&str]) -> Self {
        Self::node_with(database, clock, flags, latchkey::site::extend()).await
    }

    async fn node_with(database: Database, clock: Clock, flags: &[&str], extension: Extension) -> Self {
        let mail_url = format!("--mail-url={}", database.mail_url());
        let flags: Vec<&str> = [mail_url.as_str()].iter().chain(flags).copied().collect();
        let config = config(database.url(), &flags);
        let store = Store::connect(&config.database, extension.migrations).await.unwrap();
        store.migrate().await.unwrap();
        let leptos = LeptosOptions::builder().output_name("latchkey").site_root(SITE.as_str()).build();
        let state = AppState::new(config, store, clock.clone(), extension, CancellationToken::new()).unwrap();
        let assets = AssetNames::plain(&leptos);
        let router = latchkey::server::router(ServerState::new(state.clone(), leptos, assets));
        Self { router, state, clock, database, ip: IP }
    }

    /// The URL of its database.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// The same node, for clients with another IP address: some limits are per address.
    pub fn elsewhere(&self, number: u8) -> Self {
        Self { ip: [192, 0, 2, number], ..self.clone() }
    }

    /// A new browser, without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.clone(), self.ip)
    }

    /// A browser in which a new account is logged in.
    pub async fn logged_in(&self, username: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.submit("/fn/register", &[("username", username), ("password", PASSWORD)]).await;
        answer.assert_found("/secret");
        browser
    }

    /// The session of a browser, as the server sees it.
    pub async fn auth(&self, browser: &Browser) -> AuthSession {
        match self.state.services.session.authenticate(browser.token(), &Client::command_line()).await.unwrap() {
            Authentication::Authenticated(auth) | Authentication::Renewed(auth, _) => auth,
            Authentication::Anonymous => panic!("nobody is logged in"),
        }
    }

    /// Sends a request unchanged, except for the `Host` that every client sends.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost:3000"));
        }
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from((self.ip, 40_000))));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Waits for background tasks.
    pub async fn settle(&self) {
        self.state.tasks.close();
        self.state.tasks.wait().await;
        self.state.tasks.reopen();
    }

    /// The delivered emails, in order.
    pub fn mails(&self) -> Vec<Eml> {
        let folder = self.state.mail_worker.folder().expect("this node does not deliver into a folder");
        folder.numbers().unwrap().into_iter().map(|number| folder.read(number).unwrap().unwrap()).collect()
    }

    /// Delivers due emails, then returns [`Self::mails`].
    pub async fn deliver(&self) -> Vec<Eml> {
        self.state.mail_worker.deliver_due().await.unwrap();
        self.mails()
    }

    /// The only session.
    pub async fn only_session(&self) -> session::Model {
        let sessions = self.sessions().await;
        assert_eq!(sessions.len(), 1);
        sessions.into_iter().next().unwrap()
    }

    /// All sessions, in the order of their creation.
    pub async fn sessions(&self) -> Vec<session::Model> {
        session::Entity::find().order_by_asc(session::Column::CreatedAt).all(self.state.store.reader()).await.unwrap()
    }

    /// All accounts.
    pub async fn users(&self) -> Vec<user::Model> {
        user::Entity::find().order_by_asc(user::Column::Id).all(self.state.store.reader()).await.unwrap()
    }

    /// The number of recorded events of a kind.
    pub async fn events(&self, kind: &str) -> usize {
        self.events_of(kind).await.iter().map(|event| usize::try_from(event.count).unwrap()).sum()
    }

    /// The rows of a kind, in order. A row can count several events.
    pub async fn events_of(&self, kind: &str) -> Vec<audit_event::Model> {
        self.all_events().await.into_iter().filter(|event| event.kind.to_string() == kind).collect()
    }

    /// All events, in order.
    pub async fn all_events(&self) -> Vec<audit_event::Model> {
        audit_event::Entity::find().order_by_asc(audit_event::Column::Id).all(self.state.store.reader()).await.unwrap()
    }
}
