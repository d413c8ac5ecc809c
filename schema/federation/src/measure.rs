//! How large a document is, counted on the raw document before anything else is done with it. Linear in the document: a fragment is
//! measured once, however often it is spread.

use std::collections::HashMap;

use graphql_tools::static_graphql::query::{Definition, Directive, Document, Selection, SelectionSet};

use crate::{limits::Limit, validate::fragments};

/// What a selection asks for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Size {
    depth: usize,
    /// Nested lists of introspection, should the selection prove to be under `__schema` or `__type`.
    lists: usize,
    introspection_depth: usize,
    introspection_lists: usize,
    aliases: usize,
    root_fields: usize,
    fields: usize,
    fragment_spreads: usize,
    directives: usize,
}

impl Size {
    /// Fields after fragments are put in.
    pub(crate) fn fields(&self) -> usize {
        self.fields
    }

    /// The sizes that have a limit.
    pub(crate) fn of_limits(self) -> [(Limit, usize); 8] {
        [
            (Limit::Depth, self.depth),
            (Limit::IntrospectionDepth, self.introspection_depth),
            (Limit::IntrospectionLists, self.introspection_lists),
            (Limit::Aliases, self.aliases),
            (Limit::RootFields, self.root_fields),
            (Limit::FragmentSpreads, self.fragment_spreads),
            (Limit::Directives, self.directives),
            (Limit::Fields, self.fields),
        ]
    }

    /// Whether the selection asks for the schema.
    pub(crate) fn introspects(self) -> bool {
        self.introspection_depth > 0
    }

    /// Puts another selection beside this one.
    fn add(&mut self, other: Size) {
        self.depth = self.depth.max(other.depth);
        self.lists = self.lists.max(other.lists);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.root_fields = self.root_fields.saturating_add(other.root_fields);
        self.fields = self.fields.saturating_add(other.fields);
        self.fragment_spreads = self.fragment_spreads.saturating_add(other.fragment_spreads);
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

    fn with(mut self, directives: &[Directive]) -> Size {
        self.directives = self.directives.saturating_add(directives.len());
        self
    }
}

/// The size of each operation, and of each fragment: one that no operation spreads is validated, too.
pub(crate) fn measure(document: &Document) -> Vec<Size> {
    let fragments = fragments(document).map(|(name, fragment)| (name, Fragment { selection: &fragment.selection_set, size: None }));
    let mut measure = Measure { fragments: fragments.collect() };
    let sizes = document.definitions.iter().map(|definition| match definition {
        Definition::Operation(operation) => measure.selection(operation.selection_set()).with(operation.directives()),
        // Whether its fields are root fields is seen where it is spread.
        Definition::Fragment(fragment) => Size { root_fields: 0, ..measure.fragment(&fragment.name) }.with(&fragment.directives),
    });
    sizes.collect()
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
                    size.add(field_size.with(&field.directives));
                }
                Selection::InlineFragment(fragment) => size.add(self.selection(&fragment.selection_set).with(&fragment.directives)),
                Selection::FragmentSpread(spread) => {
                    let mut inner = self.fragment(&spread.fragment_name);
                    inner.fragment_spreads = inner.fragment_spreads.saturating_add(1);
                    size.add(inner.with(&spread.directives));
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
