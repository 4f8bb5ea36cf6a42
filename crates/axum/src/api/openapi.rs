//! The `OpenAPI` 3.1 document. Handlers describe themselves; tokens and errors of the guard follow from the table of
//! endpoints.

use axum::Json;
use axum::extract::State;
use latchkey_types::{Access, Product};
use utoipa::openapi::path::{Operation, Paths};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{InfoBuilder, License, OpenApi, OpenApiBuilder, RefOr, Required};

use super::endpoints::{self, ENDPOINTS, Endpoint};
use super::error::{ApiError, ErrorBody};
use super::error_responses::add;
use crate::AppState;

const DESCRIPTION: &str = "Registration, login and token refresh as JSON. Send the token as \
    `Authorization: Bearer …`; cookies are neither read nor set. All errors have the same form; clients rely on `error`.";
/// Name of the security scheme.
const BEARER: &str = "bearer";

/// Returns this document.
///
/// The command `openapi` prints the same.
#[utoipa::path(
    get,
    path = endpoints::OPENAPI,
    operation_id = "openapi",
    tag = "about",
    responses((status = 200, description = "The document.", body = Object, example = json!({
        "openapi": "3.1.0", "info": {"title": "…", "version": "…"}, "paths": {},
    }))),
)]
pub async fn serve(State(state): State<AppState>) -> Json<OpenApi> {
    Json(document(state.config.product))
}

/// Builds the document.
#[must_use]
pub fn document(product: Product) -> OpenApi {
    let info = InfoBuilder::new()
        .title(product.name)
        .version(product.version)
        .description(Some(DESCRIPTION))
        .license(Some(License::new(env!("CARGO_PKG_LICENSE"))));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The `access_token` from a login, a registration or a refresh."));
    let components = ComponentsBuilder::new()
        .schema_from::<ErrorBody>()
        .security_scheme(BEARER, SecurityScheme::Http(bearer.build()));
    let mut document = OpenApiBuilder::new().info(info.build()).components(Some(components.build())).build();
    document.merge(super::described_endpoints().into_openapi());
    for endpoint in ENDPOINTS {
        if let Some(operation) = operation(&mut document.paths, endpoint) {
            apply(endpoint.access, operation);
        }
    }
    document
}

fn operation<'a>(paths: &'a mut Paths, endpoint: &Endpoint) -> Option<&'a mut Operation> {
    let item = paths.paths.get_mut(endpoint.path)?;
    match endpoint.method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

/// Adds the token that an access rule requires, and the errors of the guard.
fn apply(access: Access, operation: &mut Operation) {
    let mut errors = vec![ApiError::TooLarge, ApiError::Internal];
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        errors.push(ApiError::Malformed);
        // Handlers with a security requirement of their own read the token from the header or from the body.
        if operation.security.is_some() {
            body.required = Some(Required::False);
        }
    }
    if access != Access::Everyone {
        let bearer = SecurityRequirement::new(BEARER, Vec::<String>::new());
        operation.security.get_or_insert_default().insert(0, bearer);
        errors.extend([ApiError::MissingToken, ApiError::InvalidTokenHeader, ApiError::Unavailable]);
    }
    if access.needs_second_factor() {
        errors.push(ApiError::SecondFactorMissing);
    }
    if matches!(access, Access::FirstFactor | Access::LoggedIn | Access::HasRole(_)) {
        errors.extend([
            ApiError::MissingClaim,
            ApiError::ExpiredAccess,
            ApiError::MisusedRegistrationToken,
            ApiError::MisusedResetToken,
            ApiError::MissingUser,
            ApiError::Blacklisted,
            ApiError::InvalidUser,
        ]);
    }
    if matches!(access, Access::HasRole(_)) {
        errors.push(ApiError::MissingRole);
    }
    for error in errors {
        add(&mut operation.responses.responses, error);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::tests::PRODUCT;

    #[test]
    fn every_endpoint_is_described_and_nothing_else_is() {
        let document = serde_json::to_value(document(PRODUCT)).unwrap();
        let described = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        });
        let described = described.collect::<BTreeSet<_>>();
        let served = ENDPOINTS.iter().map(|endpoint| (endpoint.method.to_owned(), endpoint.path.to_owned()));
        assert_eq!(described, served.collect());
    }

    #[test]
    fn operation_ids_are_unique() {
        let mut document = document(PRODUCT);
        let ids =
            ENDPOINTS.iter().filter_map(|endpoint| operation(&mut document.paths, endpoint)?.operation_id.clone());
        assert_eq!(ids.collect::<BTreeSet<_>>().len(), ENDPOINTS.len());
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_body_has_an_example() {
        let document = serde_json::to_value(document(PRODUCT)).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut seen = 0;
        walk(&document, &mut |value| {
            if let Some(reference) = value["$ref"].as_str() {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
                seen += 1;
            }
            if let Some(content) = value.get("content").and_then(|content| content.as_object()) {
                for content in content.values() {
                    assert!(content.get("example").is_some() || content.get("examples").is_some(), "{content}");
                }
            }
        });
        assert!(seen > 20);
    }

    fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
        visit(value);
        match value {
            Value::Object(members) => members.values().for_each(|member| walk(member, visit)),
            Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
            _ => {}
        }
    }
}
