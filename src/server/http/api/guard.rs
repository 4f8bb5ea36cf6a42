//! Who may call what, decided by the table of endpoints before an endpoint sees the request.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::extract;
use super::problem::Problem;
use crate::domain::Roles;
use crate::routes::api::{Access, Endpoint, Found, find};
use crate::server::client::Client;
use crate::server::http::door;
use crate::server::state::AppState;

/// Lets a request through to its endpoint, with its visitor and its whole body, or answers why not.
pub async fn admit(
    State((state, table)): State<(AppState, &'static [Endpoint])>,
    request: Request,
    next: Next,
) -> Response {
    match admitted(&state, table, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admitted(state: &AppState, table: &[Endpoint], request: Request) -> Result<Request, Problem> {
    let path = request.extensions().get::<MatchedPath>().cloned().ok_or(Problem::NotFound)?;
    let access = match find(table, request.method().as_str(), path.as_str()) {
        Found::Endpoint(access) => access,
        Found::OtherMethods(methods) => return Err(Problem::MethodNotAllowed(methods)),
        Found::Nothing => return Err(Problem::NotFound),
    };
    let (mut parts, body) = request.into_parts();
    let token = match access {
        Access::Everyone | Access::OwnToken => None,
        _ => Some(extract::own_token(extract::bearer(&parts.headers)?)?.to_owned()),
    };
    // Before it is found out who asks: a body that takes its time must not outlast what its sender was allowed.
    let body = door::read(body).await?;
    if let Some(token) = token {
        let client = parts.extensions.get::<Client>().cloned().ok_or(Problem::Internal)?;
        let visitor = state.services.session.bearer(&token, &client).await?;
        if !has_roles(access, &visitor.roles()) {
            state.services.session.note_lack_of(&named(access), &visitor, path.as_str(), &client).await?;
            return Err(Problem::MissingRole);
        }
        parts.extensions.insert(visitor);
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn has_roles(access: Access, roles: &Roles) -> bool {
    match access {
        Access::Everyone | Access::OwnToken | Access::Session => true,
        Access::AllOf(all) => all.iter().all(|role| roles.has(role)),
        Access::AnyOf(any) => any.iter().any(|role| roles.has(role)),
    }
}

/// The roles that are asked for, for the record.
fn named(access: Access) -> String {
    match access {
        Access::Everyone | Access::OwnToken | Access::Session => String::new(),
        Access::AllOf(all) => all.join(" and "),
        Access::AnyOf(any) => any.join(" or "),
    }
}
