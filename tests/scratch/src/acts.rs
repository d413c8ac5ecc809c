//! The acts of a room, as its schema names them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::refusals::Wrong;

/// What of a type a field is.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    type_name: String,
    list: bool,
}

/// The acts of a room with what is typed into them.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    /// The type of each act's input.
    inputs: BTreeMap<String, String>,
    /// The fields of each input type.
    fields: BTreeMap<String, Vec<Field>>,
}

impl Acts {
    /// What the schema is asked.
    pub(crate) const QUESTION: &'static str = "{ __schema { mutationType { fields { name args { name type { ofType { name } } } } }
        types { name inputFields { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

    /// Reads the answer.
    pub(crate) fn read(answer: &Value) -> Acts {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().expect("a name").to_owned();
        let acts = list(&answer["__schema"]["mutationType"]["fields"]);
        assert!(!acts.is_empty(), "the room has acts: {answer}");
        let inputs = acts.iter().map(|act| (text(&act["name"]), text(&act["args"][0]["type"]["ofType"]["name"]))).collect();
        let types = list(&answer["__schema"]["types"]);
        let fields = types.iter().map(|of| (text(&of["name"]), list(&of["inputFields"]).iter().map(field).collect())).collect();
        Acts { inputs, fields }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.inputs.keys().map(String::as_str)
    }

    /// A document that does it, and asks why not.
    pub(crate) fn mutation(&self, act: &str) -> String {
        let input = self.inputs.get(act).unwrap_or_else(|| panic!("the room has no act {act}"));
        format!("mutation($input: {input}!) {{ {act}(input: $input) {{ errors {{ code path message }} }} }}")
    }

    /// Where in an input texts are typed: all of the act, but in lists only those that this input has.
    pub(crate) fn texts(&self, act: &str, input: &Value) -> BTreeSet<String> {
        let mut texts = BTreeSet::new();
        self.gather(&self.inputs[act], "", input, &mut texts);
        texts.remove("idempotencyKey");
        texts
    }

    fn gather(&self, type_name: &str, before: &str, input: &Value, texts: &mut BTreeSet<String>) {
        for field in &self.fields[type_name] {
            let path = format!("{before}{}", field.name);
            let given = &input[&field.name];
            let places: Vec<(String, &Value)> = match given.as_array().filter(|_| field.list) {
                Some(items) => items.iter().enumerate().take(1).map(|(index, item)| (format!("{path}.{index}"), item)).collect(),
                None if field.list => Vec::new(),
                None => vec![(path, given)],
            };
            for (path, given) in places {
                if field.type_name == "String" {
                    texts.insert(path);
                } else if self.fields.get(&field.type_name).is_some_and(|fields| !fields.is_empty()) && !given.is_null() {
                    self.gather(&field.type_name, &format!("{path}."), given, texts);
                }
            }
        }
    }

    /// Whether the input, or what is in it, has such a field.
    fn has(&self, type_name: &str, fits: &dyn Fn(&Field) -> bool) -> bool {
        self.fields.get(type_name).is_some_and(|fields| fields.iter().any(|field| fits(field) || self.has(&field.type_name, fits)))
    }

    /// What cannot be wrong with an act because it has no such field.
    pub(crate) fn impossible(&self, act: &str) -> Vec<(Wrong, &'static str)> {
        let has = |fits: &dyn Fn(&Field) -> bool| self.has(&self.inputs[act], fits);
        let named = |names: &'static [&'static str]| has(&|field| names.contains(&field.name.as_str()));
        let typed = has(&|field| field.type_name == "String" && field.name != "idempotencyKey");
        let mut impossible = Vec::new();
        if !named(&["version"]) {
            impossible.push((Wrong::Stale, "names no version"));
        }
        if !named(&["attachment", "attachments", "evidence"]) {
            impossible.push((Wrong::Attachment, "names no file"));
        }
        if !typed {
            impossible.push((Wrong::Empty, "no text is typed"));
            impossible.push((Wrong::Long, "no text is typed"));
        }
        impossible
    }
}

/// Unwraps what is required and what is a list.
fn field(field: &Value) -> Field {
    let name = field["name"].as_str().expect("a name").to_owned();
    let (mut of, mut list) = (&field["type"], false);
    while let "NON_NULL" | "LIST" = of["kind"].as_str().expect("a kind") {
        list |= of["kind"] == "LIST";
        of = &of["ofType"];
    }
    Field { name, type_name: of["name"].as_str().expect("a name").to_owned(), list }
}
