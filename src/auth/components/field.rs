//! One labelled control of a form, with its rule and its error.

use leptos::prelude::*;

use super::FormState;
use crate::auth::texts;

const PASSWORD: &str = "password";

/// A control of one line. Its error and its hint are tied to it, and what was typed comes back unless it is a password.
#[component]
pub fn Field(
    /// The form that it belongs to.
    form: FormState,
    /// The name under which it is sent.
    name: &'static str,
    /// What people call it.
    label: &'static str,
    /// What the browser may fill in.
    autocomplete: &'static str,
    /// The type of the control.
    #[prop(default = "text")]
    kind: &'static str,
    /// What is in it at first.
    #[prop(into, optional)]
    value: Option<String>,
    /// The rule for what is typed.
    #[prop(default = None)]
    hint: Option<&'static str>,
    /// Whether the browser asks for it before sending.
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
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

/// A text of several lines. What was typed comes back, with scripts off also where it is long, if the row of the server
/// function says so.
#[component]
pub fn TextArea(
    /// The form that it belongs to.
    form: FormState,
    /// The name under which it is sent.
    name: &'static str,
    /// What people call it.
    label: &'static str,
    /// How many lines are shown.
    #[prop(default = 6)]
    rows: u32,
    /// What is in it at first.
    #[prop(into, optional)]
    value: String,
    /// The rule for what is typed.
    #[prop(default = None)]
    hint: Option<&'static str>,
    /// Whether the browser asks for it before sending.
    #[prop(default = true)]
    required: bool,
) -> impl IntoView {
    let id = form.id_of(name);
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described_by = if hint.is_some() { format!("{error_id} {hint_id}") } else { error_id.clone() };
    // HTML drops a line end right after the tag.
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
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

/// A button that exists only where it works: with scripts.
#[component]
fn ShowPassword(
    /// Whether the password can be read.
    is_shown: RwSignal<bool>,
    /// The control that holds it.
    input_id: String,
) -> impl IntoView {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move |_| is_hydrated.set(true));
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
        })
    }
}
