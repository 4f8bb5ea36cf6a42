//! The documentation page of the API, rendered on the server from the `OpenAPI` document. Scripts are only needed to
//! send requests.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::endpoints::{DOCS_SCRIPT, DOCS_STYLE, ENDPOINTS, OPENAPI};
use super::openapi;
use crate::AppState;

const STYLE: &str = include_str!("docs/style.css");
const SCRIPT: &str = include_str!("docs/try.js");

/// Tags of the endpoints and their headings, in the order of the page.
const TAGS: [(&str, &str); 6] = [
    ("registration", "Registration"),
    ("session", "Session"),
    ("password", "Password"),
    ("me", "Current user"),
    ("admin", "Administration"),
    ("about", "About"),
];

/// An endpoint on the page.
#[derive(Debug)]
struct Entry {
    method: String,
    path: String,
    tag: String,
    id: String,
    summary: String,
    description: String,
    takes_token: bool,
    /// Name, location (`path` or `query`) and description.
    parameters: Vec<(String, String, String)>,
    /// Content type and example.
    body: Option<(String, String)>,
    /// Status, description and example.
    answers: Vec<(String, String, Option<String>)>,
}

/// Serves the documentation page.
pub async fn page(State(state): State<AppState>) -> Markup {
    let document = serde_json::to_value(openapi::document(state.config.product)).unwrap_or_default();
    whole(&document["info"], &entries(&document))
}

/// Serves the stylesheet of the page.
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE)
}

/// Serves the script of the page.
pub async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], SCRIPT)
}

/// The text of a value without Markdown backticks.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}

fn entries(document: &Value) -> Vec<Entry> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| entry(path, method, operation))
    });
    let mut entries = operations.collect::<Vec<_>>();
    // The document sorts its paths by name; the table lists them in the order of use.
    entries.sort_by_key(|entry| ENDPOINTS.iter().position(|endpoint| endpoint.path == entry.path));
    entries
}

fn entry(path: &str, method: &str, operation: &Value) -> Entry {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let answers = operation["responses"].as_object().into_iter().flatten();
    let content = operation["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
    Entry {
        method: method.to_uppercase(),
        path: path.to_owned(),
        tag: text(&operation["tags"][0]),
        id: text(&operation["operationId"]),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        takes_token: operation.get("security").is_some(),
        parameters: parameters.map(|one| (text(&one["name"]), text(&one["in"]), text(&one["description"]))).collect(),
        body: content.map(|(kind, content)| (kind.clone(), pretty(&content["example"]))),
        answers: answers
            .map(|(status, answer)| (status.clone(), text(&answer["description"]), example(answer)))
            .collect(),
    }
}

/// The example of a response, or the first of several.
fn example(answer: &Value) -> Option<String> {
    let content = answer["content"].as_object()?.values().next()?;
    let one = content.get("example").or_else(|| content["examples"].as_object()?.values().next()?.get("value"))?;
    Some(pretty(one))
}

/// Strings unchanged, other values as indented JSON.
fn pretty(value: &Value) -> String {
    value.as_str().map_or_else(|| serde_json::to_string_pretty(value).unwrap_or_default(), str::to_owned)
}

fn whole(info: &Value, entries: &[Entry]) -> Markup {
    let (product, description) = (text(&info["title"]), text(&info["description"]));
    let groups =
        TAGS.iter().map(|(tag, title)| (title, entries.iter().filter(|entry| entry.tag == *tag).collect::<Vec<_>>()));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "JSON API · " (product) }
                link rel="stylesheet" href=(DOCS_STYLE);
                link rel="icon" href="data:,";
                script type="module" src=(DOCS_SCRIPT) {}
            }
            body {
                a.skip href="#content" { "Skip to content" }
                header { a href="/" { (product) } }
                main #content tabindex="-1" {
                    h1 { "JSON API" }
                    p.lead { (description) }
                    p { a href=(OPENAPI) { "OpenAPI document" } }
                    div.field {
                        label for="token" { "Token" }
                        input #token autocomplete="off" spellcheck="false" aria-describedby="token-hint";
                        p.hint #token-hint { "Filled in when you log in below. Not stored." }
                    }
                    @for (title, entries) in groups {
                        section {
                            h2 { (title) }
                            @for entry in entries { (endpoint(entry)) }
                        }
                    }
                }
            }
        }
    }
}

fn endpoint(entry: &Entry) -> Markup {
    html! {
        details.endpoint id=(entry.id) {
            summary {
                span.method { (entry.method) } " " code { (entry.path) } " " span { (entry.summary) }
            }
            p { (entry.description) @if entry.takes_token { " Takes a token." } }
            (trial(entry))
            h3 { "Responses" }
            dl.answers {
                @for (status, description, example) in &entry.answers {
                    dt { (status) }
                    dd {
                        p { (description) }
                        @if let Some(example) = example { pre tabindex="0" { (example) } }
                    }
                }
            }
        }
    }
}

/// The form that sends a request. The script enables its button.
fn trial(entry: &Entry) -> Markup {
    html! {
        form.try data-method=(entry.method) data-path=(entry.path) data-token[entry.takes_token] {
            @for (name, place, description) in &entry.parameters {
                @let id = format!("{}-{name}", entry.id);
                div.field {
                    label for=(id) { (name) }
                    input id=(id) name=(name) data-in=(place) autocomplete="off";
                    p.hint { (description) }
                }
            }
            @if let Some((kind, example)) = &entry.body {
                @let id = format!("{}-body", entry.id);
                div.field {
                    label for=(id) { "Body " code { (kind) } }
                    // The example token would not work, so it is left out.
                    textarea id=(id) rows=(example.lines().count()) spellcheck="false" {
                        @if kind == "application/json" { (example) }
                    }
                }
            }
            button type="submit" disabled { "Send" }
            output {}
        }
    }
}
