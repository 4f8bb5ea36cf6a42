//! `?next=`: what is accepted leads to this site, as a browser reads it.

#![no_main]

use latchkey_types::paths;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|typed: &str| {
    let login = Url::parse("https://example.org/login").expect("a URL");
    for target in [paths::safe_return_to(typed), paths::without_trailing_slash(typed)].into_iter().flatten() {
        let url = login.join(target).expect("a path is a reference");
        assert_eq!(url.origin(), login.origin());
        assert!(url.username().is_empty() && !target.contains(['\r', '\n']));
    }
    let then = login.join(&paths::login_then(typed)).expect("a path is a reference");
    assert_eq!(then.path(), paths::LOGIN);
    assert!(then.query_pairs().count() <= 1);
});
