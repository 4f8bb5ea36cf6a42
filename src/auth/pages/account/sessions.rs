//! The sessions of the account.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::{Overview, Read};
use crate::auth::components::{FormError, FormState, Notices, Submit, Time};
use crate::auth::server_fns::{EndOtherSessions, EndSession};
use crate::auth::texts;
use latchkey_types::Notice;
use latchkey_types::SessionSummary;

/// The live sessions, each with a button that ends it, and a button that ends all others.
#[component]
pub(super) fn Sessions(
    overview: Overview,
    end: ServerAction<EndSession>,
    end_form: FormState,
    end_others: ServerAction<EndOtherSessions>,
    end_others_form: FormState,
) -> impl IntoView {
    let notice = Signal::derive(move || {
        let others = end_others_form.is_done().then_some(Notice::OtherSessionsEnded);
        others.or_else(|| end_form.is_done().then_some(Notice::SessionEnded))
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <h2 id="sessions">{texts::SESSIONS}</h2>
            <p class="lead">{texts::SESSIONS_LEAD}</p>
            <Notices notice/>
            <FormError form=end_form/>
            <Read
                overview
                part=move |overview| {
                    let row = move |session| view! { <Row session action=end/> };
                    view! { <ul class="sessions">{overview.sessions.into_iter().map(row).collect_view()}</ul> }.into_any()
                }
            />
            <ActionForm action=end_others node_ref=end_others_form.node attr:class="form">
                <FormError form=end_others_form/>
                <Submit label=texts::END_OTHERS busy_label=texts::ENDING is_busy=end_others_form.is_pending/>
            </ActionForm>
        </section>
    }
}

#[component]
fn Row(session: SessionSummary, action: ServerAction<EndSession>) -> impl IntoView {
    let SessionSummary { id, device, address, created_at, last_seen_at, is_current } = session;
    let end = (!is_current).then(|| {
        let device = device.clone();
        view! {
            <ActionForm action>
                <input type="hidden" name="session" value=id/>
                <button type="submit" class="button">
                    {texts::END}
                    <span class="visually-hidden">{format!(" {device}")}</span>
                </button>
            </ActionForm>
        }
    });
    view! {
        <li>
            <div>
                <p class="device">
                    {device} {is_current.then(|| view! { " " <span class="badge">{texts::THIS_ONE}</span> })}
                </p>
                <p class="hint">{address}</p>
                <p class="hint">
                    {texts::LAST_USED} " " <Time at=last_seen_at.into()/> " · " {texts::LOGGED_IN_SINCE} " "
                    <Time at=created_at.into()/>
                </p>
            </div>
            {end}
        </li>
    }
}
