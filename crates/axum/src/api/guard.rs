//! The guard of the API: checks access by the table of endpoints before the handler runs.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::endpoints::{Endpoint, RouteMatch, find};
use super::error::ApiError;
use super::extract;
use crate::attach_client::log_user;
use crate::{AppState, body};
use latchkey_core::client::Client;
use latchkey_types::Access;

/// Passes a request to its endpoint, with its session and body, or responds with the error.
pub async fn admit(
    State((state, table)): State<(AppState, &'static [Endpoint])>,
    request: Request,
    next: Next,
) -> Response {
    match admitted(&state, table, request).await {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

async fn admitted(state: &AppState, table: &[Endpoint], request: Request) -> Result<Request, ApiError> {
    let path = request.extensions().get::<MatchedPath>().cloned().ok_or(ApiError::NotFound)?;
    let access = match find(table, request.method().as_str(), path.as_str()) {
        RouteMatch::Endpoint(access) => access,
        RouteMatch::MethodNotAllowed(methods) => return Err(ApiError::MethodNotAllowed(methods)),
        RouteMatch::NotFound => return Err(ApiError::NotFound),
    };
    let (mut parts, body) = request.into_parts();
    let token = match access {
        Access::Everyone | Access::HandlerChecksToken => None,
        _ => Some(extract::own_token(extract::bearer(&parts.headers)?)?.to_owned()),
    };
    // Read before authentication, so that a slow body does not outlast the validity of its token.
    let body = body::read(body, body::BODY_MAX).await?;
    if let Some(token) = token {
        let client = parts.extensions.get::<Client>().cloned().ok_or(ApiError::Internal)?;
        let auth = state.services.session.bearer(&token, &client).await?;
        log_user(&auth);
        if let Access::HasRole(role) = access
            && !auth.roles().has(role)
        {
            state.services.session.record_missing_role(role, &auth, path.as_str(), &client).await?;
            return Err(ApiError::MissingRole);
        }
        if access.needs_second_factor() && state.services.second_factor.is_missing(&auth) {
            return Err(ApiError::SecondFactorMissing);
        }
        parts.extensions.insert(auth);
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}
