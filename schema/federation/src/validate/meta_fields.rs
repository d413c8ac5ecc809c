//! Fields whose names begin with `__` are on the types that have them, and `__typename` is a leaf (GraphQL §4.1); the library's rules let
//! all of them pass.

use graphql_tools::{
    ast::{OperationVisitor, OperationVisitorContext},
    static_graphql::query::Field,
    validation::{
        rules::{ValidationRule, ValidationVisitor},
        utils::{ValidationError, ValidationErrorContext},
    },
};

pub(super) struct MetaFieldsOnCorrectType;

impl<'doc> OperationVisitor<'doc, ValidationErrorContext> for MetaFieldsOnCorrectType {
    fn enter_field(&mut self, visited: &mut OperationVisitorContext<'_>, errors: &mut ValidationErrorContext, field: &Field) {
        let message = match (field.name.as_str(), visited.current_parent_type()) {
            ("__typename", _) if !field.selection_set.items.is_empty() => {
                "Field \"__typename\" must not have a selection since type \"String!\" has no subfields.".to_owned()
            }
            ("__typename", _) if !field.arguments.is_empty() => "Field \"__typename\" has no arguments.".to_owned(),
            (name, Some(parent)) if name != "__typename" && name.starts_with("__") && parent.field_by_name(name).is_none() => {
                format!("Cannot query field \"{name}\" on type \"{}\".", parent.name())
            }
            _ => return,
        };
        errors.report_error(ValidationError { error_code: self.error_code(), locations: vec![field.position], message });
    }
}

impl ValidationRule for MetaFieldsOnCorrectType {
    fn error_code(&self) -> &'static str {
        "MetaFieldsOnCorrectType"
    }

    fn visitor<'doc>(&self) -> ValidationVisitor<'doc> {
        Box::new(MetaFieldsOnCorrectType)
    }
}
