//! The `OpenAPI` document and the documentation page.

use std::collections::BTreeSet;

use latchkey_axum::api::endpoints::ENDPOINTS;
use latchkey_types::Access;
use serde_json::Value;

use super::Call;
use crate::support::TestApp;

async fn document(app: &TestApp) -> Value {
    let answer = Call::new("GET", "/api/openapi.json").send(app).await;
    answer.assert_status(200);
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

on_both! {
    async fn the_document_and_the_table_of_endpoints_agree(app: TestApp) {
        let document = document(&app).await;
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                described.insert((method.to_uppercase(), path.clone(), operation.get("security").is_some()));
            }
        }
        let table = ENDPOINTS.iter().map(|of| (of.method.to_owned(), of.path.to_owned(), of.access != Access::Everyone));
        assert_eq!(described, table.collect());
    }

    async fn every_described_operation_is_served_and_answers_what_is_described(app: TestApp) {
        let document = document(&app).await;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let (method, real) = (method.to_uppercase(), path.replace("{id}", "x"));
                let status = Call::new(&method, &real).send(&app).await.status.to_string();
                assert!(operation["responses"].get(&status).is_some(), "{method} {path}: {status} is not described");
            }
        }
    }

    async fn the_page_shows_every_endpoint_and_loads_nothing_from_elsewhere(app: TestApp) {
        let page = Call::new("GET", "/api/docs").send(&app).await;
        page.assert_status(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self' 'nonce-"));
        assert_eq!(page.texts("details.endpoint").len(), ENDPOINTS.len());
        for endpoint in ENDPOINTS {
            assert!(page.body.contains(endpoint.path), "{}", endpoint.path);
        }
        assert_eq!(page.attribute("script", "src").as_deref(), Some("/api/docs/try.js"));
        assert!(!page.body.contains("https://") && !page.body.contains(" style=") && page.body.matches("<script").count() == 1);
        let script = Call::new("GET", "/api/docs/try.js").send(&app).await;
        assert_eq!((script.status, script.header("content-type")), (200, "text/javascript; charset=utf-8"));
        Call::new("POST", "/api/docs").send(&app).await.assert_api_error(405, "MethodNotAllowed", "docs");
    }
}
