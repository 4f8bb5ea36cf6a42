//! User enumeration: responses and writes are the same for known and unknown, for taken and free addresses.

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
        register(&app, "eve", "eve@example.org", PASSWORD).await.assert_status(409);
    }

    async fn a_reset_and_a_resend_of_any_address(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        registered(&app, "bob", "bob@example.org", PASSWORD).await;
        app.clock.advance(MINUTE);
        let mails = count(&app).await;
        for (path, page) in [("/fn/request_reset", "/reset"), ("/fn/resend", "/resend")] {
            for with_scripts in [true, false] {
                let mut answers = Vec::new();
                for email in [ADA, "bob@example.org", "nobody@example.org"] {
                    let before = written(&app).await;
                    let mut browser = app.browser();
                    let fields = [("email", email)];
                    let answer = if with_scripts { browser.call(path, &fields).await } else { browser.submit(path, &fields).await };
                    let shown = browser.get(page).await;
                    let after = written(&app).await;
                    let throttled = if with_scripts { 1 } else { 0 };
                    answers.push((masked(&answer), unscripted(&shown.body), after[0] - before[0], after[2] - before[2]));
                    assert!(after[1] - before[1] <= throttled);
                }
                assert_eq!(answers[0], answers[1]);
                assert_eq!(answers[0], answers[2]);
                assert_eq!((answers[0].2, answers[0].3), (1, 0));
            }
        }
        // One email for the reset, and one for each resend: the owner of the account is told that it exists.
        assert_eq!(count(&app).await, mails + 3);
    }

    async fn an_address_gets_ten_mails_a_day_and_purpose(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let mails = count(&app).await;
        for asked in 1..=15 {
            app.clock.advance(MINUTE);
            app.browser().call("/fn/request_reset", &[("email", ADA)]).await.assert_status(200);
            assert_eq!(count(&app).await, mails + asked.min(10));
        }
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
