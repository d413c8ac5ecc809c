//! Who may see and do what: a scope for each read, a decision for each act.

use kernel::Actor;

/// Which rows an actor sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    All,
}

/// Things are public.
pub(crate) fn things(_actor: &Actor) -> Scope {
    Scope::All
}
