//! The fields of an object, in a row.

use std::collections::HashMap;

use super::{Data, Text};

/// Up to this many fields are searched one by one, which takes less than hashing a key. What is asked of more of them in an order that is
/// not theirs goes through an index, so that an object of thousands costs no square of them.
const SEARCHED_MAX: usize = 32;

/// A key and its value.
pub type Field = (Text, Data);

/// The fields of an object in their order, each key once.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// No fields.
    #[must_use]
    pub fn new() -> Fields {
        Fields(Vec::new())
    }

    /// No fields, and room for so many.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Fields {
        Fields(Vec::with_capacity(capacity))
    }

    /// Fields of which some may have one key: the last value of a key stands in the place of its first.
    pub(super) fn of(mut fields: Vec<Field>) -> Fields {
        if fields.len() <= SEARCHED_MAX {
            // Nearly always all are different. A bit for each first and last letter and length tells so for most of them.
            let mut seen = 0_u64;
            let mut at = 0;
            while at < fields.len() {
                let mark = mark(&fields[at].0);
                if seen & mark != 0
                    && let Some(first) = fields[..at].iter().position(|(key, _)| *key == fields[at].0)
                {
                    fields[first].1 = fields.remove(at).1;
                } else {
                    seen |= mark;
                    at += 1;
                }
            }
            return Fields(fields);
        }
        let mut places: HashMap<Text, usize> = HashMap::with_capacity(fields.len());
        let mut kept: Vec<Field> = Vec::with_capacity(fields.len());
        for (key, value) in fields {
            match places.get(&key) {
                Some(place) => kept[*place].1 = value,
                None => {
                    places.insert(key.clone(), kept.len());
                    kept.push((key, value));
                }
            }
        }
        Fields(kept)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.0.iter().position(|(known, _)| *known == *key)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Data> {
        self.0.iter().find(|(known, _)| *known == *key).map(|(_, value)| value)
    }

    /// The value of a key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Data> {
        self.0.iter_mut().find(|(known, _)| *known == *key).map(|(_, value)| value)
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The value in a place that a [`Finder`] found.
    pub fn at_mut(&mut self, place: usize) -> Option<&mut Data> {
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// Takes the field out of a place that a [`Finder`] found, and leaves one without a name, so that the places of others stay.
    #[must_use]
    pub fn take_at(&mut self, place: usize) -> Field {
        self.0.get_mut(place).map(std::mem::take).unwrap_or_default()
    }

    /// Puts a value under a key: in its place, or at the end.
    pub fn insert(&mut self, key: impl Into<Text>, value: Data) {
        let key = key.into();
        match self.position(&key) {
            Some(place) => self.0[place].1 = value,
            None => self.0.push((key, value)),
        }
    }

    /// Puts a field at the end whose key is known not to be there.
    pub fn push(&mut self, key: impl Into<Text>, value: Data) {
        let key = key.into();
        debug_assert!(!self.contains_key(&key), "a key twice: {key}");
        self.0.push((key, value));
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        self.0.reserve(more);
    }

    /// Takes a field out; those behind it move up.
    pub fn remove(&mut self, key: &str) -> Option<Data> {
        self.position(key).map(|place| self.0.remove(place).1)
    }

    /// Gives a field another key. Another field of that key is gone.
    pub fn rename(&mut self, key: &str, to: &str) {
        let Some(mut place) = self.position(key).filter(|_| *key != *to) else { return };
        if let Some(other) = self.position(to) {
            self.0.remove(other);
            place -= usize::from(other < place);
        }
        self.0[place].0 = Text::new(to);
    }

    /// Keeps the fields for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.0.retain(|(key, _)| keep(key));
    }

    /// The fields in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Data)> + DoubleEndedIterator {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// The values in their order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Data> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values in their order.
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Data> {
        self.0.iter_mut().map(|(_, value)| value)
    }
}

/// One of 64 bits for a key; keys that differ mostly have different ones.
fn mark(key: &str) -> u64 {
    let (first, last) = (key.as_bytes().first().copied().unwrap_or_default(), key.as_bytes().last().copied().unwrap_or_default());
    1 << ((usize::from(first) ^ usize::from(last) << 2 ^ key.len() << 4 ^ key.len()) & 63)
}

/// The same fields with the same values, in any order, as JSON has it.
impl PartialEq for Fields {
    fn eq(&self, other: &Fields) -> bool {
        let mut finder = Finder::default();
        let is_there = |(key, value): &Field| finder.find(other, key).is_some_and(|place| other.0[place].1 == *value);
        self.len() == other.len() && self.0.iter().all(is_there)
    }
}

impl IntoIterator for Fields {
    type Item = Field;
    type IntoIter = std::vec::IntoIter<Field>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Of fields with one key the last counts.
impl<K: Into<Text>> FromIterator<(K, Data)> for Fields {
    fn from_iter<I: IntoIterator<Item = (K, Data)>>(fields: I) -> Fields {
        Fields::of(fields.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

/// Looks for the fields of one object, one after another: first behind the one that was found last, which is right as long as they are
/// looked for in their order.
#[derive(Default)]
pub struct Finder {
    next: usize,
    index: Option<HashMap<Text, usize>>,
}

impl Finder {
    /// The place of a key. Between two calls fields may be added and taken by [`take_at`](Fields::take_at); what was added is found only
    /// among few.
    pub fn find(&mut self, fields: &Fields, key: &str) -> Option<usize> {
        let is_at = |place: usize| fields.0.get(place).is_some_and(|(known, _)| *known == *key);
        let place = if is_at(self.next) {
            self.next
        } else if fields.len() <= SEARCHED_MAX {
            fields.position(key)?
        } else {
            let index = self.index.get_or_insert_with(|| fields.0.iter().map(|(key, _)| key.clone()).zip(0..).collect());
            index.get(key).copied().filter(|place| is_at(*place))?
        };
        self.next = place + 1;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(keys: impl IntoIterator<Item = usize>) -> Fields {
        keys.into_iter().map(|n| (format!("k{n}"), Data::from(n % 2 == 0))).collect()
    }

    #[test]
    fn of_one_key_the_last_value_stands_in_the_first_place() {
        for others in [0, SEARCHED_MAX, 3_000] {
            let pairs = [("a", "1"), ("b", "2"), ("a", "3")].map(|(key, value)| (key.to_owned(), Data::from(value)));
            let rest = (0..others).map(|n| (format!("k{n}"), Data::Null));
            let found: Fields = pairs.into_iter().chain(rest).collect();
            assert_eq!(found.keys().take(2).collect::<Vec<_>>(), ["a", "b"]);
            assert_eq!((found.len(), found.get("a").and_then(Data::as_str)), (2 + others, Some("3")));
        }
    }

    #[test]
    fn a_cursor_finds_each_field_in_any_order() {
        for length in [5, SEARCHED_MAX, SEARCHED_MAX + 1, 2_000] {
            let mut all = fields(0..length);
            let mut finder = Finder::default();
            for n in (0..length).chain((0..length).rev()) {
                assert_eq!(finder.find(&all, &format!("k{n}")), Some(n));
            }
            assert_eq!(finder.find(&all, "other"), None);
            assert_eq!(all.take_at(3).0, "k3");
            assert_eq!((finder.find(&all, "k3"), finder.find(&all, "k4")), (None, Some(4)));
        }
    }

    #[test]
    fn objects_are_the_same_in_any_order() {
        for length in [5, 200] {
            assert_eq!(fields(0..length), fields((0..length).rev()));
            assert_ne!(fields(0..length), fields(1..=length));
        }
    }

    #[test]
    fn a_field_that_is_renamed_stays_in_its_place() {
        let mut all = fields(0..4);
        all.rename("k3", "k1");
        assert_eq!(all.keys().collect::<Vec<_>>(), ["k0", "k2", "k1"]);
        all.rename("k0", "k0");
        all.rename("none", "k0");
        assert_eq!(all.remove("k2"), Some(Data::Bool(true)));
        assert_eq!(all.keys().collect::<Vec<_>>(), ["k0", "k1"]);
    }
}
