//! A bare axum server, to compare with: `script/bench-http` starts it. It answers `/text` with a line, `/json` with a short
//! object, and `/page` with the file named by its argument.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops when it fails, and prints its address"
)]

use axum::response::{Html, IntoResponse};
use axum::routing::get;
use axum::{Json, Router};

#[tokio::main]
async fn main() {
    // `cargo bench` appends `--bench`.
    let page = std::env::args().nth(1).filter(|argument| argument != "--bench");
    let page: &'static str = page.map_or("", |path| std::fs::read_to_string(path).unwrap().leak());
    let router = Router::new()
        .route("/text", get(|| async { "live\n" }))
        .route(
            "/json",
            get(|| async { Json(serde_json::json!({ "message": "protected endpoint (allowed usr ada)" })) }),
        )
        .route("/page", get(move || async move { Html(page).into_response() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}
