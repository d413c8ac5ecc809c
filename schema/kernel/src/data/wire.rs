//! Data as it is read from JSON and written to it, without another value in between.

use std::fmt::{self, Formatter};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap, SerializeSeq},
};
use serde_json::Number;

use super::{Data, Field, Fields, Text};

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Data::Null => serializer.serialize_unit(),
            Data::Bool(value) => serializer.serialize_bool(*value),
            Data::Number(number) => number.serialize(serializer),
            Data::Text(text) => serializer.serialize_str(text),
            Data::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Data::Object(fields) => fields.serialize(serializer),
        }
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Data, D::Error> {
        Like { fields: 0 }.deserialize(deserializer)
    }
}

/// A value like the one before it in its list: an object has as many fields, so that one piece of memory is enough. Room is made for a few
/// only, or an empty object behind a large one would take as much as that.
struct Like {
    fields: usize,
}

const FIELDS_USUAL: usize = 32;

impl<'de> DeserializeSeed<'de> for Like {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Data, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Like {
    type Value = Data;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Data, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Data, E> {
        Ok(Data::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Data, E> {
        Ok(Data::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Data, E> {
        Ok(Data::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Data, E> {
        Ok(Number::from_f64(value).map_or(Data::Null, Data::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Data, E> {
        Ok(Data::Text(Text::new(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Data, E> {
        Ok(Data::Text(Text::from(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Data, A::Error> {
        let mut items = Vec::new();
        let mut fields = 0;
        while let Some(item) = list.next_element_seed(Like { fields })? {
            fields = item.as_object().map_or(fields, Fields::len);
            items.push(item);
        }
        Ok(Data::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut fields: Vec<Field> = Vec::with_capacity(self.fields.min(FIELDS_USUAL));
        while let Some(key) = map.next_key_seed(Key)? {
            fields.push((key, map.next_value_seed(Like { fields: 0 })?));
        }
        Ok(Data::Object(Fields::of(fields)))
    }
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Text;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Text;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Text, E> {
        Ok(Text::new(key))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Data;

    #[test]
    fn what_is_read_and_written_is_what_other_json_values_are() {
        for text in [
            "null",
            " [ 1 , -1 , 18446744073709551615 , 0.1 , 1.7976931348623157e308 , 1e2 , -0 , -0.0 , true ] ",
            r#"{"z":1,"a":{"z":[{"x":1,"y":2},{"x":3,"y":4,"z":5},{}]},"z":2,"":""}"#,
            r#""қазақша \"\\\n\u0000\ud83d\ude00/""#,
            r#"{"\u0061":"a text of more than twenty-four bytes","b":"\u0000"}"#,
        ] {
            let (data, value): (Data, Value) = (serde_json::from_str(text).unwrap(), serde_json::from_str(text).unwrap());
            assert_eq!(data, value, "{text}");
            assert_eq!(data.to_string(), value.to_string());
        }
        for wrong in ["", "{", "[1,]", "{\"a\":1,}", "{1:2}", "1e999", "\"\\ud800\"", "nul", "1 2", &"[".repeat(200)] {
            assert_eq!(serde_json::from_str::<Data>(wrong).is_err(), serde_json::from_str::<Value>(wrong).is_err(), "{wrong}");
            assert!(serde_json::from_str::<Data>(wrong).is_err(), "{wrong}");
        }
    }
}
