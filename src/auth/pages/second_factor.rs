//! The second factor of one's own account.

use leptos::prelude::*;

use crate::auth::components::{Field, FormError, FormState, Notices, PostForm, Submit, load, loaded, use_form};
use crate::auth::server_fns::{
    ConfirmTotp, HideRecoveryCodes, RemoveTotp, RenewRecoveryCodes, SecondFactorFn, SetUpTotp, second_factor,
};
use crate::auth::{set_title, texts};
use latchkey_types::{Notice, QrPath, SecondFactor, TotpSetup, paths};

/// So few recovery codes left are worth a warning.
const FEW_CODES: u64 = 3;

/// The forms of the page; which of them are shown depends on the state.
#[derive(Clone, Copy)]
struct Forms {
    set_up: FormState,
    confirm: FormState,
    renew: FormState,
    hide: FormState,
    remove: FormState,
}

/// Sets up an authenticator app, shows recovery codes once, and removes both.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let forms = Forms {
        set_up: use_form::<SetUpTotp>(),
        confirm: use_form::<ConfirmTotp>(),
        renew: use_form::<RenewRecoveryCodes>(),
        hide: use_form::<HideRecoveryCodes>(),
        remove: use_form::<RemoveTotp>(),
    };
    let Forms { set_up, confirm, renew, hide, remove } = forms;
    let all = [set_up, confirm, renew, hide, remove];
    let changes = move || all.iter().map(|form| form.answers()).sum();
    let state = load::<SecondFactorFn, _>(move || (changes(), String::new()), second_factor);
    let notice = Signal::derive(move || remove.is_done().then_some(Notice::SecondFactorRemoved));
    set_title(texts::SECOND_FACTOR);
    view! {
        <section class="card">
            <h1>{texts::SECOND_FACTOR}</h1>
            <p class="lead">{texts::SECOND_FACTOR_LEAD}</p>
            <Notices notice/>
            {all.map(|form| view! { <FormError form/> }.into_any()).collect_view()}
            {loaded(state, move |state| view! { <State state forms/> })}
            <p class="aside"><a href=paths::ACCOUNT>{texts::BACK_TO_ACCOUNT}</a></p>
        </section>
    }
}

#[component]
fn State(state: SecondFactor, forms: Forms) -> impl IntoView {
    match state {
        SecondFactor { new_codes, .. } if !new_codes.is_empty() => {
            view! { <NewCodes codes=new_codes form=forms.hide/> }.into_any()
        }
        SecondFactor { is_on: true, codes_left, .. } => view! { <On codes_left forms/> }.into_any(),
        SecondFactor { setup: Some(setup), .. } => view! { <Setup setup form=forms.confirm/> }.into_any(),
        SecondFactor { is_required, .. } => view! {
            {is_required.then(|| view! { <p class="notice">{texts::SECOND_FACTOR_REQUIRED}</p> }.into_any())}
            <p>{texts::SECOND_FACTOR_OFF}</p>
            <PostForm form=forms.set_up class="form">
                <Submit label=texts::SET_UP busy_label=texts::SETTING_UP is_busy=forms.set_up.is_pending/>
            </PostForm>
        }
        .into_any(),
    }
}

#[component]
fn Setup(setup: TotpSetup, form: FormState) -> impl IntoView {
    let TotpSetup { secret, url, qr: QrPath { size, path } } = setup;
    view! {
        <ol class="steps">
            <li>
                <p>{texts::SCAN}</p>
                <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=texts::QR_CODE>
                    <path d=path></path>
                </svg>
                <p class="hint">{texts::TYPE_SECRET} " " <code>{secret}</code></p>
                <p class="hint"><a href=url>{texts::OPEN_APP}</a></p>
            </li>
            <li>
                <PostForm form class="form">
                    <Field
                        form
                        name="code"
                        label=texts::CODE
                        autocomplete="one-time-code"
                        inputmode="numeric"
                        hint=Some(texts::CODE_HINT)
                    />
                    <Submit label=texts::TURN_ON busy_label=texts::TURNING_ON is_busy=form.is_pending/>
                </PostForm>
            </li>
        </ol>
    }
}

#[component]
fn NewCodes(codes: Vec<String>, form: FormState) -> impl IntoView {
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }.into_any());
    view! {
        <h2>{texts::RECOVERY_CODES}</h2>
        <p>{texts::RECOVERY_CODES_LEAD}</p>
        <ol class="codes">{codes.collect_view()}</ol>
        <PostForm form class="form">
            <Submit label=texts::CODES_SAVED busy_label=texts::HIDING is_busy=form.is_pending/>
        </PostForm>
    }
}

#[component]
fn On(codes_left: u64, forms: Forms) -> impl IntoView {
    let few = (codes_left <= FEW_CODES).then(|| view! { <p class="notice">{texts::FEW_CODES_LEFT}</p> }.into_any());
    view! {
        <p>{texts::SECOND_FACTOR_ON} " " {texts::codes_left(codes_left)}</p>
        {few}
        <PostForm form=forms.renew class="form secondary">
            <Submit label=texts::RENEW_CODES busy_label=texts::RENEWING is_busy=forms.renew.is_pending/>
        </PostForm>
        <PostForm form=forms.remove class="form secondary">
            <Submit label=texts::TURN_OFF busy_label=texts::TURNING_OFF is_busy=forms.remove.is_pending/>
        </PostForm>
    }
}
