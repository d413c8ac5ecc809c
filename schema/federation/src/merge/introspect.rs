//! Introspection (GraphQL §4), answered from the API schema.

use graphql_tools::static_graphql::schema::{
    Directive, DirectiveDefinition, EnumValue, Field as FieldDefinition, InputValue, Type, TypeDefinition, Value as Literal,
};
use kernel::{Data, Fields};

use super::shape::{Field, Lens, Origin, Shape};
use crate::{schema::Schema, values};

/// A thing that introspection speaks of.
enum Meta<'a> {
    Schema,
    Named(&'a TypeDefinition),
    /// A list or non-null type.
    Wrapped(&'a Type),
    Field(&'a FieldDefinition),
    Input(&'a InputValue),
    EnumValue(&'a EnumValue),
    Directive(&'a DirectiveDefinition),
}

/// What a field of introspection holds.
enum Found<'a> {
    Leaf(Data),
    One(Meta<'a>),
    Many(Vec<Meta<'a>>),
}

/// Answers `__schema` or `__type`.
pub(super) fn answer(field: &Field, lens: &Lens<'_>, variables: &Fields) -> Data {
    let introspection = Introspection { lens, variables };
    let Some(shape) = &field.shape else { return Data::Null };
    if &*field.name == "__schema" {
        return introspection.object(&Meta::Schema, shape);
    }
    let name = introspection.argument(field, "name");
    let definition = name.as_str().and_then(|name| lens.schema.types.get(name));
    definition.map(|entry| introspection.object(&Meta::Named(&entry.definition), shape)).unwrap_or_default()
}

struct Introspection<'a> {
    lens: &'a Lens<'a>,
    variables: &'a Fields,
}

impl<'a> Introspection<'a> {
    fn object(&self, meta: &Meta<'a>, shape: &Shape) -> Data {
        let Some(layout) = shape.only(self.lens) else { return Data::Null };
        let fields = layout.fields.iter().map(|field| {
            let value = match field.origin {
                Origin::Type => Data::Text(layout.type_name.clone()),
                _ => self.value(self.find(meta, field), field),
            };
            (field.key.clone(), value)
        });
        Data::Object(fields.collect())
    }

    fn value(&self, found: Found<'a>, field: &Field) -> Data {
        match (found, &field.shape) {
            (Found::Leaf(value), _) => value,
            (Found::One(meta), Some(shape)) => self.object(&meta, shape),
            (Found::Many(metas), Some(shape)) => metas.iter().map(|meta| self.object(meta, shape)).collect(),
            _ => Data::Null,
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Data {
        let given = field.arguments.iter().find(|(argument, _)| argument == name);
        given.map(|(_, value)| values::resolve(value, self.variables)).unwrap_or_default()
    }

    fn find(&self, meta: &Meta<'a>, field: &Field) -> Found<'a> {
        let deprecated = self.argument(field, "includeDeprecated") == Data::Bool(true);
        match meta {
            Meta::Schema => self.of_schema(&field.name),
            Meta::Named(definition) => self.of_type(definition, &field.name, deprecated),
            Meta::Wrapped(ty) => self.of_wrapper(ty, &field.name),
            Meta::Field(definition) => match &*field.name {
                "name" => text(&definition.name),
                "description" => optional(definition.description.as_ref()),
                "args" => inputs(&definition.arguments, deprecated),
                "type" => Found::One(self.reference(&definition.field_type)),
                name => of_deprecation(name, &definition.directives),
            },
            Meta::Input(input) => match &*field.name {
                "name" => text(&input.name),
                "description" => optional(input.description.as_ref()),
                "type" => Found::One(self.reference(&input.value_type)),
                "defaultValue" => Found::Leaf(input.default_value.as_ref().map(|value| Data::from(value.to_string())).unwrap_or_default()),
                name => of_deprecation(name, &input.directives),
            },
            Meta::EnumValue(value) => match &*field.name {
                "name" => text(&value.name),
                "description" => optional(value.description.as_ref()),
                name => of_deprecation(name, &value.directives),
            },
            Meta::Directive(directive) => match &*field.name {
                "name" => text(&directive.name),
                "description" => optional(directive.description.as_ref()),
                "isRepeatable" => Found::Leaf(Data::Bool(directive.repeatable)),
                "locations" => Found::Leaf(directive.locations.iter().map(|location| Data::from(location.as_str())).collect()),
                "args" => inputs(&directive.arguments, deprecated),
                _ => Found::Leaf(Data::Null),
            },
        }
    }

    fn of_schema(&self, field: &str) -> Found<'a> {
        let schema: &'a Schema = self.lens.schema;
        match field {
            "types" => Found::Many(schema.types.values().map(|entry| Meta::Named(&entry.definition)).collect()),
            "queryType" => self.named(Some(&schema.query)),
            "mutationType" => self.named(schema.mutation.as_deref()),
            "subscriptionType" => self.named(schema.subscription.as_deref()),
            "directives" => Found::Many(schema.directives.iter().map(Meta::Directive).collect()),
            _ => Found::Leaf(Data::Null),
        }
    }

    fn named(&self, name: Option<&str>) -> Found<'a> {
        let schema: &'a Schema = self.lens.schema;
        name.and_then(|name| schema.types.get(name)).map_or(Found::Leaf(Data::Null), |entry| Found::One(Meta::Named(&entry.definition)))
    }

    fn many<'b>(&self, names: impl Iterator<Item = &'b str>) -> Found<'a> {
        let schema: &'a Schema = self.lens.schema;
        Found::Many(names.filter_map(|name| schema.types.get(name)).map(|entry| Meta::Named(&entry.definition)).collect())
    }

    fn of_type(&self, definition: &'a TypeDefinition, field: &str, deprecated: bool) -> Found<'a> {
        use TypeDefinition as T;
        match (field, definition) {
            ("kind", definition) => text(kind(definition)),
            ("name", definition) => text(definition.name()),
            ("description", definition) => optional(description(definition)),
            ("specifiedByURL", T::Scalar(scalar)) => {
                Found::Leaf(directive_text(&scalar.directives, "specifiedBy", "url").unwrap_or_default())
            }
            ("fields", T::Object(object)) => fields_of(&object.fields, deprecated),
            ("fields", T::Interface(interface)) => fields_of(&interface.fields, deprecated),
            ("interfaces", T::Object(object)) => self.many(object.implements_interfaces.iter().map(String::as_str)),
            ("interfaces", T::Interface(interface)) => self.many(interface.implements_interfaces.iter().map(String::as_str)),
            ("possibleTypes", T::Interface(_) | T::Union(_)) => {
                let possible = self.lens.schema.types.get(definition.name()).map_or(&[][..], |entry| &entry.possible);
                self.many(possible.iter().map(|name| &**name))
            }
            ("enumValues", T::Enum(values)) => Found::Many(
                values.values.iter().filter(|value| deprecated || !is_deprecated(&value.directives)).map(Meta::EnumValue).collect(),
            ),
            ("inputFields", T::InputObject(input)) => inputs(&input.fields, deprecated),
            ("isOneOf", T::InputObject(_)) => Found::Leaf(Data::Bool(definition.is_one_of())),
            _ => Found::Leaf(Data::Null),
        }
    }

    fn of_wrapper(&self, ty: &'a Type, field: &str) -> Found<'a> {
        match (field, ty) {
            ("kind", Type::NonNullType(_)) => text("NON_NULL"),
            ("kind", _) => text("LIST"),
            ("ofType", Type::NonNullType(inner) | Type::ListType(inner)) => Found::One(self.reference(inner)),
            _ => Found::Leaf(Data::Null),
        }
    }

    fn reference(&self, ty: &'a Type) -> Meta<'a> {
        let schema: &'a Schema = self.lens.schema;
        match ty {
            Type::NamedType(name) => schema.types.get(name).map_or(Meta::Wrapped(ty), |entry| Meta::Named(&entry.definition)),
            _ => Meta::Wrapped(ty),
        }
    }
}

fn text(text: &str) -> Found<'static> {
    Found::Leaf(Data::from(text))
}

fn optional(text: Option<&String>) -> Found<'static> {
    Found::Leaf(text.map(|text| Data::from(text.as_str())).unwrap_or_default())
}

fn kind(definition: &TypeDefinition) -> &'static str {
    match definition {
        TypeDefinition::Scalar(_) => "SCALAR",
        TypeDefinition::Object(_) => "OBJECT",
        TypeDefinition::Interface(_) => "INTERFACE",
        TypeDefinition::Union(_) => "UNION",
        TypeDefinition::Enum(_) => "ENUM",
        TypeDefinition::InputObject(_) => "INPUT_OBJECT",
    }
}

fn description(definition: &TypeDefinition) -> Option<&String> {
    match definition {
        TypeDefinition::Scalar(scalar) => scalar.description.as_ref(),
        TypeDefinition::Object(object) => object.description.as_ref(),
        TypeDefinition::Interface(interface) => interface.description.as_ref(),
        TypeDefinition::Union(union) => union.description.as_ref(),
        TypeDefinition::Enum(values) => values.description.as_ref(),
        TypeDefinition::InputObject(input) => input.description.as_ref(),
    }
}

fn fields_of(fields: &[FieldDefinition], deprecated: bool) -> Found<'_> {
    // The fields of introspection itself are not listed (GraphQL §4.1).
    let listed = fields.iter().filter(|field| !field.name.starts_with("__") && (deprecated || !is_deprecated(&field.directives)));
    Found::Many(listed.map(Meta::Field).collect())
}

fn inputs(inputs: &[InputValue], deprecated: bool) -> Found<'_> {
    Found::Many(inputs.iter().filter(|input| deprecated || !is_deprecated(&input.directives)).map(Meta::Input).collect())
}

fn is_deprecated(directives: &[Directive]) -> bool {
    directives.iter().any(|directive| directive.name == "deprecated")
}

fn of_deprecation(field: &str, directives: &[Directive]) -> Found<'static> {
    Found::Leaf(match field {
        "isDeprecated" => Data::Bool(is_deprecated(directives)),
        "deprecationReason" if is_deprecated(directives) => {
            directive_text(directives, "deprecated", "reason").unwrap_or_else(|| Data::from("No longer supported"))
        }
        _ => Data::Null,
    })
}

fn directive_text(directives: &[Directive], name: &str, argument: &str) -> Option<Data> {
    let directive = directives.iter().find(|directive| directive.name == name)?;
    directive.arguments.iter().find_map(|(given, value)| match value {
        Literal::String(text) if given == argument => Some(Data::from(text.as_str())),
        _ => None,
    })
}
