//! `Query.node` over all rooms. No room may know the others' types, so a small subgraph of entity stubs is generated from their SDL.
//! It answers `__typename` and `id` and nothing else, and only after the owning room has said that the thing exists for this actor:
//! what is absent and what is forbidden are both null, even when only `id` is asked for.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    sync::Arc,
};

use async_trait::async_trait;
use futures_util::{
    StreamExt,
    future::join_all,
    stream::{self, BoxStream},
};
use graphql_tools::{
    parser::{
        parse_query,
        schema::{Definition, TypeExtension},
    },
    static_graphql::{
        query::{self, OperationDefinition, Selection, SelectionSet},
        schema::{self, Directive, TypeDefinition},
    },
};
use kernel::{Answer, Call, Code, Data, Fault, Fields, GlobalId, Operation, OperationKind, PathSegment, Request, Subgraph};

use super::{CompositionError, read::read};
use crate::{validate::fragments, values, words::words};

/// The generated subgraph's name.
const NODE_SUBGRAPH: &str = "node";

/// How many ids one `nodes` may name.
const IDS_MAX: usize = 100;

const EXISTS: &str = "query($representations:[_Any!]!){_entities(representations:$representations){__typename}}";

struct Owner {
    subgraph: Arc<dyn Subgraph>,
    exists: Arc<Operation>,
}

/// The generated subgraph.
pub(crate) struct NodeSubgraph {
    sdl: String,
    /// The owner of each type.
    types: HashMap<String, usize>,
    owners: Vec<Owner>,
}

impl NodeSubgraph {
    /// Generates the stubs; `None` when no subgraph owns a type that implements `Node`.
    pub(crate) fn generate(subgraphs: &[Arc<dyn Subgraph>]) -> Result<Option<NodeSubgraph>, CompositionError> {
        let mut types = BTreeMap::new();
        for (index, subgraph) in subgraphs.iter().enumerate() {
            for type_name in owned_types(&read(subgraph.name(), subgraph.sdl())?) {
                if let Some(other) = types.insert(type_name.clone(), index) {
                    let message = format!("`{type_name}` implements Node here and in {}: one room owns a type", subgraphs[other].name());
                    return Err(CompositionError::of(Some(subgraph.name()), message).at(type_name));
                }
            }
        }
        if types.is_empty() {
            return Ok(None);
        }
        let owner = |subgraph: &Arc<dyn Subgraph>| Owner {
            subgraph: Arc::clone(subgraph),
            exists: Arc::new(Operation::new(OperationKind::Query, EXISTS.to_owned())),
        };
        let sdl = print(types.keys());
        Ok(Some(NodeSubgraph { sdl, types: types.into_iter().collect(), owners: subgraphs.iter().map(owner).collect() }))
    }

    /// Asks the owning rooms which of the things exist. The answer has a place for each id: the type, nothing, or why it is not known.
    async fn find(&self, ids: &[&str], request: &Arc<Request>) -> Vec<Result<Option<String>, Fault>> {
        let mut by_owner: BTreeMap<usize, Vec<(usize, String)>> = BTreeMap::new();
        for (place, id) in ids.iter().enumerate() {
            let Some(GlobalId { type_name, .. }) = GlobalId::decode(id) else { continue };
            if let Some(owner) = self.types.get(&type_name) {
                by_owner.entry(*owner).or_default().push((place, type_name));
            }
        }
        let asked = by_owner.into_iter().map(|(owner, places)| self.ask(owner, places, ids, request));
        let mut found: Vec<Result<Option<String>, Fault>> = ids.iter().map(|_| Ok(None)).collect();
        for (place, result) in join_all(asked).await.into_iter().flatten() {
            found[place] = result;
        }
        found
    }

    async fn ask(
        &self,
        owner: usize,
        places: Vec<(usize, String)>,
        ids: &[&str],
        request: &Arc<Request>,
    ) -> Vec<(usize, Result<Option<String>, Fault>)> {
        let owner = &self.owners[owner];
        let representation = |(place, type_name): &(usize, String)| {
            Data::Object(Fields::from_iter([("__typename", Data::from(type_name.as_str())), ("id", Data::from(ids[*place]))]))
        };
        let variables = Fields::from_iter([("representations", places.iter().map(representation).collect())]);
        let answer = owner.subgraph.execute(Call { operation: &owner.exists, variables, request }).await;
        let entities = answer.data.get("_entities").and_then(Data::as_list);
        let outcome = |index: usize, type_name: String| {
            if entities.and_then(|entities| entities.get(index)).is_some_and(|entity| !entity.is_null()) {
                return Ok(Some(type_name));
            }
            let fault = answer.faults.iter().find(|fault| match fault.path.get(1) {
                Some(PathSegment::Index(at)) => *at == index,
                _ => true,
            });
            // Only a failure to find out is told; a refusal must look like absence.
            match fault.filter(|fault| matches!(fault.code, Code::SubgraphUnavailable | Code::Timeout | Code::Internal)) {
                Some(fault) => Err(fault.clone()),
                None => Ok(None),
            }
        };
        places.into_iter().enumerate().map(|(index, (place, type_name))| (place, outcome(index, type_name))).collect()
    }

    async fn answer(&self, document: &query::Document, variables: &Fields, request: &Arc<Request>) -> Answer {
        let fragments = fragments(document).collect();
        let Some(selection) = operation(document) else { return Answer::default() };
        let evaluation = Evaluation { fragments: &fragments, variables };
        let mut answer = Answer { data: Data::Object(Fields::new()), faults: Vec::new() };
        for field in evaluation.fields(selection, "Query") {
            let key = field.alias.as_ref().unwrap_or(&field.name).clone();
            let value = match field.name.as_str() {
                "__typename" => Data::from("Query"),
                "_service" => self.service(&evaluation, field),
                name => self.nodes(&evaluation, field, name == "nodes", &key, request, &mut answer.faults).await,
            };
            if let Data::Object(data) = &mut answer.data {
                data.insert(key, value);
            }
        }
        answer
    }

    fn service(&self, evaluation: &Evaluation<'_>, field: &query::Field) -> Data {
        let fields = evaluation.fields(&field.selection_set, "_Service").into_iter().map(|field| {
            let value = if field.name == "sdl" { self.sdl.as_str() } else { "_Service" };
            (field.alias.as_ref().unwrap_or(&field.name).as_str(), Data::from(value))
        });
        Data::Object(fields.collect())
    }

    async fn nodes(
        &self,
        evaluation: &Evaluation<'_>,
        field: &query::Field,
        list: bool,
        key: &str,
        request: &Arc<Request>,
        faults: &mut Vec<Fault>,
    ) -> Data {
        let argument = field.arguments.first().map(|(_, value)| values::resolve(value, evaluation.variables)).unwrap_or_default();
        let ids: Vec<&str> = match &argument {
            Data::List(ids) => ids.iter().filter_map(Data::as_str).collect(),
            Data::Text(id) => vec![id.as_str()],
            _ => Vec::new(),
        };
        if ids.len() > IDS_MAX {
            let message = words().text(request.locale, "node-ids", &[("max", IDS_MAX.into())]);
            faults.push(Fault { message, code: Code::BadUserInput, path: vec![PathSegment::Field(key.to_owned())] });
            return Data::Null;
        }
        let found = self.find(&ids, request).await;
        let stubs = found.into_iter().enumerate().map(|(index, result)| match result {
            Ok(Some(type_name)) => evaluation.stub(&field.selection_set, &type_name, ids[index]),
            Ok(None) => Data::Null,
            Err(fault) => {
                let mut path = vec![PathSegment::Field(key.to_owned())];
                path.extend(list.then_some(PathSegment::Index(index)));
                faults.push(Fault { path, ..fault });
                Data::Null
            }
        });
        let stubs: Vec<Data> = stubs.collect();
        if list { Data::List(stubs) } else { stubs.into_iter().next().unwrap_or_default() }
    }

    fn parsed(operation: &Operation) -> Option<&query::Document> {
        operation.prepared(|text| parse_query::<String>(text).map(|document| document.into_static()).ok())?.as_ref()
    }
}

#[async_trait]
impl Subgraph for NodeSubgraph {
    fn name(&self) -> &str {
        NODE_SUBGRAPH
    }

    fn sdl(&self) -> &str {
        &self.sdl
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        match NodeSubgraph::parsed(call.operation) {
            Some(document) => self.answer(document, &call.variables, call.request).await,
            None => Answer { data: Data::Null, faults: vec![Fault::general(Code::GraphqlParseFailed, call.request.locale)] },
        }
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        let answer = self.execute(call).await;
        stream::once(async { answer }).boxed()
    }
}

/// One operation's fragments and variables.
struct Evaluation<'a> {
    fragments: &'a HashMap<&'a str, &'a query::FragmentDefinition>,
    variables: &'a Fields,
}

impl<'a> Evaluation<'a> {
    /// The fields that apply to an object of the type. Every stub is a `Node`, and nothing else is abstract here.
    fn fields(&self, selection: &'a SelectionSet, type_name: &str) -> Vec<&'a query::Field> {
        let applies = |condition: &str| condition == type_name || condition == "Node";
        let mut fields = Vec::new();
        for item in &selection.items {
            match item {
                Selection::Field(field) if self.included(&field.directives) => fields.push(field),
                Selection::InlineFragment(fragment)
                    if self.included(&fragment.directives)
                        && fragment.type_condition.as_ref().is_none_or(|query::TypeCondition::On(condition)| applies(condition)) =>
                {
                    fields.extend(self.fields(&fragment.selection_set, type_name));
                }
                Selection::FragmentSpread(spread) if self.included(&spread.directives) => {
                    if let Some(fragment) = self.fragments.get(spread.fragment_name.as_str()) {
                        let query::TypeCondition::On(condition) = &fragment.type_condition;
                        if applies(condition) {
                            fields.extend(self.fields(&fragment.selection_set, type_name));
                        }
                    }
                }
                _ => {}
            }
        }
        fields
    }

    fn included(&self, directives: &[query::Directive]) -> bool {
        directives.iter().all(|directive| {
            let condition = directive.arguments.first().map(|(_, value)| values::resolve(value, self.variables));
            match directive.name.as_str() {
                "skip" => condition != Some(Data::Bool(true)),
                "include" => condition != Some(Data::Bool(false)),
                _ => true,
            }
        })
    }

    fn stub(&self, selection: &'a SelectionSet, type_name: &str, id: &str) -> Data {
        let fields = self.fields(selection, type_name).into_iter().map(|field| {
            let value = if field.name == "id" { id } else { type_name };
            (field.alias.as_ref().unwrap_or(&field.name).as_str(), Data::from(value))
        });
        Data::Object(fields.collect())
    }
}

fn operation(document: &query::Document) -> Option<&SelectionSet> {
    document.definitions.iter().find_map(|definition| match definition {
        query::Definition::Operation(operation) => Some(OperationDefinition::selection_set(operation)),
        query::Definition::Fragment(_) => None,
    })
}

/// The types that a room owns: it alone says that they implement `Node`, and it resolves them by `id`.
fn owned_types(document: &schema::Document) -> impl Iterator<Item = &String> {
    document.definitions.iter().filter_map(|definition| {
        let (name, interfaces, directives) = match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => (&object.name, &object.implements_interfaces, &object.directives),
            Definition::TypeExtension(TypeExtension::Object(object)) => (&object.name, &object.implements_interfaces, &object.directives),
            _ => return None,
        };
        (interfaces.iter().any(|interface| interface == "Node") && directives.iter().any(is_id_key)).then_some(name)
    })
}

fn is_id_key(directive: &Directive) -> bool {
    let is = |name: &str, value: &schema::Value| directive.arguments.iter().any(|(argument, given)| argument == name && given == value);
    directive.name == "key" && is("fields", &schema::Value::String("id".to_owned())) && !is("resolvable", &schema::Value::Boolean(false))
}

fn print<'a>(types: impl Iterator<Item = &'a String>) -> String {
    let mut sdl = format!(
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])

"A thing with a global id."
interface Node {{
  "The opaque global id."
  id: ID!
}}

type Query {{
  "Finds a thing by its global id; null when there is none that the reader may see."
  node("The opaque global id." id: ID!): Node
  "Finds things by their global ids, in the same order; null where there is none that the reader may see."
  nodes("At most {IDS_MAX} opaque global ids." ids: [ID!]!): [Node]
}}
"#
    );
    for name in types {
        // Writing to a String cannot fail.
        let _ = write!(sdl, "\ntype {name} implements Node @key(fields: \"id\", resolvable: false) {{\n  id: ID!\n}}\n");
    }
    sdl
}
