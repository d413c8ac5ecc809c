//! What an operation would cost, estimated before it runs from the document, its variables and the schema (IBM, "GraphQL Cost Directives").
//!
//! An object costs 1, a leaf nothing; `@cost(weight:)` says otherwise of a type, a field or an argument. What stands in a list is counted as
//! often as the list may be long: `@listSize` tells, and where it does not, the form of the field does – a connection is as long as its
//! `first` or `last`, a field with `ids` as long as they are many, any other list is taken for [`LIST_LENGTH_ASSUMED`] long.
//! Introspection costs nothing: it is answered from memory and has limits of its own.

use std::collections::HashMap;

use graphql_tools::{
    parser::schema::Definition,
    static_graphql::{
        query::{
            Document as QueryDocument, Field as Selected, OperationDefinition, Selection, SelectionSet, TypeCondition, Value as Literal,
        },
        schema::{Directive, Document, Field, InputValue, Type, TypeDefinition, Value},
    },
};
use kernel::{Data, Fields};

use crate::{merge::Conditions, schema::Schema, validate::fragments};

/// How long a list is taken to be when nothing tells.
const LIST_LENGTH_ASSUMED: u64 = 10;

/// How long the page of a connection is taken to be that is asked for without a number; the longest page of the house.
const PAGE_LENGTH_ASSUMED: u64 = 100;

/// What one field costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldCost {
    /// Of the field, or of each item of its list.
    weight: u64,
    /// How many lists are in one another: 2 for `[[Int]]`.
    lists: u32,
    sizing: Option<Sizing>,
    /// Arguments that cost when they are given.
    arguments: Vec<(String, u64)>,
}

/// How long a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sizing {
    /// Arguments that say it, with their defaults: a number, or a list as long.
    slicing: Vec<(String, Option<u64>)>,
    /// When no argument does.
    assumed: Option<u64>,
    /// The fields below whose lists are so long; none when it is the field itself.
    sized: Vec<String>,
    /// Whether exactly one of the arguments must be given.
    one_required: bool,
}

/// The costs that a supergraph states: its clients' SDL no longer holds the directives.
pub(crate) struct Costs<'a> {
    types: HashMap<&'a str, &'a TypeDefinition>,
}

/// Finds a directive by its name in the specification: a supergraph may call it `@cost__listSize` or `@federation__listSize`.
fn find<'a>(directives: &'a [Directive], name: &str) -> Option<&'a Directive> {
    directives.iter().find(|directive| directive.name.rsplit("__").next() == Some(name))
}

fn argument<'a>(directive: &'a Directive, name: &str) -> Option<&'a Value> {
    directive.arguments.iter().find(|(argument, _)| argument == name).map(|(_, value)| value)
}

/// IBM writes weights as text, Apollo as whole numbers. A part counts as a whole, and nothing makes an operation cheaper.
fn weight(directives: &[Directive]) -> Option<u64> {
    match argument(find(directives, "cost")?, "weight")? {
        Value::Int(number) => number.as_i64().map(|number| u64::try_from(number).unwrap_or_default()),
        Value::String(text) => {
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            let negative = whole.starts_with('-');
            let whole: u64 = if negative { 0 } else { whole.parse().ok()? };
            Some(whole.saturating_add(u64::from(!negative && part.bytes().any(|digit| digit != b'0'))))
        }
        _ => None,
    }
}

fn names(value: &Value) -> Vec<String> {
    let name = |value: &Value| match value {
        Value::String(name) => Some(name.clone()),
        _ => None,
    };
    match value {
        Value::List(items) => items.iter().filter_map(name).collect(),
        single => name(single).into_iter().collect(),
    }
}

fn lists(ty: &Type) -> u32 {
    match ty {
        Type::NamedType(_) => 0,
        Type::NonNullType(inner) => lists(inner),
        Type::ListType(inner) => 1 + lists(inner),
    }
}

impl<'a> Costs<'a> {
    pub(crate) fn of(supergraph: &'a Document) -> Costs<'a> {
        let types = supergraph.definitions.iter().filter_map(|definition| match definition {
            Definition::TypeDefinition(definition) => Some((definition.name(), definition)),
            _ => None,
        });
        Costs { types: types.collect() }
    }

    /// The cost of a field, its directives as the supergraph has them.
    pub(crate) fn of_field(&self, type_name: &str, name: &str) -> FieldCost {
        let Some(field) = self.fields(type_name).iter().find(|field| field.name == name) else { return FieldCost::default() };
        let arguments = field.arguments.iter().filter_map(|argument| Some((argument.name.clone(), weight(&argument.directives)?)));
        FieldCost {
            weight: weight(&field.directives).unwrap_or_else(|| self.of_type(field.field_type.inner_type())),
            lists: lists(&field.field_type),
            sizing: stated(field).or_else(|| self.shown(field)),
            arguments: arguments.collect(),
        }
    }

    fn fields(&self, type_name: &str) -> &'a [Field] {
        match self.types.get(type_name) {
            Some(TypeDefinition::Object(object)) => &object.fields,
            Some(TypeDefinition::Interface(interface)) => &interface.fields,
            _ => &[],
        }
    }

    fn of_type(&self, name: &str) -> u64 {
        match self.types.get(name) {
            Some(TypeDefinition::Object(object)) => weight(&object.directives).unwrap_or(1),
            Some(TypeDefinition::Interface(interface)) => weight(&interface.directives).unwrap_or(1),
            Some(TypeDefinition::Union(union)) => weight(&union.directives).unwrap_or(1),
            Some(TypeDefinition::Scalar(scalar)) => weight(&scalar.directives).unwrap_or_default(),
            Some(TypeDefinition::Enum(values)) => weight(&values.directives).unwrap_or_default(),
            Some(TypeDefinition::InputObject(_)) | None => 0,
        }
    }

    /// What the form of a field shows of its length.
    fn shown(&self, field: &Field) -> Option<Sizing> {
        let numbers = |names: &[&str]| -> Vec<_> {
            let those = field.arguments.iter().filter(|argument| names.contains(&argument.name.as_str()));
            those.map(|argument| (argument.name.clone(), default(argument))).collect()
        };
        let pages = numbers(&["first", "last"]);
        let sizing = |slicing: Vec<_>, sized| Sizing { slicing, assumed: Some(PAGE_LENGTH_ASSUMED), sized, one_required: false };
        if lists(&field.field_type) > 0 {
            let slicing = if pages.is_empty() { numbers(&["ids"]) } else { pages };
            return (!slicing.is_empty()).then(|| sizing(slicing, Vec::new()));
        }
        // Relay, "GraphQL Cursor Connections Specification" §2.1, with GitHub's `nodes`.
        let below = self.fields(field.field_type.inner_type());
        let is_connection = !pages.is_empty() && below.iter().any(|field| field.name == "pageInfo");
        is_connection.then(|| sizing(pages, vec!["edges".to_owned(), "nodes".to_owned()]))
    }
}

fn stated(field: &Field) -> Option<Sizing> {
    let directive = find(&field.directives, "listSize")?;
    let known = |name: String| {
        let default = field.arguments.iter().find(|argument| argument.name == name).and_then(default);
        (name, default)
    };
    let slicing: Vec<_> = argument(directive, "slicingArguments").map(names).unwrap_or_default().into_iter().map(known).collect();
    let assumed = argument(directive, "assumedSize").and_then(|value| match value {
        Value::Int(number) => number.as_i64().and_then(|number| u64::try_from(number).ok()),
        _ => None,
    });
    let one_required = !slicing.is_empty() && argument(directive, "requireOneSlicingArgument") != Some(&Value::Boolean(false));
    Some(Sizing { slicing, assumed, sized: argument(directive, "sizedFields").map(names).unwrap_or_default(), one_required })
}

fn default(argument: &InputValue) -> Option<u64> {
    argument.default_value.as_ref().and_then(|value| length(value, &Fields::new()))
}

/// What a slicing argument says: its number, or how many items it has.
fn length(value: &Literal, variables: &Fields) -> Option<u64> {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    match value {
        Literal::Int(number) => number.as_i64().map(|number| u64::try_from(number).unwrap_or_default()),
        Literal::List(items) => Some(count(items.len())),
        Literal::Variable(name) => match variables.get(name)? {
            Data::Number(number) => Some(number.as_u64().unwrap_or_default()),
            Data::List(items) => Some(count(items.len())),
            Data::Null => None,
            // A single value stands for a list of one (GraphQL §3.11).
            _ => Some(1),
        },
        Literal::Null => None,
        _ => Some(1),
    }
}

/// What an operation would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) cost: u64,
    /// Whether other values of the variables give another cost.
    pub(crate) varies: bool,
}

/// A list for which not exactly one of its slicing arguments is given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsliced {
    pub(crate) coordinate: String,
    pub(crate) arguments: String,
}

/// Estimates an operation that is valid. What `@skip` and `@include` leave out costs nothing.
pub(crate) fn estimate(
    document: &QueryDocument,
    operation: &OperationDefinition,
    root: &str,
    schema: &Schema,
    conditions: &Conditions,
    variables: &Fields,
) -> Result<Estimate, Unsliced> {
    let fragments = fragments(document).map(|(name, fragment)| {
        let TypeCondition::On(on) = &fragment.type_condition;
        (name, (on.as_str(), &fragment.selection_set))
    });
    let mut estimator = Estimator { fragments: fragments.collect(), known: HashMap::new(), schema, conditions, variables, varies: false };
    let cost = estimator.selection(operation.selection_set(), root)?.total(None);
    Ok(Estimate { cost, varies: estimator.varies })
}

/// The cost of a selection as far as it is known without what stands above.
#[derive(Clone, Default)]
struct Cost<'a> {
    fixed: u64,
    /// Lists whose length the field above may tell: the field's name and the cost of one item.
    open: Vec<(&'a str, u64)>,
}

impl<'a> Cost<'a> {
    fn add(&mut self, other: Cost<'a>) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        for (name, one) in other.open {
            match self.open.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum = sum.saturating_add(one),
                None => self.open.push((name, one)),
            }
        }
    }

    /// The whole, under a field that tells how long some of the lists are.
    fn total(&self, told: Option<(&[String], u64)>) -> u64 {
        let open = self.open.iter().map(|(name, one)| {
            let told = told.filter(|(sized, _)| sized.iter().any(|sized| sized == name));
            one.saturating_mul(told.map_or(LIST_LENGTH_ASSUMED, |(_, length)| length))
        });
        open.fold(self.fixed, u64::saturating_add)
    }
}

struct Estimator<'a> {
    fragments: HashMap<&'a str, (&'a str, &'a SelectionSet)>,
    known: HashMap<&'a str, Cost<'a>>,
    schema: &'a Schema,
    conditions: &'a Conditions,
    variables: &'a Fields,
    varies: bool,
}

impl<'a> Estimator<'a> {
    fn selection(&mut self, selection: &'a SelectionSet, type_name: &str) -> Result<Cost<'a>, Unsliced> {
        let mut cost = Cost::default();
        for item in &selection.items {
            match item {
                Selection::Field(field) if self.conditions.hold(&field.directives) => cost.add(self.field(field, type_name)?),
                Selection::InlineFragment(fragment) if self.conditions.hold(&fragment.directives) => {
                    let on = fragment.type_condition.as_ref().map_or(type_name, |TypeCondition::On(on)| on);
                    cost.add(self.selection(&fragment.selection_set, on)?);
                }
                Selection::FragmentSpread(spread) if self.conditions.hold(&spread.directives) => {
                    cost.add(self.fragment(&spread.fragment_name)?);
                }
                _ => {}
            }
        }
        Ok(cost)
    }

    fn fragment(&mut self, name: &str) -> Result<Cost<'a>, Unsliced> {
        let Some((name, (on, selection))) = self.fragments.get_key_value(name).map(|(name, fragment)| (*name, *fragment)) else {
            return Ok(Cost::default());
        };
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let cost = self.selection(selection, on)?;
        self.known.insert(name, cost.clone());
        Ok(cost)
    }

    fn field(&mut self, field: &'a Selected, type_name: &str) -> Result<Cost<'a>, Unsliced> {
        let schema = self.schema;
        // Introspection, which the schema's entries of the root hold too.
        if field.name.starts_with("__") {
            return Ok(Cost::default());
        }
        let Some(entry) = schema.types.get(type_name).and_then(|entry| entry.fields.get(&field.name)) else { return Ok(Cost::default()) };
        let length = entry.cost.sizing.as_ref().map(|sizing| self.length(sizing, field, type_name)).transpose()?.flatten();
        let told = entry.cost.sizing.as_ref().zip(length).map(|(sizing, length)| (sizing.sized.as_slice(), length));
        let below = self.selection(&field.selection_set, entry.ty.inner_type())?.total(told);
        let mut one = entry.cost.weight.saturating_add(below);
        let given = entry.cost.arguments.iter().filter(|(name, _)| field.arguments.iter().any(|(given, _)| given == name));
        let mut cost = Cost { fixed: given.map(|(_, weight)| *weight).fold(0, u64::saturating_add), open: Vec::new() };
        for _ in 1..entry.cost.lists {
            one = one.saturating_mul(LIST_LENGTH_ASSUMED);
        }
        match told {
            _ if entry.cost.lists == 0 => cost.fixed = cost.fixed.saturating_add(one),
            Some(([], length)) => cost.fixed = cost.fixed.saturating_add(one.saturating_mul(length)),
            _ => cost.open.push((&field.name, one)),
        }
        Ok(cost)
    }

    /// How long a list is: what the arguments say, the longest of it, or what is assumed.
    fn length(&mut self, sizing: &Sizing, field: &Selected, type_name: &str) -> Result<Option<u64>, Unsliced> {
        let (mut given, mut defaulted, mut longest) = (0, 0, None);
        for (name, default) in &sizing.slicing {
            let value = field.arguments.iter().find(|(argument, _)| argument == name).map(|(_, value)| value);
            self.varies |= value.is_some_and(has_variable);
            let said = match value {
                // A variable without a value is no argument, so the default holds (GraphQL §6.4.1).
                Some(Literal::Variable(name)) if !self.variables.contains_key(name) => *default,
                Some(value) => length(value, self.variables),
                None => *default,
            };
            defaulted += usize::from(default.is_some());
            given += usize::from(value.is_some() && said.is_some());
            longest = longest.max(said);
        }
        // A default gives way to the argument that the client prefers.
        if sizing.one_required && (if given == 0 { defaulted } else { given }) != 1 {
            let arguments: Vec<_> = sizing.slicing.iter().map(|(name, _)| name.as_str()).collect();
            return Err(Unsliced { coordinate: format!("{type_name}.{}", field.name), arguments: arguments.join(", ") });
        }
        Ok(longest.or(sizing.assumed))
    }
}

fn has_variable(value: &Literal) -> bool {
    match value {
        Literal::Variable(_) => true,
        Literal::List(items) => items.iter().any(has_variable),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use graphql_tools::{
        parser::{parse_query, parse_schema},
        static_graphql::query::Definition,
    };
    use serde_json::{Value, json};

    use super::*;

    const SDL: &str = r#"
        type Query {
          things(first: Int, last: Int): [Thing!] @listSize(slicingArguments: ["first", "last"])
          loose(first: Int, last: Int = 3): [Thing!]
            @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false, assumedSize: 7)
          few: [Thing!] @listSize(assumedSize: 2)
          page(first: Int): Page @cost__listSize(slicingArguments: ["first"], sizedFields: ["items"])
          pages(first: Int = 4): ThingConnection
          bare(first: Int): ThingConnection
          heavy: Thing @cost(weight: "7.5")
          cheap: Thing @cost(weight: -3)
          argued(by: Int @cost(weight: 5)): Int
          nodes(ids: [ID!]!): [Node]
          any: [Any!]
        }
        interface Node { id: ID! }
        type Thing implements Node { id: ID! inner: [Thing!] blob: Blob dear: Dear matrix: [[Thing]] }
        type Dear @cost(weight: "100") { id: ID }
        scalar Blob @cost(weight: "3")
        type Page { items: [Thing!] others: [Thing!] total: Int }
        type ThingConnection { edges: [ThingEdge] nodes: [Thing] pageInfo: PageInfo }
        type ThingEdge { node: Thing }
        type PageInfo { more: Boolean }
        union Any = Thing | Dear
    "#;

    fn check(query: &str, variables: &Value, expected: Result<(u64, bool), &str>) {
        let schema = Schema::of(&parse_schema::<String>(SDL).unwrap().into_static()).unwrap();
        let document = parse_query::<String>(query).unwrap().into_static();
        let operation = document.definitions.iter().find_map(|definition| match definition {
            Definition::Operation(operation) => Some(operation),
            Definition::Fragment(_) => None,
        });
        let variables = variables.as_object().cloned().map(Fields::from).unwrap_or_default();
        let conditions = Conditions::of(&["yes".to_owned()], &variables);
        let found = estimate(&document, operation.unwrap(), "Query", &schema, &conditions, &variables);
        let found = found.map(|estimate| (estimate.cost, estimate.varies)).map_err(|unsliced| unsliced.coordinate);
        assert_eq!(found, expected.map_err(str::to_owned), "{query} {variables:?}");
    }

    #[test]
    fn what_the_directives_say_counts() {
        let none = json!({});
        check("{ things(first: 5) { id } }", &none, Ok((5, false)));
        check("{ things(last: 5) { id } }", &none, Ok((5, false)));
        check("{ things { id } }", &none, Err("Query.things"));
        check("{ things(first: 5, last: 5) { id } }", &none, Err("Query.things"));
        check("{ few { inner { id } } }", &none, Ok((22, false)));
        check("{ loose { id } }", &none, Ok((3, false)));
        check("{ loose(last: null) { id } }", &none, Ok((7, false)));
        check("{ loose(first: 9, last: 4) { id } }", &none, Ok((9, false)));
        check("{ page(first: 4) { items { id } total } }", &none, Ok((5, false)));
        check("{ page(first: 4) { items { id } others { id } } }", &none, Ok((15, false)));
        check("{ heavy { id blob } cheap { id } }", &none, Ok((11, false)));
        check("{ argued(by: 1) } ", &none, Ok((5, false)));
        check("{ argued }", &none, Ok((0, false)));
        check("{ any { ... on Thing { dear { id } } ... on Dear { id } } }", &none, Ok((1_010, false)));
    }

    #[test]
    fn without_directives_the_form_of_a_field_counts() {
        let none = json!({});
        check("{ pages { nodes { id } pageInfo { more } } }", &none, Ok((6, false)));
        check("{ pages(first: 2) { edges { node { id } } nodes { id } } }", &none, Ok((7, false)));
        check("{ bare { nodes { id } } }", &none, Ok((101, false)));
        check("{ nodes(ids: [\"a\", \"b\"]) { id } }", &none, Ok((2, false)));
        check("{ few { matrix { id } } }", &none, Ok((202, false)));
        check(
            "{ ...F pages(first: 2) { ...C } } fragment F on Query { pages(first: 3) { ...C } } fragment C on ThingConnection { nodes { id } }",
            &none,
            Ok((7, false)),
        );
    }

    #[test]
    fn variables_and_conditions_are_taken_into_account() {
        let query = "query($first: Int, $ids: [ID!]!, $yes: Boolean!) { pages(first: $first) { nodes { id } } nodes(ids: $ids) { id } few @include(if: $yes) { id } }";
        check(query, &json!({ "first": 6, "ids": ["a", "b", "c"], "yes": true }), Ok((12, true)));
        check(query, &json!({ "ids": "a", "yes": false }), Ok((6, true)));
        check(query, &json!({ "first": -1, "ids": [], "yes": false }), Ok((1, true)));
        check("{ pages(first: 2147483647) { nodes { inner { inner { inner { id } } } } } }", &json!({}), Ok((2_385_854_331_818, false)));
    }
}
