//! The theme switch.

use crate::support::TestApp;

on_both! {
    async fn a_theme_is_remembered_for_every_page_without_an_account(app: TestApp) {
        let mut visitor = app.browser();
        let page = visitor.get("/login?next=/secret").await;
        assert_eq!(page.attribute("html", "data-theme").as_deref(), Some("system"));
        assert_eq!(page.attribute(".theme [aria-pressed=true]", "value").as_deref(), Some("system"));
        assert_eq!(page.attribute(".theme [name=next]", "value").as_deref(), Some("/login?next=/secret"));
        for theme in ["dark", "light"] {
            let answer = visitor.submit("/fn/set_theme", &[("theme", theme), ("next", "/login?next=/secret")]).await;
            answer.assert_found("/login?next=/secret");
            let cookie = answer.set_cookie("latchkey-theme");
            assert!(cookie.contains(&format!("={theme}; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000")), "{cookie}");
            for path in ["/", "/login", "/no/such/page"] {
                let page = visitor.get(path).await;
                assert_eq!(page.attribute("html", "data-theme").as_deref(), Some(theme), "{path}");
                assert_eq!(page.attribute(".theme [aria-pressed=true]", "value").as_deref(), Some(theme), "{path}");
            }
        }
        visitor.submit("/fn/set_theme", &[("theme", "system"), ("next", "/login")]).await.assert_found("/login");
        assert!(visitor.cookies.is_empty(), "{:?}", visitor.cookies);
    }

    async fn what_is_no_theme_is_refused_or_ignored(app: TestApp) {
        let mut visitor = app.browser();
        for theme in ["", "Dark", "\"><script>"] {
            visitor.submit("/fn/set_theme", &[("theme", theme), ("next", "/login")]).await;
            assert!(!visitor.cookies.contains_key("latchkey-theme"), "{theme}");
            visitor.cookies.insert("latchkey-theme".to_owned(), theme.replace('"', ""));
            let page = visitor.get("/login").await;
            assert_eq!(page.attribute("html", "data-theme").as_deref(), Some("system"), "{theme}");
            visitor.cookies.clear();
        }
        let next = visitor.submit("/fn/set_theme", &[("theme", "dark"), ("next", "https://evil.example/")]).await;
        assert!(next.header("location").starts_with('/'), "{}", next.header("location"));
    }
}
