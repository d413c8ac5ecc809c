//! Who asks: the built-in issuer of tokens, and the way from an `Authorization` header to a [`kernel::Actor`].

mod actor;
mod issuer;
mod keys;
mod personas;
#[cfg(test)]
mod tests;

pub(crate) use actor::{Identified, identify};
pub(crate) use issuer::Issuer;
pub(crate) use keys::{Keys, ephemeral};
pub(crate) use personas::Persona;
