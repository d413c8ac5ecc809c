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
/// Passes over the messages for each danger.
const DANGER_PASSES: usize = 20;
/// How much more a message that tells of danger counts: there are few.
const DANGER_WEIGHT: f32 = 3.0;
/// How strongly the weights of a danger are held back, as a share of one message: without it the few messages would be learnt by heart.
const DANGER_RESTRAINT: f32 = 0.15;
/// Features kept: the model is to stay below four million bytes.
const KNOWN_MAX: usize = 64_000;
/// In how many messages a word or its beginning must stand to be known.
const STEM_MET_MIN: usize = 2;
/// In how many messages any other feature must stand.
const MET_MIN: usize = 3;
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
pub(crate) struct Weights {
    columns: usize,
    rows: Vec<f32>,
    biases: [f32; DANGERS],
}

/// Trains on all of the corpus and gives the model's bytes; how sure it is follows from what each writer's messages teach of the other's.
#[must_use]
pub fn train(corpus: &Corpus) -> Vec<u8> {
    let crossed = ["a", "b"].map(|writer| {
        let bytes = fit(corpus, |message| message.writer != writer, 1.0);
        let held: Vec<&Message> = corpus.train.iter().filter(|message| message.writer == writer).collect();
        sharpness(&bytes, &held)
    });
    fit(corpus, |_| true, f32::midpoint(crossed[0], crossed[1]))
}

/// Trains on some of the messages.
#[must_use]
pub fn fit(corpus: &Corpus, learns: impl Fn(&Message) -> bool, sharpness: f32) -> Vec<u8> {
    let messages: Vec<&Message> = corpus.train.iter().filter(|message| learns(message)).collect();
    let texts: Vec<Vec<Feature>> = messages.iter().map(|message| features(&words(&message.text))).collect();
    let (hashes, rarity) = vocabulary(&texts, STEM_MET_MIN, KNOWN_MAX);
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
    write((&corpus.categories, &corpus.digest), (&hashes, &rarity), &weights, sharpness)
}

/// Which features are known, and how telling each is: the logarithm of how rare it is. What is met in few texts is left out: it costs memory
/// and teaches nothing.
pub(crate) fn vocabulary(texts: &[Vec<Feature>], stem_met_min: usize, known_max: usize) -> (Vec<u32>, Vec<f32>) {
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
        .filter(|(_, (count, is_stem))| *count >= MET_MIN || (*is_stem && *count >= stem_met_min))
        .map(|(hash, (count, _))| (hash, count))
        .collect();
    known.sort_unstable_by_key(|(hash, count)| (std::cmp::Reverse(*count), *hash));
    known.truncate(known_max);
    known.sort_unstable();
    let total = texts.len() as f32;
    known.into_iter().map(|(hash, count)| (hash, (total / count as f32).ln())).unzip()
}

fn descend(examples: &[Example], anywhere: &[Vec<Seen>], categories: usize, known: usize) -> Weights {
    let columns = categories + DANGERS;
    let mut weights = Weights::nothing(categories, known);
    let mut slopes = vec![f32::MIN_POSITIVE; known];
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
            weights.step(&even(seen), example.category, &mut vec![0.0; categories], &mut slopes);
        }
    }
    for danger in 0..DANGERS {
        let (learnt, bias) = descend_danger(examples, danger, known);
        weights.biases[danger] = bias;
        for (row, weight) in weights.rows.chunks_mut(columns).zip(learnt) {
            row[categories + danger] = weight;
        }
    }
    weights
}

/// Learns one danger: logistic regression held back by the square of its weights, with steps that shrink as those of Pegasos
/// (Shalev-Shwartz et al. 2007). The weights are kept as a vector and a scale, so that holding them back touches no vector.
fn descend_danger(examples: &[Example], danger: usize, known: usize) -> (Vec<f32>, f32) {
    let told: Vec<(Vec<Seen>, bool)> = examples
        .iter()
        .filter_map(|example| Some((even(example.seen.clone()), example.dangers?[danger])))
        .filter(|(seen, _)| !seen.is_empty())
        .collect();
    let restraint = DANGER_RESTRAINT / told.len() as f32;
    let (mut vector, mut scale, mut bias) = (vec![0.0_f32; known], 1.0_f32, 0.0_f32);
    let mut chance = Chance(SEED);
    let mut order: Vec<usize> = (0..told.len()).collect();
    let mut steps = told.len() as f32;
    for _ in 0..DANGER_PASSES {
        chance.shuffle(&mut order);
        for &at in &order {
            let (seen, is_told) = &told[at];
            steps += 1.0;
            let length = 1.0 / (restraint * steps);
            let score: f32 = scale * seen.iter().map(|feature| feature.value * vector[feature.row]).sum::<f32>();
            let wrong = logistic(score + bias) - f32::from(u8::from(*is_told));
            let wrong = if *is_told { wrong * DANGER_WEIGHT } else { wrong };
            scale *= 1.0 - length * restraint;
            for feature in seen {
                vector[feature.row] -= length * wrong * feature.value / scale;
            }
            bias -= 0.1 * length * wrong;
        }
    }
    vector.iter_mut().for_each(|weight| *weight *= scale);
    (vector, bias)
}

impl Weights {
    pub(crate) fn nothing(categories: usize, known: usize) -> Weights {
        let columns = categories + DANGERS;
        Weights { columns, rows: vec![0.0; known * columns], biases: [0.0; DANGERS] }
    }

    /// All weights in a measure.
    pub(crate) fn scaled(&self, measure: f32) -> Weights {
        Weights { rows: self.rows.iter().map(|weight| weight * measure).collect(), ..*self }
    }

    /// One step of gradient descent on one text, whose categories have scores already.
    pub(crate) fn step(&mut self, seen: &[Seen], category: usize, scores: &mut [f32], slopes: &mut [f32]) {
        let (categories, wrong) = (scores.len(), scores);
        for feature in seen {
            for (score, weight) in wrong.iter_mut().zip(&self.rows[feature.row * self.columns..]) {
                *score += feature.value * weight;
            }
        }
        softmax(wrong);
        wrong[category] -= 1.0;
        let wrongness: f32 = wrong.iter().map(|wrong| wrong * wrong).sum();
        for feature in seen {
            slopes[feature.row] += wrongness * feature.value * feature.value;
            let length = STEP * feature.value / slopes[feature.row].sqrt();
            let row = &mut self.rows[feature.row * self.columns..][..categories];
            for (weight, wrong) in row.iter_mut().zip(wrong.iter()) {
                *weight -= length * wrong;
            }
        }
    }
}

/// Writes the model as [`Model`] reads it: each row of weights in steps of a 127th of its largest. `of` are the categories and the digest of
/// the corpus.
pub(crate) fn write<S: AsRef<str>>(of: (&[S], &[u8]), (hashes, rarity): (&[u32], &[f32]), weights: &Weights, sharpness: f32) -> Vec<u8> {
    let (categories, digest) = of;
    let mut bytes = MAGIC.to_vec();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    bytes.extend(count(hashes.len()));
    bytes.extend(count(categories.len()));
    bytes.extend(sharpness.to_le_bytes());
    bytes.extend(weights.biases.iter().flat_map(|bias| bias.to_le_bytes()));
    bytes.extend(digest);
    for slug in categories {
        let mut filled = slug.as_ref().as_bytes().to_vec();
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
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn shuffle(&mut self, order: &mut [usize]) {
        for at in (1..order.len()).rev() {
            order.swap(at, self.below(at + 1));
        }
    }
}
