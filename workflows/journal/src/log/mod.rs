//! The log that nobody can quietly change: all events of the journal in one Merkle tree (RFC 6962), signed and audited.
//!
//! `docs/audit.md` has the formats, byte by byte.

mod checkpoint;
mod entry;
mod erase;
mod note;
mod proof;
mod receipt;
mod sequence;
mod store;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, Checkpoints, checkpoint};
pub use entry::{Entry, instant};
pub use erase::{Erasable, erase};
pub use note::{Signer, Verifier};
pub use proof::{Proof, prove_consistency, prove_first};
pub use receipt::{Content, Flaw, Promise, Receipt, SALT_BYTES, Verified, digest, digest_text};
pub(crate) use sequence::sequence;
pub use tree::{Frontier, Hash, leaf};
pub use verify::{Audit, Bad, Wrong, verify};
