//! Reads a subgraph's SDL. The parser knows no `extend schema`, and only composition needs to see what subgraphs link there.

use std::ops::Range;

use graphql_tools::{
    parser::{parse_schema, spanned_tokens},
    static_graphql::schema::{Document, InputValue},
};

use super::{CompositionError, CompositionFault, joined::has, machinery::defined, remedies};

/// Reads the types of a subgraph's federation SDL, without what it links.
///
/// # Errors
/// When it cannot be parsed.
pub fn subgraph_types(name: &str, sdl: &str) -> Result<Document, CompositionError> {
    let refused = |message: String| CompositionError::of(Some(name), message);
    let types = without_schema_extensions(sdl).map_err(refused)?;
    Ok(parse_schema::<String>(&types).map_err(|error| refused(error.to_string()))?.into_static())
}

/// The same for composition, which must carry out all that the types say.
pub(super) fn read(name: &str, sdl: &str) -> Result<Document, CompositionError> {
    let document = subgraph_types(name, sdl)?;
    match from_context(&document) {
        Some(coordinate) => {
            let message = "@fromContext is not carried out here".to_owned();
            let (subgraph, remedy) = (Some(name.to_owned()), remedies::find(&message));
            Err(CompositionError { faults: vec![CompositionFault { subgraph, coordinate: Some(coordinate), message, remedy }] })
        }
        None => Ok(document),
    }
}

/// A field with an argument that the router is to give (context v0.1). Composed without that, clients could give it.
fn from_context(document: &Document) -> Option<String> {
    defined(document).find_map(|(type_name, fields)| {
        let given =
            |argument: &InputValue| has(&argument.directives, "fromContext") || has(&argument.directives, "federation__fromContext");
        let field = fields.iter().find(|field| field.arguments.iter().any(given))?;
        Some(format!("{type_name}.{}", field.name))
    })
}

fn without_schema_extensions(sdl: &str) -> Result<String, String> {
    let spans: Vec<Range<usize>> = spanned_tokens(sdl)?.into_iter().map(|(_, span)| span).collect();
    let tokens: Vec<&str> = spans.iter().map(|span| &sdl[span.clone()]).collect();
    let offset = |at: usize| spans.get(at).map_or(sdl.len(), |span| span.start);
    let mut kept = String::with_capacity(sdl.len());
    let (mut from, mut at) = (0, 0);
    while at < tokens.len() {
        if tokens[at] != "extend" || tokens.get(at + 1) != Some(&"schema") {
            at += 1;
            continue;
        }
        kept.push_str(&sdl[from..offset(at)]);
        at += 2;
        while tokens.get(at) == Some(&"@") {
            at = closed(&tokens, at + 2, "(", ")");
        }
        at = closed(&tokens, at, "{", "}");
        from = offset(at);
    }
    kept.push_str(&sdl[from..]);
    Ok(kept)
}

/// The place after the bracketed group that begins at `at`, or `at` when none does.
fn closed(tokens: &[&str], mut at: usize, open: &str, close: &str) -> usize {
    let mut depth = 0;
    while let Some(token) = tokens.get(at) {
        if *token == open {
            depth += 1;
        } else if *token == close {
            depth -= 1;
        }
        if depth == 0 && *token != close {
            return at;
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::without_schema_extensions;

    #[test]
    fn schema_extensions_are_cut_out_and_nothing_else() {
        for (sdl, expected) in [
            ("type A { a: Int }", "type A { a: Int }"),
            ("extend schema @link(url: \"x\", import: [\"@key\"]) @b type A { a: Int }", "type A { a: Int }"),
            ("type A { a: Int } extend schema @a { query: Q }", "type A { a: Int } "),
            ("\"extend schema @a\" type A { extend: Int schema: Int }", "\"extend schema @a\" type A { extend: Int schema: Int }"),
        ] {
            assert_eq!(without_schema_extensions(sdl).unwrap(), expected);
        }
    }
}
