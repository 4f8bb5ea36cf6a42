//! The table of ASVS rows in docs/security.md names tests that exist.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// The text of all files with this extension under a folder.
fn text_of(folder: &Path, extension: &str) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "node_modules" && name != "target") {
            text += &text_of(&path, extension);
        } else if path.extension().is_some_and(|found| found == extension) {
            text += &fs::read_to_string(&path).unwrap();
        }
    }
    text
}

#[test]
fn each_row_has_its_own_id_and_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rust = text_of(&root.join("tests"), "rs") + &text_of(&root.join("crates"), "rs");
    let specs = text_of(&root.join("end2end/tests"), "ts");
    let document = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let (_, table) = document.split_once("| id | level |").unwrap();
    let mut ids = HashSet::new();
    for line in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells = line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
        let [id, level, rule, _, tests] = cells.as_slice() else { panic!("{line}") };
        assert!(id.split('.').count() == 3 && id.split('.').all(|part| part.parse::<u8>().is_ok()), "{line}");
        assert!(ids.insert(id.to_string()), "{id} occurs twice");
        assert!(["1", "2"].contains(level) && !rule.is_empty(), "{line}");
        for test in tests.split("; ").filter(|test| !test.is_empty()) {
            let exists = match test.strip_prefix('`').and_then(|test| test.strip_suffix('`')) {
                Some(name) => rust.contains(&format!("fn {name}(")),
                None => {
                    let title = test.strip_prefix('"').and_then(|test| test.strip_suffix('"')).unwrap_or("?");
                    specs.contains(&format!("test('{title}'"))
                }
            };
            assert!(exists, "{id} names a test that does not exist: {test}");
        }
    }
    assert!(ids.len() > 100, "{} rows", ids.len());
}
