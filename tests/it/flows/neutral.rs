//! User enumeration: responses and writes are the same for known and unknown, for taken and free addresses.

use latchkey_types::Timestamp;
use sea_orm::ActiveEnum;
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};

use latchkey_core::store::entity::{mail_throttle, outbox, registration};

use super::{ADA, MINUTE, confirmed, confirming, count, newest, register, registered};
use crate::support::{Answer, PASSWORD, TestApp};

/// A response without the headers that differ between requests.
fn masked(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let varying = ["x-request-id", "content-security-policy", "date"];
    let headers = answer.headers.iter().filter(|(name, _)| !varying.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, headers.collect(), answer.body.clone())
}

/// The number of rows in the outbox, the throttle and the registrations.
async fn written(app: &TestApp) -> [u64; 3] {
    let db = app.state.store.reader();
    [
        outbox::Entity::find().count(db).await.unwrap(),
        mail_throttle::Entity::find().count(db).await.unwrap(),
        registration::Entity::find().count(db).await.unwrap(),
    ]
}

/// The templates in the outbox, in order.
async fn templates(app: &TestApp) -> Vec<String> {
    let rows = outbox::Entity::find().order_by_asc(outbox::Column::Id).all(app.state.store.reader()).await.unwrap();
    rows.into_iter().map(|row| row.template.to_value()).collect()
}

on_both! {
    async fn a_registration_with_an_address_that_is_taken(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        app.clock.advance(MINUTE);
        for (with_scripts, [free, taken]) in [(true, ["eve", "bob"]), (false, ["cyd", "dan"])] {
            let mut answers = Vec::new();
            let mut writes = Vec::new();
            for (name, email) in [(free, "free@example.org"), (taken, ADA)] {
                let before = written(&app).await;
                let fields = [("username", name), ("email", email), ("password", PASSWORD)];
                let mut browser = app.browser();
                let path = "/fn/register";
                let answer = if with_scripts { browser.call(path, &fields).await } else { browser.submit(path, &fields).await };
                answers.push(masked(&answer));
                answers.push(masked(&browser.get("/registration").await));
                let after = written(&app).await;
                writes.push([after[0] - before[0], after[2] - before[2]]);
            }
            assert_eq!(answers[0], answers[2]);
            assert_eq!(writes, [[1, 1], [1, 1]]);
            let (one, other) = (unscripted(&answers[1].2), unscripted(&answers[3].2));
            assert_eq!(one, other);
        }
        assert_eq!(templates(&app).await[1..], ["confirm", "already_registered", "nothing", "nothing"]);
    }

    async fn the_owner_of_a_taken_address_is_told_without_a_token(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        app.clock.advance(MINUTE);
        register(&app, "eve", ADA, PASSWORD).await.assert_status(200);
        let mail = newest(&app).await;
        assert_eq!(mail.to, ADA);
        assert!(mail.text.contains("ada") && !mail.text.contains("token="), "{}", mail.text);
        // The name is reserved as if the address were free.
        register(&app, "eve", "eve@example.org", "lantern otters juggle quietly").await.assert_status(409);
    }

    async fn a_reset_and_a_resend_of_any_address(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        registered(&app, "bob", "bob@example.org", PASSWORD).await;
        let mails = count(&app).await;
        for (path, page) in [("/fn/request_reset", "/reset"), ("/fn/resend", "/resend")] {
            for (with_scripts, is_sent) in [(true, true), (true, false), (false, true), (false, false)] {
                app.clock.advance(if is_sent { MINUTE } else { 1 });
                let mut answers = Vec::new();
                for email in [ADA, "bob@example.org", "nobody@example.org"] {
                    let before = written(&app).await;
                    let mut browser = app.browser();
                    // Not the client that registered, whose share is smaller already.
                    browser.ip = [198, 51, 100, 1];
                    let fields = [("email", email)];
                    let answer = if with_scripts { browser.call(path, &fields).await } else { browser.submit(path, &fields).await };
                    let status = if with_scripts { if is_sent { 200 } else { 429 } } else { 302 };
                    answer.assert_status(status);
                    let shown = browser.get(page).await;
                    shown.assert_status(if with_scripts || is_sent { 200 } else { 429 });
                    let after = written(&app).await;
                    let mut answer = masked(&answer);
                    // The flash returns the address to whoever typed it.
                    answer.1.retain(|(name, value)| name != "set-cookie" || !value.contains("flash"));
                    answers.push((answer, unscripted(&shown.body).replace(email, "EMAIL"), after[0] - before[0], after[2] - before[2]));
                    // The counters of the address and of this client for it, unless they exist.
                    assert!(after[1] - before[1] <= if is_sent { 2 } else { 0 });
                }
                assert_eq!(answers[0], answers[1]);
                assert_eq!(answers[0], answers[2]);
                assert_eq!((answers[0].2, answers[0].3), (u64::from(is_sent), 0));
            }
        }
        // Two emails for the resets that were not held back, and one for each resend: the owner of the account is told that
        // it exists.
        assert_eq!(count(&app).await, mails + 2 + 4);
    }

    async fn a_change_to_an_address_that_is_taken(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let mut bob = confirmed(&app, "bob", "bob@example.org").await;
        for with_scripts in [true, false] {
            let mut answers = Vec::new();
            for email in ["free@example.org", ADA] {
                app.clock.advance(MINUTE);
                let before = written(&app).await;
                let fields = [("email", email)];
                let path = "/fn/change_email";
                let answer = if with_scripts { bob.call(path, &fields).await } else { bob.submit(path, &fields).await };
                answer.assert_status(if with_scripts { 200 } else { 302 });
                let shown = unscripted(&bob.get("/account").await.body).replace(email, "EMAIL");
                let after = written(&app).await;
                answers.push((masked(&answer), shown.contains("EMAIL"), after[0] - before[0], after[2] - before[2]));
            }
            assert_eq!(answers[0], answers[1]);
        }
        assert_eq!(templates(&app).await.iter().filter(|name| *name == "already_registered").count(), 2);
    }

    async fn a_login_with_an_unknown_name_a_wrong_password_or_before_the_confirmation(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        registered(&app, "bob", "bob@example.org", PASSWORD).await;
        for with_scripts in [true, false] {
            let mut answers = Vec::new();
            for name in ["ada", "bob", "nobody", ADA, "bob@example.org", "nobody@example.org"] {
                let mut browser = app.browser();
                let fields = [("username", name), ("password", "wrong wolf orbit cave")];
                let path = "/fn/login";
                let answer = if with_scripts { browser.call(path, &fields).await } else { browser.submit(path, &fields).await };
                let shown = unscripted(&browser.get("/login").await.body).replace(name, "NAME");
                let mut answer = masked(&answer);
                // The flash returns the name to whoever typed it.
                answer.1.retain(|(name, value)| name != "set-cookie" || !value.contains("flash"));
                answers.push((answer, shown));
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        }
    }

    async fn a_held_back_email_is_not_promised(app: TestApp) {
        let app = confirming(&app).await;
        for (path, page) in [("/fn/request_reset", "/reset"), ("/fn/resend", "/resend")] {
            let fields = [("email", "nobody@example.org")];
            let mut browser = app.browser();
            browser.submit(path, &fields).await.assert_found(page);
            assert!(browser.get(page).await.texts("[role=status]").concat().contains("Check your mail"));
            app.clock.advance(20);
            browser.submit(path, &fields).await.assert_found(page);
            let shown = browser.get(page).await;
            assert_eq!((shown.status, shown.header("retry-after")), (429, "40"));
            let told = shown.texts("[role=alert]").concat();
            let until = Timestamp::new(app.clock.now() + 40).to_text();
            assert_eq!(told, format!("No email was sent. The next one to this address can be sent in 40 seconds: {until}."));
            assert_eq!(shown.texts("[role=status]").concat(), "");
            assert_eq!(shown.attribute("input[name=email]", "value").as_deref(), Some("nobody@example.org"));
            let called = browser.call(path, &fields).await;
            assert_eq!((called.status, called.header("retry-after")), (429, "40"));
            browser.get(page).await.assert_status(200);
        }
    }

    async fn an_address_gets_ten_mails_a_day_and_purpose_of_which_a_client_can_cause_three(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let mails = count(&app).await;
        let mut sent = 0;
        for client in 1..=5 {
            let mut browser = app.browser();
            browser.ip = [198, 51, 100, client];
            for asked in 1..=4 {
                app.clock.advance(MINUTE);
                let is_sent = asked <= 3 && sent < 10;
                let answer = browser.call("/fn/request_reset", &[("email", ADA)]).await;
                assert_eq!(answer.status, if is_sent { 200 } else { 429 }, "{client} {asked}");
                sent += usize::from(is_sent);
                assert_eq!(count(&app).await, mails + sent);
            }
        }
        assert_eq!(sent, 10);
        app.browser().call("/fn/resend", &[("email", ADA)]).await.assert_status(200);
        assert_eq!(count(&app).await, mails + 11);
        app.clock.advance(86_400);
        app.browser().call("/fn/request_reset", &[("email", ADA)]).await.assert_status(200);
        assert_eq!(count(&app).await, mails + 12);
    }

    async fn what_is_no_address_is_told(app: TestApp) {
        let app = confirming(&app).await;
        for path in ["/fn/request_reset", "/fn/resend"] {
            app.browser().call(path, &[("email", "ada@nowhere")]).await.assert_status(422);
            app.browser().call(path, &[]).await.assert_status(422);
        }
        let mut ada = app.browser();
        ada.submit("/fn/request_reset", &[("email", "ada@nowhere")]).await.assert_found("/reset");
        let page = ada.get("/reset").await;
        assert_eq!(page.attribute("[aria-invalid=true]", "name").as_deref(), Some("email"));
        assert_eq!(page.attribute("input[name=email]", "value").as_deref(), Some("ada@nowhere"));
    }
}

/// A page without its nonces.
fn unscripted(body: &str) -> String {
    body.split("nonce=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect()
}
