//! A running city, asked for everything by everybody.

use graphql_tools::{
    parser::schema::Type,
    static_graphql::schema::{Field, InputValue},
};
use serde_json::json;
use tests::{City, Options, Store};

use crate::{
    graph::{Graph, Sight, inner, sight},
    personae::{PERSONAE, Persona},
};

/// Input types whose fields exclude each other.
const ONE_OF: &str = "oneOf";

impl Graph {
    /// A document that asks for one root field with the least that it takes.
    fn document(&self, root: &str, field: &Field) -> String {
        let arguments = self.required(&field.arguments, ": ");
        let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
        let selection = if self.is_composite(inner(&field.field_type)) { " { __typename }" } else { "" };
        format!("{} {{ {}{arguments}{selection} }}", root.to_lowercase(), field.name)
    }

    fn required(&self, inputs: &[InputValue], between: &str) -> String {
        let needed = inputs.iter().filter(|input| matches!(input.value_type, Type::NonNullType(_)) && input.default_value.is_none());
        let values = needed.map(|input| format!("{}{between}{}", input.name, self.value(&input.name, &input.value_type)));
        values.collect::<Vec<_>>().join(", ")
    }

    /// A value of the right form. It names nothing that there is.
    fn value(&self, name: &str, of: &Type<'static, String>) -> String {
        let name_of_type = match of {
            Type::NonNullType(inner) => return self.value(name, inner),
            Type::ListType(_) => return "[]".to_owned(),
            Type::NamedType(name) => name.as_str(),
        };
        if let Some(values) = self.enums.get(name_of_type) {
            return values.values[0].name.clone();
        }
        if let Some(input) = self.inputs.get(name_of_type) {
            if input.directives.iter().any(|directive| directive.name == ONE_OF) {
                let first = &input.fields[0];
                return format!("{{ {}: {} }}", first.name, self.value(&first.name, &first.value_type));
            }
            return format!("{{ {} }}", self.required(&input.fields, ": "));
        }
        match name_of_type {
            "Int" | "Float" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            "Decimal" => "\"1\"".to_owned(),
            "Date" => "\"2026-11-02\"".to_owned(),
            "DateTime" => "\"2026-11-02T05:00:00Z\"".to_owned(),
            _ if name == "idempotencyKey" => format!("\"{}\"", tests::uuid()),
            _ => "\"x\"".to_owned(),
        }
    }

    /// What the persona gets of a root field: its own rules, and those of the type that it gives.
    fn expected(&self, root: &str, field: &Field, persona: &Persona) -> Sight {
        let own = sight(&self.rules(root, field), persona);
        self.type_rule(inner(&field.field_type)).map_or(own, |rule| own.min(rule.sight(persona)))
    }
}

/// What a city that does not keep to the matrix did.
async fn check(city: &City, graph: &Graph, root: &str, persona: &Persona) -> Vec<String> {
    let token = persona.has_token().then(|| city.token(persona.name));
    let refusal = if token.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
    let mut complaints = Vec::new();
    for field in graph.root(root) {
        let document = graph.document(root, field);
        let answer = city.ask(token.as_deref(), &document, json!({})).await;
        let faults = answer.faults();
        let expected = graph.expected(root, field, persona);
        let refused = faults.iter().any(|code| code == "FORBIDDEN" || code == "UNAUTHENTICATED");
        let misunderstood = faults.iter().any(|code| code == "GRAPHQL_VALIDATION_FAILED" || code == "GRAPHQL_PARSE_FAILED");
        let kept = if expected == Sight::No { faults == [refusal] } else { !refused };
        if !kept || misunderstood || faults.iter().any(|code| code == "INTERNAL") {
            complaints.push(format!("{} asks {document}: expected {expected:?}, got {}", persona.name, answer.body));
        }
    }
    complaints
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_city_refuses_exactly_what_the_matrix_refuses() {
    let graph = Graph::committed();
    let city = City::start(&Store::Sqlite, Options::default()).await;
    let mut complaints = Vec::new();
    for root in ["Query", "Mutation"] {
        for persona in PERSONAE.iter().filter(|persona| persona.name != "system") {
            complaints.extend(check(&city, &graph, root, persona).await);
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
