//! What is told about a route: for whom it is, what it takes and what it answers.

use std::fmt::Display;

use app::actor::KeyScope;
use axum::http::StatusCode;
use serde_json::Value;
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        ContentBuilder, Ref, RefOr, Required, ResponseBuilder, Schema,
        path::{self, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        schema::{ObjectBuilder, Type},
        security::SecurityRequirement,
    },
};

use super::problem::ProblemBody;

/// The name of the scheme by which programs prove who they are.
pub(super) const KEY: &str = "key";
/// The name of the scheme by which people do.
pub(super) const SESSION: &str = "session";
/// The heading of routes for events.
pub(super) const HEADING_OF_EVENTS: &str = "Events";
/// The media type of JSON.
pub(super) const JSON: &str = "application/json";
/// The media type of one value a line.
pub(super) const LINES: &str = "application/x-ndjson";

/// A schema with its name.
pub(super) type NamedSchema = (String, RefOr<Schema>);

/// What is told about a route.
pub(crate) struct Operation {
    operation: OperationBuilder,
    schemas: Vec<NamedSchema>,
}

impl Operation {
    /// Begins to tell about a route that is for everybody, under a heading and by a sentence.
    pub(super) fn new(heading: &'static str, sentence: &'static str) -> Self {
        let operation = OperationBuilder::new().tag(heading).summary(Some(sentence));
        Self { operation, schemas: Vec::new() }.fails("default", "What is wrong, for every other status")
    }

    /// Says which scope a key must have. People need a role that has it, too.
    pub(super) fn needs(self, scope: KeyScope) -> Self {
        let none = [""; 0];
        let operation = self
            .operation
            .security(SecurityRequirement::new(KEY, [scope.to_string()]))
            .security(SecurityRequirement::new(SESSION, none));
        Self { operation, ..self }
            .fails("401", "Neither key nor session is valid")
            .fails("403", "Key or account may not do this")
    }

    /// Tells about a part of the path, with an example.
    pub(super) fn in_path(self, name: &str, description: &str, example: impl Into<Value>) -> Self {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some(example.into()));
        self.parameter(parameter.build()).fails("404", "There is none of that name")
    }

    /// Tells about the parameters of the query.
    pub(super) fn query<P: IntoParams>(self) -> Self {
        P::into_params(|| Some(ParameterIn::Query)).into_iter().fold(self, Self::parameter)
    }

    /// Tells about a header that may be sent.
    pub(super) fn header(self, name: &str, description: &str) -> Self {
        self.parameter(header(name, description).build())
    }

    /// Tells about a header that must be sent, with an example.
    pub(super) fn required_header(self, name: &str, description: &str, example: &str) -> Self {
        let parameter = header(name, description).required(Required::True).example(Some(example.into()));
        self.parameter(parameter.build())
    }

    fn parameter(self, parameter: Parameter) -> Self {
        Self { operation: self.operation.parameter(parameter), ..self }
    }

    /// Tells about the body, with an example of each media type.
    pub(super) fn takes<T: ToSchema>(mut self, examples: &[(&str, Value)]) -> Self {
        let schema = self.named::<T>();
        let body = examples.iter().fold(RequestBodyBuilder::new(), |body, (media_type, example)| {
            let content = ContentBuilder::new().schema(Some(schema.clone())).example(Some(example.clone()));
            body.content(*media_type, content.build())
        });
        let operation = self.operation.request_body(Some(body.required(Some(Required::True)).build()));
        Self { operation, ..self }
    }

    /// Tells about an answer in JSON.
    pub(super) fn answers<T: ToSchema>(mut self, status: StatusCode, description: &str) -> Self {
        let schema = self.named::<T>();
        self.response(status.as_u16(), description, &[("application/json", Some(schema))])
    }

    /// Tells about an answer in JSON, or in another media type if it is asked for.
    pub(super) fn answers_either<T: ToSchema>(mut self, status: StatusCode, description: &str, other: &str) -> Self {
        let schema = self.named::<T>();
        self.response(status.as_u16(), description, &[("application/json", Some(schema)), (other, None)])
    }

    /// Tells about an answer without a body.
    pub(super) fn answers_nothing(self, description: &str) -> Self {
        self.response(StatusCode::NO_CONTENT.as_u16(), description, &[])
    }

    /// Tells about an answer in other media types.
    pub(super) fn answers_in(self, status: StatusCode, description: &str, media_types: &[&str]) -> Self {
        let contents: Vec<_> = media_types.iter().map(|media_type| (*media_type, None)).collect();
        self.response(status.as_u16(), description, &contents)
    }

    fn fails(mut self, status: &str, description: &str) -> Self {
        let schema = self.named::<ProblemBody>();
        self.response(status, description, &[("application/problem+json", Some(schema))])
    }

    fn response(self, status: impl Display, description: &str, contents: &[(&str, Option<RefOr<Schema>>)]) -> Self {
        let response = ResponseBuilder::new().description(description);
        let response = contents.iter().fold(response, |response, (media_type, schema)| {
            response.content(*media_type, ContentBuilder::new().schema(schema.clone()).build())
        });
        Self { operation: self.operation.response(status.to_string(), response.build()), ..self }
    }

    /// Returns a reference to the schema of a type, and keeps the schema.
    fn named<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name()).into()
    }

    /// Returns what is told, and the schemas that it refers to.
    pub(super) fn into_parts(self) -> (path::Operation, Vec<NamedSchema>) {
        (self.operation.build(), self.schemas)
    }
}

fn header(name: &str, description: &str) -> ParameterBuilder {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
    header.description(Some(description)).schema(Some(schema))
}
