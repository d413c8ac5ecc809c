//! What the model looks at in a text: words, their beginnings, their parts and pairs of neighbours.
//!
//! Kazakh and Russian say grammar at the end of a word, so the beginning carries the meaning; the parts of 3–5 letters forgive
//! slips and tie compounds together; pairs tell «су жоқ» from «орын жоқ».

use crate::fold::Word;

/// A feature of a text, known by the hash of its kind and letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Feature {
    /// 64 bits: among some ten thousand features two equal hashes do not occur.
    pub(crate) hash: u64,
    /// How much one appearance counts.
    pub(crate) weight: f32,
    /// The place of the word in the text.
    pub(crate) word: usize,
    /// A whole word or its beginning, as against parts and pairs.
    pub(crate) is_stem: bool,
}

const WORD: f32 = 1.0;
const BEGINNING: f32 = 0.8;
const PART: f32 = 0.4;
const PAIR: f32 = 0.5;

/// Lengths of the beginnings taken.
const BEGINNINGS: std::ops::RangeInclusive<usize> = 4..=7;
/// Lengths of the parts taken.
const PARTS: std::ops::RangeInclusive<usize> = 3..=5;
/// Letters of each word in a pair.
const PAIRED: usize = 5;

/// The features of a text.
pub(crate) fn features(words: &[Word<'_>]) -> Vec<Feature> {
    let mut found = Vec::with_capacity(words.len() * 24);
    for (word, Word { folded, .. }) in words.iter().enumerate() {
        // The folded alphabet is ASCII, so a letter is a byte.
        let letters = folded.as_bytes();
        found.push(Feature { hash: hash(b'=', &[letters]), weight: WORD, word, is_stem: true });
        found.extend(BEGINNINGS.filter_map(|length| letters.get(..length).filter(|_| length < letters.len())).map(|beginning| Feature {
            hash: hash(b'<', &[beginning]),
            weight: BEGINNING,
            word,
            is_stem: true,
        }));
        let bounded = [b"^", letters, b"$"].concat();
        found.extend(PARTS.flat_map(|length| bounded.windows(length)).map(|part| Feature {
            hash: hash(b'~', &[part]),
            weight: PART,
            word,
            is_stem: false,
        }));
        if let Some(before) = word.checked_sub(1).and_then(|at| words.get(at)) {
            let pair = hash(b'+', &[beginning(&before.folded), beginning(folded)]);
            found.push(Feature { hash: pair, weight: PAIR, word, is_stem: false });
        }
    }
    found
}

fn beginning(folded: &str) -> &[u8] {
    folded.as_bytes().get(..PAIRED).unwrap_or(folded.as_bytes())
}

/// FNV-1a: short, and the same on every machine, which the standard hasher does not promise.
fn hash(kind: u8, parts: &[&[u8]]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |byte: u8| state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    take(kind);
    for part in parts {
        part.iter().copied().for_each(&mut take);
        take(b' ');
    }
    state
}
