//! Who sees what: the catalogue is public, all of it, for everyone.

/// Which rows of a table an actor sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    Public,
}

/// The catalogue is for everyone.
pub(crate) fn catalogue() -> Scope {
    Scope::Public
}
