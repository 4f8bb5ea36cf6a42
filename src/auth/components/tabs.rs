//! Keeps the tabs of a browser on the same user.
//!
//! After hydration, each document broadcasts a hash of its user, or that nobody is logged in. A tab that receives
//! another value reloads. Tabs never reply, so two of them cannot reload each other endlessly.

/// Broadcasts the user of this tab, and reloads it when another tab broadcasts another user.
#[cfg(feature = "hydrate")]
pub fn sync_tabs(channel: &str, user_id: Option<&str>) {
    use leptos::prelude::window;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::prelude::{Closure, JsValue};
    use web_sys::{BroadcastChannel, MessageEvent};

    let Ok(channel) = BroadcastChannel::new(channel) else { return };
    let reader = tag(user_id);
    let said = JsValue::from_str(&reader);
    let listen = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if event.data().as_string().is_some_and(|other| other != reader) {
            let _ = window().location().reload();
        }
    });
    channel.set_onmessage(Some(listen.as_ref().unchecked_ref()));
    // The closure lives as long as the document.
    listen.forget();
    let _ = channel.post_message(&said);
}

/// Does nothing: a server has no tabs.
#[cfg(not(feature = "hydrate"))]
pub fn sync_tabs(_channel: &str, _user_id: Option<&str>) {}

/// Hash of the user id. It cannot be used to find the account.
#[cfg(any(feature = "hydrate", test))]
fn tag(user_id: Option<&str>) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};

    let Some(id) = user_id else { return "nobody".to_owned() };
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_differ_between_users_and_do_not_contain_the_id() {
        assert_eq!(tag(Some("ada")), tag(Some("ada")));
        assert_ne!(tag(Some("ada")), tag(Some("bob")));
        assert!(!tag(Some("ada")).contains("ada"));
        assert_eq!(tag(None), "nobody");
    }
}
