//! Form fields with label, hint and error.

use leptos::prelude::*;

use super::{FormState, browser};
use crate::auth::texts;

const PASSWORD: &str = "password";

/// A field with one line. Its hint and its error describe it; submitted values are refilled, except passwords.
#[component]
pub fn Field(
    /// The form of the field.
    form: FormState,
    /// Name of the submitted value.
    name: &'static str,
    /// Label.
    label: &'static str,
    /// Value of the `autocomplete` attribute.
    autocomplete: &'static str,
    /// The keyboard that a phone shows.
    #[prop(optional, into)]
    inputmode: Option<&'static str>,
    /// Type of the `<input>`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Initial value.
    #[prop(into, optional)]
    value: Option<String>,
    /// Hint below the field.
    #[prop(default = None)]
    hint: Option<&'static str>,
    /// Whether the browser requires a value.
    #[prop(default = true)]
    required: bool,
) -> impl IntoView {
    let id = form.id_of(name);
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described_by = if hint.is_some() { format!("{error_id} {hint_id}") } else { error_id.clone() };
    let is_password = kind == PASSWORD;
    let is_shown = RwSignal::new(false);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="control">
                <input
                    id=id.clone()
                    name=name
                    type=move || if is_shown.get() { "text" } else { kind }
                    autocomplete=autocomplete
                    autocapitalize="none"
                    inputmode=inputmode
                    spellcheck="false"
                    required=required
                    value=(!is_password).then(|| form.typed(name).or(value)).flatten()
                    autofocus=form.autofocus(name)
                    aria-describedby=described_by
                    aria-invalid=move || form.field_error(name).map(|_| "true")
                />
                {is_password.then(|| view! { <ShowPassword is_shown input_id=id/> })}
            </div>
            <p class="field-error" id=error_id>{move || form.field_error(name)}</p>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> }.into_any())}
        </div>
    }
}

/// A field with several lines. Submitted values are refilled. Without scripts, a long one is refilled only if the row
/// of its server function in the guard table allows long bodies.
#[component]
pub fn TextArea(
    /// The form of the field.
    form: FormState,
    /// Name of the submitted value.
    name: &'static str,
    /// Label.
    label: &'static str,
    /// Number of visible lines.
    #[prop(default = 6)]
    rows: u32,
    /// Initial value.
    #[prop(into, optional)]
    value: String,
    /// Hint below the field.
    #[prop(default = None)]
    hint: Option<&'static str>,
    /// Whether the browser requires a value.
    #[prop(default = true)]
    required: bool,
) -> impl IntoView {
    let id = form.id_of(name);
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described_by = if hint.is_some() { format!("{error_id} {hint_id}") } else { error_id.clone() };
    // The HTML parser drops a newline right after the tag.
    let text = format!("\n{}", form.typed(name).unwrap_or(value));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="control">
                <textarea
                    id=id
                    name=name
                    rows=rows
                    required=required
                    autofocus=form.autofocus(name)
                    aria-describedby=described_by
                    aria-invalid=move || form.field_error(name).map(|_| "true")
                >
                    {text}
                </textarea>
            </div>
            <p class="field-error" id=error_id>{move || form.field_error(name)}</p>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> }.into_any())}
        </div>
    }
}

/// Button that shows or hides a password. Rendered only where it works: with scripts. The password is hidden again when it
/// is submitted or the page is left: browsers keep the text of other fields.
#[component]
fn ShowPassword(
    /// Whether the password is visible.
    is_shown: RwSignal<bool>,
    /// Id of the password field.
    input_id: String,
) -> impl IntoView {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move |_| {
        if browser::is_live() {
            is_hydrated.set(true);
            // Fails only if the field is gone.
            let listeners = browser::on_leave(move || {
                is_shown.try_set(false);
            });
            on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
        }
    });
    let word = move || if is_shown.get() { texts::HIDE } else { texts::SHOW };
    let toggle = move |_| is_shown.update(|is_shown| *is_shown = !*is_shown);
    move || {
        is_hydrated.get().then(|| {
            view! {
                <button type="button" class="reveal" aria-controls=input_id.clone() on:click=toggle>
                    {word}
                    <span class="visually-hidden">{texts::OF_PASSWORD}</span>
                </button>
            }
            .into_any()
        })
    }
}
