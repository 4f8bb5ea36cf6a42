//! What administrators do with an account, in the list and on its own page.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::components::{Alert, Notices, use_flash};
use crate::auth::server_fns::{EndUserSessions, RemoveUserSecondFactor, SetActive, SetRoles};
use crate::auth::texts;
use latchkey_types::{AppError, Flash, Outcome, Role, UserSummary};

/// The flash of the last change on this page.
pub(crate) fn use_change() -> Option<Flash> {
    let flash = use_flash::<SetActive>().or_else(use_flash::<SetRoles>).or_else(use_flash::<EndUserSessions>);
    flash.or_else(use_flash::<RemoveUserSecondFactor>)
}

/// The result of the last change.
#[component]
pub(crate) fn ChangeOutcome(flash: Option<Flash>) -> impl IntoView {
    let outcome = flash.map(|flash| flash.outcome);
    let is_confirmed = outcome == Some(Outcome::Confirmed);
    let (notice, error) = match outcome {
        Some(Outcome::Done(notice)) => (Some(notice), None),
        Some(Outcome::Rejected(error)) => (None, Some(error)),
        Some(Outcome::Confirmed) | None => (None, None),
    };
    view! {
        <Notices notice/>
        {is_confirmed.then(|| view! { <p role="status" class="notice success">{texts::SEND_AGAIN}</p> }.into_any())}
        {error.map(|error| {
            // An invalid field gets the focus itself.
            let autofocus = !matches!(error, AppError::Refused(_));
            view! { <Alert error autofocus/> }
        })}
    }
}

/// The actions on an account.
#[component]
pub(crate) fn Actions(
    user: UserSummary,
    /// URL that the forms lead back to.
    here: String,
    /// Flash of a rejected form of this account.
    rejected: Option<Flash>,
) -> impl IntoView {
    let of_user = texts::of_user(&user.username);
    let activity = if user.is_active { texts::DEACTIVATE } else { texts::ACTIVATE };
    view! {
        <RolesForm user=user.clone() here=here.clone() rejected/>
        <div class="actions">
            <Change path=SetActive::PATH id=user.id.clone() here=here.clone() label=activity of_user=of_user.clone()>
                <input type="hidden" name="is_active" value=(!user.is_active).to_string()/>
            </Change>
            {user.has_second_factor.then(|| view! {
                <Change
                    path=RemoveUserSecondFactor::PATH
                    id=user.id.clone()
                    here=here.clone()
                    label=texts::REMOVE_SECOND_FACTOR
                    of_user=of_user.clone()
                />
            }.into_any())}
            <Change path=EndUserSessions::PATH id=user.id here label=texts::END_SESSIONS of_user/>
        </div>
    }
}

/// A form with one button.
#[component]
fn Change(
    /// Path of the server function.
    path: &'static str,
    /// Id of the account.
    id: String,
    here: String,
    label: &'static str,
    /// Text for screen readers, which names the account.
    of_user: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <form method="post" action=path>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="next" value=here/>
            {children.map(|children| children())}
            <button type="submit" class="button">{label}<span class="visually-hidden">{of_user}</span></button>
        </form>
    }
}

/// Roles to check, and a field for others.
#[component]
fn RolesForm(user: UserSummary, here: String, rejected: Option<Flash>) -> impl IntoView {
    let refusal = match rejected.as_ref().map(|flash| &flash.outcome) {
        Some(Outcome::Rejected(error)) => error.field_error("roles").map(texts::field_error),
        _ => None,
    };
    let typed = rejected.as_ref().and_then(|flash| flash.value("roles").map(str::to_owned));
    let sent = rejected.filter(|_| typed.is_some()).map(|flash| flash.values);
    let is_checked = |role: &str| match &sent {
        Some(sent) => sent.iter().any(|(name, value)| name == "checked[]" && value == role),
        None => user.roles.has(role),
    };
    let of_user = texts::of_user(&user.username);
    let id = format!("roles-{}", user.id);
    let error_id = format!("{id}-error");
    let hint_id = format!("{id}-hint");
    let mut known = vec![Role::ADMIN, Role::USER];
    known.extend(user.roles.iter().filter(|role| ![Role::ADMIN, Role::USER].contains(role)));
    let choices = known.into_iter().map(|role| {
        let (name, value, checked) = (role.to_owned(), role.to_owned(), is_checked(role));
        view! { <label><input type="checkbox" name="checked[]" value=value checked=checked/>{name}</label> }.into_any()
    });
    let choices = choices.collect_view();
    view! {
        <form method="post" action=SetRoles::PATH class="roles">
            <input type="hidden" name="id" value=user.id/>
            <input type="hidden" name="next" value=here/>
            <fieldset>
                <legend>{texts::ROLES}<span class="visually-hidden">{of_user.clone()}</span></legend>
                {choices}
            </fieldset>
            <div class="field">
                <label for=id.clone()>{texts::OTHER_ROLES}<span class="visually-hidden">{of_user.clone()}</span></label>
                <div class="control">
                    <input
                        id=id
                        name="roles"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        value=typed
                        autofocus=refusal.is_some()
                        aria-describedby=format!("{error_id} {hint_id}")
                        aria-invalid=refusal.map(|_| "true")
                    />
                </div>
                <p class="field-error" id=error_id>{refusal}</p>
                <p class="hint" id=hint_id>{texts::OTHER_ROLES_HINT}</p>
            </div>
            <button type="submit" class="button">
                {texts::SET_ROLES}<span class="visually-hidden">{of_user}</span>
            </button>
        </form>
    }
}
