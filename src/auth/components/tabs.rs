//! The tabs of one browser agree on who is logged in.
//!
//! Each document says once, when the scripts take over, who reads it: a hash, or that it is nobody. A tab that hears
//! of somebody else loads its page anew, and the server decides what it shows. Nothing is said in reply, so two tabs
//! can't set each other off for ever.

/// Says who is logged in here, and loads this page anew when another tab says it is somebody else.
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
    // It lives as long as the document.
    listen.forget();
    let _ = channel.post_message(&said);
}

/// Nothing: a server has no tabs.
#[cfg(not(feature = "hydrate"))]
pub fn sync_tabs(_channel: &str, _user_id: Option<&str>) {}

/// What stands for the reader in the message; it leads nobody to an account.
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
    fn a_reader_is_told_apart_without_being_named() {
        assert_eq!(tag(Some("ada")), tag(Some("ada")));
        assert_ne!(tag(Some("ada")), tag(Some("bob")));
        assert!(!tag(Some("ada")).contains("ada"));
        assert_eq!(tag(None), "nobody");
    }
}
