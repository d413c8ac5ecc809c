//! What a document may ask for, checked on the raw document before anything is planned. Every check is linear in the document:
//! fragments are measured once each, however often they are spread.

use std::collections::HashMap;

use graphql_tools::static_graphql::query::{Definition, Directive, Document, OperationDefinition, Selection, SelectionSet};
use kernel::{Code, Fact, Locale};

use crate::words::words;

/// The limits. The defaults are those of the city's public graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Lexical tokens of the document.
    pub tokens_max: usize,
    /// Levels of the selection. Connections spend two each.
    pub depth_max: usize,
    /// Levels of the selection under `__schema` and `__type`.
    pub introspection_depth_max: usize,
    /// Lists of types nested in introspection: `fields`, `interfaces`, `possibleTypes`, `inputFields`.
    pub introspection_lists_max: usize,
    /// Aliases after fragments are put in.
    pub aliases_max: usize,
    /// Root fields after fragments are put in.
    pub root_fields_max: usize,
    /// Fields after fragments are put in.
    pub fields_max: usize,
    /// Directives after fragments are put in.
    pub directives_max: usize,
    /// Items of one list in the variables.
    pub list_items_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            tokens_max: 2_000,
            depth_max: 20,
            introspection_depth_max: 20,
            introspection_lists_max: 2,
            aliases_max: 15,
            root_fields_max: 20,
            fields_max: 500,
            directives_max: 50,
            list_items_max: 250,
        }
    }
}

/// A limit that a document exceeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) code: Code,
    key: &'static str,
    found: usize,
    max: usize,
}

impl Exceeded {
    pub(crate) fn tokens(max: usize) -> Exceeded {
        Exceeded { code: Code::GraphqlValidationFailed, key: "limit-tokens", found: max, max }
    }

    pub(crate) fn message(&self, locale: Locale) -> String {
        let facts: [Fact<'_>; 2] = [("found", self.found.into()), ("max", self.max.into())];
        words().text(locale, self.key, &facts)
    }
}

/// What a selection asks for.
#[derive(Clone, Copy, Default)]
struct Size {
    depth: usize,
    /// Nested lists of introspection, should the selection prove to be under `__schema` or `__type`.
    lists: usize,
    introspection_depth: usize,
    introspection_lists: usize,
    aliases: usize,
    root_fields: usize,
    fields: usize,
    directives: usize,
}

impl Size {
    /// Puts another selection beside this one.
    fn add(&mut self, other: Size) {
        self.depth = self.depth.max(other.depth);
        self.lists = self.lists.max(other.lists);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.root_fields = self.root_fields.saturating_add(other.root_fields);
        self.fields = self.fields.saturating_add(other.fields);
        self.directives = self.directives.saturating_add(other.directives);
    }

    /// Puts the selection under a field.
    fn under(self, name: &str) -> Size {
        let size = Size { depth: self.depth + 1, root_fields: 1, fields: self.fields.saturating_add(1), ..self };
        match name {
            // Introspection is measured by its own limits.
            "__schema" | "__type" => Size { depth: 1, lists: 0, introspection_depth: size.depth, introspection_lists: size.lists, ..size },
            "fields" | "interfaces" | "possibleTypes" | "inputFields" => Size { lists: size.lists + 1, ..size },
            _ => size,
        }
    }
}

/// Checks the operation that is to be executed.
pub(crate) fn check(document: &Document, operation: &OperationDefinition, limits: &Limits) -> Result<(), Exceeded> {
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.name.as_str(), Fragment { selection: &fragment.selection_set, size: None })),
        Definition::Operation(_) => None,
    });
    let mut measure = Measure { fragments: fragments.collect() };
    let mut size = measure.selection(operation.selection_set());
    size.directives = size.directives.saturating_add(operation.directives().len());
    let invalid = Code::GraphqlValidationFailed;
    for (key, code, found, max) in [
        ("limit-depth", invalid, size.depth, limits.depth_max),
        ("limit-depth", invalid, size.introspection_depth, limits.introspection_depth_max),
        ("limit-introspection", invalid, size.introspection_lists, limits.introspection_lists_max),
        ("limit-aliases", invalid, size.aliases, limits.aliases_max),
        ("limit-root-fields", invalid, size.root_fields, limits.root_fields_max),
        ("limit-directives", invalid, size.directives, limits.directives_max),
        ("limit-fields", Code::CostEstimatedTooExpensive, size.fields, limits.fields_max),
    ] {
        if found > max {
            return Err(Exceeded { code, key, found, max });
        }
    }
    Ok(())
}

struct Fragment<'a> {
    selection: &'a SelectionSet,
    size: Option<Size>,
}

struct Measure<'a> {
    fragments: HashMap<&'a str, Fragment<'a>>,
}

impl<'a> Measure<'a> {
    fn selection(&mut self, selection: &'a SelectionSet) -> Size {
        let mut size = Size::default();
        for item in &selection.items {
            match item {
                Selection::Field(field) => {
                    let mut field_size = self.selection(&field.selection_set).under(&field.name);
                    field_size.aliases = field_size.aliases.saturating_add(usize::from(field.alias.is_some()));
                    size.add(with(field_size, &field.directives));
                }
                Selection::InlineFragment(fragment) => {
                    let inner = self.selection(&fragment.selection_set);
                    size.add(with(inner, &fragment.directives));
                }
                Selection::FragmentSpread(spread) => {
                    let inner = self.fragment(&spread.fragment_name);
                    size.add(with(inner, &spread.directives));
                }
            }
        }
        size
    }

    fn fragment(&mut self, name: &str) -> Size {
        let Some(fragment) = self.fragments.get_mut(name) else { return Size::default() };
        if let Some(size) = fragment.size {
            return size;
        }
        // A fragment that contains itself is counted once here; validation refuses it.
        fragment.size = Some(Size::default());
        let selection = fragment.selection;
        let size = self.selection(selection);
        if let Some(fragment) = self.fragments.get_mut(name) {
            fragment.size = Some(size);
        }
        size
    }
}

fn with(mut size: Size, directives: &[Directive]) -> Size {
    size.directives = size.directives.saturating_add(directives.len());
    size
}
