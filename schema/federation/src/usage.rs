//! Which elements of a schema a document uses, so that whoever wrote it can be told before one of them changes.

use std::collections::{BTreeMap, BTreeSet};

use graphql_tools::{
    parser::{parse_schema, schema::Definition as SchemaDefinition},
    static_graphql::{
        query::{Definition, Directive, Field as Selected, Selection, SelectionSet, TypeCondition, Value},
        schema::{Directive as SchemaDirective, Document as SchemaDocument, Field, InputValue, Type, TypeDefinition},
    },
};
use kernel::Locale;

use crate::{
    compose::{Change, CompositionError},
    response::GraphError,
    schema::Schema,
    validate::{operation_kind, parse, rules, validate},
};

/// An element that is deprecated and was not before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecation {
    /// The schema coordinate: `Type.field`, `Type.field(argument:)`, `Enum.VALUE`.
    pub coordinate: String,
    /// Why, and what to use instead.
    pub reason: String,
}

/// A public schema, by whose coordinates uses are told.
pub struct Usage {
    schema: Schema,
    elements: BTreeMap<String, Option<String>>,
}

impl Usage {
    /// Reads a public SDL.
    ///
    /// # Errors
    /// When it cannot be parsed.
    pub fn of(sdl: &str) -> Result<Usage, CompositionError> {
        let document = parse_schema::<String>(sdl).map_err(|error| CompositionError::of(None, error))?.into_static();
        Ok(Usage { elements: elements(&document), schema: Schema::of(&document)? })
    }

    /// The coordinates of all that a document uses. What a variable may hold counts as used: its values are not known.
    ///
    /// # Errors
    /// When the document does not fit the schema.
    pub fn uses(&self, text: &str) -> Result<BTreeSet<String>, Vec<GraphError>> {
        let document = parse(text, None, &mut Vec::new(), Locale::En).map_err(|refused| refused.errors)?;
        validate(&document, &self.schema, &rules(), Locale::En).map_err(|refused| refused.errors)?;
        let mut found = Found { schema: &self.schema, coordinates: BTreeSet::new(), opened: BTreeSet::new() };
        for definition in &document.definitions {
            found.definition(definition);
        }
        Ok(found.coordinates)
    }

    /// The coordinates of the fields alone that a document asks for.
    pub(crate) fn fields(&self, text: &str) -> Result<Vec<String>, Vec<GraphError>> {
        let is_field = |coordinate: &String| {
            let parts = coordinate.split_once('.');
            parts.is_some_and(|(owner, name)| self.schema.types.get(owner).is_some_and(|owner| owner.fields.contains_key(name)))
        };
        Ok(self.uses(text)?.into_iter().filter(is_field).collect())
    }

    /// Whether a breaking change touches what is used. An element that was added touches whoever uses what it was added to.
    #[must_use]
    pub fn touches(&self, change: &Change, used: &BTreeSet<String>) -> bool {
        let coordinate = change.coordinate.as_str();
        if coordinate == "schema" || used.contains(coordinate) {
            return true;
        }
        let above = coordinate.rsplit_once('(').or_else(|| coordinate.rsplit_once('.')).map(|(above, _)| above);
        !self.elements.contains_key(coordinate) && above.is_some_and(|above| used.contains(above))
    }

    /// What is deprecated here and was not in an older schema.
    #[must_use]
    pub fn deprecated_since(&self, old: &Usage) -> Vec<Deprecation> {
        let is_new = |coordinate: &String| old.elements.get(coordinate).is_some_and(Option::is_none);
        let deprecated = self.elements.iter().filter_map(|(coordinate, reason)| Some((coordinate, reason.as_ref()?)));
        let fresh = deprecated.filter(|(coordinate, _)| is_new(coordinate));
        fresh.map(|(coordinate, reason)| Deprecation { coordinate: coordinate.clone(), reason: reason.clone() }).collect()
    }
}

/// Every coordinate of a schema, with the reason when it is deprecated.
fn elements(document: &SchemaDocument) -> BTreeMap<String, Option<String>> {
    fn inputs(of: &str, inputs: &[InputValue], form: impl Fn(&str, &str) -> String, found: &mut BTreeMap<String, Option<String>>) {
        found.extend(inputs.iter().map(|input| (form(of, &input.name), reason(&input.directives))));
    }
    fn fields(of: &str, fields: &[Field], found: &mut BTreeMap<String, Option<String>>) {
        for field in fields {
            let coordinate = format!("{of}.{}", field.name);
            inputs(&coordinate, &field.arguments, |field, name| format!("{field}({name}:)"), found);
            found.insert(coordinate, reason(&field.directives));
        }
    }
    let mut found = BTreeMap::new();
    for definition in &document.definitions {
        let SchemaDefinition::TypeDefinition(definition) = definition else { continue };
        let name = definition.name();
        found.insert(name.to_owned(), None);
        match definition {
            TypeDefinition::Object(object) => fields(name, &object.fields, &mut found),
            TypeDefinition::Interface(interface) => fields(name, &interface.fields, &mut found),
            TypeDefinition::InputObject(input) => inputs(name, &input.fields, |of, name| format!("{of}.{name}"), &mut found),
            TypeDefinition::Enum(values) => {
                found.extend(values.values.iter().map(|value| (format!("{name}.{}", value.name), reason(&value.directives))));
            }
            TypeDefinition::Scalar(_) | TypeDefinition::Union(_) => {}
        }
    }
    found
}

fn reason(directives: &[SchemaDirective]) -> Option<String> {
    let deprecated = directives.iter().find(|directive| directive.name == "deprecated")?;
    let reason = deprecated.arguments.iter().find_map(|(name, value)| match value {
        Value::String(reason) if name == "reason" => Some(reason.clone()),
        _ => None,
    });
    Some(reason.unwrap_or_default())
}

struct Found<'a> {
    schema: &'a Schema,
    coordinates: BTreeSet<String>,
    /// Input objects of which all fields are counted already.
    opened: BTreeSet<String>,
}

impl Found<'_> {
    fn definition(&mut self, definition: &Definition) {
        match definition {
            Definition::Fragment(fragment) => {
                let TypeCondition::On(on) = &fragment.type_condition;
                self.directives(&fragment.directives);
                self.selection(&fragment.selection_set, on);
            }
            Definition::Operation(operation) => {
                self.directives(operation.directives());
                for variable in operation.variable_definitions() {
                    self.input(variable.var_type.inner_type());
                    variable.default_value.iter().for_each(|value| self.value(value, &variable.var_type));
                }
                if let Some(root) = self.schema.root(operation_kind(operation)) {
                    self.selection(operation.selection_set(), root);
                }
            }
        }
    }

    fn selection(&mut self, selection: &SelectionSet, type_name: &str) {
        self.coordinates.insert(type_name.to_owned());
        for item in &selection.items {
            match item {
                Selection::Field(field) => {
                    self.directives(&field.directives);
                    self.field(field, type_name);
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives);
                    let on = fragment.type_condition.as_ref().map_or(type_name, |TypeCondition::On(on)| on);
                    self.selection(&fragment.selection_set, on);
                }
                Selection::FragmentSpread(spread) => self.directives(&spread.directives),
            }
        }
    }

    fn field(&mut self, field: &Selected, type_name: &str) {
        let Some(owner) = self.schema.types.get(type_name) else { return };
        let Some(entry) = owner.fields.get(&field.name) else { return };
        // An object that stands behind an interface answers with its own field.
        for owner in std::iter::once(type_name).chain(owner.possible.iter().map(|name| &**name)) {
            self.coordinates.insert(owner.to_owned());
            self.coordinates.insert(format!("{owner}.{}", field.name));
            self.coordinates.extend(field.arguments.iter().map(|(argument, _)| format!("{owner}.{}({argument}:)", field.name)));
        }
        let definitions = match &owner.definition {
            TypeDefinition::Object(object) => &object.fields[..],
            TypeDefinition::Interface(interface) => &interface.fields[..],
            _ => &[],
        };
        if let Some(definition) = definitions.iter().find(|definition| definition.name == field.name) {
            for (name, value) in &field.arguments {
                let argument = definition.arguments.iter().find(|argument| argument.name == *name);
                argument.iter().for_each(|argument| self.value(value, &argument.value_type));
            }
        }
        let returned = entry.ty.inner_type();
        self.input(returned);
        if !field.selection_set.items.is_empty() {
            self.selection(&field.selection_set, returned);
        }
    }

    /// A type with all that a value of it can hold; of what has a selection only the name.
    fn input(&mut self, name: &str) {
        self.coordinates.insert(name.to_owned());
        match self.schema.types.get(name).map(|entry| &entry.definition) {
            Some(TypeDefinition::Enum(values)) => {
                self.coordinates.extend(values.values.iter().map(|value| format!("{name}.{}", value.name)));
            }
            Some(TypeDefinition::InputObject(input)) if self.opened.insert(name.to_owned()) => {
                for field in &input.fields {
                    self.coordinates.insert(format!("{name}.{}", field.name));
                    self.input(field.value_type.inner_type());
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, value: &Value, ty: &Type) {
        let name = ty.inner_type();
        match value {
            Value::Enum(value) => self.coordinates.extend([name.to_owned(), format!("{name}.{value}")]),
            Value::List(items) => items.iter().for_each(|item| self.value(item, ty)),
            Value::Object(given) => {
                let Some(TypeDefinition::InputObject(input)) = self.schema.types.get(name).map(|entry| &entry.definition) else { return };
                self.coordinates.insert(name.to_owned());
                for (field, value) in given {
                    self.coordinates.insert(format!("{name}.{field}"));
                    let definition = input.fields.iter().find(|definition| definition.name == *field);
                    definition.iter().for_each(|definition| self.value(value, &definition.value_type));
                }
            }
            _ => {}
        }
    }

    fn directives(&mut self, directives: &[Directive]) {
        self.coordinates.extend(directives.iter().map(|directive| format!("@{}", directive.name)));
    }
}
