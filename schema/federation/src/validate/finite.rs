//! Numbers that a `Float` can hold (GraphQL §3.5.2). The parser reads `1e400` as infinite, with which no subgraph could be asked.

use graphql_tools::{
    ast::{OperationVisitor, OperationVisitorContext},
    static_graphql::query::Value,
    validation::{
        rules::{ValidationRule, ValidationVisitor},
        utils::{ValidationError, ValidationErrorContext},
    },
};

/// Refuses what is too large; the library's rules refuse it for other types alone.
pub(super) struct FiniteFloats;

impl<'a> OperationVisitor<'a, ValidationErrorContext> for FiniteFloats {
    fn enter_scalar_value(&mut self, _: &mut OperationVisitorContext<'a>, found: &mut ValidationErrorContext, value: &Value) {
        if matches!(value, Value::Float(number) if !number.is_finite()) {
            let message = "A number is too large for the type \"Float\".".to_owned();
            found.report_error(ValidationError { locations: Vec::new(), message, error_code: self.error_code() });
        }
    }
}

impl ValidationRule for FiniteFloats {
    fn error_code(&self) -> &'static str {
        "FiniteFloats"
    }

    fn visitor<'a>(&self) -> ValidationVisitor<'a> {
        Box::new(FiniteFloats)
    }
}

#[cfg(test)]
mod tests {
    use graphql_tools::{
        parser::{parse_query, parse_schema},
        validation::validate::validate,
    };

    #[test]
    fn a_number_that_no_float_can_hold_is_refused() {
        let schema = parse_schema::<String>("input Point { lat: Float } type Query { at(lat: Float, points: [Point!]): Int }").unwrap();
        let schema = schema.into_static();
        for (query, refused) in [
            ("{ at(lat: 1e400) }", true),
            ("{ at(points: [{ lat: -1e400 }]) }", true),
            ("query($lat: Float = 1e400) { at(lat: $lat) }", true),
            ("{ at(lat: 1.7976931348623157e308) }", false),
            ("{ at(points: [{ lat: 1e-400 }]) }", false),
        ] {
            let document = parse_query::<String>(query).unwrap().into_static();
            assert_eq!(!validate(&schema, &document, &crate::validate::rules()).is_empty(), refused, "{query}");
        }
    }
}
