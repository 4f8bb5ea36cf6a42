//! Errors in the `OpenAPI` document. The examples are the values that handlers return.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, Ref, RefOr};

use super::error::{ApiError, ErrorBody};

const JSON: &str = "application/json";

/// Responses by status.
pub(super) type Responses = BTreeMap<String, RefOr<Response>>;

/// Declares a type that represents a list of errors in the `responses` of a handler.
macro_rules! error_responses {
    ($name:ident, $($error:expr),+ $(,)?) => {
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> $crate::api::error_responses::Responses {
                let mut responses = Default::default();
                $($crate::api::error_responses::add(&mut responses, $error);)+
                responses
            }
        }
    };
}
pub(super) use error_responses;

/// Adds an error as an example of the response with its status.
pub(super) fn add(responses: &mut Responses, error: impl Into<ApiError>) {
    let error = error.into();
    let response = responses.entry(error.status().to_string()).or_insert_with(|| empty(error.status()).into());
    if let RefOr::T(response) = response
        && let Some(RefOr::T(content)) = response.content.get_mut(JSON)
    {
        let example = ExampleBuilder::new().value(serde_json::to_value(error.body()).ok());
        content.examples.insert(error.name().to_owned(), example.into());
        response.description = content.examples.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    }
}

fn empty(status: u16) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name())));
    let response = ResponseBuilder::new().content(JSON, content.build());
    let (header, schema, description) = match status {
        401 => ("WWW-Authenticate", Type::String, "Bearer"),
        429 | 503 => ("Retry-After", Type::Integer, "Seconds until the next attempt"),
        _ => return response,
    };
    let schema = ObjectBuilder::new().schema_type(schema).build();
    response.header(header, HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build())
}
