//! Registration: new accounts, and rejected input.

use axum::body::Body;
use futures::future::join_all;
use latchkey_types::{AppError, FieldError};

use crate::support::{PASSWORD, TestApp};

on_both! {
    async fn a_new_user_is_logged_in_and_the_row_is_complete(app: TestApp) {
        let mut ada = app.browser();
        let fields = [("username", "Ada.L"), ("email", "Ada@Example.org"), ("password", PASSWORD)];
        ada.submit("/fn/register", &fields).await.assert_found("/secret");
        assert!(ada.get("/secret").await.body.contains("protected endpoint (allowed usr Ada.L)"));
        let user = app.users().await.remove(0);
        assert_eq!((user.username.as_str(), user.email.as_deref(), user.roles.as_str()), ("Ada.L", Some("Ada@Example.org"), "user"));
        assert_eq!((user.username_key.as_str(), user.email_key.as_deref()), ("ada.l", Some("ada@example.org")));
        assert!(user.password.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(user.public_id.len(), 22);
    }

    async fn of_fifty_at_once_one_gets_the_name(app: TestApp) {
        let names = ["ada", "Ada", "ADA", "aDa", "adA"];
        let all = (0..50_u8).map(|n| {
            let mut browser = app.elsewhere(n).browser();
            tokio::spawn(async move { browser.call("/fn/register", &[("username", names[usize::from(n % 5)]), ("password", PASSWORD)]).await })
        });
        let answers = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        let refused = answers.iter().filter(|answer| answer.status == 409);
        assert_eq!(refused.filter(|answer| answer.error() == AppError::Refused(vec![FieldError::UsernameTaken])).count(), 49);
        assert_eq!(app.users().await.len(), 1);
    }

    async fn of_fifty_at_once_one_gets_the_address(app: TestApp) {
        let all = (0..50).map(|n| {
            let mut browser = app.elsewhere(n).browser();
            tokio::spawn(async move {
                let (name, email) = (format!("user{n}"), if n % 2 == 0 { "a@example.org" } else { "A@Example.ORG" });
                browser.call("/fn/register", &[("username", &name), ("email", email), ("password", PASSWORD)]).await.status
            })
        });
        let statuses = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 49);
        assert_eq!(app.users().await.len(), 1);
    }

    async fn every_fault_is_told_at_once_in_the_order_of_the_form(app: TestApp) {
        let answer = app.browser().call("/fn/register", &[("username", "a b"), ("email", "ada"), ("password", "short")]).await;
        let expected = vec![FieldError::UsernameCharacters, FieldError::EmailInvalid, FieldError::PasswordShort];
        assert_eq!((answer.status, answer.error()), (422, AppError::Refused(expected)));
    }

    async fn passwords_are_refused_with_their_reason(app: TestApp) {
        let cases = [
            ("kX9#q2L", FieldError::PasswordShort),
            (&"kX9# ".repeat(26), FieldError::PasswordLong),
            ("password1", FieldError::PasswordEasy),
            ("qwertyuiop", FieldError::PasswordEasy),
            ("countess of 1815!", FieldError::PasswordPersonal),
            ("enchantress of 1815!", FieldError::PasswordPersonal),
            ("latchkey tin wolf orbit", FieldError::PasswordPersonal),
        ];
        for (password, reason) in cases {
            let fields = [("username", "Countess"), ("email", "enchantress@example.org"), ("password", password)];
            let answer = app.browser().call("/fn/register", &fields).await;
            assert_eq!((answer.status, answer.error()), (422, AppError::Refused(vec![reason])), "{password}");
        }
        for (n, password) in ["8461937205518264", "🙂🐺🚀🌋🍵🎻🧭🪁🦊", &"pluto ✓ ".repeat(16)].into_iter().enumerate() {
            let answer = app.browser().call("/fn/register", &[("username", &format!("user{n}")), ("password", password)]).await;
            assert_eq!(answer.status, 200, "{password}: {}", answer.body);
        }
    }

    async fn unknown_fields_change_nothing(app: TestApp) {
        let fields = [
            ("username", "ada"), ("password", PASSWORD), ("role", "admin"), ("roles", "admin"), ("is_active", "false"),
            ("id", "1"), ("public_id", "x"), ("email_verified", "true"),
        ];
        app.browser().submit("/fn/register", &fields).await.assert_found("/secret");
        let users = app.users().await;
        let access = users.iter().map(|user| (user.username.as_str(), user.roles.as_str(), user.is_active)).collect::<Vec<_>>();
        assert_eq!(access, [("ada", "user", true)]);
        assert_ne!(users[0].public_id, "x");
    }

    async fn hostile_bodies_are_refused_without_a_row_or_a_fault(app: TestApp) {
        let huge = format!("username=ada&password={}", "x".repeat(1 << 20));
        let bodies: Vec<(&str, Vec<u8>, &[u16])> = vec![
            ("empty", Vec::new(), &[400]),
            ("a field missing", b"username=ada".to_vec(), &[400]),
            ("a field twice", b"username=ada&username=bob&password=tin+wolf+orbit+cave".to_vec(), &[400]),
            ("a list", b"username[]=ada&password=tin+wolf+orbit+cave".to_vec(), &[400]),
            ("an object", b"username[a]=ada&password[b]=x".to_vec(), &[400]),
            ("1 MB", huge.into_bytes(), &[413]),
            ("broken UTF-8", b"username=%ff%fe&password=%c3%28".to_vec(), &[400, 422]),
            ("raw broken UTF-8", vec![0xff, 0xfe, 0x00], &[400]),
            ("NUL", b"username=a%00da&password=tin+wolf+orbit+cave".to_vec(), &[422]),
            ("emoji", "username=🙂🙂🙂&password=tin wolf orbit cave".as_bytes().to_vec(), &[400, 422]),
            ("JSON", br#"{"username":"ada","password":"tin wolf orbit cave"}"#.to_vec(), &[400]),
            ("4 kB name", format!("username={}&password=tin+wolf+orbit+cave", "a".repeat(4_096)).into_bytes(), &[422]),
            ("deep", format!("username{}=x", "[a]".repeat(500)).into_bytes(), &[400]),
        ];
        for (what, body, statuses) in bodies {
            let answer = app.browser().request("POST", "/fn/register", "application/json", Body::from(body.clone())).await;
            assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
            let mut form = app.browser();
            form.request("POST", "/fn/register", "text/html", Body::from(body)).await.assert_found("/registration");
            let page = form.get("/registration").await;
            page.assert_status(200);
            assert_ne!(page.texts("[role=alert]").concat(), "", "{what}");
        }
        assert_eq!(app.users().await.len(), 0);
    }
}
