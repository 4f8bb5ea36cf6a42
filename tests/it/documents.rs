//! The documents: their examples work, their links lead to files, and no setting, endpoint or error is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use latchkey::site::product::PRODUCT;
use latchkey_axum::api::endpoints::{ENDPOINTS, Endpoint};
use latchkey_axum::api::openapi::document;
use serde_json::Value;

use crate::api::Call;
use crate::commands;
use crate::support::{PASSWORD, TestApp};

/// Where the server of the examples listens.
const ORIGIN: &str = "localhost:3000";
/// Members whose values differ between runs, releases and applications.
const VARYING: [&str; 8] =
    ["access_token", "created_at", "expires_at", "id", "last_login_at", "name", "refresh_expires_at", "version"];

/// A command in a document, and the output below it.
struct Example {
    command: String,
    output: String,
}

/// The arguments of `curl` that the examples use.
#[derive(Default)]
struct Curl<'a> {
    method: Option<&'a str>,
    path: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: Option<&'a str>,
    prints_status: bool,
}

impl<'a> Curl<'a> {
    fn parse(arguments: &'a [String]) -> Self {
        let mut curl = Self::default();
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_default();
            match word {
                "-X" => curl.method = Some(value()),
                "-H" => curl.headers.extend(value().split_once(": ")),
                "-d" => curl.body = Some(value()),
                "-s" => {}
                "-o" => assert_eq!(value(), "/dev/null"),
                "-w" => {
                    assert_eq!(value(), r"%{http_code}\n");
                    curl.prints_status = true;
                }
                url => curl.path = url.strip_prefix(ORIGIN).unwrap_or_else(|| panic!("not an argument: {url}")),
            }
        }
        curl
    }

    fn call(&self) -> Call<'a> {
        let mut call = Call::new(self.method.unwrap_or(if self.body.is_some() { "POST" } else { "GET" }), self.path);
        for &(name, value) in &self.headers {
            call = call.header(name, value);
        }
        match self.body {
            // The type that curl sends by default.
            Some(body) => call.header("content-type", "application/x-www-form-urlencoded").body(body),
            None => call,
        }
    }
}

/// A file of the project.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The commands in the `console` blocks of a document.
fn examples(path: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for block in read(path).split("```console\n").skip(1) {
        for line in block.lines().take_while(|line| *line != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                examples.push(Example { command: command.to_owned(), output: String::new() });
            } else if let Some(example) = examples.last_mut() {
                example.output.push_str(line);
                example.output.push('\n');
            }
        }
    }
    assert!(!examples.is_empty(), "{path} has no examples");
    examples
}

/// Splits a command as a shell does: at blanks outside of quotes.
fn shell_words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for char in command.chars() {
        match (quote, char) {
            (None, '\'' | '"') => quote = Some(char),
            (Some(open), close) if open == close => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, char) => words.last_mut().unwrap().push(char),
        }
    }
    words
}

/// Replaces what varies.
fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if VARYING.contains(&name.as_str()) && member.is_string() {
                    *member = Value::from("…");
                } else {
                    mask(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

fn json(text: &str, command: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("{command}: not JSON: {text:?}"))
}

/// The token of the newest email whose link leads to `page`.
async fn mailed_token(app: &TestApp, page: &str) -> String {
    let mails = app.deliver().await;
    let token = mails.iter().rev().find_map(|mail| Some(mail.link()?.split_once(page)?.1.to_owned()));
    token.unwrap_or_default()
}

on_both! {
    async fn the_examples_of_the_api_work(app: TestApp) {
        let app = app.node(&["--confirm-email=true", "--jwt-access-lifespan=50s"]).await;
        let mut variables = BTreeMap::new();
        for Example { command, output } in examples("docs/api.md") {
            variables.insert("$REGISTRATION_TOKEN", mailed_token(&app, "/finalize?token=").await);
            variables.insert("$RESET_TOKEN", mailed_token(&app, "/new_password?token=").await);
            let expanded = variables.iter().fold(command.clone(), |text, (name, value)| text.replace(*name, value));
            let words = shell_words(&expanded);
            if words[0] != "curl" {
                // The one command of the program that the page has: `user roles NAME ROLES`.
                let (username, roles) = (words[3].as_str(), words[4].as_str());
                let roles = app.set_roles(username, roles).await.unwrap().roles;
                assert_eq!(output.trim(), format!("{username}: roles are now {roles}"), "{command}");
                continue;
            }
            let curl = Curl::parse(&words[1..]);
            let answer = curl.call().send(&app).await;
            if curl.prints_status {
                assert_eq!(answer.status.to_string(), output.trim(), "{command}");
                continue;
            }
            let (mut expected, mut found) = (json(&output, &command), json(&answer.body, &command));
            for (name, member) in [("$TOKEN", "access_token"), ("$ID", "id")] {
                variables.extend(found[member].as_str().map(|value| (name, value.to_owned())));
            }
            mask(&mut expected);
            mask(&mut found);
            assert_eq!(found, expected, "{command}");
        }
    }
}

#[test]
fn the_examples_of_the_commands_work() {
    let folder = tempfile::tempdir().unwrap();
    for Example { command, output } in examples("docs/administration.md") {
        let words = shell_words(&command);
        let arguments = words.iter().skip(1).map(String::as_str).collect::<Vec<_>>();
        let (status, mut said, error) = commands::run(folder.path(), &arguments, PASSWORD);
        // The rest of a secret.
        if let Some((start, _)) = output.split_once('…') {
            assert!(said.starts_with(start), "{command}: {said}");
            said.clone_from(&output);
        }
        assert_eq!((status, said, error), (0, output, String::new()), "{command}");
    }
}

#[test]
fn every_setting_is_documented_with_its_default() {
    let folder = tempfile::tempdir().unwrap();
    let (_, help, _) = commands::run(folder.path(), &["--help"], "");
    let (page, env_example) = (read("docs/configuration.md"), read(".env.example"));
    let table = page.split("## All settings").nth(1).unwrap();
    let mut count = 0;
    for setting in help.split("[env: ").skip(1) {
        let name = setting.split(['=', ']']).next().unwrap();
        let default = setting.split_once("[default: ").map_or("", |(_, rest)| rest.split(']').next().unwrap());
        let row = table.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in docs/configuration.md"));
        // The documents of a renamed clone keep the name of this project.
        let is_named = default.contains(PRODUCT.slug) || default.contains(PRODUCT.name);
        assert!(is_named || row.contains(default), "the default of {name} is {default}: {row}");
        assert!(env_example.contains(&format!("\n#{name}=")), "{name} is not in .env.example");
        count += 1;
    }
    assert!(count > 20, "{count} settings in {help}");
}

#[test]
fn every_endpoint_and_error_of_the_api_is_documented() {
    let page = read("docs/api.md");
    for Endpoint { method, path, .. } in ENDPOINTS {
        assert!(page.contains(&format!("`{method} {path}`")), "{method} {path}");
    }
    let document = serde_json::to_value(document(PRODUCT)).unwrap();
    let mut errors = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for response in operation["responses"].as_object().unwrap().values() {
                let examples = response["content"]["application/json"]["examples"].as_object();
                errors.extend(examples.into_iter().flat_map(|examples| examples.keys()));
            }
        }
    }
    assert!(errors.len() > 20, "{errors:?}");
    for error in errors {
        assert!(page.contains(&format!("`{error}`")), "{error}");
    }
}

/// The documents, by their path.
fn documents() -> Vec<String> {
    let mut documents = Vec::new();
    for folder in ["", "docs/"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                documents.push(format!("{folder}{name}"));
            }
        }
    }
    documents
}

/// The anchors of the headings of a document: lower case, hyphens for blanks, no punctuation.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let kept = heading.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(|heading| anchor(heading.trim_start_matches('#').trim())).collect()
}

#[test]
fn links_between_documents_lead_to_files_and_headings() {
    for path in documents() {
        // Every second part is the code between two fences.
        let prose = read(&path).split("```").step_by(2).collect::<String>();
        for link in prose.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if link.contains("://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let folder = if path.starts_with("docs/") { "docs/" } else { "" };
            let target = if file.is_empty() { path.clone() } else { format!("{folder}{file}") };
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&target).exists(), "{path}: {link}");
            assert!(heading.is_empty() || anchors(&read(&target)).contains(heading), "{path}: {link}");
        }
    }
}

#[test]
fn the_readme_stays_short() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 130, "{} lines", readme.lines().count());
    for line in readme.lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
}
