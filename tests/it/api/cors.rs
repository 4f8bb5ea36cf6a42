//! CORS: the settings decide, for the API only.

use super::{Call, register};
use crate::support::{Answer, TestApp};

const APP: &str = "https://app.example.org";
const LIST: [&str; 1] = ["--cors-origins=https://app.example.org,http://localhost:5173"];

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    let call = Call::new("OPTIONS", path).header("origin", origin).header("access-control-request-method", "POST");
    call.header("access-control-request-headers", "authorization,content-type").send(app).await
}

on_both! {
    async fn a_preflight_of_an_allowed_origin_names_what_it_may_send(app: TestApp) {
        let node = app.node(&LIST).await;
        for path in ["/api/login", "/api/me", "/api/admin/users/x", "/api/"] {
            let answer = preflight(&node, path, APP).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), APP);
            assert_eq!(answer.header("access-control-allow-methods"), "GET,POST,PATCH,DELETE", "{path}");
            assert_eq!(answer.header("access-control-allow-headers"), "authorization,content-type");
            assert_eq!(answer.header("access-control-max-age"), "7200");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
            let vary = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(",");
            assert!(vary.contains("origin"), "{vary}");
        }
    }

    async fn an_origin_that_only_looks_like_an_allowed_one_gets_nothing(app: TestApp) {
        let node = app.node(&LIST).await;
        for origin in ["https://evil.example", "null", "https://app.example.org.evil.example", "https://xapp.example.org", "http://app.example.org",
            "https://app.example.org:8443", "https://APP.example.org", "https://app.example.org/", "*", ""] {
            let answer = preflight(&node, "/api/login", origin).await;
            let call = Call::new("GET", "/api/me").header("origin", origin).send(&node).await;
            for answer in [&answer, &call] {
                assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
                assert_eq!(answer.header("access-control-allow-credentials"), "", "{origin}");
                assert!(answer.header("vary").contains("origin"), "{origin}");
            }
        }
    }

    async fn answers_and_errors_can_be_read_by_an_allowed_origin(app: TestApp) {
        let node = app.node(&LIST).await;
        let token = register(&node, "ada").await;
        for (call, status) in [
            (Call::new("GET", "/api/me").bearer(&token), 200), (Call::new("GET", "/api/me"), 401), (Call::new("GET", "/api/login"), 405),
            (Call::new("GET", "/api/nowhere"), 404), (Call::new("POST", "/api/login").body(vec![b'a'; 9_000]), 413),
        ] {
            let answer = call.header("origin", APP).send(&node).await;
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, APP));
            assert_eq!(answer.header("access-control-expose-headers"), "retry-after,x-request-id");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
        let page = Call::new("GET", "/livez").header("origin", APP).send(&node).await;
        assert_eq!(page.header("access-control-allow-origin"), "");
    }

    async fn all_origins_or_none(app: TestApp) {
        let all = app.node(&["--cors-origins=*"]).await;
        let answer = preflight(&all, "/api/login", "https://anybody.example").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let answer = preflight(&app, "/api/login", APP).await;
        answer.assert_api_error(405, "MethodNotAllowed", "no origin is allowed");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}
