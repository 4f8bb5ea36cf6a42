//! The tables of ASVS rows in docs/security.md: each row of levels 1 and 2 once, and every test that they name exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Number of rows in ASVS 5.0.0, by level.
const ROWS: [(&str, usize); 2] = [("1", 70), ("2", 183)];

struct Row {
    ids: Vec<String>,
    level: String,
    rule: String,
    here: String,
    tests: Vec<(String, String)>,
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).ok()
}

fn parse(line: &str) -> Row {
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')).unwrap_or_default();
    let cells = inner.split('|').map(str::trim).collect::<Vec<_>>();
    let [ids, level, rule, here, tests] = cells.as_slice() else { panic!("not five cells: {line}") };
    let test = |text: &str| {
        let (file, name) = text.strip_prefix('`')?.strip_suffix('`')?.split_once(": ")?;
        Some((file.to_owned(), name.to_owned()))
    };
    let tests = tests.split("; ").filter(|text| !text.is_empty());
    Row {
        ids: ids.split(", ").map(str::to_owned).collect(),
        level: (*level).to_owned(),
        rule: (*rule).to_owned(),
        here: (*here).to_owned(),
        tests: tests.map(|text| test(text).unwrap_or_else(|| panic!("not `file: name`: {text}"))).collect(),
    }
}

fn rows() -> Vec<Row> {
    let document = read("docs/security.md").unwrap();
    let (_, asvs) = document.split_once("## OWASP ASVS 5.0\n").unwrap();
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| id |");
    asvs.lines().filter(is_row).map(parse).collect()
}

/// Whether a file contains a test of this name: a function after `#[test]` or in `on_both!`, or a test of Playwright.
fn has_test(text: &str, path: &str, name: &str) -> bool {
    if path.ends_with(".spec.ts") {
        return text.contains(&format!("\ntest('{name}', "));
    }
    let lines = text.lines().map(str::trim).collect::<Vec<_>>();
    lines.iter().enumerate().any(|(number, line)| {
        let is_fn = line.split_once(&format!("fn {name}(")).is_some_and(|(before, _)| ["", "async "].contains(&before));
        let mut above = lines[..number].iter().rev().take_while(|line| line.starts_with("#["));
        is_fn && (above.any(|line| line.contains("test")) || line.ends_with("App) {"))
    })
}

#[test]
fn every_row_of_levels_1_and_2_is_there_once() {
    let mut ids = BTreeMap::<_, BTreeSet<_>>::new();
    for row in rows() {
        assert!(!row.rule.is_empty(), "{:?}", row.ids);
        for id in row.ids {
            let numbers = id.split('.').map(|part| part.parse::<u8>().unwrap_or_else(|_| panic!("not an id: {id}")));
            assert_eq!(numbers.count(), 3, "{id}");
            assert!(ids.values().all(|of_level| !of_level.contains(&id)), "{id} is there twice");
            ids.entry(row.level.clone()).or_default().insert(id);
        }
    }
    let counts = ids.iter().map(|(level, ids)| (level.as_str(), ids.len())).collect::<Vec<_>>();
    assert_eq!(counts, ROWS);
}

#[test]
fn every_row_names_tests_that_exist_or_says_how_it_is_met() {
    for row in rows() {
        assert!(!row.here.is_empty() || !row.tests.is_empty(), "{:?} says nothing", row.ids);
        for (path, name) in row.tests {
            let text = read(&path).unwrap_or_else(|| panic!("{:?}: {path} does not exist", row.ids));
            assert!(has_test(&text, &path, &name), "{:?}: {path} has no test {name}", row.ids);
        }
    }
}

#[test]
fn a_name_that_is_no_test_is_noticed() {
    let text = read("tests/it/security_table.rs").unwrap();
    assert!(has_test(&text, "x.rs", "a_name_that_is_no_test_is_noticed"));
    for name in ["has_test", "rows", "nothing"] {
        assert!(!has_test(&text, "x.rs", name), "{name}");
    }
}
