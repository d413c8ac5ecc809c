//! From and to the JSON values of `serde_json`, which the edges speak.

use serde_json::{Map, Value};

use super::{Data, Fields, Text};

impl From<Value> for Data {
    fn from(value: Value) -> Data {
        match value {
            Value::Null => Data::Null,
            Value::Bool(value) => Data::Bool(value),
            Value::Number(number) => Data::Number(number),
            Value::String(text) => Data::Text(Text::from(text)),
            Value::Array(items) => Data::List(items.into_iter().map(Data::from).collect()),
            Value::Object(map) => Data::Object(map.into()),
        }
    }
}

impl From<Map<String, Value>> for Fields {
    fn from(map: Map<String, Value>) -> Fields {
        map.into_iter().map(|(key, value)| (Text::from(key), value.into())).collect()
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Value {
        match data {
            Data::Null => Value::Null,
            Data::Bool(value) => Value::Bool(value),
            Data::Number(number) => Value::Number(number),
            Data::Text(text) => Value::String(text.into()),
            Data::List(items) => Value::Array(items.into_iter().map(Value::from).collect()),
            Data::Object(fields) => Value::Object(fields.into()),
        }
    }
}

impl From<Fields> for Map<String, Value> {
    fn from(fields: Fields) -> Map<String, Value> {
        fields.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
    }
}

impl PartialEq<Value> for Data {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Data::Null, Value::Null) => true,
            (Data::Bool(one), Value::Bool(other)) => one == other,
            (Data::Number(one), Value::Number(other)) => one == other,
            (Data::Text(one), Value::String(other)) => one == other,
            (Data::List(one), Value::Array(other)) => one == other,
            (Data::Object(one), Value::Object(other)) => {
                one.len() == other.len() && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| value == other))
            }
            _ => false,
        }
    }
}

impl PartialEq<str> for Data {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Data {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn data_is_the_json_that_it_came_from() {
        let value = json!({ "a": [null, true, 1, -1, 1.5, "x", { "long": "a text that is not kept in place" }], "b": {} });
        let data = Data::from(value.clone());
        assert_eq!(data, value);
        assert_eq!(data.to_string(), value.to_string());
        assert_eq!(Value::from(data.clone()), value);
        assert_ne!(data, json!({ "a": 1, "b": {} }));
        assert_eq!((data["a"][5].as_str(), &data["none"][0]), (Some("x"), &Data::Null));
    }
}
