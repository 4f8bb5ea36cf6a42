//! Rules that the compiler does not check: no cycles of modules, and names that some modules must not use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The crates, by their names in `use`.
const CRATES: [(&str, &str); 5] = [
    ("latchkey", "src"),
    ("latchkey_axum", "crates/axum/src"),
    ("latchkey_core", "crates/core/src"),
    ("latchkey_types", "crates/types/src"),
    ("migration", "migration/src"),
];

/// The code of the files below `path` (or of the file itself), without comments and tests.
fn sources(path: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    if root.with_extension("rs").is_file() {
        folders.push(root.with_extension("rs"));
    }
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            found.push((path, code.split("#[cfg(test)]").next().unwrap_or_default().to_owned()));
        }
    }
    assert!(!found.is_empty(), "{path} does not exist");
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

/// The modules of a crate by their paths (`auth::components::form`; the root is empty), with their code.
fn modules(folder: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let name = |file: &Path| {
        let path = file.strip_prefix(&root).unwrap().with_extension("");
        let names = path.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>();
        if matches!(names[..], ["lib" | "main"]) { String::new() } else { names.join("::") }
    };
    sources(folder)
        .into_iter()
        .filter(|(file, _)| !file.ends_with("main.rs"))
        .map(|(file, code)| (name(&file), code))
        .collect()
}

/// Expands the braces of a `use` path: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(path: &str) -> Vec<String> {
    let Some(open) = path.find('{') else {
        return vec![path.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let (before, inner) = (&path[..open], &path[open + 1..path.rfind('}').unwrap()]);
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (index, char) in inner.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&inner[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    items.push(&inner[start..]);
    let items = items.into_iter().filter(|item| !item.trim().is_empty());
    items.flat_map(|item| expand(&format!("{before}{}", item.trim()))).collect()
}

/// The modules that the code of a module names: by `use`, and by paths that begin with `crate::` or `super::`.
fn named(module: &str, code: &str, modules: &BTreeMap<String, String>) -> BTreeSet<String> {
    // Not `pub use`: a parent that re-exports its children does not depend on them.
    let uses = code.match_indices("use ").filter_map(|(start, _)| {
        let is_statement = code[..start].rsplit('\n').next().unwrap_or_default().trim().is_empty();
        let path = code[start + 4..].split(';').next()?;
        is_statement.then(|| path.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    let inline = code.match_indices("crate::").chain(code.match_indices("super::")).map(|(start, _)| {
        code[start..].chars().take_while(|char| char.is_alphanumeric() || matches!(char, '_' | ':')).collect::<String>()
    });
    let mut found = BTreeSet::new();
    for path in uses.flat_map(|path| expand(&path)).chain(inline) {
        let mut base = module.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let mut names = path.split("::").map(str::trim).filter(|name| !name.is_empty()).peekable();
        match names.peek() {
            Some(&"crate") => {
                base.clear();
                names.next();
            }
            Some(&("super" | "self")) => {}
            Some(first)
                if modules.contains_key(
                    &[base.join("::").as_str(), first]
                        .iter()
                        .filter(|name| !name.is_empty())
                        .copied()
                        .collect::<Vec<_>>()
                        .join("::"),
                ) => {}
            _ => continue,
        }
        for name in names {
            match name {
                "self" => {}
                "super" => drop(base.pop()),
                name => base.push(name.to_owned()),
            }
        }
        // The longest prefix of the path that is a module; the item itself may be re-exported by it.
        while !base.is_empty() && !modules.contains_key(&base.join("::")) {
            base.pop();
        }
        found.insert(base.join("::"));
    }
    // Items of the root are macros and the like.
    found.remove("");
    found.remove(module);
    found
}

/// A module and its children are one unit: a parent declares its children, and they may use its items.
fn is_family(one: &str, other: &str) -> bool {
    let within = |child: &str, parent: &str| child.strip_prefix(parent).is_some_and(|rest| rest.starts_with("::"));
    one.is_empty() || other.is_empty() || within(one, other) || within(other, one)
}

#[test]
fn the_modules_of_a_crate_have_no_cycles() {
    for (name, folder) in CRATES {
        let modules = modules(folder);
        let edges = modules.iter().map(|(module, code)| {
            let named = named(module, code, &modules).into_iter().filter(|other| !is_family(module, other));
            (module.clone(), named.collect::<BTreeSet<_>>())
        });
        let edges = edges.collect::<BTreeMap<_, _>>();
        for module in edges.keys() {
            let mut seen = BTreeSet::new();
            let mut next = edges[module].iter().collect::<Vec<_>>();
            while let Some(other) = next.pop() {
                assert_ne!(other, module, "{name}::{module} is part of a cycle through {seen:?}");
                if seen.insert(other.clone()) {
                    next.extend(&edges[other]);
                }
            }
        }
    }
}

#[test]
fn a_cycle_is_detected() {
    let modules = BTreeMap::from([
        ("a".to_owned(), "use crate::b::Thing;".to_owned()),
        ("b".to_owned(), "use super::{a::Other, c};".to_owned()),
        ("c".to_owned(), "fn f() { crate::a::g() }".to_owned()),
    ]);
    assert_eq!(named("a", &modules["a"], &modules), BTreeSet::from(["b".to_owned()]));
    assert_eq!(named("b", &modules["b"], &modules), BTreeSet::from(["a".to_owned(), "c".to_owned()]));
    assert_eq!(named("c", &modules["c"], &modules), BTreeSet::from(["a".to_owned()]));
}

#[test]
fn the_login_names_nothing_of_the_site() {
    assert_never("src/auth", &["crate::site", "crate::app", "crate::routes"]);
}

#[test]
fn security_knows_no_database_and_store_no_use_case() {
    assert_never("crates/core/src/security", &["sea_orm", "crate::store", "crate::service"]);
    assert_never("crates/core/src/store", &["crate::service"]);
    assert_never("crates/core/src/mail", &["crate::service"]);
}

#[test]
fn pages_components_and_types_never_name_the_server() {
    for path in ["src/auth/pages", "src/auth/components", "src/auth/texts", "src/site/pages", "crates/types/src"] {
        assert_never(path, &["server::"]);
    }
}

#[test]
fn server_functions_hold_no_rule() {
    assert_never("src/auth/server_fns", &["sea_orm", "core::store", "core::security"]);
}

#[test]
fn shared_code_asks_for_no_feature_inside_a_function() {
    for path in ["src/app.rs", "src/auth/pages", "src/auth/components", "src/page_context.rs", "src/site/pages"] {
        for (file, code) in sources(path) {
            let inside = code
                .lines()
                .any(|line| line.starts_with(' ') && line.contains("cfg(feature") || line.contains("cfg!(feature"));
            assert!(!inside, "{}", file.display());
        }
    }
}

#[test]
fn tokens_of_links_are_made_where_links_are_written() {
    for (file, code) in sources("crates/core/src") {
        let may = ["mail/render.rs", "security/opaque_token.rs", "password_reset/operator.rs"];
        let may = may.iter().any(|end| file.ends_with(end));
        assert!(may || !code.contains("MailToken::generate"), "{}", file.display());
    }
}

#[test]
fn writing_transactions_begin_in_one_place() {
    for path in ["src", "crates/core/src", "crates/axum/src"] {
        for (file, code) in sources(path) {
            let begins =
                [".begin(", ".begin_with", ".transaction"].map(|word| code.matches(word).count()).iter().sum::<usize>();
            // Those of `write_tx`, of migrations, and of queries that PgBouncer must not split.
            let homes = ["core/src/store.rs", "core/src/store/migrations.rs", "core/src/store/reader.rs"];
            let may = homes.iter().any(|home| file.ends_with(home));
            assert!(may || begins == 0, "{}: use store::write_tx", file.display());
        }
    }
}

#[test]
fn cookies_and_paths_have_one_home() {
    for path in ["src", "crates/core/src", "crates/axum/src"] {
        assert_never(path, &["latchkey-session", "latchkey-flash", "latchkey-device", "latchkey-theme"]);
    }
    for path in ["src/app.rs", "src/auth", "src/server", "src/site/pages", "crates/core/src"] {
        assert_never(path, &["\"/login", "\"/secret", "\"/registration", "\"/fn/"]);
    }
}

#[test]
fn only_the_rotation_and_the_logout_take_an_expired_token() {
    for (file, code) in sources("crates/core/src") {
        let may =
            ["security/jwt.rs", "session/rotation.rs", "session/bearer.rs"].iter().any(|name| file.ends_with(name));
        assert!(may || !code.contains("RefreshableClaims") && !code.contains(".refreshable("), "{}", file.display());
    }
}

#[test]
fn nothing_is_rendered_unescaped_or_styled_inline() {
    for path in ["src/app.rs", "src/auth/pages", "src/auth/components", "src/site/pages", "src/server"] {
        assert_never(path, &["inner_html", "style=", "style:"]);
    }
}
