//! Browser APIs. Call them only from effects and event handlers, never while rendering.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{
    Element, Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, SubmitEvent, UrlSearchParams,
};

use latchkey_types::paths;

/// Event of the window that tells the script of the document to make the page plain HTML.
pub const PANIC_EVENT: &str = "wasm-panic";

static IS_HYDRATED: AtomicBool = AtomicBool::new(false);
static HAS_PANICKED: AtomicBool = AtomicBool::new(false);

/// Records that the page is hydrated. Called last.
pub fn set_hydrated() {
    IS_HYDRATED.store(true, Ordering::Relaxed);
}

/// Whether the page is hydrated and nothing has panicked.
pub fn is_live() -> bool {
    IS_HYDRATED.load(Ordering::Relaxed) && !HAS_PANICKED.load(Ordering::Relaxed)
}

/// Whether the page is plain HTML.
pub fn is_plain() -> bool {
    HAS_PANICKED.load(Ordering::Relaxed)
}

/// Makes the page plain HTML after a panic. Writes one line to the console, also if more panics follow.
pub fn give_up(panic: &str) {
    if HAS_PANICKED.swap(true, Ordering::Relaxed) {
        return;
    }
    leptos::logging::error!("{}", panic.replace('\n', " "));
    if let Ok(event) = Event::new(PANIC_EVENT) {
        let _ = window().dispatch_event(&event);
    }
}

/// Loads a new document, so that nothing of the current one stays in memory.
pub fn load(path: &str) {
    // Fails only for an invalid URL, and then there is nowhere to go.
    let _ = window().location().assign(path);
}

/// Loads the login page, which leads back to the current page.
pub fn log_in_again() {
    load(&paths::login_then(&here()));
}

/// Loads the page that asks for the password again, which leads back to the current page.
pub fn confirm_again() {
    load(&paths::confirm_then(&here()));
}

/// Path and query of the current page.
fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Reloads a page that is restored from the back/forward cache, so that Back shows nothing after a logout.
pub fn reload_when_restored() {
    window_event_listener(ev::pageshow, |event| {
        if event.persisted() {
            let _ = window().location().reload();
        }
    });
}

/// Calls `leave` when a form is submitted and when the page is left, also for the back/forward cache.
pub fn on_leave(leave: impl Fn() + Clone + 'static) -> [WindowListenerHandle; 2] {
    let hide = leave.clone();
    [window_event_listener(ev::submit, move |_| leave()), window_event_listener_untyped("pagehide", move |_| hide())]
}

/// Moves the focus to `element`.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Moves the focus to the first invalid field of `form`, or else to its error message.
pub fn focus_first_error(form: &Element) {
    let fault = ["[aria-invalid=true]", "[role=alert]"].into_iter().find_map(|selector| find(form, selector));
    if let Some(fault) = fault {
        focus(&fault);
    }
}

/// Moves the focus to the submit button of `form`.
pub fn focus_submit(form: &Element) {
    if let Some(button) = find(form, "[type=submit]") {
        focus(&button);
    }
}

/// Clears every password field of `form`, shown or not.
pub fn clear_passwords(form: &HtmlFormElement) {
    let controls = form.elements();
    let inputs = (0..controls.length()).filter_map(|index| controls.item(index)?.dyn_into::<HtmlInputElement>().ok());
    inputs.filter(|input| input.autocomplete().ends_with("password")).for_each(|password| password.set_value(""));
}

/// Returns the form of a submission and its URL-encoded fields, as the browser would send them.
pub fn submitted_form(event: &SubmitEvent) -> Option<(HtmlFormElement, String)> {
    let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
    let fields = FormData::new_with_form(&form).ok()?;
    if let Some(button) = event.submitter()
        && let Some(name) = button.get_attribute("name")
    {
        fields.append_with_str(&name, &button.get_attribute("value").unwrap_or_default()).ok()?;
    }
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    Some((form, String::from(fields.to_string())))
}

fn find(form: &Element, selector: &str) -> Option<Element> {
    form.query_selector(selector).ok().flatten()
}
