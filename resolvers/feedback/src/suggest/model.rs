//! The model: multinomial logistic regression over the features of folded words.
//!
//! It is trained at first use, because training takes less time than reading a trained model of the same size would save, and
//! no second file can then disagree with the phrases. Training is seeded: the same phrases give the same model everywhere.

use super::{
    corpus::Corpus,
    features::{Feature, features},
    fold::{Word, words},
};

/// Passes over the phrases.
const PASSES: usize = 8;
/// Length of the first step; later steps shrink for each feature by how much it has been moved already (AdaGrad, Duchi et al.
/// 2011, one slope for a feature: on unseen phrases it does better than one for a weight, and takes half the time).
const STEP: f32 = 1.0;
/// Scores are multiplied by this before they become probabilities: fitted by cross-validation over the phrases (temperature
/// scaling, Guo et al. 2017); `the_calibration_holds` in the tests keeps it honest.
const SHARPNESS: f32 = 1.05;

/// A trained model.
pub(super) struct Model {
    /// Hashes of the known features, sorted.
    known: Vec<u64>,
    /// How telling each known feature is: the logarithm of how rare it is.
    rarity: Vec<f32>,
    /// Weights: `classes` of them for each known feature.
    weights: Vec<f32>,
    classes: usize,
}

/// A known feature of a text: its place, its value, its word.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    at: usize,
    value: f32,
    word: usize,
    is_stem: bool,
}

impl Model {
    /// Trains on the phrases of the corpus.
    pub(super) fn train(corpus: &Corpus, seed: u64) -> Model {
        let mut model = Model::untrained(corpus);
        let look_up = |phrase: &str| model.look_up(&features(&words(phrase)));
        let phrases: Vec<Vec<Seen>> = corpus.phrases.iter().map(|(phrase, _)| look_up(phrase)).collect();
        let anywhere: Vec<Vec<Seen>> = corpus.anywhere.iter().map(|phrase| look_up(phrase)).collect();
        let mut of_class: Vec<Vec<usize>> = vec![Vec::new(); model.classes];
        for (at, (_, class)) in corpus.phrases.iter().enumerate() {
            of_class[*class].push(at);
        }
        let mut chance = Chance(seed);
        let mut slope = vec![f32::MIN_POSITIVE; model.known.len()];
        let mut order: Vec<usize> = (0..phrases.len()).collect();
        for _ in 0..PASSES {
            chance.shuffle(&mut order);
            for &at in &order {
                let class = corpus.phrases[at].1;
                let mut text = phrases[at].clone();
                // Appeals are longer than phrases: the matter is told twice, or stands among words that are said of any matter.
                match chance.below(4) {
                    0 => text.extend(&phrases[of_class[class][chance.below(of_class[class].len())]]),
                    1 | 2 if !anywhere.is_empty() => {
                        text.extend(&anywhere[chance.below(anywhere.len())]);
                        text.extend(&anywhere[chance.below(anywhere.len())]);
                    }
                    _ => {}
                }
                model.step(&even(text), class, &mut slope);
            }
        }
        model
    }

    /// Knows the features and how rare they are, but nothing of the classes yet. Parts and pairs met in fewer than three
    /// phrases are left out: they cost memory and teach nothing.
    fn untrained(corpus: &Corpus) -> Model {
        let mut met: Vec<(u64, bool)> = Vec::new();
        for (phrase, _) in &corpus.phrases {
            let mut own: Vec<(u64, bool)> = features(&words(phrase)).iter().map(|feature| (feature.hash, feature.is_stem)).collect();
            own.sort_unstable();
            own.dedup();
            met.extend(own);
        }
        met.sort_unstable();
        let total = corpus.phrases.len() as f32;
        let (known, rarity): (Vec<u64>, Vec<f32>) = met
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|same| same.first().map(|(hash, is_stem)| (*hash, *is_stem, same.len())))
            .filter(|(_, is_stem, count)| *is_stem || *count > 2)
            .map(|(hash, _, count)| (hash, (total / count as f32).ln()))
            .unzip();
        let classes = corpus.categories.len();
        let weights = vec![0.0; known.len() * classes];
        Model { known, rarity, weights, classes }
    }

    /// The known ones among the features of a text.
    fn look_up(&self, text: &[Feature]) -> Vec<Seen> {
        text.iter()
            .filter_map(|feature| {
                let at = self.known.binary_search(&feature.hash).ok()?;
                Some(Seen { at, value: feature.weight * self.rarity[at], word: feature.word, is_stem: feature.is_stem })
            })
            .collect()
    }

    /// What of the text the model knows, brought to length 1; empty when it knows no word or beginning of a word in it.
    pub(super) fn read(&self, text: &[Word<'_>]) -> Vec<Seen> {
        let seen = self.look_up(&features(text));
        if seen.iter().any(|seen| seen.is_stem) { even(seen) } else { Vec::new() }
    }

    /// The probability of each class.
    pub(super) fn probabilities(&self, seen: &[Seen]) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
        self.score(seen, &mut scores);
        scores.iter_mut().for_each(|score| *score *= SHARPNESS);
        softmax(&mut scores);
        scores
    }

    /// How much each word of the text speaks for the class rather than for the others.
    pub(super) fn shares(&self, seen: &[Seen], class: usize, words: usize) -> Vec<f32> {
        let mut shares = vec![0.0; words];
        for feature in seen {
            let row = self.row(feature.at);
            let mean = row.iter().sum::<f32>() / self.classes as f32;
            shares[feature.word] += feature.value * (row[class] - mean);
        }
        shares
    }

    fn row(&self, at: usize) -> &[f32] {
        &self.weights[at * self.classes..(at + 1) * self.classes]
    }

    fn score(&self, seen: &[Seen], scores: &mut [f32]) {
        for feature in seen {
            for (score, weight) in scores.iter_mut().zip(self.row(feature.at)) {
                *score += feature.value * weight;
            }
        }
    }

    /// One step of gradient descent on one text.
    fn step(&mut self, seen: &[Seen], class: usize, slope: &mut [f32]) {
        let mut wrong = vec![0.0; self.classes];
        self.score(seen, &mut wrong);
        softmax(&mut wrong);
        wrong[class] -= 1.0;
        let wrongness: f32 = wrong.iter().map(|wrong| wrong * wrong).sum();
        for feature in seen {
            let slope = &mut slope[feature.at];
            *slope += wrongness * feature.value * feature.value;
            let length = STEP * feature.value / slope.sqrt();
            let row = feature.at * self.classes..(feature.at + 1) * self.classes;
            for (weight, wrong) in self.weights[row].iter_mut().zip(&wrong) {
                *weight -= length * wrong;
            }
        }
    }
}

/// Brings the features of a text to length 1, so that long texts do not shout.
fn even(mut seen: Vec<Seen>) -> Vec<Seen> {
    let length = seen.iter().map(|feature| feature.value * feature.value).sum::<f32>().sqrt();
    seen.iter_mut().for_each(|feature| feature.value /= length);
    seen
}

fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// SplitMix64 (Steele et al. 2014): the order of training, the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for at in (1..order.len()).rev() {
            order.swap(at, self.below(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every phrase is judged by a model that was trained without it: probability given to the first class, and whether it is
    /// the right one.
    fn judged_unseen(folds: usize) -> Vec<(f32, bool)> {
        let whole = Corpus::embedded();
        let mut judged = Vec::new();
        for fold in 0..folds {
            let (held, kept): (Vec<_>, Vec<_>) = whole.phrases.iter().enumerate().partition(|(at, _)| at % folds == fold);
            let kept = kept.into_iter().map(|(_, phrase)| *phrase).collect();
            let model = Model::train(&Corpus { categories: whole.categories.clone(), phrases: kept, anywhere: whole.anywhere.clone() }, 1);
            for (_, (phrase, class)) in held {
                let seen = model.read(&words(phrase));
                if seen.is_empty() {
                    continue;
                }
                let probabilities = model.probabilities(&seen);
                let first = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(at, p)| (at, *p)).unwrap();
                judged.push((first.1, first.0 == *class));
            }
        }
        judged
    }

    #[test]
    fn the_calibration_holds() {
        let judged = judged_unseen(4);
        let mean = |numbers: Vec<f32>| numbers.iter().sum::<f32>() / numbers.len() as f32;
        let right = mean(judged.iter().map(|(_, right)| f32::from(u8::from(*right))).collect());
        let claimed = mean(judged.iter().map(|(confidence, _)| *confidence).collect());
        assert!(right > 0.55, "right on unseen phrases: {right}");
        assert!((right - claimed).abs() < 0.05, "claimed {claimed}, right {right}");
        let sure: Vec<f32> = judged.iter().filter(|(p, _)| *p >= 0.9).map(|(_, right)| f32::from(u8::from(*right))).collect();
        assert!(mean(sure.clone()) > 0.85, "right when sure: {}", mean(sure));
    }

    #[test]
    fn training_is_repeatable() {
        let (one, other) = (Model::train(&Corpus::embedded(), 1), Model::train(&Corpus::embedded(), 1));
        assert!(one.weights == other.weights);
    }

    #[test]
    fn the_model_is_small() {
        let model = Model::train(&Corpus::embedded(), 1);
        let bytes = size_of_val(model.weights.as_slice()) + size_of_val(model.known.as_slice()) + size_of_val(model.rarity.as_slice());
        assert!(bytes < 6_000_000, "{bytes} bytes");
    }
}
