//! What each endpoint is for, what it takes and what it answers.

use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Required, Schema};

use super::JSON;
use super::texts as words;
use crate::api::endpoints as routes;
use crate::api::error::ApiError;
use crate::api::texts as api_texts;
use latchkey_core::service::accounts::PAGE_MAX;
use latchkey_types::texts::field_error;
use latchkey_types::{FieldError, Product};

/// One method of one path.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// Unique, for generated clients.
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    pub(super) parameters: Vec<Parameter>,
    pub(super) request: Option<Request>,
    /// Whether the token may come as the body instead.
    pub(super) token_may_be_body: bool,
    pub(super) good: Vec<Good>,
    /// Beside those that its access brings.
    pub(super) problems: Vec<ApiError>,
}

/// What is sent.
pub(super) struct Request {
    pub(super) content_type: &'static str,
    pub(super) schema: RefOr<Schema>,
    pub(super) example: Value,
    pub(super) is_required: bool,
}

/// The answer when all is well.
pub(super) struct Good {
    pub(super) status: u16,
    pub(super) description: &'static str,
    /// The name of the schema, and an example.
    pub(super) body: Option<(&'static str, Value)>,
}

const ID: &str = "q6Yd1v0m3oX5cJ9rT2bWkA";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIs….eyJpc3MiOiJsYXRjaGtleSIs….7Xb2Qk…";

impl Operation {
    fn new(method: &'static str, path: &'static str, id: &'static str, tag: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            tag,
            summary: "",
            description: "",
            parameters: Vec::new(),
            request: None,
            token_may_be_body: false,
            good: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn says(self, (summary, description): (&'static str, &'static str)) -> Self {
        Self { summary, description, ..self }
    }

    fn takes(self, schema: &str, example: Value) -> Self {
        let schema = Ref::from_schema_name(schema).into();
        Self { request: Some(Request { content_type: JSON, schema, example, is_required: true }), ..self }
    }

    fn answers(self, description: &'static str, schema: &'static str, example: Value) -> Self {
        self.also(Good { status: 200, description, body: Some((schema, example)) })
    }

    fn answers_nothing(self) -> Self {
        self.also(Good { status: 204, description: words::DONE, body: None })
    }

    fn also(mut self, good: Good) -> Self {
        self.good.push(good);
        self
    }

    fn answers_token(self) -> Self {
        self.answers(words::A_TOKEN, "AccessToken", json!({ "access_token": TOKEN }))
    }

    fn refuses(mut self, problems: impl IntoIterator<Item = ApiError>) -> Self {
        self.problems.extend(problems);
        self
    }

    fn with(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }
}

/// All of them.
pub(super) fn operations(product: Product) -> Vec<Operation> {
    [about(product), registration(), finalize(), sessions(), me(), passwords(), admin()].into_iter().flatten().collect()
}

fn about(product: Product) -> Vec<Operation> {
    let of = |path, id| {
        let running = json!({"name": product.name, "version": product.version, "status": "running"});
        Operation::new("GET", path, id, "about").says(words::ABOUT).answers(words::IT_RUNS, "About", running)
    };
    let document = json!({"openapi": "3.1.0", "info": {"title": product.name}, "paths": {}});
    vec![
        of(routes::ROOT, "about"),
        of(routes::ROOT_SLASH, "about_with_slash"),
        Operation::new("GET", routes::OPENAPI, "openapi", "about").says(words::OPENAPI).answers(
            words::THE_DOCUMENT,
            "Document",
            document,
        ),
    ]
}

fn registration() -> Vec<Operation> {
    let typed = json!({"username": "ada", "email": "ada@example.org", "password": "tin wolf orbit cave"});
    vec![
        Operation::new("POST", routes::REGISTRATION, "register", "registration")
            .says(words::REGISTER)
            .takes("Registration", typed)
            .also(Good {
                status: 201,
                description: words::MAIL_SENT,
                body: Some(("Message", json!({ "message": api_texts::REGISTRATION_RECEIVED }))),
            })
            .answers_token()
            .refuses([
                ApiError::Validation(vec![
                    ("username".into(), field_error(&FieldError::UsernameLength)),
                    ("password".into(), field_error(&FieldError::PasswordEasy)),
                ]),
                ApiError::Taken(vec![FieldError::UsernameTaken]),
                ApiError::TooManyRequests(60),
                ApiError::Unavailable,
            ]),
    ]
}

fn finalize() -> Vec<Operation> {
    let of = |method, id| {
        let confirmed = Operation::new(method, routes::FINALIZE, id, "registration").says(words::FINALIZE);
        confirmed.answers(words::WELCOME, "Welcome", json!({"access_token": TOKEN, "user": "ada"})).refuses([
            ApiError::MissingToken,
            ApiError::InvalidTokenHeader,
            ApiError::InvalidRegistrationToken,
            ApiError::MisusedResetToken,
            ApiError::Taken(vec![FieldError::UsernameTaken]),
            ApiError::Unavailable,
        ])
    };
    vec![of("GET", "finalize_by_get"), of("POST", "finalize")]
}

fn passwords() -> Vec<Operation> {
    let of = |path, id| Operation::new("POST", path, id, "password");
    let received = json!({ "message": api_texts::RESET_RECEIVED });
    let easy = ApiError::Validation(vec![("password".into(), field_error(&FieldError::PasswordEasy))]);
    vec![
        of(routes::RESET, "request_reset")
            .says(words::RESET)
            .takes("Forgotten", json!({"email": "ada@example.org"}))
            .answers(words::RECEIVED, "Message", received)
            .refuses([
                ApiError::Validation(vec![("email".into(), field_error(&FieldError::EmailInvalid))]),
                ApiError::TooManyRequests(60),
                ApiError::Unavailable,
            ]),
        of(routes::RESET_FINALIZE, "reset_password")
            .says(words::RESET_FINALIZE)
            .takes("NewPassword", json!({"password": "lantern otters juggle quietly"}))
            .answers(words::WELCOME, "Welcome", json!({"access_token": TOKEN, "user": "ada"}))
            .refuses([
                ApiError::MissingToken,
                ApiError::InvalidTokenHeader,
                ApiError::InvalidResetToken,
                ApiError::MisusedRegistrationToken,
                easy,
                ApiError::Unavailable,
            ]),
    ]
}

fn sessions() -> Vec<Operation> {
    let of = |path, id| Operation::new("POST", path, id, "session");
    let typed = json!({"username": "ada", "password": "tin wolf orbit cave"});
    let token = ObjectBuilder::new().schema_type(Type::String).description(Some(words::TOKEN_AS_BODY)).build();
    let token_as_body =
        Request { content_type: "text/plain", schema: token.into(), example: json!(TOKEN), is_required: false };
    let own = [
        ApiError::MissingToken,
        ApiError::InvalidTokenHeader,
        ApiError::MissingClaim,
        ApiError::ExpiredRefresh,
        ApiError::MisusedRegistrationToken,
        ApiError::MisusedResetToken,
        ApiError::MissingUser,
        ApiError::Blacklisted,
        ApiError::InvalidUser,
        ApiError::Unavailable,
    ];
    let refresh = of(routes::REFRESH, "refresh").says(words::REFRESH).answers_token().refuses(own.clone());
    vec![
        of(routes::REAUTHENTICATE, "reauthenticate")
            .says(words::REAUTHENTICATE)
            .takes("Reauthentication", json!({"password": "tin wolf orbit cave"}))
            .answers_token()
            .refuses([ApiError::Authentication]),
        of(routes::LOGIN, "log_in").says(words::LOG_IN).takes("Credentials", typed).answers_token().refuses([
            ApiError::Authentication,
            ApiError::InvalidUser,
            ApiError::TooManyRequests(60),
            ApiError::Unavailable,
        ]),
        Operation { request: Some(token_as_body), token_may_be_body: true, ..refresh }
            .refuses([ApiError::EarlyRefresh]),
        of(routes::LOGOUT, "log_out").says(words::LOG_OUT).answers_nothing().refuses(own),
    ]
}

fn me() -> Vec<Operation> {
    let of = |path, id| Operation::new("GET", path, id, "me");
    let session = json!({
        "id": "2mVb8Qx0Tn6zKc4RjY1hLw", "created_at": "2026-11-24T12:00:00Z", "expires_at": "2026-11-24T12:15:00Z",
        "refresh_expires_at": "2026-12-24T12:00:00Z",
    });
    let me = json!({"id": ID, "username": "ada", "email": "ada@example.org", "roles": ["user"], "session": session});
    vec![
        of(routes::PROTECTED, "protected").says(words::PROTECTED).answers(
            words::LET_IN,
            "Message",
            json!({ "message": api_texts::protected("ada") }),
        ),
        of(routes::ME, "me").says(words::ME).answers(words::WHO, "Me", me),
    ]
}

fn admin() -> Vec<Operation> {
    let user = json!({
        "id": ID, "username": "ada", "email": "ada@example.org", "roles": ["user"], "is_active": true,
        "created_at": "2026-11-24T12:00:00Z", "last_login_at": null,
    });
    let of = |method, path, id| Operation::new(method, path, id, "admin");
    vec![
        of("GET", routes::USERS, "list_users")
            .says(words::LIST_USERS)
            .with([query("q", Type::String, words::QUERY), query("after", Type::String, words::AFTER), limit()])
            .answers(words::A_PAGE, "Users", json!({ "users": [user], "next": "bmFtZTphZGE" }))
            .refuses([ApiError::Validation(vec![("limit".into(), api_texts::LIMIT_INVALID)])]),
        of("PATCH", routes::USER, "change_user")
            .says(words::CHANGE_USER)
            .with([id()])
            .takes("UserChange", json!({"is_active": true, "roles": ["user", "editor"]}))
            .answers(words::AS_IT_IS_NOW, "User", user.clone())
            .refuses([
                ApiError::NotFound,
                ApiError::LastAdmin,
                ApiError::ReauthenticationRequired,
                ApiError::Validation(vec![("roles".into(), field_error(&FieldError::RolesInvalid))]),
            ]),
        of("DELETE", routes::USER_SESSIONS, "end_sessions")
            .says(words::END_SESSIONS)
            .with([id()])
            .answers_nothing()
            .refuses([ApiError::NotFound, ApiError::ReauthenticationRequired]),
    ]
}

fn query(name: &str, of: Type, description: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(of).build();
    parameter(name, ParameterIn::Query, schema.into(), description)
}

fn limit() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(PAGE_MAX));
    parameter("limit", ParameterIn::Query, schema.default(Some(json!(25))).build().into(), words::LIMIT)
}

fn id() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).build();
    parameter("id", ParameterIn::Path, schema.into(), words::ID)
}

fn parameter(name: &str, place: ParameterIn, schema: RefOr<Schema>, description: &str) -> Parameter {
    let required = if place == ParameterIn::Path { Required::True } else { Required::False };
    let built = ParameterBuilder::new().name(name).parameter_in(place).required(required);
    built.description(Some(description)).schema(Some(schema)).build()
}
