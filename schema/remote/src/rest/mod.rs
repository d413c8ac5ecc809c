//! A system that speaks no GraphQL, as a subgraph by configuration alone: each root field and each entity is one HTTP request, and the
//! JSON that comes back is cut to what was asked.

mod operation;
mod project;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::{
    future::join_all,
    stream::{self, BoxStream, StreamExt},
};
use graphql_tools::{
    parser::parse_schema,
    static_graphql::{query::Field, schema::Document},
};
use hyper::{Method, StatusCode, body::Bytes};
use kernel::{Answer, Call, Code, Error, Fault, OperationKind, PathSegment, Request, Result, Subgraph};
use regex::Regex;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::{
    answer::unavailable,
    breaker::Breaker,
    exchange::{Exchange, Failure, JSON, Target},
    settings::Settings,
};
use operation::{Read, read};
use project::Projection;
use template::Template;

/// One HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Path and query under the base address. `{name}` stands for an argument of the root field, or for a field of the entity's key; a
    /// query parameter without a value is left out.
    pub path: String,
    /// JSON pointer (RFC 6901) to the value in the answer's body; empty for the whole body.
    pub at: String,
}

/// How a system's answers become a subgraph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The subgraph's schema in federation v2 SDL.
    pub sdl: String,
    /// A GET for each field of `Query`.
    pub query: BTreeMap<String, Endpoint>,
    /// A POST for each field of `Mutation`, with the arguments as a JSON object.
    pub mutation: BTreeMap<String, Endpoint>,
    /// A GET for each entity, with the fields of its key.
    pub entity: BTreeMap<String, Endpoint>,
    /// For `Type.field`, the JSON pointer to its value in the object; a field that is not named here has its own name there.
    pub fields: BTreeMap<String, String>,
}

/// A system behind HTTP that answers plain JSON.
pub struct Rest {
    name: String,
    mapping: Mapping,
    schema: Document,
    endpoints: BTreeMap<String, (Method, Template, String)>,
    exchange: Exchange,
    breaker: Breaker,
    settings: Settings,
}

impl Rest {
    /// A system at the settings' address.
    ///
    /// # Errors
    /// When the schema cannot be read, a root field or an entity with a key has no endpoint, or an endpoint names what is not there.
    pub fn new(name: impl Into<String>, settings: Settings, mapping: Mapping) -> Result<Rest> {
        let name = name.into();
        let refused = |what: String| Error::internal(format!("{name}: {what}"));
        // The parser reads types and knows no `extend schema`, which is for composition.
        let extension = Regex::new(r"extend\s+schema(\s*@\w+(\([^)]*\))?)*(\s*\{[^}]*\})?").map_err(Error::internal)?;
        let types = extension.replace_all(&mapping.sdl, "");
        let schema = parse_schema::<String>(&types).map_err(|error| refused(error.to_string()))?.into_static();
        let kinds = [("Query", Method::GET, &mapping.query), ("Mutation", Method::POST, &mapping.mutation)];
        let mut endpoints = BTreeMap::new();
        for (root, method, named) in kinds {
            for field in operation::fields_of(&schema, root) {
                let endpoint = named.get(field).ok_or_else(|| refused(format!("{root}.{field} has no endpoint")))?;
                let template = Template::read(&endpoint.path).map_err(&refused)?;
                endpoints.insert(format!("{root}.{field}"), (method.clone(), template, endpoint.at.clone()));
            }
        }
        if let Some(field) = operation::fields_of(&schema, "Subscription").next() {
            return Err(refused(format!("Subscription.{field}: a system that answers requests has no events")));
        }
        for (entity, endpoint) in &mapping.entity {
            let template = Template::read(&endpoint.path).map_err(&refused)?;
            endpoints.insert(entity.clone(), (Method::GET, template, endpoint.at.clone()));
        }
        let (exchange, breaker) = (Exchange::new(&settings)?, Breaker::new(settings.breaker));
        Ok(Rest { name, mapping, schema, endpoints, exchange, breaker, settings })
    }

    /// The value of one endpoint; `Null` when the system has no such thing.
    async fn fetch(&self, endpoint: &str, facts: &Map<String, Value>, request: &Request) -> Result<Value, ()> {
        let (method, template, at) = self.endpoints.get(endpoint).ok_or(())?;
        let permit = self.breaker.permit().ok_or(())?;
        let headers: Vec<_> = request.forwarded.iter().filter(|(name, _)| self.settings.headers.contains(name)).cloned().collect();
        let tries = if *method == Method::GET { 1 + self.settings.retries_max } else { 1 };
        let body = if *method == Method::GET { Bytes::new() } else { Value::Object(facts.clone()).to_string().into() };
        let fetched = async {
            let mut failure = Failure::Lasting(String::new());
            for _ in 0..tries {
                let target = Target { method: method.clone(), below: Some(template.fill(facts)), body: body.clone() };
                match self.fetch_once(target, &headers).await {
                    Err(Failure::Passing(reason)) => failure = Failure::Passing(reason),
                    outcome => return outcome,
                }
            }
            Err(failure)
        };
        match timeout(self.settings.timeout, fetched).await {
            Ok(Ok(mut value)) => {
                permit.answered();
                Ok(value.pointer_mut(at).map(Value::take).unwrap_or_default())
            }
            outcome => {
                tracing::warn!(subgraph = self.name, endpoint, reason = ?outcome.ok(), "a system does not answer");
                permit.failed();
                Err(())
            }
        }
    }

    async fn fetch_once(&self, target: Target, headers: &[(String, String)]) -> Result<Value, Failure> {
        let response = self.exchange.begin(target, headers, JSON).await?;
        let (status, bytes) = self.exchange.read(response).await?;
        match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Value::Null),
            status if status.is_success() => {
                serde_json::from_slice(&bytes).map_err(|_| Failure::Lasting(format!("answered {status} and no JSON")))
            }
            status => Err(Failure::Lasting(format!("answered {status}"))),
        }
    }

    /// Answers one root field.
    async fn root(&self, read: &Read<'_>, field: &Field, request: &Request, faults: &mut Vec<Fault>) -> Value {
        let key = field.alias.as_ref().unwrap_or(&field.name).clone();
        let lost = |path: Vec<PathSegment>| Fault { path, ..lost(request) };
        let projection = Projection { schema: &self.schema, fields: &self.mapping.fields, read };
        match field.name.as_str() {
            "__typename" => read.root.as_str().into(),
            "_service" => projection.value(&serde_json::json!({ "sdl": self.mapping.sdl }), "_Service", &field.selection_set),
            "_entities" => {
                let told = read.arguments(field).remove("representations").unwrap_or_default();
                let told: Vec<Value> = if let Value::Array(told) = told { told } else { Vec::new() };
                let entities = told.iter().map(|told| self.entity(told, request));
                let entities = join_all(entities).await.into_iter().zip(&told).enumerate().map(|(index, (entity, told))| match entity {
                    Ok(entity) => projection.value(&entity, told["__typename"].as_str().unwrap_or_default(), &field.selection_set),
                    Err(()) => {
                        faults.push(lost(vec![PathSegment::Field(key.clone()), PathSegment::Index(index)]));
                        Value::Null
                    }
                });
                entities.collect()
            }
            name => match self.fetch(&format!("{}.{name}", read.root), &read.arguments(field), request).await {
                Ok(value) => {
                    let type_name = operation::type_of(&self.schema, &read.root, name).unwrap_or_default();
                    projection.value(&value, type_name, &field.selection_set)
                }
                Err(()) => {
                    faults.push(lost(vec![PathSegment::Field(key)]));
                    Value::Null
                }
            },
        }
    }

    async fn entity(&self, told: &Value, request: &Request) -> Result<Value, ()> {
        let (Value::Object(key), Some(type_name)) = (told, told["__typename"].as_str()) else { return Err(()) };
        let mut value = self.fetch(type_name, key, request).await?;
        // What the entity was named by is its own, under whatever name the system gives it.
        if let Value::Object(object) = &mut value {
            for (name, known) in key {
                object.entry(name).or_insert_with(|| known.clone());
            }
        }
        Ok(value)
    }
}

fn lost(request: &Request) -> Fault {
    let code = Code::SubgraphUnavailable;
    Fault { message: code.text().get(request.locale).to_owned(), code, path: Vec::new() }
}

#[async_trait]
impl Subgraph for Rest {
    fn name(&self) -> &str {
        &self.name
    }

    fn sdl(&self) -> &str {
        &self.mapping.sdl
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        let Some(read) = read(call.operation, call.variables) else { return unavailable(Code::Internal, call.request) };
        let (mut data, mut faults) = (Map::new(), Vec::new());
        let fields = read.root_fields();
        if call.operation.kind == OperationKind::Mutation {
            for field in fields {
                let value = self.root(&read, field, call.request, &mut faults).await;
                data.insert(field.alias.as_ref().unwrap_or(&field.name).clone(), value);
            }
        } else {
            let answers = fields.iter().map(|field| async {
                let mut faults = Vec::new();
                let value = self.root(&read, field, call.request, &mut faults).await;
                (field.alias.as_ref().unwrap_or(&field.name).clone(), value, faults)
            });
            for (key, value, lost) in join_all(answers).await {
                data.insert(key, value);
                faults.extend(lost);
            }
        }
        Answer { data: Value::Object(data), faults }
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        // `Rest::new` accepts no field of `Subscription`.
        let answer = unavailable(Code::SubgraphUnavailable, call.request);
        stream::once(async { answer }).boxed()
    }
}
