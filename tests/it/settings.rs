//! Settings of the program: where they are read, which one counts, and that errors keep secrets.

use std::fs;
use std::path::Path;

use crate::commands::{assert_one_line, run_with};
use crate::support::SECRET;

/// Runs `user list`, which reads all settings.
fn list(folder: &Path, environment: &[(&str, &str)]) -> (i32, String, String) {
    run_with(folder, environment, &["user", "list"], "")
}

#[test]
fn the_env_file_is_read_from_the_working_folder_only() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("child");
    fs::create_dir(&folder).unwrap();
    fs::write(parent.path().join(".env"), "DATABASE_URL=mysql://elsewhere").unwrap();
    assert_eq!(list(&folder, &[("JWT_SECRET", SECRET)]), (0, String::new(), String::new()));
    fs::write(
        folder.join(".env"),
        "\u{feff}export DATABASE_URL = 'sqlite://own.db'\r\nJWT_SECRET=kX9q2$HOME#Lw7 Zr4\\Tb8Nv1Cf6Hs3Jd5",
    )
    .unwrap();
    assert_eq!(list(&folder, &[]).0, 0);
    assert!(folder.join("own.db").is_file());
}

#[test]
fn flags_take_precedence_over_the_environment_and_that_over_the_env_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), format!("JWT_SECRET={SECRET}\nDATABASE_URL=sqlite://file.db")).unwrap();
    let is_there = |name: &str| folder.path().join(name).is_file();
    // An empty variable counts as unset.
    assert_eq!(list(folder.path(), &[("DATABASE_URL", " ")]).0, 0);
    assert!(is_there("file.db"));
    let variable = [("DATABASE_URL", "sqlite://variable.db\n")];
    assert_eq!(list(folder.path(), &variable).0, 0);
    assert!(is_there("variable.db"));
    assert_eq!(run_with(folder.path(), &variable, &["user", "list", "--database-url=sqlite://flag.db"], "").0, 0);
    assert!(is_there("flag.db"));
}

#[test]
fn every_line_of_the_example_can_be_uncommented() {
    let example = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example")).unwrap();
    let is_setting = |line: &&str| line.split_once('=').is_some_and(|(name, _)| name == name.to_ascii_uppercase());
    let lines: Vec<&str> = example.lines().filter_map(|line| line.strip_prefix('#')).filter(is_setting).collect();
    assert!(lines.len() > 20, "{lines:?}");
    let folder = tempfile::tempdir().unwrap();
    for line in lines.iter().copied().chain([lines.join("\n").as_str()]) {
        fs::write(folder.path().join(".env"), line).unwrap();
        assert_eq!(list(folder.path(), &[]), (0, String::new(), String::new()), "{line}");
    }
}

#[test]
fn an_error_names_the_setting_and_never_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let database = [("JWT_SECRET", SECRET), ("DATABASE_URL", "postgres://ada:hunter2#x@127.0.0.1/latchkey")];
    let mail = [("JWT_SECRET", SECRET), ("MAIL_URL", "smtp://ada:hunter2#x@127.0.0.1")];
    for arguments in
        [&["user", "list"][..], &["migrate"], &["serve"], &["user", "add", "x", "--email", "x@example.org"]]
    {
        let (status, out, error) = run_with(folder.path(), &database, arguments, "");
        assert_eq!((status, out.as_str()), (1, ""), "{arguments:?}");
        assert_one_line(&error, "latchkey: DATABASE_URL: is not a URL");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let (status, _, error) = list(folder.path(), &mail);
    assert_eq!(status, 1);
    assert_one_line(&error, "latchkey: MAIL_URL: ");
    assert!(!error.contains("hunter2"), "{error}");
    fs::write(folder.path().join(".env"), "RUST_LOG=info\nJWT_SECRET hunter2").unwrap();
    let (status, _, error) = list(folder.path(), &[]);
    assert_eq!((status, error.as_str()), (1, "latchkey: .env line 2: is not NAME=VALUE\n"));
}

#[test]
fn a_server_for_others_needs_a_mail_server_and_a_sender() {
    let folder = tempfile::tempdir().unwrap();
    let prod = [("JWT_SECRET", SECRET), ("LEPTOS_ENV", "PROD"), ("PUBLIC_URL", "https://example.org")];
    let with = |more: &[(&'static str, &'static str)]| list(folder.path(), &[&prod, more].concat());
    assert_one_line(&with(&[]).2, "latchkey: MAIL_URL: is required with LEPTOS_ENV=PROD");
    assert_one_line(&with(&[("MAIL_URL", "smtp://mail.example.org")]).2, "latchkey: MAIL_FROM: ");
    assert_eq!(with(&[("MAIL_URL", "smtp://mail.example.org"), ("MAIL_FROM", "Zoë <no-reply@example.org>")]).0, 0);
    assert_eq!(with(&[("MAIL_URL", "file://data/mail")]).0, 0);
}
