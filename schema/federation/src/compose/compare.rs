//! What of a new public schema would break clients of the old one.

use graphql_tools::{
    parser::{parse_schema, schema::Definition},
    static_graphql::schema::{Document, Field, InputValue, Type, TypeDefinition},
};

use super::CompositionError;

/// One change that breaks clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`.
    pub coordinate: String,
    /// What happened to it.
    pub description: String,
}

/// Compares two public SDLs and lists the changes that break clients, in the order of the old one.
///
/// # Errors
/// When one of them cannot be parsed.
pub fn breaking_changes(old: &str, new: &str) -> Result<Vec<Change>, CompositionError> {
    let read = |sdl: &str| -> Result<Document, CompositionError> {
        parse_schema::<String>(sdl).map(|document| document.into_static()).map_err(|error| CompositionError::of(None, error))
    };
    let (old, new) = (read(old)?, read(new)?);
    let mut comparison = Comparison { old: &old, new: &new, changes: Vec::new() };
    for definition in &old.definitions {
        match definition {
            Definition::TypeDefinition(was) => match new.type_by_name(was.name()) {
                Some(is) => comparison.types(was, is),
                None => comparison.note(was.name(), "was removed"),
            },
            Definition::DirectiveDefinition(was) if new.directive_by_name(&was.name).is_none() => {
                comparison.note(&format!("@{}", was.name), "was removed");
            }
            _ => {}
        }
    }
    for (kind, was, is) in [
        ("query", old.query_type_name(), new.query_type_name()),
        ("mutation", old.mutation_type_name(), new.mutation_type_name()),
        ("subscription", old.subscription_type_name(), new.subscription_type_name()),
    ] {
        if was.is_some() && was != is {
            comparison.note("schema", &format!("has another {kind} type"));
        }
    }
    Ok(comparison.changes)
}

struct Comparison<'a> {
    old: &'a Document,
    new: &'a Document,
    changes: Vec<Change>,
}

impl Comparison<'_> {
    fn note(&mut self, coordinate: &str, description: &str) {
        self.changes.push(Change { coordinate: coordinate.to_owned(), description: description.to_owned() });
    }

    fn types(&mut self, was: &TypeDefinition, is: &TypeDefinition) {
        use TypeDefinition as T;
        match (was, is) {
            (T::Scalar(_), T::Scalar(_)) => {}
            (T::Object(was), T::Object(is)) => {
                self.implements(&was.name, &was.implements_interfaces, &is.implements_interfaces);
                self.fields(&was.name, &was.fields, &is.fields);
            }
            (T::Interface(was), T::Interface(is)) => {
                self.implements(&was.name, &was.implements_interfaces, &is.implements_interfaces);
                self.fields(&was.name, &was.fields, &is.fields);
            }
            (T::Union(was), T::Union(is)) => {
                for member in was.types.iter().filter(|member| !is.types.contains(member)) {
                    self.note(&was.name, &format!("lost the member {member}"));
                }
            }
            (T::Enum(was), T::Enum(is)) => {
                for value in was.values.iter().filter(|value| is.values.iter().all(|other| other.name != value.name)) {
                    self.note(&format!("{}.{}", was.name, value.name), "was removed");
                }
            }
            (T::InputObject(was), T::InputObject(is)) => {
                self.inputs(&was.fields, &is.fields, |field| format!("{}.{field}", was.name));
                let one_of = |input: &T| input.is_one_of();
                if !one_of(&T::InputObject(was.clone())) && one_of(&T::InputObject(is.clone())) {
                    self.note(&was.name, "became @oneOf");
                }
            }
            (was, _) => self.note(was.name(), "became another kind of type"),
        }
    }

    fn implements(&mut self, name: &str, was: &[String], is: &[String]) {
        for interface in was.iter().filter(|interface| !is.contains(interface)) {
            self.note(name, &format!("no longer implements {interface}"));
        }
    }

    fn fields(&mut self, owner: &str, was: &[Field], is: &[Field]) {
        for field in was {
            let coordinate = format!("{owner}.{}", field.name);
            let Some(now) = is.iter().find(|now| now.name == field.name) else {
                self.note(&coordinate, "was removed");
                continue;
            };
            if !self.may_answer(&field.field_type, &now.field_type) {
                self.note(&coordinate, &format!("changed its type from {} to {}", field.field_type, now.field_type));
            }
            self.inputs(&field.arguments, &now.arguments, |argument| format!("{coordinate}({argument}:)"));
        }
    }

    fn inputs(&mut self, was: &[InputValue], is: &[InputValue], coordinate: impl Fn(&str) -> String) {
        for input in was {
            let Some(now) = is.iter().find(|now| now.name == input.name) else {
                self.note(&coordinate(&input.name), "was removed");
                continue;
            };
            if !may_take(&input.value_type, &now.value_type) {
                self.note(&coordinate(&input.name), &format!("changed its type from {} to {}", input.value_type, now.value_type));
            } else if required(now) && !required(input) {
                self.note(&coordinate(&input.name), "became required");
            } else if input.default_value.is_some() && input.default_value != now.default_value {
                self.note(&coordinate(&input.name), "changed its default");
            }
        }
        for input in is.iter().filter(|input| required(input) && was.iter().all(|old| old.name != input.name)) {
            self.note(&coordinate(&input.name), "was added and is required");
        }
    }

    /// Whether clients that were answered `was` can take `is`.
    fn may_answer(&self, was: &Type, is: &Type) -> bool {
        match (was, is) {
            (Type::NonNullType(was), Type::NonNullType(is)) => self.may_answer(was, is),
            (Type::NonNullType(_), _) => false,
            (was, Type::NonNullType(is)) => self.may_answer(was, is),
            (Type::ListType(was), Type::ListType(is)) => self.may_answer(was, is),
            (Type::NamedType(was), Type::NamedType(is)) => was == is || self.narrowed(was, is),
            _ => false,
        }
    }

    /// Whether every `is` was a `was` before: a fragment on it was allowed.
    fn narrowed(&self, was: &str, is: &str) -> bool {
        self.old.is_named_subtype(is, was) && self.new.type_by_name(is).is_some()
    }
}

/// Whether what clients send for `was` is still taken.
fn may_take(was: &Type, is: &Type) -> bool {
    match (was, is) {
        (Type::NonNullType(was), Type::NonNullType(is)) => may_take(was, is),
        (Type::NonNullType(was), is) => may_take(was, is),
        (_, Type::NonNullType(is)) if matches!(was, Type::NamedType(_) | Type::ListType(_)) => may_take(was, is),
        (Type::ListType(was), Type::ListType(is)) => may_take(was, is),
        (Type::NamedType(was), Type::NamedType(is)) => was == is,
        // A single value stands for a list of one.
        (Type::NamedType(_), Type::ListType(is)) => may_take(was, is),
        _ => false,
    }
}

fn required(input: &InputValue) -> bool {
    input.value_type.is_non_null() && input.default_value.is_none()
}

#[cfg(test)]
mod tests {
    use super::breaking_changes;

    fn check(old: &str, new: &str, expected: &[&str]) {
        let rest = "type Query { a: Int }";
        let changes = breaking_changes(&format!("{rest} {old}"), &format!("{rest} {new}")).unwrap();
        let changes: Vec<String> = changes.iter().map(|change| format!("{} {}", change.coordinate, change.description)).collect();
        assert_eq!(changes, expected, "{old} -> {new}");
    }

    #[test]
    fn what_breaks_clients_is_named() {
        check("type A { a: Int }", "", &["A was removed"]);
        check("type A { a: Int }", "input A { a: Int }", &["A became another kind of type"]);
        check("type A { a: Int b: Int }", "type A { a: Int }", &["A.b was removed"]);
        check("type A { a: Int }", "type A { a: String }", &["A.a changed its type from Int to String"]);
        check("type A { a: Int! }", "type A { a: Int }", &["A.a changed its type from Int! to Int"]);
        check("type A { a: [Int!] }", "type A { a: [Int] }", &["A.a changed its type from [Int!] to [Int]"]);
        check("type A { a(x: Int): Int }", "type A { a: Int }", &["A.a(x:) was removed"]);
        check("type A { a: Int }", "type A { a(x: Int!): Int }", &["A.a(x:) was added and is required"]);
        check("type A { a(x: Int): Int }", "type A { a(x: Int!): Int }", &["A.a(x:) became required"]);
        check("type A { a(x: Int = 1): Int }", "type A { a(x: Int = 2): Int }", &["A.a(x:) changed its default"]);
        check("input A { a: Int }", "input A { a: Int b: Int! }", &["A.b was added and is required"]);
        check("input A { a: Int }", "input A { a: [String] }", &["A.a changed its type from Int to [String]"]);
        check("input A { a: Int }", "input A @oneOf { a: Int }", &["A became @oneOf"]);
        check("enum A { X Y }", "enum A { X }", &["A.Y was removed"]);
        check(
            "union A = B | C type B { b: Int } type C { c: Int }",
            "union A = B type B { b: Int } type C { c: Int }",
            &["A lost the member C"],
        );
        check(
            "interface I { i: Int } type A implements I { i: Int }",
            "interface I { i: Int } type A { i: Int }",
            &["A no longer implements I"],
        );
        check("directive @d on FIELD", "", &["@d was removed"]);
    }

    #[test]
    fn what_clients_can_take_is_not_named() {
        check("type A { a: Int }", "type A { a: Int! b: Int } type B { b: Int }", &[]);
        check("type A { a: [Int] }", "type A { a: [Int!]! }", &[]);
        check("type A { a(x: Int!): Int }", "type A { a(x: Int, y: Int, z: Int! = 1): Int }", &[]);
        check("input A { a: Int! }", "input A { a: Int b: Int }", &[]);
        check("input A { a: Int }", "input A { a: [Int] }", &[]);
        check("enum A { X }", "enum A { X Y }", &[]);
        check(
            "type A { a: I } interface I { i: Int } type B implements I { i: Int }",
            "type A { a: B } interface I { i: Int } type B implements I { i: Int }",
            &[],
        );
    }
}
