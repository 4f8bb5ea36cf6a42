//! `script/rename`, run in a copy of the tracked files.

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
