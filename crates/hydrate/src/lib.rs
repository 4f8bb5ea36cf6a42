//! The entry point of the browser. Empty on every other target.
//!
//! A crate of its own, because only the browser needs a `cdylib`: as a crate type of the application, one would be linked
//! in every build of the server and of the tests, too.

/// Hydrates the page that the server rendered.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    latchkey::hydrate();
}
