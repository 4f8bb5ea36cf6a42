//! Rules for usernames and email addresses: invisible characters around them, their ends, reserved names.

use latchkey_core::client::Client;
use latchkey_core::service::accounts::{Account, Actor};
use latchkey_core::service::registration::RegistrationError;
use latchkey_types::{AppError, FieldError, Role, Roles};
use serde_json::json;

use crate::api::Call;
use crate::support::{PASSWORD, TestApp};

/// What copied text has around it.
const AROUND: [&str; 11] = [
    " ", "\t", "\n", "\r\n", "\u{a0}", "\u{200b}", "\u{200e}", "\u{200f}", "\u{2060}", "\u{feff}", "\u{3000}\u{200d} ",
];

on_both! {
    async fn invisible_characters_around_a_name_or_an_address_count_at_no_door(app: TestApp) {
        let app = app.node(&["--confirm-email=true"]).await;
        let fields = [("username", "\u{feff}ada\t"), ("email", "\u{200e}ada@example.org\u{a0}\n"), ("password", PASSWORD)];
        app.browser().call("/fn/register", &fields).await.assert_status(200);
        let mail = app.deliver().await.pop().unwrap();
        assert_eq!(mail.to, "ada@example.org");
        let token = mail.link().unwrap().split_once("?token=").unwrap().1.to_owned();
        let mut ada = app.browser();
        ada.submit("/fn/finalize", &[("token", &token), ("password", PASSWORD)]).await.assert_found("/secret");
        let user = app.users().await.remove(0);
        assert_eq!((user.username.as_str(), user.email.as_deref()), ("ada", Some("ada@example.org")));
        app.set_roles("\u{200b}ada ", "admin,user").await.unwrap();
        for (n, around) in AROUND.into_iter().enumerate() {
            app.clock.advance(86_400);
            let (name, email) = (format!("{around}ADA{around}"), format!("{around}ada@example.org{around}"));
            for login in [&name, &email] {
                ada.log_in(login, PASSWORD).await.assert_found("/secret");
                let typed = json!({"username": login, "password": PASSWORD});
                Call::new("POST", "/api/login").json(&typed).send(&app).await.access_token();
            }
            for path in ["/fn/request_reset", "/fn/resend"] {
                app.browser().call(path, &[("email", &email)]).await.assert_status(200);
                let mail = app.deliver().await.pop().unwrap();
                assert_eq!(mail.to, "ada@example.org", "{path} {around:?}");
            }
            app.clock.advance(60);
            Call::new("POST", "/api/reset").json(&json!({"email": email})).send(&app).await.assert_status(200);
            assert_eq!(app.deliver().await.pop().unwrap().to, "ada@example.org");
            let answer = ada.call("/fn/change_email", &[("email", &email)]).await;
            assert_eq!(answer.error(), AppError::from(FieldError::EmailUnchanged), "{around:?}");
            let new = format!("new{n}@example.org");
            ada.call("/fn/change_email", &[("email", &format!("{around}{new}{around}"))]).await.assert_status(200);
            assert_eq!(app.deliver().await.pop().unwrap().to, new);
            for query in [&name, &email] {
                let found = app.state.services.accounts.page(query.as_str(), None, 10).await.unwrap();
                assert_eq!(found.users.len(), 1, "{around:?}");
            }
            let client = Client::command_line();
            app.state.services.accounts.log_out(Account::Name(&name), Actor::CommandLine, &client).await.unwrap();
        }
    }

    async fn a_new_name_begins_and_ends_with_a_letter_or_a_digit(app: TestApp) {
        for name in [".ada", "ada.", "-ada", "ada-", "_ada_"] {
            let answer = app.browser().call("/fn/register", &[("username", name), ("password", PASSWORD)]).await;
            answer.assert_status(422);
            assert_eq!(answer.error(), AppError::from(FieldError::UsernameEnds), "{name}");
            let refused = add(&app, name).await;
            assert!(matches!(&refused, Err(RegistrationError::Refused(why)) if *why == [FieldError::UsernameEnds]), "{refused:?}");
        }
        let mut form = app.browser();
        form.submit("/fn/register", &[("username", "ada."), ("password", PASSWORD)]).await.assert_found("/registration");
        let page = form.get("/registration").await;
        assert!(page.texts(".field-error").concat().contains("Begin and end the username"), "{}", page.body);
        assert!(app.users().await.is_empty());
    }

    async fn reserved_names_are_refused_to_visitors_and_given_by_the_operator(app: TestApp) {
        for name in ["admin", "Administrator", "ROOT", "no-reply", "no_reply", "post.master", "support", "www", "abuse", "security"] {
            let answer = app.browser().call("/fn/register", &[("username", name), ("password", PASSWORD)]).await;
            answer.assert_status(422);
            assert_eq!(answer.error(), AppError::from(FieldError::UsernameReserved), "{name}");
        }
        let typed = json!({"username": "Admin", "password": PASSWORD});
        let answer = Call::new("POST", "/api/registration").json(&typed).send(&app).await;
        answer.assert_api_error(422, "ValidationError", "reserved");
        assert_eq!(answer.json()["fields"]["username"], "This username is reserved. Choose another one.");
        for name in ["admin", "support"] {
            add(&app, name).await.unwrap();
            app.browser().log_in(name, PASSWORD).await.assert_found("/secret");
        }
        app.logged_in("administrators").await;
    }

    async fn an_account_from_before_these_rules_keeps_its_name(app: TestApp) {
        app.fill(&[("-ada_", "ada@example.org"), ("root", "root@example.org")]).await;
        for name in ["-ada_", "root"] {
            app.set_active(name, false).await.unwrap();
            app.set_active(name, true).await.unwrap();
        }
    }
}

async fn add(app: &TestApp, name: &str) -> Result<(), RegistrationError> {
    let roles = Roles::from_words([Role::USER]).unwrap();
    let (password, client) = (PASSWORD.into(), Client::command_line());
    app.state.services.registration.add(name, "", &password, roles, &client).await.map(drop)
}
