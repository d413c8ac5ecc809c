use async_graphql::Enum;

/// A language of the city. An answer falls back to Kazakh, then Russian, then English.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "kernel::Locale")]
pub enum Locale {
    /// Қазақша.
    Kk,
    /// Русский.
    Ru,
    /// English.
    En,
}
