//! Training: multinomial logistic regression for the category, and a logistic regression each for emergency and urgency, by stochastic
//! gradient descent. Seeded: the same corpus gives the same bytes.

use std::collections::HashMap;

use crate::{
    corpus::{Corpus, Message, Pressing},
    features::{Feature, features},
    fold::words,
    model::{DANGERS, MAGIC, Model, SLUG_BYTES, Seen, even, logistic, short, softmax},
};

/// Passes over the messages.
const PASSES: usize = 10;
/// Length of the first step; later steps shrink for each feature by how much it has been moved already (AdaGrad, Duchi et al. 2011, one slope
/// for a feature: on unseen phrases it does better than one for a weight, and takes half the time).
const STEP: f32 = 0.7;
/// How much more a message that tells of danger counts: there are few.
const DANGER_WEIGHT: f32 = 4.0;
/// Features kept: the model is to stay below four million bytes.
const KNOWN_MAX: usize = 64_000;
/// The seed of training; another seed gives another, equally good model.
const SEED: u64 = 109;

/// A text as training sees it.
struct Example {
    seen: Vec<Seen>,
    category: usize,
    is_phrase: bool,
    dangers: Option<[bool; DANGERS]>,
}

/// Weights in training.
struct Weights {
    columns: usize,
    rows: Vec<f32>,
    slopes: Vec<[f32; 1 + DANGERS]>,
    biases: [f32; DANGERS],
}

/// Trains on all of the corpus and gives the model's bytes; how sure it is follows from what each writer's messages teach of the other's.
#[must_use]
pub fn train(corpus: &Corpus) -> Vec<u8> {
    let by = |writer: &'static str| move |message: &Message| message.writer != writer;
    let crossed = [("a", "b"), ("b", "a")].map(|(left_out, judged)| {
        let _ = judged;
        let bytes = fit(corpus, by(left_out), 1.0);
        let held: Vec<&Message> = corpus.train.iter().filter(|message| message.writer == left_out).collect();
        sharpness(&bytes, &held)
    });
    fit(corpus, |_| true, f32::midpoint(crossed[0], crossed[1]))
}

/// Trains on some of the messages.
#[must_use]
pub fn fit(corpus: &Corpus, learns: impl Fn(&Message) -> bool, sharpness: f32) -> Vec<u8> {
    let messages: Vec<&Message> = corpus.train.iter().filter(|message| learns(message)).collect();
    let texts: Vec<Vec<Feature>> = messages.iter().map(|message| features(&words(&message.text))).collect();
    let (hashes, rarity) = vocabulary(&texts);
    let look = |text: &[Feature]| -> Vec<Seen> {
        let known = text.iter().filter_map(|feature| {
            let row = hashes.binary_search(&short(feature.hash)).ok()?;
            Some(Seen { row, value: feature.weight * rarity[row], word: 0, is_stem: feature.is_stem })
        });
        known.collect()
    };
    let examples: Vec<Example> = messages
        .iter()
        .zip(&texts)
        .map(|(message, text)| Example {
            seen: look(text),
            category: message.category,
            is_phrase: message.pressing.is_none(),
            dangers: message.pressing.map(|pressing| [pressing == Pressing::Emergency, pressing != Pressing::No]),
        })
        .collect();
    let anywhere: Vec<Vec<Seen>> = corpus.anywhere.iter().map(|phrase| look(&features(&words(phrase)))).collect();
    let weights = descend(&examples, &anywhere, corpus.categories.len(), hashes.len());
    write(corpus, &hashes, &rarity, &weights, sharpness)
}

/// Which features are known, and how telling each is: the logarithm of how rare it is. Parts and pairs met in fewer than three messages, and
/// words met in one, are left out: they cost memory and teach nothing.
fn vocabulary(texts: &[Vec<Feature>]) -> (Vec<u32>, Vec<f32>) {
    let mut met: HashMap<u32, (usize, bool)> = HashMap::new();
    for text in texts {
        let mut own: Vec<(u32, bool)> = text.iter().map(|feature| (short(feature.hash), feature.is_stem)).collect();
        own.sort_unstable();
        own.dedup();
        for (hash, is_stem) in own {
            met.entry(hash).or_insert((0, is_stem)).0 += 1;
        }
    }
    let mut known: Vec<(u32, usize)> = met
        .into_iter()
        .filter(|(_, (count, is_stem))| *count > 2 || (*is_stem && *count > 1))
        .map(|(hash, (count, _))| (hash, count))
        .collect();
    known.sort_unstable_by_key(|(hash, count)| (std::cmp::Reverse(*count), *hash));
    known.truncate(KNOWN_MAX);
    known.sort_unstable();
    let total = texts.len() as f32;
    known.into_iter().map(|(hash, count)| (hash, (total / count as f32).ln())).unzip()
}

fn descend(examples: &[Example], anywhere: &[Vec<Seen>], categories: usize, known: usize) -> Weights {
    let columns = categories + DANGERS;
    let mut weights = Weights {
        columns,
        rows: vec![0.0; known * columns],
        slopes: vec![[f32::MIN_POSITIVE; 1 + DANGERS]; known],
        biases: [-3.0; DANGERS],
    };
    let mut of_category: Vec<Vec<usize>> = vec![Vec::new(); categories];
    for (at, example) in examples.iter().enumerate().filter(|(_, example)| example.is_phrase) {
        of_category[example.category].push(at);
    }
    let mut chance = Chance(SEED);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    for _ in 0..PASSES {
        chance.shuffle(&mut order);
        for &at in &order {
            let example = &examples[at];
            let mut seen = example.seen.clone();
            if example.is_phrase {
                // Messages are longer than phrases: the matter is told twice, or stands among words that are said of any matter.
                match chance.below(4) {
                    0 => {
                        let others = &of_category[example.category];
                        seen.extend(&examples[others[chance.below(others.len())]].seen);
                    }
                    1 | 2 if !anywhere.is_empty() => {
                        seen.extend(&anywhere[chance.below(anywhere.len())]);
                        seen.extend(&anywhere[chance.below(anywhere.len())]);
                    }
                    _ => {}
                }
            }
            weights.step(&even(seen), example, categories);
        }
    }
    weights
}

impl Weights {
    /// One step of gradient descent on one text.
    fn step(&mut self, seen: &[Seen], example: &Example, categories: usize) {
        let mut wrong = vec![0.0; self.columns];
        for feature in seen {
            for (score, weight) in wrong.iter_mut().zip(&self.rows[feature.row * self.columns..]) {
                *score += feature.value * weight;
            }
        }
        softmax(&mut wrong[..categories]);
        wrong[example.category] -= 1.0;
        for danger in 0..DANGERS {
            let told = logistic(wrong[categories + danger] + self.biases[danger]);
            wrong[categories + danger] = match example.dangers.map(|dangers| dangers[danger]) {
                Some(true) => (told - 1.0) * DANGER_WEIGHT,
                Some(false) => told,
                None => 0.0,
            };
            self.biases[danger] -= 0.002 * wrong[categories + danger];
        }
        let wrongness: f32 = wrong[..categories].iter().map(|wrong| wrong * wrong).sum();
        for feature in seen {
            let slopes = &mut self.slopes[feature.row];
            let square = feature.value * feature.value;
            slopes[0] += wrongness * square;
            let length = STEP * feature.value / slopes[0].sqrt();
            let row = &mut self.rows[feature.row * self.columns..][..self.columns];
            for (weight, wrong) in row[..categories].iter_mut().zip(&wrong) {
                *weight -= length * wrong;
            }
            for danger in 0..DANGERS {
                let wrong = wrong[categories + danger];
                slopes[1 + danger] += wrong * wrong * square;
                row[categories + danger] -= STEP * feature.value * wrong / slopes[1 + danger].sqrt();
            }
        }
    }
}

/// Writes the model as [`Model`] reads it: each row of weights in steps of a 127th of its largest.
fn write(corpus: &Corpus, hashes: &[u32], rarity: &[f32], weights: &Weights, sharpness: f32) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    bytes.extend(count(hashes.len()));
    bytes.extend(count(corpus.categories.len()));
    bytes.extend(sharpness.to_le_bytes());
    bytes.extend(weights.biases.iter().flat_map(|bias| bias.to_le_bytes()));
    bytes.extend(corpus.digest);
    for slug in &corpus.categories {
        let mut filled = slug.clone().into_bytes();
        filled.resize(SLUG_BYTES, 0);
        bytes.extend(filled);
    }
    bytes.extend(hashes.iter().flat_map(|hash| hash.to_le_bytes()));
    bytes.extend(rarity.iter().flat_map(|rarity| rarity.to_le_bytes()));
    let rows: Vec<&[f32]> = weights.rows.chunks(weights.columns).collect();
    let scales: Vec<f32> =
        rows.iter().map(|row| row.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs())) / 127.0).collect();
    bytes.extend(scales.iter().flat_map(|scale| scale.to_le_bytes()));
    for (row, scale) in rows.iter().zip(&scales) {
        // Within -127 and 127 by the scale.
        bytes.extend(row.iter().map(|weight| ((weight / scale).round() as i8).cast_unsigned()));
    }
    bytes
}

/// By how much the scores are to be multiplied so that probabilities are true of messages that were not learnt from (temperature scaling,
/// Guo et al. 2017): the multiplier under which what was held back is likeliest.
fn sharpness(bytes: &[u8], held: &[&Message]) -> f32 {
    let Some(model) = Model::read(bytes) else { return 1.0 };
    let judged: Vec<(Vec<f32>, usize)> =
        held.iter().map(|message| (model.probabilities(&model.look(&features(&words(&message.text)))), message.category)).collect();
    let likelihood = |sharpness: f32| -> f32 {
        let of = |(probabilities, category): &(Vec<f32>, usize)| {
            let powered: Vec<f32> = probabilities.iter().map(|p| p.max(1e-12).powf(sharpness)).collect();
            (powered[*category] / powered.iter().sum::<f32>()).max(1e-12).ln()
        };
        judged.iter().map(of).sum()
    };
    let candidates = (10..=40).map(|step| step as f32 * 0.05);
    candidates.map(|sharpness| (sharpness, likelihood(sharpness))).max_by(|a, b| a.1.total_cmp(&b.1)).map_or(1.0, |best| best.0)
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
