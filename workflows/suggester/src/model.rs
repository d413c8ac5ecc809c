//! The model: a linear score for each category, over the features of folded words, and two more for how pressing the text is.
//!
//! It is trained by [`crate::training`] and read from the bytes that training wrote, where they lie in the program: nothing is unpacked.
//!
//! ```text
//! "TKSUGG02" | features n: u32 | categories c: u32 | sharpness: f32 | bias of emergency, of urgent: f32, f32 | digest of the corpus: 32 bytes
//! | c slugs, each in 32 bytes | n hashes: u32, sorted | n rarities: f32 | n scales: f32 | n rows of c + 2 weights: i8
//! ```
//! All numbers are little-endian.

use crate::features::Feature;

pub(crate) const MAGIC: &[u8; 8] = b"TKSUGG02";
/// Bytes of a slug, filled up with zeros.
pub(crate) const SLUG_BYTES: usize = 32;
const HEADER: usize = 8 + 4 + 4 + 4 + 4 + 4 + 32;
/// Scores beside those of the categories: emergency, urgent.
pub(crate) const DANGERS: usize = 2;

/// A trained model, where its bytes lie.
#[derive(Clone, Copy)]
pub(crate) struct Model<'m> {
    bytes: &'m [u8],
    known: usize,
    categories: usize,
}

/// A known feature of a text: its row, its value, its word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) row: usize,
    pub(crate) value: f32,
    pub(crate) word: usize,
    pub(crate) is_stem: bool,
}

impl<'m> Model<'m> {
    /// Knows no word.
    pub(crate) const NOTHING: Model<'static> = Model { bytes: &[0; HEADER], known: 0, categories: 0 };

    /// Reads the frame of a model; none when the bytes are not one.
    pub(crate) fn read(bytes: &'m [u8]) -> Option<Model<'m>> {
        let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
        let model = Model { bytes, known: number(8)?, categories: number(12)? };
        (bytes.starts_with(MAGIC) && bytes.len() == model.rows() + model.known * model.columns()).then_some(model)
    }

    fn columns(self) -> usize {
        self.categories + DANGERS
    }

    fn hashes(self) -> usize {
        HEADER + self.categories * SLUG_BYTES
    }

    fn rows(self) -> usize {
        self.hashes() + 12 * self.known
    }

    fn number(self, at: usize) -> f32 {
        self.bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0.0, f32::from_le_bytes)
    }

    /// The SHA-256 of the corpus that it was trained on.
    pub(crate) fn corpus(self) -> &'m [u8] {
        &self.bytes[HEADER - 32..HEADER]
    }

    /// The slugs of the categories.
    pub(crate) fn slugs(self) -> impl Iterator<Item = &'m str> {
        let slugs = &self.bytes[HEADER..self.hashes()];
        slugs.chunks(SLUG_BYTES).map(|slug| std::str::from_utf8(slug).unwrap_or_default().trim_end_matches('\0'))
    }

    pub(crate) fn find(self, hash: u32) -> Option<usize> {
        let hashes = self.bytes[self.hashes()..][..4 * self.known].as_chunks().0;
        hashes.binary_search_by_key(&hash, |bytes| u32::from_le_bytes(*bytes)).ok()
    }

    fn rarity(self, row: usize) -> f32 {
        self.number(self.hashes() + 4 * (self.known + row))
    }

    fn scale(self, row: usize) -> f32 {
        self.number(self.hashes() + 4 * (2 * self.known + row))
    }

    fn weights(self, row: usize) -> &'m [u8] {
        &self.bytes[self.rows() + row * self.columns()..][..self.columns()]
    }

    /// What of a text the model knows, brought to length 1; empty when it knows no word or beginning of a word in it.
    pub(crate) fn look(self, text: &[Feature]) -> Vec<Seen> {
        let seen: Vec<Seen> = text
            .iter()
            .filter_map(|feature| {
                let row = self.find(short(feature.hash))?;
                Some(Seen { row, value: feature.weight * self.rarity(row), word: feature.word, is_stem: feature.is_stem })
            })
            .collect();
        if seen.iter().any(|seen| seen.is_stem) { even(seen) } else { Vec::new() }
    }

    fn scores(self, seen: &[Seen]) -> Vec<f32> {
        let mut scores = vec![0.0; self.columns()];
        for feature in seen {
            let value = feature.value * self.scale(feature.row);
            for (score, weight) in scores.iter_mut().zip(self.weights(feature.row)) {
                *score += value * f32::from(weight.cast_signed());
            }
        }
        scores
    }

    /// By how much the scores of categories are multiplied, so that probabilities are true.
    pub(crate) fn sharpness(self) -> f32 {
        self.number(16)
    }

    /// The logarithm of the odds of each category, up to a constant of the text.
    pub(crate) fn logits(self, seen: &[Seen]) -> Vec<f32> {
        let mut scores = self.scores(seen);
        scores.truncate(self.categories);
        scores.iter_mut().for_each(|score| *score *= self.sharpness());
        scores
    }

    /// The probability of each category.
    pub(crate) fn probabilities(self, seen: &[Seen]) -> Vec<f32> {
        let mut scores = self.logits(seen);
        softmax(&mut scores);
        scores
    }

    /// The probabilities that the text tells of an emergency, and of something urgent.
    pub(crate) fn dangers(self, seen: &[Seen]) -> [f32; DANGERS] {
        let scores = self.scores(seen);
        [0, 1].map(|danger| logistic(scores[self.categories + danger] + self.number(20 + 4 * danger)))
    }

    /// How much each word of the text speaks for the category rather than for the others.
    pub(crate) fn shares(self, seen: &[Seen], category: usize, words: usize) -> Vec<f32> {
        self.spoken(seen, words, |row| {
            let mean = row[..self.categories].iter().map(|weight| f32::from(weight.cast_signed())).sum::<f32>() / self.categories as f32;
            f32::from(row[category].cast_signed()) - mean
        })
    }

    /// How much each word of the text speaks for a danger.
    pub(crate) fn alarms(self, seen: &[Seen], danger: usize, words: usize) -> Vec<f32> {
        self.spoken(seen, words, |row| f32::from(row[self.categories + danger].cast_signed()))
    }

    fn spoken(self, seen: &[Seen], words: usize, weight: impl Fn(&[u8]) -> f32) -> Vec<f32> {
        let mut shares = vec![0.0; words];
        for feature in seen {
            shares[feature.word] += feature.value * self.scale(feature.row) * weight(self.weights(feature.row));
        }
        shares
    }
}

/// The half of a hash that the model keeps: among some ten thousand features hardly two are alike.
pub(crate) fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Brings the features of a text to length 1, so that long texts do not shout.
pub(crate) fn even(mut seen: Vec<Seen>) -> Vec<Seen> {
    let length = seen.iter().map(|feature| feature.value * feature.value).sum::<f32>().sqrt();
    seen.iter_mut().for_each(|feature| feature.value /= length);
    seen
}

pub(crate) fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

pub(crate) fn logistic(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}
