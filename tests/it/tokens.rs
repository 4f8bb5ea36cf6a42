//! Forged tokens: every variant is rejected, and the real token works afterwards.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::support::{Browser, SECRET, START, TestApp, claims};

fn signed(header: &Value, payload: &str, key: &[u8], algorithm: Algorithm) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(payload));
    let signature = crypto::sign(message.as_bytes(), &EncodingKey::from_secret(key), algorithm).unwrap();
    format!("{message}.{signature}")
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

/// Tokens that are signed with the right key, and still invalid.
fn well_signed(token: &str) -> Vec<String> {
    let (head, body) = (header(token), claims(token));
    let key = SECRET.as_bytes();
    let mut tokens = Vec::new();
    let mut add_head = |change: &dyn Fn(&mut Value)| {
        let mut head = head.clone();
        change(&mut head);
        tokens.push(signed(&head, &body.to_string(), key, Algorithm::HS256));
    };
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("HS384")),
        ("alg", json!("RS256")),
        ("alg", json!(1)),
        ("typ", json!("JWT")),
        ("typ", json!("AT+JWT")),
        ("typ", Value::Null),
        ("kid", json!("")),
        ("kid", json!("../../dev/null")),
        ("kid", json!("x' UNION SELECT '1';--")),
        ("kid", json!(7)),
        ("crit", json!(["x"])),
        ("cty", json!("JWT")),
        ("jku", json!("http://127.0.0.1:9/")),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
        ("jwk", json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(key)})),
    ] {
        add_head(&|head| head[name] = value.clone());
    }
    for name in ["alg", "typ", "kid"] {
        add_head(&|head| drop(head.as_object_mut().unwrap().remove(name)));
    }
    let mut add_body = |name: &str, value: Option<Value>| {
        let mut body = body.clone();
        match value {
            Some(value) => body[name] = value,
            None => drop(body.as_object_mut().unwrap().remove(name)),
        }
        tokens.push(signed(&head, &body.to_string(), key, Algorithm::HS256));
    };
    for name in ["iss", "aud", "sub", "sid", "jti", "gen", "iat", "exp", "rf_exp", "rls", "knd"] {
        for value in [None, Some(Value::Null), Some(json!([body[name]])), Some(json!({})), Some(json!(true))] {
            add_body(name, value);
        }
    }
    for name in ["iat", "exp", "rf_exp"] {
        for value in [json!(-1), json!(1e30), json!(u64::MAX), json!("9999999999"), json!(START as f64 + 0.5)] {
            add_body(name, Some(value));
        }
    }
    for (name, value) in [
        ("iss", json!("Latchkey")),
        ("aud", json!(["latchkey", "other"])),
        ("knd", json!("api")),
        ("knd", json!("WEB")),
        ("sub", json!("1")),
        ("sid", json!("AAAAAAAAAAAAAAAAAAAAAB")),
        ("jti", json!("")),
        ("gen", json!(-1)),
        ("gen", json!(1.5)),
        ("iat", json!(START + 61)),
        ("exp", json!(START - 1)),
        ("rf_exp", json!(START)),
        ("rf_exp", json!(START + 99_999_999)),
        ("nbf", json!(START)),
        ("admin", json!(true)),
    ] {
        add_body(name, Some(value));
    }
    let text = body.to_string();
    tokens.push(signed(&head, &text.replacen('{', "{\"exp\":1,", 1), key, Algorithm::HS256));
    tokens.push(signed(&head, &format!("[{text}]"), key, Algorithm::HS256));
    tokens.push(signed(&head, &"[".repeat(1_500), key, Algorithm::HS256));
    tokens.push(signed(&head, &text, b"", Algorithm::HS256));
    tokens.push(signed(&head, &text, b"secret", Algorithm::HS256));
    tokens.push(signed(&head, &text, key, Algorithm::HS512));
    tokens
}

/// Tokens whose text was changed after signing.
fn tampered(token: &str) -> Vec<String> {
    let parts = token.split('.').collect::<Vec<_>>();
    let (head, payload, signature) = (parts[0], parts[1], parts[2]);
    let mut tokens = vec![
        String::new(),
        "null".to_owned(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        format!("Bearer {token}"),
        format!("{head}.{payload}."),
        format!("{head}.{payload}"),
        format!("{head}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{token}.{signature}"),
        format!("{token}="),
        format!("{token}A"),
        token[..token.len() - 4].to_owned(),
        format!("{head}=.{payload}.{signature}"),
        format!("{head}.{payload}.{}", signature.to_lowercase()),
        format!("{head}.{payload}.{}", STANDARD.encode(URL_SAFE_NO_PAD.decode(signature).unwrap())),
        format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#)),
        "A".repeat(4_097),
        "é".repeat(10),
    ];
    let mut edited = claims(token);
    edited["rls"] = json!("admin");
    tokens.push(format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(edited.to_string())));
    // The last character of a 32-byte signature carries four bits: lenient decoders decode its twins to the same bytes.
    let last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        .find(&signature[signature.len() - 1..])
        .unwrap();
    let twin = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().nth(last ^ 1).unwrap();
    tokens.push(format!("{head}.{payload}.{}{twin}", &signature[..signature.len() - 1]));
    for index in (0..signature.len() - 1).step_by(5) {
        let mut bytes = signature.as_bytes().to_vec();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        tokens.push(format!("{head}.{payload}.{}", String::from_utf8(bytes).unwrap()));
    }
    tokens
}

on_both! {
    async fn no_token_but_ours_opens_anything(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let tokens = [well_signed(ada.token()), tampered(ada.token())].concat();
        assert!(tokens.len() > 120);
        for token in tokens {
            let mut browser: Browser = app.browser();
            browser.set_token(&token);
            let answer = browser.call("/fn/secret", &[]).await;
            assert_eq!(answer.status, 401, "{token}");
            assert!(answer.set_cookies().is_empty());
        }
        ada.clone().call("/fn/secret", &[]).await.assert_status(200);
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn while_a_key_is_rotated_the_nodes_accept_the_tokens_of_each_other(app: TestApp) {
        let new = "Zq8Wx2Ec5Rv9Tb3Yn7Um1Ik4Ol6Pa0Sd";
        let before = app.node(&[&format!("--jwt-previous-secrets={new}")]).await;
        let after = app.node(&[&format!("--jwt-secret={new}"), &format!("--jwt-previous-secrets={SECRET}")]).await;
        let mut ada = before.logged_in("ada").await;
        for node in [&after, &before, &after, &before] {
            app.clock.advance(15 * 60);
            ada = ada.at(node);
            ada.get("/secret").await.assert_status(200);
        }
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn a_token_signed_with_a_previous_key_is_still_exchanged(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let rotated = app.node(&["--jwt-secret=Zq8Wx2Ec5Rv9Tb3Yn7Um1Ik4Ol6Pa0Sd", &format!("--jwt-previous-secrets={SECRET}")]).await;
        let dropped = app.node(&["--jwt-secret=Zq8Wx2Ec5Rv9Tb3Yn7Um1Ik4Ol6Pa0Sd"]).await;
        ada.at(&dropped).get("/secret").await.assert_found("/login?next=/secret");
        ada = ada.at(&rotated);
        ada.get("/secret").await.assert_status(200);
        app.clock.advance(15 * 60);
        ada.get("/secret").await.assert_status(200);
        ada.at(&dropped).get("/secret").await.assert_status(200);
    }
}
