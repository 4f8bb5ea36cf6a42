//! Pages with the emails of a development server. They do not exist in PROD, nor if emails are sent.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use latchkey_axum::core::mail::eml::{Eml, is_link};
use latchkey_types::{AppError, paths};
use leptos::prelude::*;

use super::document::plain_document;
use super::{ServerState, error_page, page_context};
use crate::auth::texts;

/// Number of emails in the list.
const LISTED: usize = 100;

/// Builds the router of the pages; empty if emails are not saved.
pub fn pages(state: &ServerState) -> Router<ServerState> {
    if !state.app.shows_mails() {
        return Router::new();
    }
    Router::new().route(paths::DEV_MAIL, get(list)).route(&format!("{}/{{number}}", paths::DEV_MAIL), get(show))
}

async fn list(State(state): State<ServerState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match newest(&state).await {
        Ok(mails) => document(&state, &parts, texts::DEV_MAIL, all(mails).into_any()),
        Err(error) => failed(&state, &parts, &error),
    }
}

async fn show(State(state): State<ServerState>, Path(number): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let Ok(number) = number.parse() else { return error_page::respond(&state, &parts, AppError::NotFound) };
    let folder = state.app.mail_worker.folder().cloned();
    let mail = tokio::task::spawn_blocking(move || folder.map_or(Ok(None), |folder| folder.read(number))).await;
    match mail.map_err(std::io::Error::other).flatten() {
        Ok(Some(mail)) => document(&state, &parts, &mail.subject.clone(), one(mail).into_any()),
        Ok(None) => error_page::respond(&state, &parts, AppError::NotFound),
        Err(error) => failed(&state, &parts, &error),
    }
}

/// Returns the newest emails, newest first.
async fn newest(state: &ServerState) -> std::io::Result<Vec<Eml>> {
    let Some(folder) = state.app.mail_worker.folder().cloned() else { return Ok(Vec::new()) };
    let read = move || -> std::io::Result<Vec<Eml>> {
        let numbers = folder.numbers()?;
        let mut mails = Vec::new();
        for number in numbers.into_iter().rev().take(LISTED) {
            mails.extend(folder.read(number)?);
        }
        Ok(mails)
    };
    tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?
}

fn failed(state: &ServerState, asked: &Parts, error: &std::io::Error) -> Response {
    tracing::error!(%error, "cannot read the email folder");
    error_page::respond(state, asked, AppError::Internal)
}

fn document(state: &ServerState, asked: &Parts, title: &str, content: AnyView) -> Response {
    let context = page_context::of_request(state, asked, None);
    let html = Owner::new().with(|| plain_document(&state.assets, context, title, content).to_html());
    Html(html).into_response()
}

fn all(mails: Vec<Eml>) -> impl IntoView {
    let is_empty = mails.is_empty();
    let row = |mail: Eml| {
        let path = format!("{}/{}", paths::DEV_MAIL, mail.number);
        view! {
            <li>
                <a href=path>{mail.subject}</a>
                <span>{mail.to}</span>
                <span>{mail.date}</span>
            </li>
        }
    };
    view! {
        <section class="card wide">
            <h1>{texts::DEV_MAIL}</h1>
            <p class="lead">{texts::DEV_MAIL_LEAD}</p>
            {is_empty.then(|| view! { <p>{texts::DEV_MAIL_EMPTY}</p> })}
            <ul class="mails">{mails.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

fn one(mail: Eml) -> impl IntoView {
    let line = |line: &str| {
        let text = format!("{line}\n");
        if is_link(line) { view! { <a href=line.to_owned()>{text}</a> }.into_any() } else { text.into_any() }
    };
    let text = mail.text.lines().map(line).collect_view();
    view! {
        <section class="card wide">
            <h1>{mail.subject}</h1>
            <dl class="facts">
                <div><dt>{texts::DEV_MAIL_TO}</dt><dd>{mail.to}</dd></div>
                <div><dt>{texts::DEV_MAIL_DATE}</dt><dd>{mail.date}</dd></div>
            </dl>
            <pre class="mail">{text}</pre>
            <details>
                <summary>{texts::DEV_MAIL_HTML}</summary>
                <pre class="mail">{mail.html}</pre>
            </details>
            <p class="aside"><a href=paths::DEV_MAIL>{texts::DEV_MAIL_ALL}</a></p>
        </section>
    }
}
