//! A page to read the document and to try it. Made on the server from the document itself; without scripts it can be read.

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use leptos::prelude::*;
use serde_json::Value;

use super::openapi;
use crate::app::common_head;
use crate::components::Mark;
use crate::routes;
use crate::server::state::AppState;
use crate::texts::{self, openapi as words};

/// The script that sends what is typed.
const SCRIPT: &str = include_str!("docs/try.js");

/// What a client has to know of one endpoint.
#[derive(Debug)]
struct Entry {
    method: String,
    path: String,
    tag: String,
    id: String,
    summary: String,
    description: String,
    takes_token: bool,
    /// Name, place and description.
    parameters: Vec<(String, String, String)>,
    /// Its type and an example.
    body: Option<(String, String)>,
    /// Status, description and an example.
    answers: Vec<(String, String, Option<String>)>,
}

/// The page.
pub async fn page(State(state): State<AppState>) -> impl IntoResponse {
    let css = state.assets.names().css;
    let document = serde_json::to_value(openapi::document()).unwrap_or_default();
    Html(Owner::new().with(|| whole(css, &entries(&document)).to_html()))
}

/// The script of the page: ours, from here.
pub async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], SCRIPT)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn entries(document: &Value) -> Vec<Entry> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| entry(path, method, operation))
    });
    let mut entries = operations.collect::<Vec<_>>();
    // The document sorts its paths; people read them in the order of the table, which is that of use.
    entries.sort_by_key(|entry| routes::api::ENDPOINTS.iter().position(|endpoint| endpoint.path == entry.path));
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

/// The example of an answer; of several, the first.
fn example(answer: &Value) -> Option<String> {
    let content = answer["content"].as_object()?.values().next()?;
    let one = content.get("example").or_else(|| content["examples"].as_object()?.values().next()?.get("value"))?;
    Some(pretty(one))
}

/// A text as it is, all else as JSON with lines.
fn pretty(value: &Value) -> String {
    value.as_str().map_or_else(|| serde_json::to_string_pretty(value).unwrap_or_default(), str::to_owned)
}

fn whole(css: String, entries: &[Entry]) -> impl IntoView + use<> {
    let mut tags = entries.iter().map(|entry| entry.tag.as_str()).collect::<Vec<_>>();
    tags.sort_by_key(|tag| words::TAGS.iter().position(|(known, _)| known == tag));
    tags.dedup();
    let groups = tags.into_iter().map(|tag| {
        let title = words::TAGS.iter().find(|(known, _)| *known == tag).map_or("", |(_, title)| title);
        let list = entries.iter().filter(|entry| entry.tag == tag).map(endpoint).collect_view();
        view! { <section><h2>{title}</h2>{list}</section> }
    });
    let groups = groups.collect_view();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                {common_head(css)}
                <title>{texts::title(words::DOCS_TITLE)}</title>
                <script type="module" src=routes::api::DOCS_SCRIPT></script>
            </head>
            <body>
                <a class="skip" href="#content">{texts::SKIP_TO_CONTENT}</a>
                <header class="site-header">
                    <a class="brand" href=routes::HOME><Mark/>{texts::PRODUCT}</a>
                </header>
                <main id="content" class="api-docs" tabindex="-1">
                    <h1>{words::DOCS_TITLE}</h1>
                    <p class="lead">{words::DESCRIPTION.replace('`', "")}</p>
                    <p><a href=routes::api::OPENAPI>{words::DOCS_DOCUMENT}</a></p>
                    <div class="field">
                        <label for="token">{words::DOCS_TOKEN}</label>
                        <div class="control">
                            <input id="token" autocomplete="off" spellcheck="false" aria-describedby="token-hint"/>
                        </div>
                        <p class="hint" id="token-hint">{words::DOCS_TOKEN_HINT}</p>
                    </div>
                    {groups}
                </main>
            </body>
        </html>
    }
}

fn endpoint(entry: &Entry) -> impl IntoView + use<> {
    let answers = entry.answers.iter().map(|(status, description, example)| {
        let example = example.clone().map(|example| view! { <pre tabindex="0">{example}</pre> });
        view! { <dt>{status.clone()}</dt><dd><p>{description.clone()}</p>{example}</dd> }
    });
    view! {
        <details class="endpoint" id=entry.id.clone()>
            <summary>
                <span class="method">{entry.method.clone()}</span>" "<code>{entry.path.clone()}</code>" "
                <span>{entry.summary.clone()}</span>
            </summary>
            <p>{entry.description.clone()}{entry.takes_token.then_some(words::DOCS_TAKES_TOKEN)}</p>
            {trial(entry)}
            <h3>{words::DOCS_ANSWERS}</h3>
            <dl class="answers">{answers.collect_view()}</dl>
        </details>
    }
}

/// The form that sends a request; the script brings it to life.
fn trial(entry: &Entry) -> impl IntoView + use<> {
    let fields = entry.parameters.iter().map(|(name, place, description)| {
        let id = format!("{}-{name}", entry.id);
        view! {
            <div class="field">
                <label for=id.clone()>{name.clone()}</label>
                <div class="control"><input id=id name=name.clone() data-in=place.clone() autocomplete="off"/></div>
                <p class="hint">{description.clone()}</p>
            </div>
        }
    });
    let fields = fields.collect_view();
    let body = entry.body.as_ref().map(|(kind, example)| {
        let id = format!("{}-body", entry.id);
        // Of a token as the body the example is of no use.
        let rows = example.lines().count().to_string();
        let typed = if kind == "application/json" { example.clone() } else { String::new() };
        view! {
            <div class="field">
                <label for=id.clone()>{words::DOCS_BODY}" "<code>{kind.clone()}</code></label>
                <textarea id=id rows=rows spellcheck="false">{typed}</textarea>
            </div>
        }
    });
    view! {
        <form class="try" data-method=entry.method.clone() data-path=entry.path.clone()
            data-token=entry.takes_token.then_some("")>
            {fields}
            {body}
            <button class="button" type="submit" disabled>{words::DOCS_SEND}</button>
            <output></output>
        </form>
    }
}
