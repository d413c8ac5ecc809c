//! A system that speaks no GraphQL, as a subgraph by configuration alone: each root field and each entity is one HTTP request, and the
//! JSON that comes back is cut to what was asked.

mod operation;
mod project;
mod template;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use federation::subgraph_types;
use futures_util::{
    future::join_all,
    stream::{self, BoxStream, StreamExt},
};
use graphql_tools::static_graphql::{query::Field, schema::Document};
use hyper::{Method, StatusCode, body::Bytes};
use kernel::{Answer, Call, Code, Data, Error, Fault, Fields, OperationKind, PathSegment, Request, Result, Subgraph};
use serde_json::{Map, Value, json};

use crate::{
    answer::unavailable,
    exchange::{Failure, Target},
    settings::Settings,
    way::Way,
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
    mapping: Mapping,
    schema: Document,
    endpoints: BTreeMap<String, (Method, Template, String)>,
    way: Way,
}

impl Rest {
    /// A system at the settings' address.
    ///
    /// # Errors
    /// When the schema cannot be read, a root field or an entity with a key has no endpoint, or an endpoint names what is not there.
    pub fn new(name: impl Into<Arc<str>>, settings: Settings, mapping: Mapping) -> Result<Rest> {
        let name: Arc<str> = name.into();
        let refused = |what: String| Error::internal(format!("{name}: {what}"));
        let schema = subgraph_types(&name, &mapping.sdl).map_err(Error::internal)?;
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
        Ok(Rest { mapping, schema, endpoints, way: Way::new(name, settings)? })
    }

    /// The value of one endpoint: `Null` when the system has no such thing, `None` when it does not answer.
    async fn fetch(&self, endpoint: &str, facts: &Map<String, Value>, request: &Request) -> Option<Value> {
        let (method, template, at) = self.endpoints.get(endpoint)?;
        let is_get = *method == Method::GET;
        let body = if is_get { Bytes::new() } else { Value::Object(facts.clone()).to_string().into() };
        let target = Target { method: method.clone(), below: Some(template.fill(facts)), body };
        let mut value = self.way.call(target, &self.way.along(request), is_get, read_json).await?;
        Some(value.pointer_mut(at).map(Value::take).unwrap_or_default())
    }

    /// Answers one root field under its key.
    async fn root(&self, read: &Read<'_>, field: &Field, request: &Request) -> (String, Data, Vec<Fault>) {
        let key = field.alias.as_ref().unwrap_or(&field.name);
        let lost = |below: &[PathSegment]| {
            let path = [&[PathSegment::Field(key.clone())], below].concat();
            Fault { path, ..Fault::general(Code::SubgraphUnavailable, request.locale) }
        };
        let projection = Projection { schema: &self.schema, fields: &self.mapping.fields, read };
        let mut faults = Vec::new();
        let value = match field.name.as_str() {
            "__typename" => read.root.as_str().into(),
            "_service" => projection.value(&json!({ "sdl": self.mapping.sdl }), "_Service", &field.selection_set),
            "_entities" => {
                let told = read.arguments(field).remove("representations").unwrap_or_default();
                let told: Vec<Value> = if let Value::Array(told) = told { told } else { Vec::new() };
                let entities = join_all(told.iter().map(|told| self.entity(told, request))).await;
                let cut = entities.into_iter().zip(&told).enumerate().map(|(index, (entity, told))| match entity {
                    Some(entity) => projection.value(&entity, told["__typename"].as_str().unwrap_or_default(), &field.selection_set),
                    None => {
                        faults.push(lost(&[PathSegment::Index(index)]));
                        Data::Null
                    }
                });
                cut.collect()
            }
            name => match self.fetch(&format!("{}.{name}", read.root), &read.arguments(field), request).await {
                Some(value) => {
                    let type_name = operation::type_of(&self.schema, &read.root, name).unwrap_or_default();
                    projection.value(&value, type_name, &field.selection_set)
                }
                None => {
                    faults.push(lost(&[]));
                    Data::Null
                }
            },
        };
        (key.clone(), value, faults)
    }

    async fn entity(&self, told: &Value, request: &Request) -> Option<Value> {
        let (Value::Object(key), Some(type_name)) = (told, told["__typename"].as_str()) else { return None };
        let mut value = self.fetch(type_name, key, request).await?;
        // What the entity was named by is its own, under whatever name the system gives it.
        if let Value::Object(object) = &mut value {
            for (name, known) in key {
                object.entry(name).or_insert_with(|| known.clone());
            }
        }
        Some(value)
    }
}

/// Reads a system's answer; that it has no such thing is an answer, too.
fn read_json(status: StatusCode, bytes: &Bytes) -> Result<Value, Failure> {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Value::Null),
        status if status.is_success() => {
            serde_json::from_slice(bytes).map_err(|_| Failure::Lasting(format!("answered {status} and no JSON")))
        }
        status => Err(Failure::Lasting(format!("answered {status}"))),
    }
}

#[async_trait]
impl Subgraph for Rest {
    fn name(&self) -> &str {
        &self.way.name
    }

    fn sdl(&self) -> &str {
        &self.mapping.sdl
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        let Some(read) = read(call.operation, call.variables) else { return unavailable(Code::Internal, call.request) };
        let fields = read.root_fields();
        let roots = fields.iter().map(|field| self.root(&read, field, call.request));
        let answers = if call.operation.kind == OperationKind::Mutation {
            // One after another, as the specification has it (GraphQL §6.2.2).
            stream::iter(roots).then(|root| root).collect().await
        } else {
            join_all(roots).await
        };
        let (mut data, mut faults) = (Fields::new(), Vec::new());
        for (key, value, lost) in answers {
            data.insert(key, value);
            faults.extend(lost);
        }
        Answer { data: Data::Object(data), faults }
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        // `Rest::new` accepts no field of `Subscription`.
        let answer = unavailable(Code::SubgraphUnavailable, call.request);
        stream::once(async { answer }).boxed()
    }
}
