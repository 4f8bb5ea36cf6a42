//! The second factor of one's own account.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::components::{
    Field, FormError, FormState, Notices, PasskeyForm, PostForm, Submit, Time, load, loaded, use_form,
};
use crate::auth::server_fns::{
    AddPasskey, BeginPasskey, ConfirmTotp, DistrustDevice, HideRecoveryCodes, RemovePasskey, RemoveTotp,
    RenewRecoveryCodes, SecondFactorFn, SetUpTotp, second_factor,
};
use crate::auth::{set_title, texts};
use latchkey_types::{Notice, PasskeySummary, QrPath, SecondFactor, TotpSetup, TrustedDevice, paths};

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
    remove_passkey: FormState,
    distrust: FormState,
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
        remove_passkey: use_form::<RemovePasskey>(),
        distrust: use_form::<DistrustDevice>(),
    };
    let Forms { set_up, confirm, renew, hide, remove, remove_passkey, distrust } = forms;
    let all = [set_up, confirm, renew, hide, remove, distrust];
    let changes = move || all.iter().map(|form| form.answers()).sum::<u32>() + remove_passkey.answers();
    let state = load::<SecondFactorFn, _>(move || (changes(), String::new()), second_factor);
    let notice = Signal::derive(move || {
        let distrusted = distrust.is_done().then_some(Notice::DeviceDistrusted);
        distrusted.or_else(|| remove.is_done().then_some(Notice::SecondFactorRemoved))
    });
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
        {loaded(state, move |state| state.passkeys.map(|passkeys| view! { <Passkeys passkeys form=remove_passkey/> }))}
    }
}

#[component]
fn State(state: SecondFactor, forms: Forms) -> impl IntoView {
    match state {
        SecondFactor { new_codes, .. } if !new_codes.is_empty() => {
            view! { <NewCodes codes=new_codes form=forms.hide/> }.into_any()
        }
        SecondFactor { is_on: true, codes_left, trusted, .. } => view! { <On codes_left trusted forms/> }.into_any(),
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

/// The trusted devices, each with a button that ends the trust.
#[component]
fn Trusted(trusted: Vec<TrustedDevice>, form: FormState) -> impl IntoView {
    let rows = trusted.into_iter().map(|TrustedDevice { id, name, expires_at, .. }| {
        let until = view! { {texts::TRUSTED_UNTIL} " " <Time at=expires_at.into()/> }.into_any();
        view! { <Entry id name about=until label=texts::DISTRUST form/> }.into_any()
    });
    view! {
        <h2>{texts::TRUSTED_DEVICES}</h2>
        <p class="hint">{texts::TRUSTED_DEVICES_LEAD}</p>
        <ul class="sessions">{rows.collect_view()}</ul>
    }
}

/// The passkeys, each with a button that removes it, and a form for another one.
#[component]
fn Passkeys(passkeys: Vec<PasskeySummary>, form: FormState) -> impl IntoView {
    let add = use_form::<AddPasskey>();
    let added = add.is_done().then_some(Notice::PasskeyAdded);
    let notice = Signal::derive(move || added.clone().or_else(|| form.is_done().then_some(Notice::PasskeyRemoved)));
    let none = passkeys.is_empty().then(|| view! { <p>{texts::NO_PASSKEYS}</p> }.into_any());
    let rows = passkeys.into_iter().map(|passkey| view! { <Passkey passkey form/> }.into_any()).collect_view();
    view! {
        <section class="card passkeys" aria-labelledby="passkeys">
            <h2 id="passkeys">{texts::PASSKEYS}</h2>
            <p class="lead">{texts::PASSKEYS_LEAD}</p>
            <Notices notice/>
            <FormError form=add/>
            <FormError form/>
            {none}
            <ul class="sessions">{rows}</ul>
            <div class="field passkey">
                <label for="passkey-name">{texts::PASSKEY_NAME}</label>
                <div class="control"><input id="passkey-name" name="name" maxlength="64" autocomplete="off"/></div>
            </div>
            <PasskeyForm action=AddPasskey::PATH begin=BeginPasskey::PATH label=texts::ADD_PASSKEY/>
        </section>
    }
}

#[component]
fn Passkey(passkey: PasskeySummary, form: FormState) -> impl IntoView {
    let PasskeySummary { id, name, created_at, last_used_at } = passkey;
    let used = match last_used_at {
        Some(at) => view! { {texts::LAST_USED} " " <Time at=at.into()/> }.into_any(),
        None => texts::NOT_USED_YET.into_any(),
    };
    let about = view! { {texts::ADDED} " " <Time at=created_at.into()/> ", " {used} }.into_any();
    view! { <Entry id name about label=texts::REMOVE form/> }
}

/// An entry of a list, with a form of one button.
#[component]
fn Entry(id: String, name: String, about: AnyView, label: &'static str, form: FormState) -> impl IntoView {
    let of_entry = format!(" {name}");
    view! {
        <li>
            <div>
                <p class="device">{name}</p>
                <p class="hint">{about}</p>
            </div>
            <PostForm form>
                <input type="hidden" name="id" value=id/>
                <button type="submit" class="button">{label}<span class="visually-hidden">{of_entry}</span></button>
            </PostForm>
        </li>
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
    let file = format!("data:text/plain,{}%0A", codes.join("%0A"));
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }.into_any());
    view! {
        <h2>{texts::RECOVERY_CODES}</h2>
        <p>{texts::RECOVERY_CODES_LEAD}</p>
        <ol class="codes">{codes.collect_view()}</ol>
        <p><a download="recovery-codes.txt" href=file>{texts::DOWNLOAD_CODES}</a></p>
        <PostForm form class="form">
            <Submit label=texts::CODES_SAVED busy_label=texts::HIDING is_busy=form.is_pending/>
        </PostForm>
    }
}

#[component]
fn On(codes_left: u64, trusted: Vec<TrustedDevice>, forms: Forms) -> impl IntoView {
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
        {(!trusted.is_empty()).then(|| view! { <Trusted trusted form=forms.distrust/> }.into_any())}
    }
}
