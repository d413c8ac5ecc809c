//! The supergraph and the rules written in it.

use std::{collections::BTreeMap, path::Path};

use graphql_tools::{
    parser::{
        parse_schema,
        schema::{Definition, Type},
    },
    static_graphql::schema::{Directive, EnumType, Field, InputObjectType, ObjectType, TypeDefinition, Value},
};

use crate::personae::Persona;

/// Fields that the federation layer answers: it asks the owning room, and what that does not show is null.
const GENERATED: [&str; 2] = ["Query.node", "Query.nodes"];

/// Types that rooms share. They say nothing by themselves: who sees one is decided where it stands.
const VALUES: [&str; 10] =
    ["InvalidInput", "KeyReused", "Money", "NotAllowed", "NotFound", "PageInfo", "Period", "SafeCount", "SafeShare", "StaleVersion"];

/// What a persona gets from a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sight {
    /// Nothing.
    No,
    /// What the room decides row by row.
    Scoped,
    /// All of it.
    Yes,
}

/// What directives say: the sets of scopes of which one is needed, and the tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rule {
    scopes: Vec<Vec<String>>,
    tag: Option<Sight>,
}

impl Rule {
    /// A rule that leaves each row to the room.
    pub(crate) fn scoped() -> Rule {
        Rule { scopes: Vec::new(), tag: Some(Sight::Scoped) }
    }

    fn of(directives: &[Directive]) -> Option<Rule> {
        let mut rule = Rule::default();
        for directive in directives {
            let argument = directive.arguments.iter().map(|(_, value)| value).next();
            match (directive.name.as_str(), argument) {
                ("requiresScopes", Some(Value::List(sets))) => rule.scopes = sets.iter().map(strings).collect(),
                ("tag", Some(Value::String(tag))) if tag == "public" => rule.tag = Some(Sight::Yes),
                ("tag", Some(Value::String(tag))) if tag == "scoped" => rule.tag = Some(Sight::Scoped),
                _ => {}
            }
        }
        (rule != Rule::default()).then_some(rule)
    }

    /// What the persona gets.
    pub(crate) fn sight(&self, persona: &Persona) -> Sight {
        let carries = |set: &Vec<String>| set.iter().all(|scope| persona.scopes.contains(&scope.as_str()));
        match (self.scopes.is_empty() || self.scopes.iter().any(carries), self.tag) {
            (false, _) => Sight::No,
            (true, tag) => tag.unwrap_or(Sight::Yes),
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::List(items) => items.iter().flat_map(strings).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// The committed supergraph.
pub(crate) struct Graph {
    /// Object types by name.
    pub(crate) objects: BTreeMap<String, ObjectType>,
    /// Enums by name.
    pub(crate) enums: BTreeMap<String, EnumType>,
    /// Input types by name.
    pub(crate) inputs: BTreeMap<String, InputObjectType>,
    /// Interfaces and unions.
    abstracts: Vec<String>,
}

impl Graph {
    /// Reads the committed file.
    pub(crate) fn committed() -> Graph {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/supergraph.graphql");
        let text = std::fs::read_to_string(path).expect("schema/supergraph.graphql");
        Graph::parse(&text)
    }

    /// Reads a supergraph.
    pub(crate) fn parse(text: &str) -> Graph {
        let mut graph = Graph { objects: BTreeMap::new(), enums: BTreeMap::new(), inputs: BTreeMap::new(), abstracts: Vec::new() };
        for definition in parse_schema::<String>(text).expect("a schema").into_static().definitions {
            let Definition::TypeDefinition(definition) = definition else { continue };
            match definition {
                TypeDefinition::Object(object) => drop(graph.objects.insert(object.name.clone(), object)),
                TypeDefinition::Enum(values) => drop(graph.enums.insert(values.name.clone(), values)),
                TypeDefinition::InputObject(input) => drop(graph.inputs.insert(input.name.clone(), input)),
                TypeDefinition::Interface(interface) => graph.abstracts.push(interface.name),
                TypeDefinition::Union(union) => graph.abstracts.push(union.name),
                TypeDefinition::Scalar(_) => {}
            }
        }
        graph
    }

    /// Whether a value of the type needs a selection.
    pub(crate) fn is_composite(&self, name: &str) -> bool {
        self.objects.contains_key(name) || self.abstracts.iter().any(|known| known == name)
    }

    /// The fields of a root.
    pub(crate) fn root(&self, name: &str) -> &[Field] {
        self.objects.get(name).map_or(&[], |root| root.fields.as_slice())
    }

    /// The rule of a type. A page is seen by whoever sees what is on it.
    pub(crate) fn type_rule(&self, name: &str) -> Option<Rule> {
        let object = self.objects.get(name)?;
        if VALUES.contains(&name) {
            return Some(Rule { scopes: Vec::new(), tag: Some(Sight::Yes) });
        }
        Rule::of(&object.directives).or_else(|| {
            let page = name.ends_with("Connection") || name.ends_with("Edge");
            let item = object.fields.iter().find(|field| page && ["node", "nodes"].contains(&field.name.as_str()))?;
            let item = inner(&item.field_type);
            self.type_rule(item).or_else(|| self.abstracts.iter().any(|name| name == item).then(Rule::scoped))
        })
    }

    /// The rules of a field, all of which hold; none when nothing was said. A tag on the field overrides the tag of its type.
    pub(crate) fn rules(&self, owner: &str, field: &Field) -> Vec<Rule> {
        if GENERATED.contains(&format!("{owner}.{}", field.name).as_str()) {
            return vec![Rule::scoped()];
        }
        let around = match owner {
            "Query" | "Mutation" => None,
            // The library puts no directive on a field of a subscription.
            "Subscription" => self.type_rule(inner(&field.field_type)),
            _ => self.type_rule(owner),
        };
        let own = Rule::of(&field.directives);
        let mut rules: Vec<Rule> = around.into_iter().chain(own.clone()).collect();
        if let (Some(Rule { tag: Some(_), .. }), [type_rule, _]) = (&own, rules.as_mut_slice()) {
            type_rule.tag = None;
        }
        rules
    }
}

/// The name of the type inside lists and non-nulls.
pub(crate) fn inner<'a>(field_type: &'a Type<'static, String>) -> &'a str {
    match field_type {
        Type::NamedType(name) => name,
        Type::ListType(of) | Type::NonNullType(of) => inner(of),
    }
}

/// What a persona gets when all rules hold.
pub(crate) fn sight(rules: &[Rule], persona: &Persona) -> Sight {
    rules.iter().map(|rule| rule.sight(persona)).min().unwrap_or(Sight::No)
}

#[test]
fn rules_are_read_as_they_are_written() {
    fn check(declaration: &str, expected: &str) {
        let graph = Graph::parse(&format!("type Query {{ x: Thing @tag(name: \"public\") }} {declaration}"));
        let rules = graph.rules("Thing", &graph.objects["Thing"].fields[0]);
        let sights = crate::personae::PERSONAE.iter().map(|persona| crate::matrix::word(sight(&rules, persona)));
        assert_eq!(sights.collect::<Vec<_>>().join(" "), expected, "{declaration}");
    }
    let everybody = "yes yes yes yes yes yes yes yes yes yes";
    let scoped = everybody.replace("yes", "scoped");
    check("type Thing @tag(name: \"public\") { f: Int }", everybody);
    check("type Thing @tag(name: \"scoped\") { f: Int }", &scoped);
    check("type Thing @tag(name: \"scoped\") { f: Int @tag(name: \"public\") }", everybody);
    check("type Thing @requiresScopes(scopes: [[\"officer\"], [\"admin\"]]) { f: Int }", "- - yes yes - - - - yes -");
    check("type Thing @requiresScopes(scopes: [[\"officer\", \"admin\"]]) { f: Int }", "- - - - - - - - - -");
    check("type Thing @requiresScopes(scopes: [[\"officer\"]]) { f: Int @tag(name: \"public\") }", "- - yes yes - - - - - -");
    check("type Thing @requiresScopes(scopes: [[\"officer\"]]) @tag(name: \"scoped\") { f: Int }", "- - scoped scoped - - - - - -");
    check("type Thing @tag(name: \"scoped\") { f: Int @requiresScopes(scopes: [[\"system\"]]) }", "- - - - - - - - - scoped");
}
