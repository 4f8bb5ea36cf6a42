//! Unconfirmed accounts cannot log in, and only the right password is told why.

use latchkey_types::AppError;

use super::{ADA, MINUTE, confirmed, confirming, count, finalize, newest, register, token};
use crate::support::{PASSWORD, TestApp};

const OTHER_PASSWORD: &str = "lantern otters juggle quietly";

on_both! {
    async fn the_right_password_has_the_mail_sent_again(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "ada", ADA, PASSWORD).await.assert_status(200);
        assert_eq!(count(&app).await, 1);
        let log_in = async |name: &str| app.browser().call("/fn/login", &[("username", name), ("password", PASSWORD)]).await;
        for (name, mails) in [("ada", 2), (" ADA ", 3)] {
            app.clock.advance(MINUTE);
            let answer = log_in(name).await;
            answer.assert_status(403);
            assert_eq!(answer.error(), AppError::Unconfirmed);
            assert!(answer.set_cookies().is_empty());
            assert_eq!(count(&app).await, mails);
        }
        log_in("ada").await.assert_status(403);
        assert_eq!(count(&app).await, 3, "within a minute of the last");
        assert!(app.sessions().await.is_empty());
        finalize(&app, &token(&newest(&app).await), PASSWORD).await.assert_status(200);
    }

    async fn a_wrong_password_reads_like_an_unknown_name(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "ada", ADA, PASSWORD).await.assert_status(200);
        count(&app).await;
        app.clock.advance(MINUTE);
        let mut answers = Vec::new();
        for name in ["ada", ADA, "nobody", "nobody@example.org"] {
            let answer = app.browser().call("/fn/login", &[("username", name), ("password", OTHER_PASSWORD)]).await;
            assert_eq!(answer.error(), AppError::LoginRejected);
            answers.push((answer.status, answer.body));
        }
        answers.dedup();
        assert_eq!((answers.len(), count(&app).await), (1, 1));
    }

    async fn the_password_of_an_expired_registration_is_worth_nothing(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "ada", ADA, PASSWORD).await.assert_status(200);
        app.clock.advance(86_400);
        let answer = app.browser().call("/fn/login", &[("username", "ada"), ("password", PASSWORD)]).await;
        assert_eq!(answer.error(), AppError::LoginRejected);
    }

    async fn a_registration_of_an_address_that_has_an_account_changes_nothing_for_it(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        register(&app, "eve", ADA, OTHER_PASSWORD).await.assert_status(200);
        let answer = app.browser().call("/fn/login", &[("username", ADA), ("password", OTHER_PASSWORD)]).await;
        assert_eq!(answer.error(), AppError::LoginRejected);
        app.browser().log_in(ADA, PASSWORD).await.assert_found("/secret");
    }

    async fn a_registration_of_one_s_own_reveals_nothing_about_an_address(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let mut answers = Vec::new();
        for (name, address) in [("eve_1", ADA), ("eve_2", "nobody@example.org")] {
            register(&app, name, address, OTHER_PASSWORD).await.assert_status(200);
            let by = async |login: &str| {
                let fields = [("username", login), ("password", OTHER_PASSWORD)];
                app.browser().call("/fn/login", &fields).await.error()
            };
            answers.push((by(address).await, by(name).await));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], (AppError::LoginRejected, AppError::Unconfirmed));
    }
}
