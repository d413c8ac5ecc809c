//! What a client can mend.

use kernel::Error;

use crate::{model::QUERY_CHARS_MAX, words::words};

pub(crate) fn query_too_long() -> Error {
    Error::bad_input(words().localized("query-too-long", &[("max", QUERY_CHARS_MAX.into())]))
}
