//! Changes documents: their trees, so that most stay valid and get as far as planning, and their tokens, so that the rest does not.

use std::ops::Range;

use graphql_tools::{
    parser::{parse_query, spanned_tokens},
    static_graphql::query::{
        Definition, Directive, Document, FragmentDefinition, FragmentSpread, OperationDefinition, Selection, SelectionSet, TypeCondition,
        Value,
    },
};

use super::write::{Chance, Types, on_type};

/// Longer than any limit lets pass.
const BYTES_MAX: usize = 32 * 1024;

/// How deep what is written anew may be.
const DEPTH_MAX: usize = 6;

const PUNCTUATORS: [&str; 16] =
    ["{", "}", "(", ")", "[", "]", ":", "!", "@", "...", "on", "$", "=", "\"\"", "@include(if: true)", "@skip(if: false)"];

/// Changes a document in one to five places; `other` gives parts.
pub fn mutate(text: &str, other: &str, types: &Types, names: &[String], chance: &mut Chance) -> String {
    let mut text = text.to_owned();
    for _ in 0..=chance.below(5) {
        text = match parse_query::<String>(&text) {
            Ok(document) if !chance.one_in(8) => {
                let mut document = document.into_static();
                change_tree(&mut document, types, chance);
                document.to_string()
            }
            _ => change_tokens(&text, other, names, chance),
        };
        text.truncate(text.floor_char_boundary(BYTES_MAX));
    }
    text
}

fn change_tree(document: &mut Document, types: &Types, chance: &mut Chance) {
    let mut left = usize::MAX;
    reach(document, types, &mut left, &mut |_, _| {});
    let mut place = chance.below(usize::MAX - left);
    let fragments: Vec<_> = document.definitions.iter().filter_map(fragment).collect();
    let mut named = None;
    reach(document, types, &mut place, &mut |selection, on| {
        named = change_selection(selection, on, &fragments, types, chance);
    });
    document.definitions.extend(named.map(Definition::Fragment));
}

fn fragment(definition: &Definition) -> Option<(String, String)> {
    match definition {
        Definition::Fragment(FragmentDefinition { name, type_condition: TypeCondition::On(on), .. }) => Some((name.clone(), on.clone())),
        Definition::Operation(_) => None,
    }
}

/// Changes one selection; gives a fragment that it needs.
fn change_selection(
    selection: &mut SelectionSet,
    on: &str,
    fragments: &[(String, String)],
    types: &Types,
    chance: &mut Chance,
) -> Option<FragmentDefinition> {
    let place = chance.below(selection.items.len());
    match chance.below(11) {
        0 => drop(selection.items.remove(place)),
        1 => {
            let mut again = selection.items[place].clone();
            if let Selection::Field(field) = &mut again {
                field.alias = Some(format!("a{}", chance.below(30)));
            }
            selection.items.push(again);
        }
        2 | 3 => {
            let on = chance.pick(types.conditions(on)).map_or(on, String::as_str).to_owned();
            let inner = std::mem::replace(selection, SelectionSet { span: selection.span, items: Vec::new() });
            selection.items.push(on_type(&on, inner));
        }
        4 => {
            let name = format!("F{}", fragments.len());
            let inner = std::mem::replace(selection, SelectionSet { span: selection.span, items: vec![spread(&name)] });
            let type_condition = TypeCondition::On(on.to_owned());
            return Some(FragmentDefinition {
                position: Default::default(),
                name,
                type_condition,
                directives: Vec::new(),
                selection_set: inner,
            });
        }
        5 => selection.items.extend(chance.pick(fragments).map(|(name, _)| spread(name))),
        6 => {
            let directives = match &mut selection.items[place] {
                Selection::Field(field) => &mut field.directives,
                Selection::InlineFragment(fragment) => &mut fragment.directives,
                Selection::FragmentSpread(spread) => &mut spread.directives,
            };
            let name = if chance.one_in(2) { "include" } else { "skip" };
            let arguments = vec![("if".to_owned(), Value::Boolean(chance.one_in(2)))];
            directives.push(Directive { position: Default::default(), name: name.to_owned(), arguments });
        }
        // All that may stand here, at once.
        7 => selection
            .items
            .extend(types.conditions(on).iter().map(|condition| on_type(condition, types.write_selection(condition, DEPTH_MAX, chance)))),
        8 => selection.items.extend(types.fields(on).iter().map(|field| types.write_field(field, 2, chance))),
        _ => selection.items.extend(types.write_selection(on, chance.below(DEPTH_MAX), chance).items),
    }
    None
}

fn spread(name: &str) -> Selection {
    Selection::FragmentSpread(FragmentSpread { position: Default::default(), fragment_name: name.to_owned(), directives: Vec::new() })
}

/// Gives the `left`th selection whose type is known to `edit`.
fn reach(document: &mut Document, types: &Types, left: &mut usize, edit: &mut dyn FnMut(&mut SelectionSet, &str)) {
    for definition in &mut document.definitions {
        let (selection, on) = match definition {
            Definition::Fragment(fragment) => {
                let TypeCondition::On(on) = &fragment.type_condition;
                (&mut fragment.selection_set, on.clone())
            }
            Definition::Operation(OperationDefinition::SelectionSet(selection)) => (selection, types.query.clone()),
            Definition::Operation(OperationDefinition::Query(query)) => (&mut query.selection_set, types.query.clone()),
            Definition::Operation(OperationDefinition::Mutation(mutation)) => (&mut mutation.selection_set, "Mutation".to_owned()),
            Definition::Operation(OperationDefinition::Subscription(events)) => (&mut events.selection_set, "Subscription".to_owned()),
        };
        if reach_in(selection, &on, types, left, edit) {
            return;
        }
    }
}

fn reach_in(
    selection: &mut SelectionSet,
    on: &str,
    types: &Types,
    left: &mut usize,
    edit: &mut dyn FnMut(&mut SelectionSet, &str),
) -> bool {
    if *left == 0 {
        edit(selection, on);
        return true;
    }
    *left -= 1;
    selection.items.iter_mut().any(|item| match item {
        Selection::Field(field) if !field.selection_set.items.is_empty() => {
            let known = types.field(on, &field.name);
            known.is_some_and(|known| reach_in(&mut field.selection_set, known.field_type.inner_type(), types, left, edit))
        }
        Selection::InlineFragment(fragment) => {
            let on = fragment.type_condition.as_ref().map_or(on, |TypeCondition::On(on)| on).to_owned();
            reach_in(&mut fragment.selection_set, &on, types, left, edit)
        }
        Selection::Field(_) | Selection::FragmentSpread(_) => false,
    })
}

fn change_tokens(text: &str, other: &str, names: &[String], chance: &mut Chance) -> String {
    let tokens = tokens(text);
    let Some(at) = chance.pick(&tokens).cloned() else { return other.to_owned() };
    let until = chance.pick(&tokens).cloned().unwrap_or(at.clone());
    let (first, last) = (at.start.min(until.start), at.end.max(until.end));
    let part = &text[first..last];
    match chance.below(8) {
        0 => format!("{} {}", &text[..at.start], &text[at.end..]),
        1 => format!("{} {}", &text[..first], &text[last..]),
        2 => format!("{} {part} {}", &text[..last], &text[last..]),
        3 => format!("{}{}{}", &text[..first], format!("{part} ").repeat(1 + chance.below(60)), &text[last..]),
        4 => format!("{} {} {}", &text[..at.start], PUNCTUATORS[chance.below(PUNCTUATORS.len())], &text[at.end..]),
        5 => format!("{} {} {}", &text[..at.start], chance.pick(names).map_or("", String::as_str), &text[at.end..]),
        6 => {
            let taken = chance.pick(&self::tokens(other)).map_or("", |token| &other[token.start..]);
            format!("{} {taken}", &text[..at.start])
        }
        _ => {
            let mut characters: Vec<char> = text.chars().collect();
            let place = chance.below(characters.len());
            characters[place] = ['\u{0}', '\u{feff}', '"', '\\', 'ә', '#', '\n', '9'][chance.below(8)];
            characters.into_iter().collect()
        }
    }
}

/// Where the tokens are; of a text that is none, its words.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let spanned = spanned_tokens(text).map(|tokens| tokens.into_iter().map(|(_, span)| span).collect());
    spanned.unwrap_or_else(|_| {
        text.split_whitespace()
            .map(|word| {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                start..start + word.len()
            })
            .collect()
    })
}
