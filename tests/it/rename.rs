//! `script/rename` and `script/upgrade`, run in copies of the tracked files.

use std::path::Path;
use std::process::Command;

fn run(folder: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
    let program = if program.starts_with("script/") { folder.join(program) } else { program.into() };
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// A copy of this checkout, including uncommitted changes.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = env!("CARGO_MANIFEST_DIR");
    let copied =
        format!("git -C '{from}' ls-files -z | tar -C '{from}' --null -T - -cf - --ignore-failed-read | tar -xf -");
    assert!(run(folder.path(), "sh", &["-c", &format!("{copied} && git init -q && git add -A")]).0);
    folder
}

#[test]
fn a_clone_gets_its_own_name_everywhere_but_in_the_login() {
    let copy = copy();
    let (done, text) = run(copy.path(), "script/rename", &["my-notes", "My Notes"]);
    assert!(done, "{text}");
    let read = |file: &str| std::fs::read_to_string(copy.path().join(file)).unwrap();
    assert!(read("Cargo.toml").contains("name = \"my-notes\"") && read("Cargo.toml").contains("latchkey-core"));
    assert!(read("Leptos.toml").contains("output-name = \"my-notes\""));
    let product = read("src/site/product.rs");
    assert!(product.contains("name: \"My Notes\"") && product.contains("slug: \"my-notes\""), "{product}");
    assert!(read("src/main.rs").contains("my_notes::server::run()"));
    assert!(read("script/env").contains("LEPTOS_OUTPUT_NAME=my-notes"));
    assert!(read("tests/it/commands.rs").contains("CARGO_BIN_EXE_my-notes"));
    let (_, changed) = run(copy.path(), "git", &["diff", "--name-only"]);
    let is_of_login = |file: &str| file.starts_with("src/auth/") || file.starts_with("crates/");
    assert!(!changed.lines().any(|file| is_of_login(file) && !file.starts_with("crates/hydrate/")), "{changed}");
    assert!(read("crates/hydrate/src/lib.rs").contains("my_notes::hydrate()"));
    assert!(read("crates/hydrate/Cargo.toml").contains("name = \"latchkey-hydrate\""));
    let (parsed, metadata) =
        run(copy.path(), env!("CARGO"), &["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    assert!(parsed && metadata.contains("\"name\":\"my-notes\""), "{metadata}");
    let (again, text) = run(copy.path(), "script/rename", &["other"]);
    assert!(!again && text.contains("has a name already"), "{text}");
}

#[test]
fn what_can_not_be_a_name_is_refused_and_changes_nothing() {
    let copy = copy();
    for name in ["", "Notes", "1notes", "my notes", "notes-", "latchkey-core", "x", "a/b", "$(id)"] {
        let (done, text) = run(copy.path(), "script/rename", &[name]);
        assert!(!done && text.starts_with("rename: "), "{name}: {text}");
    }
    assert_eq!(run(copy.path(), "git", &["diff", "--name-only"]).1, "");
}

#[test]
fn a_colour_is_set_everywhere_and_a_wrong_one_is_refused() {
    let copy = copy();
    let (done, text) = run(copy.path(), "script/rename", &["notes", "Notes", "red"]);
    assert!(!done && text.contains("six hexadecimal digits"), "{text}");
    assert!(run(copy.path(), "script/rename", &["notes", "Notes", "#0f766e"]).0);
    for file in ["style/brand.css", "src/site/product.rs", "public/favicon.svg"] {
        assert!(std::fs::read_to_string(copy.path().join(file)).unwrap().contains("#0f766e"), "{file}");
    }
}

#[test]
fn a_folder_that_is_no_repository_is_renamed_too() {
    let copy = copy();
    std::fs::remove_dir_all(copy.path().join(".git")).unwrap();
    let (done, text) = run(copy.path(), "script/rename", &["notes"]);
    assert!(done, "{text}");
    assert!(std::fs::read_to_string(copy.path().join("Cargo.toml")).unwrap().contains("name = \"notes\""));
}

/// Commits everything under a tag.
fn commit(folder: &Path, tag: &str) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
    assert!(run(folder, "git", &["add", "--all"]).0);
    let commit = [&identity[..], &["commit", "--quiet", "--message", tag]].concat();
    assert!(run(folder, "git", &commit).0);
    assert!(run(folder, "git", &["tag", tag]).0);
}

fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file}: {from}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn an_upgrade_brings_what_has_changed_and_keeps_what_the_application_has() {
    let (latchkey, app) = (copy(), copy());
    commit(latchkey.path(), "v1");
    edit(latchkey.path(), "src/auth/texts.rs", "\"Log in\"", "\"Sign in\"");
    edit(latchkey.path(), "src/main.rs", "//! ", "//! Latchkey, latchkey::server. ");
    commit(latchkey.path(), "v2");
    assert!(run(app.path(), "script/rename", &["my-notes", "My Notes", "#0f766e"]).0);
    edit(app.path(), "src/site/texts.rs", "//! ", "//! Notes. ");
    commit(app.path(), "mine");
    let url = latchkey.path().to_str().unwrap();
    let upgrade = |arguments: &[&str]| run(app.path(), "script/upgrade", arguments);
    let read = |file: &str| std::fs::read_to_string(app.path().join(file)).unwrap();

    let (done, text) = upgrade(&[url, "v1", "v3"]);
    assert!(!done && text.contains("has no version v3"), "{text}");
    std::fs::write(app.path().join("new"), "").unwrap();
    let (done, text) = upgrade(&[url, "v1", "v2"]);
    assert!(!done && text.contains("commit your changes first"), "{text}");
    std::fs::remove_file(app.path().join("new")).unwrap();

    let (done, text) = upgrade(&[url, "v1", "v2"]);
    assert!(done, "{text}");
    assert!(read("src/auth/texts.rs").contains("\"Sign in\""));
    assert!(read("src/main.rs").contains("My Notes, my_notes::server."), "the names are those of the application");
    assert!(read("src/site/texts.rs").contains("//! Notes. ") && read("Cargo.toml").contains("name = \"my-notes\""));

    assert!(run(app.path(), "git", &["reset", "--quiet", "--hard"]).0);
    edit(app.path(), "src/auth/texts.rs", "\"Log in\"", "\"Come in\"");
    commit(app.path(), "own-words");
    let (done, text) = upgrade(&[url, "v1", "v2"]);
    assert!(!done && text.ends_with("src/auth/texts.rs\n"), "{text}");
}
