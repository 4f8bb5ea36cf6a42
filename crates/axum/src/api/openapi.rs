//! The document that describes the API in `OpenAPI` 3.1, made from the table of endpoints and what each is for.
//!
//! Errors are written down as the values that endpoints answer with, so that their examples are true.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use latchkey_types::{Access, Product};
use serde_json::Value;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ComponentsBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    HttpMethod, InfoBuilder, License, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use super::error::{ApiError, ErrorBody};
use crate::AppState;

use super::endpoints::{ENDPOINTS, Endpoint};
use super::{admin, me, password, registration, session};

mod operations;
pub mod texts;

use operations::{Good, Operation, Request, operations};

const JSON: &str = "application/json";
/// The name of the security scheme.
const BEARER: &str = "bearer";

/// The document, as an answer.
pub async fn serve(State(state): State<AppState>) -> Json<OpenApi> {
    Json(document(state.config.product))
}

/// The document.
#[must_use]
pub fn document(product: Product) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let known = operations(product);
    for endpoint in ENDPOINTS {
        let operation = known.iter().find(|known| known.method == endpoint.method && known.path == endpoint.path);
        if let (Some(operation), Some(method)) = (operation, method(endpoint.method)) {
            paths = paths.path(endpoint.path, PathItem::new(method, described(endpoint, operation)));
        }
    }
    let info = InfoBuilder::new()
        .title(product.name)
        .version(product.version)
        .description(Some(texts::DESCRIPTION))
        .license(Some(License::new(env!("CARGO_PKG_LICENSE"))));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(texts::BEARER));
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas())
        .security_scheme(BEARER, SecurityScheme::Http(bearer.build()));
    OpenApiBuilder::new().info(info.build()).paths(paths).components(Some(components.build())).build()
}

fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let mut all = Vec::new();
    add::<me::About>(&mut all);
    add::<me::Message>(&mut all);
    add::<me::Me>(&mut all);
    add::<registration::Registration>(&mut all);
    add::<registration::Welcome>(&mut all);
    add::<password::Forgotten>(&mut all);
    add::<password::NewPassword>(&mut all);
    add::<session::Credentials>(&mut all);
    add::<session::Reauthentication>(&mut all);
    add::<session::AccessToken>(&mut all);
    add::<admin::Users>(&mut all);
    add::<admin::UserChange>(&mut all);
    add::<ErrorBody>(&mut all);
    all.push(("Document".to_owned(), ObjectBuilder::new().schema_type(Type::Object).build().into()));
    all
}

fn add<T: ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) {
    all.push((T::name().into_owned(), <T as PartialSchema>::schema()));
    T::schemas(all);
}

fn method(name: &str) -> Option<HttpMethod> {
    match name {
        "GET" => Some(HttpMethod::Get),
        "POST" => Some(HttpMethod::Post),
        "PATCH" => Some(HttpMethod::Patch),
        "DELETE" => Some(HttpMethod::Delete),
        _ => None,
    }
}

fn described(endpoint: &Endpoint, operation: &Operation) -> OperationBuilder {
    let mut built = OperationBuilder::new()
        .operation_id(Some(operation.id))
        .tag(operation.tag)
        .summary(Some(operation.summary))
        .description(Some(operation.description));
    if endpoint.access != Access::Everyone {
        built = built.security(SecurityRequirement::new(BEARER, Vec::<String>::new()));
        if operation.token_may_be_body {
            // The empty requirement says that the header may be left out.
            built = built.security(SecurityRequirement::default());
        }
    }
    for parameter in &operation.parameters {
        built = built.parameter(parameter.clone());
    }
    if let Some(request) = &operation.request {
        built = built.request_body(Some(body(request)));
    }
    for good in &operation.good {
        built = built.response(good.status.to_string(), good_answer(good));
    }
    for (status, problems) in by_status(endpoint, operation) {
        built = built.response(status.to_string(), error_answer(status, &problems));
    }
    built
}

fn body(request: &Request) -> RequestBody {
    let content = ContentBuilder::new().schema(Some(request.schema.clone())).example(Some(request.example.clone()));
    let required = if request.is_required { Required::True } else { Required::False };
    RequestBodyBuilder::new().content(request.content_type, content.build()).required(Some(required)).build()
}

fn good_answer(good: &Good) -> ResponseBuilder {
    let answer = ResponseBuilder::new().description(good.description);
    match &good.body {
        Some((schema, example)) => {
            let content =
                ContentBuilder::new().schema(Some(Ref::from_schema_name(*schema))).example(Some(example.clone()));
            answer.content(JSON, content.build())
        }
        None => answer,
    }
}

/// What an endpoint may answer but well: what it says of itself, and what everybody with its access may be told.
fn by_status(endpoint: &Endpoint, operation: &Operation) -> BTreeMap<u16, Vec<ApiError>> {
    let mut problems = operation.problems.clone();
    if !matches!(endpoint.access, Access::Everyone | Access::HandlerChecksToken) {
        problems.extend([
            ApiError::MissingToken,
            ApiError::InvalidTokenHeader,
            ApiError::MissingClaim,
            ApiError::ExpiredAccess,
            ApiError::MisusedRegistrationToken,
            ApiError::MisusedResetToken,
            ApiError::MissingUser,
            ApiError::Blacklisted,
            ApiError::InvalidUser,
            ApiError::Unavailable,
        ]);
    }
    if matches!(endpoint.access, Access::HasRole(_)) {
        problems.push(ApiError::MissingRole);
    }
    // Whatever is sent where nothing is asked for is read as far as that.
    problems.extend([ApiError::TooLarge, ApiError::Internal]);
    if operation.request.is_some() {
        problems.push(ApiError::Malformed);
    }
    let mut sorted = BTreeMap::<u16, Vec<ApiError>>::new();
    for problem in problems {
        sorted.entry(problem.status()).or_default().push(problem);
    }
    sorted
}

fn error_answer(status: u16, problems: &[ApiError]) -> ResponseBuilder {
    let names = problems.iter().map(ApiError::name).collect::<Vec<_>>();
    let examples = problems.iter().map(|problem| {
        let value = serde_json::to_value(problem.body()).unwrap_or(Value::Null);
        (problem.name(), ExampleBuilder::new().value(Some(value)).build())
    });
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Error"))).examples_from_iter(examples);
    let answer = ResponseBuilder::new().description(names.join(", ")).content(JSON, content.build());
    match status {
        401 => answer.header("WWW-Authenticate", header(Type::String, "Bearer")),
        429 | 503 => answer.header("Retry-After", header(Type::Integer, "After how many seconds to try again")),
        _ => answer,
    }
}

fn header(of: Type, description: &str) -> utoipa::openapi::Header {
    let schema = ObjectBuilder::new().schema_type(of).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;
    use crate::tests::PRODUCT;

    #[test]
    fn every_endpoint_is_described_and_nothing_else_is() {
        let document = serde_json::to_value(document(PRODUCT)).unwrap();
        let described = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        });
        let described = described.collect::<std::collections::BTreeSet<_>>();
        let served = ENDPOINTS.iter().map(|endpoint| (endpoint.method.to_owned(), endpoint.path.to_owned()));
        assert_eq!(described, served.collect());
        let known = operations(PRODUCT).into_iter().map(|known| (known.method.to_owned(), known.path.to_owned()));
        assert_eq!(described, known.collect());
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
