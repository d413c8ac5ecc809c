//! The tree over the log (RFC 6962 §2.1): hashes of entries and of pairs, the roots of what is complete, and which nodes prove what.
//!
//! A node is stored once it can no longer change, with the entry that completed it. Nodes at the right edge, which change with every entry,
//! are computed from those.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The hash of an entry (RFC 6962 §2.1: 0x00 before it, so that no entry can pass for a node).
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash of two nodes (RFC 6962 §2.1: 0x01 before them).
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Where a node of a complete subtree is stored: with the entry at `position` (from 1), which completed it, `level` steps above the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) position: u64,
    pub(crate) level: u32,
}

/// A node of a proof: the complete subtrees from left to right that it is folded from. It is one, except at the right edge of a tree.
pub(crate) type Fold = Vec<Place>;

/// A tree as far as its growth needs it: its size, and the roots of its complete subtrees, the largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree of this size, when the nodes at [`peaks`] are these.
    pub(crate) fn new(size: u64, peaks: Vec<Hash>) -> Frontier {
        Frontier { size, peaks }
    }

    /// How many entries the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds an entry by its hash. Gives back the nodes that are complete now: the entry's own, and those of the subtrees that it completes,
    /// each above the one before it.
    pub fn push(&mut self, leaf: Hash) -> Vec<Hash> {
        let mut complete = vec![leaf];
        let mut top = leaf;
        // A subtree is complete with this entry for each low bit of the old size that is set.
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            top = node(&left, &top);
            complete.push(top);
        }
        self.peaks.push(top);
        self.size += 1;
        complete
    }

    /// The root of the tree; of an empty one the hash of nothing (RFC 6962 §2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.peaks).unwrap_or_else(|| Sha256::digest(b"").into())
    }
}

/// Folds the roots of neighbouring subtrees, the largest first, into the node over them.
pub(crate) fn fold(hashes: &[Hash]) -> Option<Hash> {
    hashes.iter().rev().copied().reduce(|right, left| node(&left, &right))
}

/// Where the roots of the complete subtrees of a tree are, the largest first.
pub(crate) fn peaks(size: u64) -> Fold {
    cover(0, size)
}

/// The complete subtrees that together hold the entries `from..to`, counted from 0, from left to right.
fn cover(mut from: u64, to: u64) -> Fold {
    let mut places = Vec::new();
    while from < to {
        let level = from.trailing_zeros().min((to - from).ilog2());
        from += 1 << level;
        places.push(Place { position: from, level });
    }
    places
}

/// The largest power of two below a number above 1 (RFC 6962 §2.1).
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The nodes that prove that a tree of `size` holds the entry `index`, counted from 0: `PATH(m, D[n])` of RFC 6962 §2.1.1.
pub(crate) fn inclusion(index: u64, size: u64) -> Vec<Fold> {
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(cover(middle, to));
            to = middle;
        } else {
            path.push(cover(from, middle));
            from = middle;
        }
    }
    path.reverse();
    path
}

/// The nodes that prove that a tree of `new` entries begins with the tree of its first `old`: `PROOF(m, D[n])` of RFC 6962 §2.1.2.
pub(crate) fn consistency(old: u64, new: u64) -> Vec<Fold> {
    let (mut from, mut to, mut path) = (0, new, Vec::new());
    if old == 0 || old >= new {
        return path;
    }
    // Whether the old tree is this whole subtree, whose root the verifier then knows.
    let mut is_known = true;
    while old < to {
        let middle = from + split(to - from);
        if old <= middle {
            path.push(cover(middle, to));
            to = middle;
        } else {
            path.push(cover(from, middle));
            from = middle;
            is_known = false;
        }
    }
    if !is_known {
        path.push(cover(from, to));
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use ct_merkle::{ConsistencyProof, HashableLeaf, InclusionProof, RootHash, mem_backed_tree::MemoryBackedTree};
    use sha2_of_ct_merkle::Sha256 as TheirSha256;

    use super::*;

    struct Entry(Vec<u8>);

    impl HashableLeaf for Entry {
        fn hash<H: sha2_of_ct_merkle::digest::Update>(&self, hasher: &mut H) {
            hasher.update(&self.0);
        }
    }

    /// All sizes up to one beyond a power of two: theirs, and our nodes as they are stored.
    fn grown(size: u64) -> (MemoryBackedTree<TheirSha256, Vec<u8>>, Frontier, Vec<Vec<Hash>>) {
        let (mut theirs, mut ours, mut stored) = (MemoryBackedTree::new(), Frontier::default(), Vec::new());
        for number in 0..size {
            theirs.push(number.to_be_bytes().to_vec());
            stored.push(ours.push(leaf(&number.to_be_bytes())));
        }
        (theirs, ours, stored)
    }

    fn bytes(stored: &[Vec<Hash>], path: &[Fold]) -> Vec<u8> {
        let read = |place: &Place| stored[usize::try_from(place.position).unwrap() - 1][usize::try_from(place.level).unwrap()];
        path.iter().flat_map(|places| fold(&places.iter().map(read).collect::<Vec<_>>()).unwrap()).collect()
    }

    #[test]
    fn roots_and_proofs_of_every_small_tree_are_those_of_another_implementation() {
        for size in 1..=66 {
            let (theirs, ours, stored) = grown(size);
            assert_eq!(theirs.root().as_bytes().as_slice(), ours.root(), "root of {size}");
            for index in 0..size {
                let proof = theirs.prove_inclusion(usize::try_from(index).unwrap());
                assert_eq!(proof.as_bytes(), bytes(&stored, &inclusion(index, size)), "entry {index} of {size}");
            }
            for old in 1..=size {
                let proof = theirs.prove_consistency(usize::try_from(size - old).unwrap());
                assert_eq!(proof.as_bytes(), bytes(&stored, &consistency(old, size)), "{old} before {size}");
            }
        }
    }

    #[test]
    fn proofs_are_accepted_by_another_implementation() {
        let (theirs, _, stored) = grown(100);
        let entry = Entry(41_u64.to_be_bytes().to_vec());
        let proof = InclusionProof::<TheirSha256>::try_from_bytes(bytes(&stored, &inclusion(41, 100))).unwrap();
        theirs.root().verify_inclusion(&entry, 41, &proof).unwrap();
        let (_, before, _) = grown(70);
        let before = RootHash::<TheirSha256>::new(before.root().into(), 70);
        let proof = ConsistencyProof::try_from_bytes(bytes(&stored, &consistency(70, 100))).unwrap();
        theirs.root().verify_consistency(&before, &proof).unwrap();
    }

    #[test]
    fn a_tree_grows_on_from_its_stored_nodes() {
        for size in 0..40 {
            let (_, ours, stored) = grown(size);
            let read = |place: &Place| stored[usize::try_from(place.position).unwrap() - 1][usize::try_from(place.level).unwrap()];
            assert_eq!(Frontier::new(size, peaks(size).iter().map(read).collect()), ours, "{size}");
        }
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let hex: String = Frontier::default().root().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, nothing, "RFC 6962 §2.1: the hash of an empty string");
    }
}
