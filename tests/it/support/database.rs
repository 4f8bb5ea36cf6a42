//! A database for one test, deleted with it.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, Database as Connection, DatabaseConnection};

/// A database. It is deleted when the last clone is dropped.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    url: String,
    /// Deleted when dropped. Also contains the emails.
    folder: tempfile::TempDir,
    /// The name of the PostgreSQL database to drop.
    name: Option<String>,
    /// The database that this one is another URL of, kept until then.
    #[expect(dead_code, reason = "dropped with it")]
    origin: Option<Database>,
}

impl Database {
    /// An empty SQLite file.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self(Arc::new(Inner { url, folder, name: None, origin: None }))
    }

    /// An empty database in the cluster of `TEST_POSTGRES_URL`.
    pub async fn postgres() -> Self {
        let name = format!("latchkey_test_{:032x}", rand_u128());
        admin().await.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let url = with_name(&cluster(), &name);
        Self(Arc::new(Inner { url, folder: tempfile::tempdir().unwrap(), name: Some(name), origin: None }))
    }

    /// An empty database of a role of its own with these options, in this encoding.
    pub async fn postgres_with(role_options: &str, encoding: &str) -> Self {
        let name = format!("latchkey_test_{:032x}", rand_u128());
        let admin = admin().await;
        for statement in [
            format!("CREATE ROLE {name} LOGIN PASSWORD 'latchkey' {role_options}"),
            format!("CREATE DATABASE {name} OWNER {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"),
        ] {
            admin.execute_unprepared(&statement).await.unwrap();
        }
        let mut url = url::Url::parse(&with_name(&cluster(), &name)).unwrap();
        url.set_username(&name).unwrap();
        url.set_password(Some("latchkey")).unwrap();
        Self(Arc::new(Inner { url: url.into(), folder: tempfile::tempdir().unwrap(), name: Some(name), origin: None }))
    }

    /// This database by another URL.
    pub fn at(&self, url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self(Arc::new(Inner { url: url.to_owned(), folder, name: None, origin: Some(self.clone()) }))
    }

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Where the nodes on this database save their emails.
    pub fn mail_url(&self) -> String {
        format!("file://{}", self.0.folder.path().join("mails").display())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let Some(name) = self.name.take() else { return };
        // On a thread of its own: a runtime can't block on itself.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let _ = admin().await.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            });
        });
        let _ = dropped.join();
    }
}

fn cluster() -> String {
    std::env::var("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL is not set: run the tests by `script/postgres cargo test`, which starts a cluster for them",
    )
}

async fn admin() -> DatabaseConnection {
    Connection::connect(cluster()).await.expect("the PostgreSQL of TEST_POSTGRES_URL does not answer")
}

fn with_name(cluster: &str, name: &str) -> String {
    let mut url = url::Url::parse(cluster).unwrap();
    url.set_path(name);
    url.to_string()
}

fn rand_u128() -> u128 {
    u128::from_ne_bytes(latchkey_core::security::random::bytes().unwrap())
}
