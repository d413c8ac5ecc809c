//! Names that begin with `__` are those of introspection, on the types that have them, and `__typename` is a leaf (GraphQL §4.1); the
//! library's rules let all of them pass.

use graphql_tools::{
    ast::{OperationVisitor, OperationVisitorContext},
    parser::Pos,
    static_graphql::query::{Field, FragmentDefinition, InlineFragment, TypeCondition, VariableDefinition},
    validation::{
        rules::{ValidationRule, ValidationVisitor},
        utils::{ValidationError, ValidationErrorContext},
    },
};

pub(super) struct MetaNamesAreKnown;

impl MetaNamesAreKnown {
    fn report(&self, errors: &mut ValidationErrorContext, at: Pos, message: String) {
        errors.report_error(ValidationError { error_code: self.error_code(), locations: vec![at], message });
    }

    fn check_type(&self, visited: &OperationVisitorContext<'_>, errors: &mut ValidationErrorContext, name: &str, at: Pos) {
        if name.starts_with("__") && visited.schema.type_by_name(name).is_none() {
            self.report(errors, at, format!("Unknown type \"{name}\"."));
        }
    }
}

impl<'doc> OperationVisitor<'doc, ValidationErrorContext> for MetaNamesAreKnown {
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
        self.report(errors, field.position, message);
    }

    fn enter_fragment_definition(
        &mut self,
        visited: &mut OperationVisitorContext<'_>,
        errors: &mut ValidationErrorContext,
        fragment: &FragmentDefinition,
    ) {
        let TypeCondition::On(on) = &fragment.type_condition;
        self.check_type(visited, errors, on, fragment.position);
    }

    fn enter_inline_fragment(
        &mut self,
        visited: &mut OperationVisitorContext<'_>,
        errors: &mut ValidationErrorContext,
        fragment: &InlineFragment,
    ) {
        if let Some(TypeCondition::On(on)) = &fragment.type_condition {
            self.check_type(visited, errors, on, fragment.position);
        }
    }

    fn enter_variable_definition(
        &mut self,
        visited: &mut OperationVisitorContext<'_>,
        errors: &mut ValidationErrorContext,
        variable: &VariableDefinition,
    ) {
        self.check_type(visited, errors, variable.var_type.inner_type(), variable.position);
    }
}

impl ValidationRule for MetaNamesAreKnown {
    fn error_code(&self) -> &'static str {
        "MetaNamesAreKnown"
    }

    fn visitor<'doc>(&self) -> ValidationVisitor<'doc> {
        Box::new(MetaNamesAreKnown)
    }
}
