//! Parses a document, finds its operation, and checks it against the schema.

mod circles;
mod holdable;
mod meta_names;
mod variables;

use graphql_tools::{
    parser::{Pos, parse_query, parse_query_with_token_limit, query::ParseError, spanned_tokens},
    static_graphql::query::{Definition, Document, FragmentDefinition, OperationDefinition},
    validation::{
        rules::default_rules_validation_plan,
        validate::{ValidationPlan, validate as check_rules},
    },
};
use kernel::{Code, Locale, OperationKind};

use crate::{
    limits::Limit,
    policy::Gate,
    response::{GraphError, GraphResponse, Location, Stage},
    schema::Schema,
    words::words,
};

pub(crate) use variables::coerce;

use circles::find_circle;
use holdable::HoldableLiterals;
use meta_names::MetaNamesAreKnown;

/// The plan's own variables begin so, and would be mixed up with a client's.
const REPRESENTATIONS: &str = "representations";

/// The specification's rules; built once per supergraph.
pub(crate) fn rules() -> ValidationPlan {
    let mut rules = default_rules_validation_plan();
    rules.add_rule(Box::new(HoldableLiterals));
    rules.add_rule(Box::new(MetaNamesAreKnown));
    rules
}

/// Parses a document. Without a gate it is a document of the program.
pub(crate) fn parse(text: &str, gate: Option<&Gate>, exceeded: &mut Vec<Limit>, locale: Locale) -> Result<Document, GraphResponse> {
    let parsed = match gate {
        Some(gate) => {
            let limits = gate.scale.limits();
            let (max, ceiling) = (limits.max(Limit::Tokens), limits.ceiling(Limit::Tokens));
            match parse_within(text, max) {
                Err(error) if ceiling > max && has_more(text, max, &error) => {
                    exceeded.push(Limit::Tokens);
                    parse_within(text, ceiling)
                }
                parsed => parsed,
            }
        }
        None => parse_query::<String>(text),
    };
    parsed.map(|document| document.into_static()).map_err(|error| {
        if let Some(gate) = gate.filter(|gate| has_more(text, gate.scale.limits().ceiling(Limit::Tokens), &error))
            && let Err(refused) = gate.weigh(Limit::Tokens, usize::MAX, locale)
        {
            return refused;
        }
        let detail = error.to_string();
        let mut lines = detail.lines();
        let at = lines.next().and_then(position);
        let detail = lines.collect::<Vec<_>>().join("; ");
        let message = words().text(locale, "document-syntax", &[("detail", detail.into())]);
        let mut error = GraphError::new(Code::GraphqlParseFailed, message);
        error.locations.extend(at);
        refused(Stage::Parse, error)
    })
}

/// The parser counts the end of the document, too.
fn parse_within(text: &str, tokens_max: usize) -> Result<graphql_tools::parser::query::Document<'_, String>, ParseError> {
    parse_query_with_token_limit::<String>(text, tokens_max.saturating_add(1))
}

/// Whether a document was refused because it has more tokens. The parser says so in words alone, and not of the very last one.
fn has_more(text: &str, tokens_max: usize, error: &ParseError) -> bool {
    error.to_string().contains("Token limit exceeded") || spanned_tokens(text).is_ok_and(|tokens| tokens.len() > tokens_max)
}

fn refused(stage: Stage, error: GraphError) -> GraphResponse {
    GraphResponse::refused(stage, vec![error])
}

/// Reads `… at 3:14`.
fn position(line: &str) -> Option<Location> {
    let (line, column) = line.rsplit(' ').next()?.split_once(':')?;
    Some(Location { line: line.parse().ok()?, column: column.parse().ok()? })
}

/// Finds the operation that is meant (GraphQL §6.1).
pub(crate) fn select<'a>(document: &'a Document, name: Option<&str>, locale: Locale) -> Result<&'a OperationDefinition, GraphResponse> {
    let mut operations = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Operation(operation) => Some(operation),
        Definition::Fragment(_) => None,
    });
    let found = match name {
        Some(name) => operations
            .find(|operation| operation_name(operation) == Some(name))
            .ok_or_else(|| words().text(locale, "operation-unknown", &[("name", name.into())])),
        None => match (operations.next(), operations.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(words().text(locale, "operation-ambiguous", &[])),
            (None, _) => Err(words().text(locale, "operation-none", &[])),
        },
    };
    found.map_err(|message| refused(Stage::Validate, GraphError::new(Code::GraphqlValidationFailed, message)))
}

/// The fragments by their names, in the order of the document.
pub(crate) fn fragments(document: &Document) -> impl Iterator<Item = (&str, &FragmentDefinition)> {
    document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
        Definition::Operation(_) => None,
    })
}

/// The operation's name.
pub(crate) fn operation_name(operation: &OperationDefinition) -> Option<&str> {
    match operation {
        OperationDefinition::SelectionSet(_) => None,
        OperationDefinition::Query(query) => query.name.as_deref(),
        OperationDefinition::Mutation(mutation) => mutation.name.as_deref(),
        OperationDefinition::Subscription(subscription) => subscription.name.as_deref(),
    }
}

/// The operation's kind.
pub(crate) fn operation_kind(operation: &OperationDefinition) -> OperationKind {
    match operation {
        OperationDefinition::SelectionSet(_) | OperationDefinition::Query(_) => OperationKind::Query,
        OperationDefinition::Mutation(_) => OperationKind::Mutation,
        OperationDefinition::Subscription(_) => OperationKind::Subscription,
    }
}

fn invalid(message: String, Pos { line, column }: Pos) -> GraphError {
    GraphError { locations: vec![Location { line, column }], ..GraphError::new(Code::GraphqlValidationFailed, message) }
}

/// Checks the document against the schema.
pub(crate) fn validate(document: &Document, schema: &Schema, rules: &ValidationPlan, locale: Locale) -> Result<(), GraphResponse> {
    if let Some(fragment) = find_circle(document) {
        let message = format!("Cannot spread fragment \"{}\" within itself.", fragment.name);
        return Err(refused(Stage::Validate, invalid(message, fragment.position)));
    }
    for definition in &document.definitions {
        let Definition::Operation(operation) = definition else { continue };
        if let Some(taken) = operation.variable_definitions().iter().find(|definition| definition.name.starts_with(REPRESENTATIONS)) {
            let message = words().text(locale, "variable-reserved", &[("path", taken.name.as_str().into())]);
            return Err(refused(Stage::Validate, invalid(message, taken.position)));
        }
    }
    let broken = check_rules(&schema.document, document, rules);
    if broken.is_empty() {
        return Ok(());
    }
    let errors = broken.into_iter().map(|error| {
        let locations = error.locations.into_iter().map(|Pos { line, column }| Location { line, column }).collect();
        GraphError { locations, ..GraphError::new(Code::GraphqlValidationFailed, error.message) }
    });
    Err(GraphResponse::refused(Stage::Validate, errors.collect()))
}
