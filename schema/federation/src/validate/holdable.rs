//! Literals that can be held: numbers that a `Float` can (GraphQL §3.5.2), for the parser reads `1e400` as infinite, with which no subgraph
//! could be asked; and text without U+0000, which PostgreSQL cannot store.

use graphql_tools::{
    ast::{OperationVisitor, OperationVisitorContext},
    static_graphql::query::Value,
    validation::{
        rules::{ValidationRule, ValidationVisitor},
        utils::{ValidationError, ValidationErrorContext},
    },
};

/// Refuses what cannot be held; the library's rules know nothing of it.
pub(super) struct HoldableLiterals;

impl<'a> OperationVisitor<'a, ValidationErrorContext> for HoldableLiterals {
    fn enter_scalar_value(&mut self, _: &mut OperationVisitorContext<'a>, found: &mut ValidationErrorContext, value: &Value) {
        let message = match value {
            Value::Float(number) if !number.is_finite() => "A number is too large for the type \"Float\".",
            Value::String(text) if text.contains('\0') => "A text holds the character U+0000.",
            _ => return,
        };
        found.report_error(ValidationError { locations: Vec::new(), message: message.to_owned(), error_code: self.error_code() });
    }
}

impl ValidationRule for HoldableLiterals {
    fn error_code(&self) -> &'static str {
        "HoldableLiterals"
    }

    fn visitor<'a>(&self) -> ValidationVisitor<'a> {
        Box::new(HoldableLiterals)
    }
}

#[cfg(test)]
mod tests {
    use graphql_tools::{
        parser::{parse_query, parse_schema},
        validation::validate::validate,
    };

    #[test]
    fn what_cannot_be_held_is_refused() {
        let sdl = "input Point { lat: Float name: String } type Query { at(lat: Float, points: [Point!]): Int }";
        let schema = parse_schema::<String>(sdl).unwrap();
        let schema = schema.into_static();
        for (query, refused) in [
            ("{ at(lat: 1e400) }", true),
            ("{ at(points: [{ lat: -1e400 }]) }", true),
            ("query($lat: Float = 1e400) { at(lat: $lat) }", true),
            ("{ at(lat: 1.7976931348623157e308) }", false),
            ("{ at(points: [{ lat: 1e-400 }]) }", false),
            ("{ at(points: [{ name: \"a\\u0000\" }]) }", true),
            ("query($points: [Point!] = [{ name: \"\\u0000\" }]) { at(points: $points) }", true),
            ("{ at(points: [{ name: \"\\u0001\" }]) }", false),
        ] {
            let document = parse_query::<String>(query).unwrap().into_static();
            assert_eq!(!validate(&schema, &document, &crate::validate::rules()).is_empty(), refused, "{query}");
        }
    }
}
