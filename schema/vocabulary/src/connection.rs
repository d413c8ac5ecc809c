//! Relay connections over the kernel's pages.

use async_graphql::{
    OutputType,
    connection::{Connection as RelayConnection, Edge, EmptyFields},
};
use kernel::{Page, PageRequest};

/// A list that can grow, as a Relay connection: `edges { cursor node } nodes pageInfo`.
pub type Connection<T> = RelayConnection<String, T, EmptyFields, EmptyFields>;

/// Checks `first` and `after`.
///
/// # Errors
/// `BAD_USER_INPUT` when `first` is not 1 to 100.
pub fn page(first: i32, after: Option<String>) -> kernel::Result<PageRequest> {
    PageRequest::new(first, after)
}

/// Shows a page as a connection.
#[must_use]
pub fn connection<T, N: OutputType>(page: Page<T>, mut node: impl FnMut(T) -> N) -> Connection<N> {
    let mut connection = Connection::new(page.has_previous, page.has_next);
    connection.edges = page.items.into_iter().map(|(cursor, item)| Edge::new(cursor.as_str().to_owned(), node(item))).collect();
    connection
}
