//! Writes selections and values that fit a schema.

use std::collections::{BTreeMap, BTreeSet};

use graphql_tools::{
    parser::schema::Definition,
    static_graphql::{
        query::{Field, InlineFragment, Selection, SelectionSet, TypeCondition, Value},
        schema::{self, Document, Type, TypeDefinition},
    },
};
use proptest::{prelude::Rng, test_runner::TestRng};

/// What decides.
pub struct Chance(pub TestRng);

impl Chance {
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u32()).unwrap() % end.max(1)
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

/// A schema, indexed.
pub struct Types {
    types: BTreeMap<String, TypeDefinition>,
    /// The types that may be asked for where a type stands: itself, its object types, and the interfaces of those.
    conditions: BTreeMap<String, Vec<String>>,
    pub query: String,
}

impl Types {
    pub fn of(document: &Document) -> Types {
        let definitions = document.definitions.iter().filter_map(|definition| match definition {
            Definition::TypeDefinition(definition) => Some((definition.name().to_owned(), definition.clone())),
            _ => None,
        });
        let types: BTreeMap<_, _> = definitions.collect();
        let mut conditions = BTreeMap::new();
        for (name, definition) in &types {
            let mut near = BTreeSet::from([name.clone()]);
            for object in definition.possible_types(document) {
                near.insert(object.name().to_owned());
                if let TypeDefinition::Object(object) = object {
                    near.extend(object.implements_interfaces.iter().cloned());
                }
            }
            conditions.insert(name.clone(), near.into_iter().filter(|name| types.contains_key(name)).collect());
        }
        let query = document.query_type_name().cloned().unwrap_or_else(|| "Query".to_owned());
        Types { types, conditions, query }
    }

    pub fn fields(&self, name: &str) -> &[schema::Field] {
        match self.types.get(name) {
            Some(TypeDefinition::Object(object)) => &object.fields,
            Some(TypeDefinition::Interface(interface)) => &interface.fields,
            _ => &[],
        }
    }

    pub fn field(&self, name: &str, field: &str) -> Option<&schema::Field> {
        self.fields(name).iter().find(|known| known.name == field)
    }

    pub fn conditions(&self, name: &str) -> &[String] {
        self.conditions.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn is_leaf(&self, field: &schema::Field) -> bool {
        !self.types.get(field.field_type.inner_type()).is_some_and(TypeDefinition::is_composite_type)
    }

    /// All names that documents may hold.
    pub fn names(&self) -> Vec<String> {
        let fields = self.types.keys().flat_map(|name| self.fields(name)).map(|field| field.name.clone());
        fields.chain(self.types.keys().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// A field with the arguments that it needs, and some that it does not.
    pub fn write_field(&self, field: &schema::Field, depth: usize, chance: &mut Chance) -> Selection {
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let needed = argument.value_type.is_non_null() && argument.default_value.is_none();
            if needed || chance.one_in(6) {
                arguments.push((argument.name.clone(), self.write_value(&argument.value_type, 3, chance)));
            }
        }
        let selection_set = if self.is_leaf(field) {
            SelectionSet { span: Default::default(), items: Vec::new() }
        } else {
            self.write_selection(field.field_type.inner_type(), depth.saturating_sub(1), chance)
        };
        let alias = chance.one_in(24).then(|| format!("a{}", chance.below(9)));
        Selection::Field(Field {
            position: Default::default(),
            alias,
            name: field.name.clone(),
            arguments,
            directives: Vec::new(),
            selection_set,
        })
    }

    pub fn write_selection(&self, name: &str, depth: usize, chance: &mut Chance) -> SelectionSet {
        let items = (0..=chance.below(4)).map(|_| self.write_item(name, depth, chance)).collect();
        SelectionSet { span: Default::default(), items }
    }

    fn write_item(&self, name: &str, depth: usize, chance: &mut Chance) -> Selection {
        let fields = self.fields(name);
        if fields.is_empty() || chance.one_in(8) {
            let on = chance.pick(self.conditions(name)).filter(|on| *on != name && depth > 0);
            let Some(on) = on else { return typename() };
            return on_type(on, self.write_selection(on, depth.saturating_sub(1), chance));
        }
        let picked = chance.pick(fields).filter(|field| depth > 0 || self.is_leaf(field));
        let picked = picked.or_else(|| fields.iter().find(|field| self.is_leaf(field)));
        picked.map_or_else(typename, |field| self.write_field(field, depth, chance))
    }

    /// A value of an input type.
    pub fn write_value(&self, ty: &Type, depth: usize, chance: &mut Chance) -> Value {
        match ty {
            Type::NonNullType(inner) => self.write_value(inner, depth, chance),
            Type::ListType(inner) => Value::List((0..=chance.below(3)).map(|_| self.write_value(inner, depth, chance)).collect()),
            Type::NamedType(name) => match self.types.get(name) {
                Some(TypeDefinition::Enum(values)) => {
                    chance.pick(&values.values).map_or(Value::Null, |value| Value::Enum(value.name.clone()))
                }
                Some(TypeDefinition::InputObject(input)) => {
                    let one_of = input.directives.iter().any(|directive| directive.name == "oneOf");
                    let chosen = one_of.then(|| if depth > 0 { chance.below(input.fields.len()) } else { 0 });
                    let mut fields = Vec::new();
                    for (place, field) in input.fields.iter().enumerate() {
                        let needed = field.value_type.is_non_null() && field.default_value.is_none();
                        if chosen.map_or_else(|| needed || depth > 0 && chance.one_in(4), |chosen| chosen == place) {
                            fields.push((field.name.clone(), self.write_value(&field.value_type, depth.saturating_sub(1), chance)));
                        }
                    }
                    Value::Object(fields)
                }
                _ => scalar(name, chance),
            },
        }
    }
}

fn scalar(name: &str, chance: &mut Chance) -> Value {
    match name {
        "Int" => Value::Int([0, 1, 2, 3, 10, -1, i32::MAX][chance.below(7)].into()),
        "Float" => Value::Float(1.5),
        "Boolean" => Value::Boolean(chance.one_in(2)),
        _ => Value::String("2026-01-01".to_owned()),
    }
}

fn typename() -> Selection {
    Selection::Field(Field {
        position: Default::default(),
        alias: None,
        name: "__typename".to_owned(),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: SelectionSet { span: Default::default(), items: Vec::new() },
    })
}

pub fn on_type(on: &str, selection_set: SelectionSet) -> Selection {
    Selection::InlineFragment(InlineFragment {
        position: Default::default(),
        type_condition: Some(TypeCondition::On(on.to_owned())),
        directives: Vec::new(),
        selection_set,
    })
}
