//! The sessions of the account.

use leptos::prelude::*;

use super::Overview;
use crate::auth::components::{FormError, FormState, Notices, PostForm, Submit, Time, loaded};
use crate::auth::texts;
use latchkey_types::Notice;
use latchkey_types::SessionSummary;

/// The live sessions, each with a button that ends it, and a button that ends all others.
#[component]
pub(super) fn Sessions(overview: Overview, end: FormState, end_others: FormState) -> impl IntoView {
    let notice = Signal::derive(move || {
        let others = end_others.is_done().then_some(Notice::OtherSessionsEnded);
        others.or_else(|| end.is_done().then_some(Notice::SessionEnded))
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <h2 id="sessions">{texts::SESSIONS}</h2>
            <p class="lead">{texts::SESSIONS_LEAD}</p>
            <Notices notice/>
            <FormError form=end/>
            {loaded(overview, move |overview| {
                let row = move |session| view! { <Row session form=end/> };
                view! { <ul class="sessions">{overview.sessions.into_iter().map(row).collect_view()}</ul> }
            })}
            <PostForm form=end_others class="form">
                <FormError form=end_others/>
                <Submit label=texts::END_OTHERS busy_label=texts::ENDING is_busy=end_others.is_pending/>
            </PostForm>
        </section>
    }
}

#[component]
fn Row(session: SessionSummary, form: FormState) -> impl IntoView {
    let SessionSummary { id, device, address, created_at, last_seen_at, is_current } = session;
    let end = (!is_current).then(|| {
        let device = device.clone();
        view! {
            <PostForm form>
                <input type="hidden" name="session" value=id/>
                <button type="submit" class="button">
                    {texts::END}
                    <span class="visually-hidden">{format!(" {device}")}</span>
                </button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <li>
            <div>
                <p class="device">
                    {device} {is_current.then(|| view! { " " <span class="badge">{texts::THIS_ONE}</span> }.into_any())}
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
