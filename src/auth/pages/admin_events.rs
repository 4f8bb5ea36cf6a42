//! The audit log for administrators.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::auth::components::{AdminNavigation, Paging, Time, rendered};
use crate::auth::server_fns::{EventList, list_events};
use crate::auth::{set_title, texts};
use latchkey_types::paths;
use latchkey_types::{AuditEvent, EventActor};

/// The audit log, latest events first.
#[component]
pub fn AdminEventsPage() -> impl IntoView {
    let place = use_query_map().with_untracked(Place::of);
    let Place { user, kind, since, until, before } = place.clone();
    set_title(texts::EVENTS);
    view! {
        <AdminNavigation current=paths::ADMIN_EVENTS/>
        <h1>{texts::EVENTS}</h1>
        {rendered(list_events(user, kind, since, until, before), |list| view! { <Events list place/> })}
    }
}

/// Filter and position in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    user: String,
    kind: String,
    since: String,
    until: String,
    before: String,
}

impl Place {
    fn of(query: &leptos_router::params::ParamsMap) -> Self {
        let value = |name| query.get(name).unwrap_or_default();
        let [user, kind, since, until, before] = ["user", "kind", "since", "until", "before"].map(value);
        Self { user, kind, since, until, before }
    }

    fn fields(&self) -> [(&'static str, &str); 5] {
        let Self { user, kind, since, until, before } = self;
        [("user", user), ("kind", kind), ("since", since), ("until", until), ("before", before)]
    }

    fn url(&self) -> String {
        paths::with_query(paths::ADMIN_EVENTS, &self.fields())
    }
}

#[component]
fn Events(list: EventList, place: Place) -> impl IntoView {
    let first = (!place.before.is_empty()).then(|| Place { before: String::new(), ..place.clone() }.url());
    let next = list.next.map(|before| Place { before: before.to_string(), ..place.clone() }.url());
    view! {
        <Filter kinds=list.kinds place/>
        <EventTable events=list.events/>
        <Paging first next/>
    }
}

#[component]
fn Filter(kinds: Vec<String>, place: Place) -> impl IntoView {
    let Place { user, kind: chosen, since, until, .. } = place;
    let option = move |kind: String| {
        let (value, selected) = (kind.clone(), kind == chosen);
        let name = texts::event_name(&kind).map_or_else(|| kind.clone(), |name| format!("{name} ({kind})"));
        view! { <option value=value selected=selected>{name}</option> }.into_any()
    };
    let day = |name: &'static str, label: &'static str, value: String| {
        view! {
            <div class="field small">
                <label for=name>{label}</label>
                <div class="control"><input id=name name=name type="date" value=value/></div>
            </div>
        }
        .into_any()
    };
    view! {
        <form method="get" action=paths::ADMIN_EVENTS role="search" class="filter">
            <div class="field">
                <label for="user">{texts::EVENTS_OF}</label>
                <div class="control">
                    <input id="user" name="user" autocomplete="off" autocapitalize="none" spellcheck="false" value=user/>
                </div>
            </div>
            <div class="field">
                <label for="kind">{texts::KIND}</label>
                <div class="control">
                    <select id="kind" name="kind">
                        <option value="">{texts::ANY_KIND}</option>
                        {kinds.into_iter().map(option).collect_view()}
                    </select>
                </div>
            </div>
            {day("since", texts::SINCE, since)} {day("until", texts::UNTIL, until)}
            <button type="submit" class="button">{texts::FILTER}</button>
        </form>
    }
}

/// Events as a table. It is wide, so it scrolls by itself, also by keyboard.
#[component]
pub(crate) fn EventTable(events: Vec<AuditEvent>) -> impl IntoView {
    if events.is_empty() {
        return view! { <p class="lead">{texts::NO_EVENTS}</p> }.into_any();
    }
    let rows = events.into_iter().map(|event| view! { <EventRow event/> }).collect_view();
    let heads = [texts::WHEN, texts::WHAT, texts::WHO, texts::WHOM, texts::FROM, texts::DETAIL];
    view! {
        <div class="scroll" role="region" aria-label=texts::EVENTS tabindex="0">
            <table>
                <thead>
                    <tr>{heads.map(|head| view! { <th scope="col">{head}</th> }.into_any()).collect_view()}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn EventRow(event: AuditEvent) -> impl IntoView {
    let failure = (!event.is_success).then(|| view! { " " <span class="tag off">{texts::FAILURE}</span> }.into_any());
    view! {
        <tr>
            <td><Time at=Signal::stored(event.at)/></td>
            <td>
                {texts::event_name(&event.kind)} " " <code>{event.kind}</code> {texts::times(event.count)} {failure}
            </td>
            <td>{event.actor.as_ref().map(label)}</td>
            <td>{event.subject.as_ref().map(label)}</td>
            <td>{event.ip} " " {event.device}</td>
            <td>{event.detail}</td>
        </tr>
    }
}

/// Name of an account, or its id if the account no longer exists.
fn label(party: &EventActor) -> String {
    if party.is_command_line() { texts::COMMAND_LINE.to_owned() } else { party.label().to_owned() }
}
