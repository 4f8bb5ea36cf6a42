//! The admin pages and their server functions, and that nobody else can use them.

use latchkey_types::paths;
use latchkey_types::{AppError, FieldError};
use latchkey_types::{Notice, Outcome};

use crate::support::{PASSWORD, TestApp};

async fn id_of(app: &TestApp, username: &str) -> String {
    app.users().await.into_iter().find(|user| user.username == username).unwrap().public_id
}

on_both! {
    async fn the_page_of_users_shows_what_an_administrator_may_know_and_nothing_more(app: TestApp) {
        let mut ada = app.admin("ada").await;
        app.browser().submit("/fn/register", &[("username", "bob"), ("email", "bob@example.org"), ("password", PASSWORD)]).await;
        let page = ada.get(paths::ADMIN_USERS).await;
        page.assert_status(200);
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.texts(".people tbody th"), ["ada", "bob"]);
        assert!(page.body.contains("bob@example.org"));
        for secret in ["argon2", "eyJ", "email_key", "username_key"] {
            assert!(!page.body.contains(secret), "{secret}");
        }
        assert!(page.texts("header").concat().contains("Admin"));
        let found = ada.get("/admin/users?q=BO").await;
        assert_eq!(found.texts(".people tbody th"), ["bob"]);
        assert_eq!(found.attribute("input[name=q]", "value").as_deref(), Some("BO"));
        assert_eq!(ada.get("/admin/users?q=nobody").await.texts(".people").len(), 0);
    }

    async fn the_list_is_filtered_by_role_and_state_and_says_how_many_were_found(app: TestApp) {
        let mut ada = app.admin("ada").await;
        app.fill(&[("bob", "bob@example.org"), ("carl", "bo@example.org")]).await;
        app.logged_in("dora").await;
        app.set_roles("bob", "auditor,user").await.unwrap();
        app.set_roles("carl", "chief-auditor").await.unwrap();
        app.set_roles("dora", "a_ditor").await.unwrap();
        let dora = id_of(&app, "dora").await;
        ada.submit("/fn/set_active", &[("id", &dora), ("is_active", "false")]).await;
        for (query, names) in [
            ("role=auditor", &["bob"][..]), ("role=a_ditor", &["dora"]), ("role=audito", &[]), ("role=No+Role", &[]),
            ("role=%25", &[]), ("state=deactivated", &["dora"]), ("state=active", &["ada", "bob", "carl"]),
            ("q=bo", &["bob", "carl"]), ("q=bo&role=auditor", &["bob"]), ("q=bo&role=chief-auditor&state=active", &["carl"]),
            ("q=bo&state=deactivated", &[]),
        ] {
            let page = ada.get(&format!("/admin/users?{query}")).await;
            assert_eq!(page.texts(".people tbody th"), names, "{query}");
            let count = match names.len() { 0 => Vec::new(), 1 => vec!["1 account".to_owned()], n => vec![format!("{n} accounts")] };
            assert_eq!(page.texts(".count"), count, "{query}");
        }
        let page = ada.get("/admin/users?role=auditor&state=active").await;
        assert_eq!(page.attribute("input[name=role]", "value").as_deref(), Some("auditor"));
        assert_eq!(page.attribute("option[selected]", "value").as_deref(), Some("active"));
        assert_eq!(page.attribute(".people input[name=next]", "value").as_deref(), Some("/admin/users?role=auditor&state=active"));
    }

    async fn the_page_of_an_account_shows_it_with_its_sessions_and_events(app: TestApp) {
        let mut ada = app.admin("ada").await;
        let mut bob = app.logged_in("bob").await;
        let id = id_of(&app, "bob").await;
        let path = paths::admin_user(&id);
        assert_eq!(ada.get("/admin/users").await.attribute(".people tbody tr:last-child th a", "href"), Some(path.clone()));
        let page = ada.get(&path).await;
        page.assert_status(200);
        assert_eq!(page.texts("h1"), ["bob"]);
        assert_eq!(page.texts(".sessions li").len(), 1);
        assert!(page.texts("td code").contains(&"user_created".to_owned()), "{:?}", page.texts("td code"));
        assert!(!page.body.contains(bob.token()) && !page.body.contains("argon2"));
        let fields = [("id", id.as_str()), ("checked[]", "user"), ("checked[]", "admin"), ("roles", "auditor"), ("next", path.as_str())];
        let answer = ada.submit("/fn/set_roles", &fields).await;
        answer.assert_found(&path);
        assert_eq!(app.users().await[1].roles, "admin,auditor,user");
        let page = ada.get(&path).await;
        assert!(page.texts("[role=status]").concat().contains("roles"));
        ada.submit("/fn/end_user_sessions", &[("id", &id), ("next", &path)]).await.assert_found(&path);
        assert_eq!(ada.get(&path).await.texts(".sessions li").len(), 0);
        for unknown in ["AAAAAAAAAAAAAAAAAAAAAA", "nobody", "%00"] {
            ada.get(&format!("/admin/users/{unknown}")).await.assert_status(404);
        }
        bob.get(&path).await.assert_found(&paths::login_then(&path));
        app.logged_in("eve").await.get(&path).await.assert_status(403);
    }

    async fn checked_roles_come_back_with_a_rejected_form(app: TestApp) {
        let mut ada = app.admin("ada").await;
        app.logged_in("bob").await;
        let id = id_of(&app, "bob").await;
        let checked = "details[open] [name='checked[]'][checked]";
        ada.submit("/fn/set_roles", &[("id", id.as_str()), ("checked[]", "admin"), ("roles", "No Role"), ("next", "/admin/users")]).await;
        let page = ada.get("/admin/users").await;
        assert_eq!(page.attribute(checked, "value").as_deref(), Some("admin"));
        assert_eq!(page.texts("details[open]").len(), 1);
        ada.submit("/fn/set_active", &[("id", id.as_str()), ("is_active", "maybe"), ("next", "/admin/users")]).await;
        let unchecked = ada.get("/admin/users").await.texts(&format!("{checked}[value=admin]"));
        assert_eq!(unchecked.len(), 0, "the form of the roles was not sent");
    }

    async fn events_are_filtered_by_day(app: TestApp) {
        let mut ada = app.admin("ada").await;
        app.clock.advance(86_400);
        ada.log_in("ada", PASSWORD).await;
        let day = |days: i64| latchkey_types::Timestamp::new(app.clock.now() + days * 86_400).to_rfc3339()[..10].to_owned();
        let mut count = async |query: String| ada.get(&format!("/admin/events?{query}")).await.texts("td code").len();
        let (all, before) = (count(String::new()).await, count(format!("until={}", day(-1))).await);
        let after = count(format!("since={}", day(0))).await;
        assert!(before > 0 && after > 0 && before + after == all, "{before} {after} {all}");
        assert_eq!(count(format!("since={}&until={}", day(-1), day(0))).await, all);
        assert_eq!(count(format!("since={}", day(1))).await, 0);
        for wrong in ["since=yesterday", "until=2026-02-30", "since=%00"] {
            assert_eq!(count(wrong.to_owned()).await, 0, "{wrong}");
        }
    }

    async fn a_long_list_goes_on_on_the_next_page(app: TestApp) {
        let mut ada = app.admin("ada").await;
        let accounts = (0..26).map(|n| (format!("user{n:02}"), format!("user{n:02}@example.org"))).collect::<Vec<_>>();
        app.fill(&accounts.iter().map(|(name, email)| (name.as_str(), email.as_str())).collect::<Vec<_>>()).await;
        let page = ada.get("/admin/users?q=user").await;
        assert_eq!(page.texts(".people tbody th").len(), 25);
        let next = page.attribute("a[rel~=next]", "href").unwrap();
        assert!(next.starts_with("/admin/users?q=user&after="), "{next}");
        let last = ada.get(&next).await;
        assert_eq!(last.texts(".people tbody th"), ["user25"]);
        assert_eq!(last.attribute("a[rel~=next]", "href"), None);
        assert_eq!(last.attribute("nav a.button", "href").as_deref(), Some("/admin/users?q=user"));
        assert_eq!(last.attribute(".people input[name=next]", "value").as_deref(), Some(next.as_str()));
        assert!(!ada.get("/admin/users?after=nonsense").await.texts("[role=alert]").concat().is_empty());
    }

    async fn deactivating_and_activating_lead_back_to_the_list_as_it_was(app: TestApp) {
        let mut ada = app.admin("ada").await;
        let mut bob = app.logged_in("bob").await;
        let id = id_of(&app, "bob").await;
        let place = "/admin/users?q=b&after=bmFtZTphZGE";
        let fields = [("id", id.as_str()), ("is_active", "false"), ("next", place)];
        let answer = ada.submit("/fn/set_active", &fields).await;
        answer.assert_found(place);
        assert_eq!(answer.flash().unwrap().outcome, Outcome::Done(Notice::UserDeactivated));
        let page = ada.get(place).await;
        assert!(page.texts("[role=status]").concat().contains("deactivated"));
        assert!(page.texts(".tag").concat().contains("Deactivated"));
        assert_eq!(bob.call("/fn/secret", &[]).await.status, 401);
        ada.submit("/fn/set_active", &[("id", &id), ("is_active", "true"), ("next", "https://evil.example/admin/users")]).await.assert_found("/admin/users");
        ada.submit("/fn/set_active", &[("id", &id), ("is_active", "true"), ("next", "/secret")]).await.assert_found("/admin/users");
        app.browser().log_in("bob", PASSWORD).await.assert_found("/secret");
        let actor = id_of(&app, "ada").await;
        assert_eq!(app.events_of("user_updated").await[0].actor_id, Some(actor));
    }

    async fn roles_that_are_none_come_back_in_their_row(app: TestApp) {
        let mut ada = app.admin("ada").await;
        app.logged_in("bob").await;
        let id = id_of(&app, "bob").await;
        let answer = ada.submit("/fn/set_roles", &[("id", id.as_str()), ("roles", "No Role"), ("next", "/admin/users")]).await;
        answer.assert_found("/admin/users");
        assert_eq!(answer.flash().unwrap().outcome, Outcome::Rejected(FieldError::RolesInvalid.into()));
        let page = ada.get("/admin/users").await;
        let input = format!("#roles-{id}");
        assert_eq!(page.attribute(&input, "value").as_deref(), Some("No Role"));
        assert!(page.attribute(&input, "autofocus").is_some());
        assert_eq!(page.attribute("[aria-invalid=true]", "id"), Some(format!("roles-{id}")));
        ada.submit("/fn/set_roles", &[("id", id.as_str()), ("roles", "auditor, user")]).await.assert_found("/admin/users");
        assert_eq!(app.users().await[1].roles, "auditor,user");
    }

    async fn a_change_asks_for_the_password_again_and_loses_nothing_by_it(app: TestApp) {
        let mut ada = app.admin("ada").await;
        app.logged_in("bob").await;
        let id = id_of(&app, "bob").await;
        app.clock.advance(601);
        let place = "/admin/users?q=b";
        let fields = [("id", id.as_str()), ("roles", "auditor"), ("next", place)];
        ada.submit("/fn/set_roles", &fields).await.assert_found("/account/confirm?next=/admin/users%3Fq%3Db");
        assert_eq!(app.users().await[1].roles, "user");
        ada.get("/account/confirm?next=/admin/users%3Fq%3Db").await.assert_status(200);
        ada.submit("/fn/reauthenticate", &[("current_password", PASSWORD), ("next", place)]).await.assert_found(place);
        let page = ada.get(place).await;
        assert_eq!(page.attribute(&format!("#roles-{id}"), "value").as_deref(), Some("auditor"));
        assert!(page.texts("[role=status]").concat().contains(latchkey::auth::texts::SEND_AGAIN));
        ada.submit("/fn/set_roles", &fields).await.assert_found(place);
        assert_eq!(app.users().await[1].roles, "auditor");
        app.clock.advance(601);
        for (path, more) in [("/fn/set_active", ("is_active", "false")), ("/fn/end_user_sessions", ("", ""))] {
            assert_eq!(ada.call(path, &[("id", &id), more]).await.error(), AppError::ReauthenticationRequired);
        }
    }

    async fn sessions_of_others_end_at_once(app: TestApp) {
        let mut ada = app.admin("ada").await;
        let mut bob = app.logged_in("bob").await;
        ada.submit("/fn/end_user_sessions", &[("id", &id_of(&app, "bob").await)]).await.assert_found("/admin/users");
        assert_eq!(bob.call("/fn/secret", &[]).await.status, 401);
        ada.get("/admin/users").await.assert_status(200);
    }

    async fn the_last_administrator_stays_and_is_told_so(app: TestApp) {
        let mut ada = app.admin("ada").await;
        let id = id_of(&app, "ada").await;
        let answer = ada.submit("/fn/set_active", &[("id", id.as_str()), ("is_active", "false")]).await;
        assert_eq!(answer.flash().unwrap().outcome, Outcome::Rejected(AppError::LastAdmin));
        assert!(ada.get("/admin/users").await.texts("[role=alert]").concat().contains("last active administrator"));
        let answer = ada.call("/fn/set_roles", &[("id", &id), ("roles", "user")]).await;
        assert_eq!((answer.status, answer.error()), (409, AppError::LastAdmin));
        let answer = ada.call("/fn/set_roles", &[("id", "nobody"), ("roles", "user")]).await;
        assert_eq!((answer.status, answer.error()), (404, AppError::NotFound));
    }

    async fn who_is_no_administrator_any_more_is_refused_at_the_next_request(app: TestApp) {
        let mut ada = app.admin("ada").await;
        app.admin("bob").await;
        ada.get("/admin/users").await.assert_status(200);
        app.set_roles("ada", "user").await.unwrap();
        ada.get("/admin/users").await.assert_status(403);
        assert_eq!(ada.call("/fn/list_users", &[]).await.error(), AppError::MissingRole);
    }

    async fn without_the_role_there_is_a_page_that_says_so_and_an_event(app: TestApp) {
        let mut bob = app.logged_in("bob").await;
        for path in [paths::ADMIN_USERS, paths::ADMIN_EVENTS] {
            let page = bob.get(path).await;
            page.assert_status(403);
            assert!(page.texts("h1").concat().contains("No access"));
        }
        let answer = bob.submit("/fn/set_roles", &[("id", &id_of(&app, "bob").await), ("roles", "admin")]).await;
        answer.assert_status(403);
        assert_eq!(bob.call("/fn/list_events", &[]).await.error(), AppError::MissingRole);
        let events = app.events_of("authz_fail").await;
        assert_eq!(events.len(), 4);
        assert_eq!(events[0].actor_id, Some(id_of(&app, "bob").await));
        assert_eq!(events[2].detail, "/fn/set_roles needs admin");
        assert!(!bob.get("/").await.texts("header").concat().contains("Admin"));
    }

    async fn the_page_of_events_tells_who_did_what_to_whom(app: TestApp) {
        let mut ada = app.admin("ada").await;
        app.logged_in("bob").await;
        let bob = id_of(&app, "bob").await;
        ada.submit("/fn/set_roles", &[("id", &bob), ("roles", "auditor")]).await;
        let page = ada.get("/admin/events").await;
        page.assert_status(200);
        let first = page.texts("tbody tr:first-child td");
        assert_eq!(first[1..4], ["Roles changed authz_change", "ada", "bob"]);
        assert!(first[4].contains("203.0.113.7") && first[4].contains("Firefox on Linux"), "{first:?}");
        assert_eq!(first[5], "from user to auditor");
        let last = ada.get("/admin/events?kind=authz_change&user=ADA").await;
        assert_eq!(last.texts("tbody tr").len(), 2, "what she did, and what was done to her");
        assert_eq!(last.texts("tbody tr:last-child td")[2], "Command line");
        assert_eq!(last.attribute("option[selected]", "value").as_deref(), Some("authz_change"));
        assert_eq!(ada.get(&format!("/admin/events?kind=authz_change&user={bob}")).await.texts("tbody tr").len(), 1);
        for nothing in ["user=nobody", "kind=nothing", "user=%00", "kind=%00"] {
            assert_eq!(ada.get(&format!("/admin/events?{nothing}")).await.texts("tbody tr").len(), 0, "{nothing}");
        }
    }

    async fn user_agents_are_escaped(app: TestApp) {
        let mut ada = app.admin("ada").await;
        let mut eve = app.browser();
        eve.user_agent = "<script>alert(1)</script>";
        eve.log_in("ada", "wrong password").await;
        let page = ada.get("/admin/events?kind=authn_login_fail").await;
        assert_eq!(page.texts("tbody tr").len(), 1);
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
    }

    async fn the_audit_is_read_page_by_page_without_a_gap(app: TestApp) {
        let mut ada = app.admin("ada").await;
        for _ in 0..30 {
            app.clock.advance(900);
            app.browser().log_in("ada", "wrong password").await;
        }
        let (mut path, mut times) = (Some("/admin/events?user=ada".to_owned()), 0);
        let mut rows = 0;
        while let Some(here) = path {
            let page = ada.get(&here).await;
            rows += page.texts("tbody tr").len();
            path = page.attribute("a[rel~=next]", "href");
            times += 1;
        }
        assert_eq!((times, rows), (2, app.all_events().await.len()));
    }
}
