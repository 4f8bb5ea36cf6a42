//! The audit log for administrators.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::auth::components::{AdminNavigation, Paging, Time, load, loaded};
use crate::auth::server_fns::{EventList, ListEvents, list_events};
use crate::auth::{set_title, texts};
use latchkey_types::paths;
use latchkey_types::{AuditEvent, EventActor};

/// The audit log, latest events first.
#[component]
pub fn AdminEventsPage() -> impl IntoView {
    let query = use_query_map();
    let place = Memo::new(move |_| query.with(Place::of));
    let fields = move || {
        place.with(|Place { user, kind, before }| paths::fields(&[("user", user), ("kind", kind), ("before", before)]))
    };
    let events = load::<ListEvents, _>(
        move || (0, fields()),
        move || {
            let Place { user, kind, before } = place.get_untracked();
            list_events(user, kind, before)
        },
    );
    let content = move |list| view! { <Events list place=place.get_untracked()/> };
    set_title(texts::EVENTS);
    view! {
        <AdminNavigation current=paths::ADMIN_EVENTS/>
        <h1>{texts::EVENTS}</h1>
        {loaded(events, content)}
    }
}

/// Filter and position in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    user: String,
    kind: String,
    before: String,
}

impl Place {
    fn of(query: &leptos_router::params::ParamsMap) -> Self {
        let value = |name| query.get(name).unwrap_or_default();
        Self { user: value("user"), kind: value("kind"), before: value("before") }
    }

    fn url(&self) -> String {
        let query = [("user", self.user.as_str()), ("kind", &self.kind), ("before", &self.before)];
        paths::with_query(paths::ADMIN_EVENTS, &query)
    }
}

#[component]
fn Events(list: EventList, place: Place) -> impl IntoView {
    let first = (!place.before.is_empty()).then(|| Place { before: String::new(), ..place.clone() }.url());
    let next = list.next.map(|before| Place { before: before.to_string(), ..place.clone() }.url());
    let rows = list.events.into_iter().map(|event| view! { <EventRow event/> }).collect::<Vec<_>>();
    let table = if rows.is_empty() {
        view! { <p class="lead">{texts::NO_EVENTS}</p> }.into_any()
    } else {
        view! { <Table rows=rows.collect_view()/> }.into_any()
    };
    view! {
        <Filter kinds=list.kinds place/>
        {table}
        <Paging first next/>
    }
}

#[component]
fn Filter(kinds: Vec<String>, place: Place) -> impl IntoView {
    let Place { user, kind: chosen, .. } = place;
    let option = move |kind: String| {
        let (value, selected) = (kind.clone(), kind == chosen);
        view! { <option value=value selected=selected>{kind}</option> }.into_any()
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
            <button type="submit" class="button">{texts::FILTER}</button>
        </form>
    }
}

/// The table. It is wide, so it scrolls by itself, also by keyboard.
#[component]
fn Table<V: IntoView + 'static>(rows: V) -> impl IntoView {
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
}

#[component]
fn EventRow(event: AuditEvent) -> impl IntoView {
    let failure = (!event.is_success).then(|| view! { " " <span class="tag off">{texts::FAILURE}</span> }.into_any());
    view! {
        <tr>
            <td><Time at=Signal::stored(event.at)/></td>
            <td><code>{event.kind}</code>{texts::times(event.count)}{failure}</td>
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
