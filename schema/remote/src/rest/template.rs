//! Paths with places for values, a small part of RFC 6570: `/stops/{id}?near={near}`.

use std::fmt::Write;

use serde_json::{Map, Value};

/// A path, part by part.
#[derive(Debug)]
pub(super) struct Template {
    path: Vec<Part>,
    query: Vec<(String, Vec<Part>)>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Value(String),
}

impl Template {
    /// Reads a template; the error says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Template, String> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        if !path.starts_with('/') {
            return Err(format!("`{text}`: a path begins with /"));
        }
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parts(value).map(|value| (name.to_owned(), value))
        };
        let query = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect::<Result<_, _>>()?;
        Ok(Template { path: parts(path)?, query })
    }

    /// Puts values in. A value is one segment or one parameter, whatever it holds.
    pub(super) fn fill(&self, facts: &Map<String, Value>) -> String {
        let mut filled = String::new();
        for part in &self.path {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Value(name) => encode(&text(facts.get(name)), &mut filled),
            }
        }
        let mut mark = '?';
        for (name, value) in &self.query {
            let empty = value.iter().any(|part| matches!(part, Part::Value(name) if facts.get(name).is_none_or(Value::is_null)));
            if empty {
                continue;
            }
            filled.push(mark);
            mark = '&';
            filled.push_str(name);
            filled.push('=');
            for part in value {
                match part {
                    Part::Text(text) => filled.push_str(text),
                    Part::Value(name) => encode(&text(facts.get(name)), &mut filled),
                }
            }
        }
        filled
    }
}

fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| format!("`{text}`: a brace is not closed"))?;
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(Part::Value(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| text(Some(item))).collect::<Vec<_>>().join(","),
        Some(other) => other.to_string(),
    }
}

/// Percent-encodes all but unreserved characters (RFC 3986 §2.3), so that no value can be a path or a parameter of its own. A segment of
/// dots alone would climb in the path, so its first dot is encoded, too.
fn encode(text: &str, into: &mut String) {
    let climbs = matches!(text, "." | "..");
    for byte in text.bytes() {
        if (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') || byte == b'.') && !climbs {
            into.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Template;

    #[test]
    fn values_are_put_in_so_that_they_stay_values() {
        fn check(template: &str, facts: &serde_json::Value, expected: &str) {
            assert_eq!(Template::read(template).unwrap().fill(facts.as_object().unwrap()), expected, "{template}");
        }
        check("/stops", &json!({}), "/stops");
        check("/stops/{id}", &json!({ "id": 7 }), "/stops/7");
        check("/stops/{id}/line", &json!({ "id": "a/b?c#d" }), "/stops/a%2Fb%3Fc%23d/line");
        check("/stops/{id}", &json!({ "id": ".." }), "/stops/%2E%2E");
        check(
            "/stops?near={near}&limit={first}",
            &json!({ "near": "Ақ орда", "first": null }),
            "/stops?near=%D0%90%D2%9B%20%D0%BE%D1%80%D0%B4%D0%B0",
        );
        check("/stops?kind=bus&limit={first}", &json!({ "first": 5 }), "/stops?kind=bus&limit=5");
        check("/stops?ids={ids}", &json!({ "ids": [1, 2] }), "/stops?ids=1%2C2");
        for bad in ["stops", "http://other.example/", "/stops/{id", "/a?b={c"] {
            assert!(Template::read(bad).is_err(), "{bad}");
        }
    }
}
