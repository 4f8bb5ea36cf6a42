//! The direction of dependencies, read off the `use` lines and the paths in the code.

use std::fs;
use std::path::{Path, PathBuf};

/// Files below `folder` (or the file itself), without their tests.
fn sources(path: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    if root.with_extension("rs").is_file() {
        folders.push(root.with_extension("rs"));
    }
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            found.push((path, code.split("#[cfg(test)]").next().unwrap_or_default().to_owned()));
        }
    }
    assert!(!found.is_empty(), "{path} is gone");
    found
}

#[track_caller]
fn assert_never(path: &str, words: &[&str]) {
    for (file, code) in sources(path) {
        for word in words {
            assert!(!code.contains(word), "{} names {word}", file.display());
        }
    }
}

#[test]
fn use_cases_store_and_security_know_neither_http_nor_leptos() {
    for path in ["server/service", "server/store", "server/security", "server/clock.rs", "server/client.rs"] {
        assert_never(
            path,
            &["axum", "leptos", "server::http", "server::context", "server::state", "crate::texts", "crate::pages"],
        );
    }
}

#[test]
fn store_and_security_know_no_use_case() {
    for path in ["server/store", "server/security"] {
        assert_never(path, &["server::service", "super::service"]);
    }
    assert_never("server/security", &["sea_orm", "server::store"]);
}

#[test]
fn mail_knows_neither_doors_nor_use_cases() {
    assert_never(
        "server/mail",
        &["axum", "leptos", "server::http", "server::service", "server::state", "server::context"],
    );
}

#[test]
fn tokens_of_mails_are_made_where_mails_are_written() {
    for (file, code) in sources("server") {
        let may = file.ends_with("mail/content.rs") || file.ends_with("security/opaque_token.rs");
        assert!(may || !code.contains("MailToken::generate"), "{}", file.display());
    }
}

#[test]
fn pages_and_components_never_name_the_server() {
    for path in ["pages", "components", "domain", "error.rs", "texts.rs"] {
        assert_never(path, &["server::"]);
    }
}

#[test]
fn server_functions_hold_no_rule() {
    assert_never("server_fns", &["sea_orm", "server::store", "server::security", "argon2", "jsonwebtoken"]);
}

#[test]
fn domain_is_std_and_serde_alone() {
    assert_never("domain", &["leptos", "axum", "sea_orm", "tokio", "crate::server"]);
}

#[test]
fn writing_transactions_begin_in_one_place() {
    for (file, code) in sources("server") {
        let begins = code.matches(".begin(").count()
            + code.matches(".begin_with").count()
            + code.matches(".transaction").count();
        let is_session = file.to_string_lossy().contains("service/");
        // `self.begin(tx, …)` begins a session.
        let allowed = if file.ends_with("store.rs") {
            2
        } else {
            code.matches("self.begin(tx,").count() + code.matches("session.begin(tx,").count()
        };
        assert!(begins <= allowed || (is_session && begins == allowed), "{}: use store::write_tx", file.display());
    }
}

#[test]
fn cookies_and_paths_have_one_home() {
    for (file, code) in sources("server") {
        let is_home = file.ends_with("http/cookies.rs");
        assert!(
            is_home || !code.contains("latchkey-session") && !code.contains("latchkey-flash"),
            "{}",
            file.display()
        );
    }
    for path in ["app.rs", "pages", "components", "server"] {
        assert_never(path, &["\"/login", "\"/secret", "\"/registration", "\"/fn"]);
    }
}

#[test]
fn only_the_rotation_and_the_logout_take_an_expired_token() {
    for (file, code) in sources("server") {
        let may =
            ["security/jwt.rs", "session/rotation.rs", "session/bearer.rs"].iter().any(|name| file.ends_with(name));
        assert!(may || !code.contains("RefreshableClaims") && !code.contains(".refreshable("), "{}", file.display());
    }
}

#[test]
fn nothing_is_rendered_unescaped_or_styled_inline() {
    for path in ["app.rs", "pages", "components"] {
        assert_never(path, &["inner_html", "style=", "style:"]);
    }
}
