//! Keyset paging: a page is what comes after a cursor in a unique, indexed order.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, Result, Words};

/// An opaque position in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// Makes a cursor from the sort key of a row.
    ///
    /// # Errors
    /// When the key cannot be written as JSON.
    pub fn encode(key: &impl Serialize) -> Result<Cursor> {
        let bytes = serde_json::to_vec(key).map_err(Error::internal)?;
        Ok(Cursor(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads the sort key back.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when the cursor was not given out for this list.
    pub fn decode<K: DeserializeOwned>(&self) -> Result<K> {
        let invalid = || Error::bad_input(Words::kernel().localized("page-cursor", &[]));
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| invalid())?;
        serde_json::from_slice(&bytes).map_err(|_| invalid())
    }

    /// Takes what a client sent.
    #[must_use]
    pub fn from_wire(text: String) -> Cursor {
        Cursor(text)
    }

    /// What the client is given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many at most, 1 to 100.
    pub first: u32,
    /// After which row; from the start when absent.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// The most that one page holds.
    pub const FIRST_MAX: u32 = 100;

    /// Checks what a client asked for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when `first` is not 1 to 100.
    pub fn new(first: i32, after: Option<String>) -> Result<PageRequest> {
        let first = u32::try_from(first)
            .ok()
            .filter(|first| (1..=Self::FIRST_MAX).contains(first))
            .ok_or_else(|| Error::bad_input(Words::kernel().localized("page-first", &[("max", Self::FIRST_MAX.into())])))?;
        Ok(PageRequest { first, after: after.map(Cursor::from_wire) })
    }

    /// How many rows to read: one more than asked, to learn whether there is a next page.
    #[must_use]
    pub fn limit(&self) -> u64 {
        u64::from(self.first) + 1
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items with their cursors.
    pub items: Vec<(Cursor, T)>,
    /// Whether more follow.
    pub has_next: bool,
    /// Whether the page began after a cursor.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// Cuts the page from up to [`PageRequest::limit`] rows.
    ///
    /// # Errors
    /// When a sort key cannot be written.
    pub fn cut<K: Serialize>(request: &PageRequest, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Result<Page<T>> {
        let first = request.first as usize;
        let has_next = rows.len() > first;
        rows.truncate(first);
        let items = rows.into_iter().map(|row| Ok((Cursor::encode(&key(&row))?, row))).collect::<Result<_>>()?;
        Ok(Page { items, has_next, has_previous: request.after.is_some() })
    }

    /// Changes the items and keeps their places.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(|(cursor, item)| (cursor, f(item))).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}
