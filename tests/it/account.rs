//! One's own account: sessions, password, deletion.

use latchkey_core::client::Client;
use latchkey_core::kinds::Template;
use latchkey_core::security::opaque_token::{MailToken, Purpose};
use latchkey_core::service::accounts::{Account, Actor, Change};
use latchkey_core::service::session::FRESH_SECONDS;
use latchkey_core::store::entity::{audit_event, outbox};
use latchkey_core::store::mail_tokens::{self, NewToken};
use latchkey_types::{AccountOverview, EventKind, Roles, SessionSummary};
use latchkey_types::{AppError, FieldError};
use latchkey_types::{Notice, Outcome};
use sea_orm::EntityTrait;

use crate::session::refused_soon;
use crate::support::{Browser, PASSWORD, SAFARI, TestApp, claims};

const NEW: &str = "brass lantern drifts home";

async fn overview(browser: &mut Browser) -> AccountOverview {
    let answer = browser.call("/fn/account", &[]).await;
    answer.assert_status(200);
    serde_json::from_str(&answer.body).unwrap()
}

async fn log_in(app: &TestApp, username: &str) -> Browser {
    let mut browser = app.browser();
    browser.user_agent = SAFARI;
    browser.log_in(username, PASSWORD).await.assert_found("/secret");
    browser
}

async fn change(app: &TestApp, username: &str, change: Change) {
    let accounts = &app.state.services.accounts;
    accounts.change(Account::Name(username), change, Actor::CommandLine, &Client::command_line()).await.unwrap();
}

fn session_id(browser: &Browser) -> String {
    claims(browser.token())["sid"].as_str().unwrap().to_owned()
}

async fn is_live(browser: &Browser) -> bool {
    browser.clone().call("/fn/secret", &[]).await.status == 200
}

on_both! {
    async fn sessions_are_listed_with_their_device_and_the_one_that_asks(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.logged_in("bob").await;
        app.clock.advance(60);
        let phone = log_in(&app, "ada").await;
        let sessions = overview(&mut ada).await.sessions;
        let devices = sessions.iter().map(|session| (session.device.as_str(), session.is_current)).collect::<Vec<_>>();
        assert_eq!(devices, [("Safari on Mac OSX", false), ("Firefox on Linux", true)]);
        let SessionSummary { id, address, created_at, last_seen_at, .. } = &sessions[0];
        assert_eq!((id, address.as_str()), (&session_id(&phone), "203.0.113.7"));
        assert_eq!((*created_at, *last_seen_at), (app.clock.now(), app.clock.now()));
        phone.clone().submit("/fn/logout", &[]).await.assert_found("/");
        app.clock.advance(12 * 3_600);
        assert!(app.browser().call("/fn/account", &[]).await.status == 401);
        let mut later = log_in(&app, "ada").await;
        assert_eq!(overview(&mut later).await.sessions.len(), 1, "ended and idle sessions are not listed");
    }

    async fn a_session_ended_elsewhere_is_over_on_every_node(app: TestApp) {
        let other = app.node(&[]).await;
        let mut ada = app.logged_in("ada").await;
        let phone = log_in(&app, "ada").await;
        let mut elsewhere = phone.at(&other);
        elsewhere.call("/fn/secret", &[]).await.assert_status(200);
        ada.call("/fn/end_session", &[("session", &session_id(&phone))]).await.assert_status(200);
        assert!(!is_live(&phone).await && is_live(&ada).await);
        refused_soon(&mut elsewhere).await;
        let again = ada.call("/fn/end_session", &[("session", &session_id(&phone))]).await;
        assert_eq!((again.status, again.error()), (404, AppError::NotFound));
        let page = elsewhere.get("/account").await;
        page.assert_found("/login?next=/account");
    }

    async fn the_session_of_somebody_else_is_unknown(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let bob = app.logged_in("bob").await;
        let before = app.sessions().await;
        for session in [session_id(&bob), "AAAAAAAAAAAAAAAAAAAAAA".to_owned(), String::new(), "x' or 1=1 --".to_owned()] {
            let answer = ada.call("/fn/end_session", &[("session", &session)]).await;
            assert_eq!((answer.status, answer.error()), (404, AppError::NotFound), "{session:?}");
        }
        assert_eq!(app.sessions().await, before);
        assert!(is_live(&bob).await);
        assert_eq!(app.events("session_ended").await, 0);
    }

    async fn all_others_end_on_every_node_and_this_one_goes_on(app: TestApp) {
        let other = app.node(&[]).await;
        let mut ada = app.logged_in("ada").await;
        let bob = app.logged_in("bob").await;
        let (first, second) = (log_in(&app, "ada").await, log_in(&app, "ada").await);
        let mut elsewhere = second.at(&other);
        elsewhere.call("/fn/secret", &[]).await.assert_status(200);
        ada.submit("/fn/end_other_sessions", &[]).await.assert_found("/account");
        assert!(!is_live(&first).await && !is_live(&second).await);
        assert!(is_live(&ada).await && is_live(&bob).await);
        refused_soon(&mut elsewhere).await;
        assert_eq!(ada.get("/account").await.texts("[role=status]").concat(), latchkey::auth::texts::of_notice(&Notice::OtherSessionsEnded));
        assert_eq!(overview(&mut ada).await.sessions.len(), 1);
    }

    async fn ending_sessions_requires_a_fresh_password(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let phone = log_in(&app, "ada").await;
        app.clock.advance(FRESH_SECONDS - 1);
        ada.call("/fn/end_session", &[("session", "none")]).await.assert_status(404);
        app.clock.advance(1);
        let id = session_id(&phone);
        for (path, fields) in [("/fn/end_session", vec![("session", id.as_str())]), ("/fn/end_other_sessions", vec![])] {
            let answer = ada.call(path, &fields).await;
            assert_eq!((answer.status, answer.error()), (403, AppError::ReauthenticationRequired), "{path}");
            ada.submit(path, &fields).await.assert_found("/account/confirm?next=/account");
        }
        assert!(is_live(&phone).await);
        ada.submit("/fn/reauthenticate", &[("current_password", PASSWORD), ("next", "/account")]).await.assert_found("/account");
        assert!(ada.get("/account").await.texts("form [role=status]").contains(&latchkey::auth::texts::SEND_AGAIN.to_owned()));
        ada.submit("/fn/end_other_sessions", &[]).await.assert_found("/account");
        assert!(!is_live(&phone).await);
    }

    async fn a_changed_password_ends_every_other_session_and_every_copy_of_this_one(app: TestApp) {
        let other = app.node(&[]).await;
        let mut ada = app.logged_in("ada").await;
        let (phone, copy) = (log_in(&app, "ada").await, ada.clone());
        let mut elsewhere = copy.at(&other);
        elsewhere.call("/fn/secret", &[]).await.assert_status(200);
        // No recent confirmation is needed: the form asks for the password itself.
        app.clock.advance(FRESH_SECONDS);
        let answer = ada.submit("/fn/change_password", &[("current_password", PASSWORD), ("password", NEW)]).await;
        answer.assert_found("/account");
        assert_eq!(answer.flash().unwrap().outcome, Outcome::Done(Notice::PasswordChanged));
        assert!(is_live(&ada).await && !is_live(&phone).await && !is_live(&copy).await);
        refused_soon(&mut elsewhere).await;
        assert_eq!(app.browser().log_in("ada", PASSWORD).await.header("location"), "/login");
        app.browser().log_in("ada", NEW).await.assert_found("/secret");
        assert_eq!((app.events("authn_password_change").await, app.events("authn_token_reuse").await), (1, 0));
    }

    async fn a_changed_password_invalidates_every_link_and_sends_an_email(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let user_id = app.users().await[0].id;
        let token = MailToken::generate(Purpose::Reset).unwrap();
        let new = NewToken {
            user_id: Some(user_id), registration_id: None, email_change_id: None, outbox_id: None,
            created_at: app.clock.now(), expires_at: app.clock.now() + 1_800,
        };
        let store = &app.state.store;
        store.write_tx(async |tx| mail_tokens::insert(tx, &token, new).await).await.unwrap();
        ada.call("/fn/change_password", &[("current_password", PASSWORD), ("password", NEW)]).await.assert_status(200);
        assert!(mail_tokens::live(store.reader(), &token, app.clock.now()).await.unwrap().is_none());
        let mails = outbox::Entity::find().all(store.reader()).await.unwrap();
        let mails = mails.iter().map(|mail| (mail.template, mail.user_id)).collect::<Vec<_>>();
        assert_eq!(mails, [(Template::PasswordChanged, Some(user_id))]);
    }

    async fn a_password_change_requires_the_current_password_and_a_good_new_one(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let phone = log_in(&app, "ada").await;
        let wrong = FieldError::CurrentPasswordWrong;
        for (current, new, refusals) in [
            ("another password", NEW, vec![wrong.clone()]),
            ("another password", "short", vec![wrong.clone(), FieldError::PasswordShort]),
            (PASSWORD, "iloveyou1", vec![FieldError::PasswordEasy]),
            (PASSWORD, "latchkey tin wolf orbit", vec![FieldError::PasswordPersonal]),
            ("", "", vec![wrong.clone(), FieldError::PasswordShort]),
        ] {
            let answer = ada.call("/fn/change_password", &[("current_password", current), ("password", new)]).await;
            let status = if refusals == [FieldError::CurrentPasswordWrong] { 401 } else { 422 };
            assert_eq!((answer.status, answer.error()), (status, AppError::Refused(refusals)), "{current:?} {new:?}");
            assert_eq!(answer.new_token(), None);
        }
        assert!(is_live(&phone).await);
        app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
        ada.submit("/fn/change_password", &[("current_password", "another"), ("password", NEW)]).await.assert_found("/account");
        let page = ada.get("/account").await;
        assert_eq!(page.attribute("[aria-invalid=true]", "name").as_deref(), Some("current_password"));
        assert!(!page.body.contains(NEW));
        assert_eq!(app.events("authn_password_change").await, 0);
    }

    async fn of_two_changes_at_once_one_wins(app: TestApp) {
        let (mut ada, mut phone) = (app.logged_in("ada").await, log_in(&app, "ada").await);
        let other = "copper kettle under seven moons";
        let fields = |new| [("current_password", PASSWORD), ("password", new)];
        let (hers, theirs) = (fields(NEW), fields(other));
        let (one, two) =
            tokio::join!(ada.call("/fn/change_password", &hers), phone.call("/fn/change_password", &theirs));
        assert!((one.status == 200) != (two.status == 200), "{} {}", one.status, two.status);
        let right = if one.status == 200 { NEW } else { other };
        app.browser().log_in("ada", right).await.assert_found("/secret");
        let live = app.sessions().await.into_iter().filter(|session| session.revoked_at.is_none()).count();
        assert_eq!(live, 2, "the session that continues and the new one");
    }

    async fn a_deleted_account_leaves_an_id_in_the_record_and_nothing_else(app: TestApp) {
        let other = app.node(&[]).await;
        let mut ada = app.browser();
        ada.submit("/fn/register", &[("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)]).await;
        let (phone, id) = (log_in(&app, "ada").await, app.users().await[0].public_id.clone());
        let mut elsewhere = phone.at(&other);
        elsewhere.call("/fn/secret", &[]).await.assert_status(200);
        let answer = ada.submit("/fn/delete_account", &[("current_password", PASSWORD)]).await;
        answer.assert_found("/");
        assert!(answer.set_cookies().iter().any(|cookie| cookie.starts_with("latchkey-session=;")));
        assert_eq!(ada.get("/").await.texts("[role=status]").concat(), latchkey::auth::texts::of_notice(&Notice::AccountDeleted));
        assert!(!is_live(&phone).await);
        refused_soon(&mut elsewhere).await;
        assert!(app.users().await.is_empty() && app.sessions().await.is_empty());
        let events = audit_event::Entity::find().all(app.state.store.reader()).await.unwrap();
        let deleted = events.iter().find(|event| event.kind.to_string() == "user_deleted").unwrap();
        assert_eq!((deleted.actor_id.as_deref(), deleted.subject_id.as_deref()), (Some(id.as_str()), Some(id.as_str())));
        assert!(events.iter().all(|event| !event.detail.contains("ada")));
        assert_eq!(app.browser().call("/fn/login", &[("username", "ada"), ("password", PASSWORD)]).await.error(), AppError::LoginRejected);
        app.logged_in("ada").await;
    }

    async fn an_account_is_deleted_by_its_password_alone(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        for wrong in ["", "another password"] {
            let answer = ada.call("/fn/delete_account", &[("current_password", wrong)]).await;
            assert_eq!((answer.status, answer.error()), (401, FieldError::CurrentPasswordWrong.into()));
        }
        assert!(ada.submit("/fn/delete_account", &[("current_password", "no")]).await.assert_found("/account").new_token().is_none());
        assert!(ada.get("/account").await.attribute("details", "open").is_some(), "the rejected form is visible");
        app.browser().call("/fn/delete_account", &[("current_password", PASSWORD)]).await.assert_status(401);
        assert_eq!(app.users().await.len(), 1);
    }

    async fn the_last_active_administrator_can_not_go(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        change(&app, "ada", Change { is_active: None, roles: Some(Roles::parse("admin,user").unwrap()) }).await;
        let answer = ada.call("/fn/delete_account", &[("current_password", PASSWORD)]).await;
        assert_eq!((answer.status, answer.error()), (409, AppError::LastAdmin));
        app.logged_in("bob").await;
        change(&app, "bob", Change { is_active: None, roles: Some(Roles::parse("admin,user").unwrap()) }).await;
        ada.call("/fn/delete_account", &[("current_password", PASSWORD)]).await.assert_status(200);
    }

    async fn recent_events_are_listed_and_none_of_other_accounts(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.logged_in("bob").await;
        app.browser().log_in("ada", "another password").await;
        log_in(&app, "ada").await.submit("/fn/logout", &[]).await.assert_found("/");
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        ada.call("/fn/reauthenticate", &[("current_password", PASSWORD)]).await.assert_status(200);
        let events = overview(&mut ada).await.events;
        let kinds = events.iter().map(|event| event.kind).collect::<Vec<_>>();
        let expected = [
            EventKind::PasswordConfirmed, EventKind::LoggedOut, EventKind::LoggedIn, EventKind::LoginFailed, EventKind::AccountCreated,
        ];
        assert_eq!(kinds, expected);
        assert_eq!((events[1].device.as_str(), events[1].address.as_str()), ("Safari on Mac OSX", "203.0.113.7"));
        for _ in 0..20 {
            app.clock.advance(900);
            ada.call("/fn/reauthenticate", &[("current_password", "wrong password")]).await.assert_status(401);
        }
        let events = overview(&mut ada).await.events;
        let kinds = events.iter().map(|event| (event.kind, event.count)).collect::<Vec<_>>();
        assert_eq!(kinds[0], (EventKind::PasswordNotConfirmed, 20));
        assert_eq!(kinds[1..], expected.map(|kind| (kind, 1)));
        assert!(!events[0].has_several_sources);
    }

    async fn the_page_works_without_scripts(app: TestApp) {
        let mut ada = app.browser();
        ada.submit("/fn/register", &[("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)]).await;
        let phone = log_in(&app, "ada").await;
        let page = ada.get("/account").await;
        page.assert_status(200);
        assert_eq!(page.texts("header a[aria-current=page]"), ["Account"]);
        assert_eq!(page.texts(".facts dd"), ["ada", "ada@example.org", "user"]);
        assert_eq!(page.attribute(".sessions input[name=session]", "value"), Some(session_id(&phone)));
        assert_eq!(page.texts(".sessions .badge").len(), 1);
        assert!(page.texts(".events td").contains(&"Account created".to_owned()));
        let mut actions = Vec::new();
        for path in ["/fn/change_password", "/fn/end_session", "/fn/end_other_sessions", "/fn/delete_account"] {
            actions.push(page.attribute(&format!("form[action='{path}']"), "method"));
        }
        assert!(actions.iter().all(|method| method.as_deref() == Some("post")), "{actions:?}");
        ada.submit("/fn/end_session", &[("session", &session_id(&phone))]).await.assert_found("/account");
        let page = ada.get("/account").await;
        assert_eq!(page.texts("[role=status]").concat(), latchkey::auth::texts::of_notice(&Notice::SessionEnded));
        assert!(page.attribute(".sessions form", "action").is_none());
        assert!(!page.body.contains("eyJ") && !page.body.contains("$argon2id"));
    }

    async fn an_account_that_was_deactivated_changes_nothing_of_its_own(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        change(&app, "ada", Change { is_active: Some(false), roles: None }).await;
        for (path, fields) in [
            ("/fn/change_password", vec![("current_password", PASSWORD), ("password", NEW)]),
            ("/fn/delete_account", vec![("current_password", PASSWORD)]),
            ("/fn/reauthenticate", vec![("current_password", PASSWORD)]),
        ] {
            assert_eq!(ada.call(path, &fields).await.status, 401, "{path}");
        }
        assert_eq!(app.users().await.len(), 1);
    }
}
