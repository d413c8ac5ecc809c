//! A room's async-graphql schema as a subgraph in this process.

use std::sync::Arc;

use async_graphql::{Name, ObjectType, PathSegment, SDLExportOptions, Schema, ServerError, SubscriptionType, Value, Variables, parser};
use async_trait::async_trait;
use futures_util::{StreamExt, stream, stream::BoxStream};
use kernel::{Answer, Call, Code, Data, Fault, Fields, Request, Subgraph, Text};

/// Puts what lives as long as one call (data loaders) into the call.
type Equip = Box<dyn Fn(async_graphql::Request, &Arc<Request>) -> async_graphql::Request + Send + Sync>;

/// A subgraph that is called directly: no printing and no parsing of documents or JSON on the way.
pub struct LocalSubgraph<Q, M, S> {
    name: &'static str,
    sdl: String,
    schema: Schema<Q, M, S>,
    equip: Equip,
}

impl<Q, M, S> LocalSubgraph<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Wraps a schema that was built with `enable_federation()`. `equip` adds data that lives as long as one call, such as data loaders,
    /// so that nothing is cached from one actor to the next.
    pub fn offer(
        name: &'static str,
        schema: Schema<Q, M, S>,
        equip: impl Fn(async_graphql::Request, &Arc<Request>) -> async_graphql::Request + Send + Sync + 'static,
    ) -> Arc<dyn Subgraph> {
        let sdl = schema.sdl_with_options(SDLExportOptions::new().federation().include_specified_by().compose_directive());
        Arc::new(LocalSubgraph { name, sdl, schema, equip: Box::new(equip) })
    }

    fn prepare(&self, call: Call<'_>) -> Result<async_graphql::Request, Answer> {
        let document = call.operation.prepared(|text| parser::parse_query(text).map_err(|error| error.to_string()));
        let Some(Ok(document)) = document else {
            tracing::error!(subgraph = self.name, "a planned operation cannot be parsed: {}", call.operation.text);
            return Err(internal(call.request));
        };
        let mut request = async_graphql::Request::new("").variables(given(call.variables));
        request.set_parsed_query(document.clone());
        Ok((self.equip)(request.data(Arc::clone(call.request)), call.request))
    }
}

#[async_trait]
impl<Q, M, S> Subgraph for LocalSubgraph<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    fn name(&self) -> &str {
        self.name
    }

    fn sdl(&self) -> &str {
        &self.sdl
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        let request = Arc::clone(call.request);
        match self.prepare(call) {
            Ok(prepared) => answer(self.name, self.schema.execute(prepared).await, &request),
            Err(answer) => answer,
        }
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        let request = Arc::clone(call.request);
        let name = self.name;
        match self.prepare(call) {
            Ok(prepared) => self.schema.execute_stream(prepared).map(move |response| answer(name, response, &request)).boxed(),
            Err(answer) => stream::once(async { answer }).boxed(),
        }
    }
}

fn answer(subgraph: &str, response: async_graphql::Response, request: &Request) -> Answer {
    let faults = response.errors.into_iter().map(|error| to_fault(subgraph, error, request)).collect();
    Answer { data: told(response.data), faults }
}

/// Variables as the library has them.
fn given(variables: Fields) -> Variables {
    let mut given = Variables::default();
    given.extend(variables.into_iter().map(|(name, value)| (Name::new(name), argument(value))));
    given
}

fn argument(data: Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Boolean(value),
        Data::Number(number) => Value::Number(number),
        Data::Text(text) => Value::String(text.into()),
        Data::List(items) => Value::List(items.into_iter().map(argument).collect()),
        Data::Object(fields) => Value::Object(fields.into_iter().map(|(name, value)| (Name::new(name), argument(value))).collect()),
    }
}

/// Data as the library has it. Binary data is a list of numbers, as in its JSON.
fn told(value: Value) -> Data {
    match value {
        Value::Null => Data::Null,
        Value::Boolean(value) => Data::Bool(value),
        Value::Number(number) => Data::Number(number),
        Value::String(text) => Data::Text(Text::from(text)),
        Value::Enum(name) => Data::Text(Text::new(name)),
        Value::Binary(bytes) => bytes.iter().map(|byte| Data::Number((*byte).into())).collect(),
        Value::List(items) => items.into_iter().map(told).collect(),
        Value::Object(fields) => Data::Object(fields.into_iter().map(|(name, value)| (Text::new(name), told(value))).collect()),
    }
}

/// Takes an error over when it carries one of our codes. Any other text comes from inside the library and stays inside.
fn to_fault(subgraph: &str, error: ServerError, request: &Request) -> Fault {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code")).and_then(|code| match code {
        Value::String(code) => Code::from_wire(code),
        _ => None,
    });
    let path = error
        .path
        .into_iter()
        .map(|segment| match segment {
            PathSegment::Field(name) => kernel::PathSegment::Field(name),
            PathSegment::Index(index) => kernel::PathSegment::Index(index),
        })
        .collect();
    let message = if code.is_some() {
        error.message
    } else {
        tracing::error!(subgraph, request_id = %request.id, message = error.message, "a subgraph failed without a code");
        Code::Internal.text().get(request.locale).to_owned()
    };
    Fault { message, code: code.unwrap_or(Code::Internal), path }
}

fn internal(request: &Request) -> Answer {
    Answer { data: Data::Null, faults: vec![Fault::general(Code::Internal, request.locale)] }
}
