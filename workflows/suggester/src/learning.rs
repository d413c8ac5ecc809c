//! Learning from people's corrections: a small layer of scores that is added to those of the built-in model.
//!
//! The layer is learnt anew each time, from all lessons together, so it forgets what is not taught any more. It has the form of a model,
//! keeps hashes of features that several texts have in common and no text, and is seeded: the same lessons give the same bytes. Whether it may
//! be used is judged on texts that it has not learnt from ([`Trial::is_better`]).
//!
//! Who learns from mistakes alone forgets what was right, so lessons are also texts whose proposed category proved true.

use std::sync::Arc;

use crate::{
    Suggester,
    features::{Feature, features},
    fold::words,
    model::{Seen, even, short},
    training::{Chance, Weights, vocabulary, write},
};

/// Features kept in a layer: with the built-in model it is to stay below four million bytes.
const KNOWN_MAX: usize = 7_000;
/// In how many texts a feature must stand: what one or two people wrote leaves no trace.
const MET_MIN: usize = 3;
/// Passes over the lessons.
const PASSES: usize = 4;
/// How far what the built-in model knows is said to have been moved already: it has learnt that from far more texts, and the new words of a
/// text are to blame first.
const KNOWN_SLOPE: f32 = 3.0;
/// The seed of learning; another seed gives another, equally good layer.
const SEED: u64 = 112;
/// One lesson in so many is not learnt from: it judges.
const JUDGES_EVERY: u64 = 5;
/// In which measures a layer is tried, the strongest first: one that harms the built-in messages is believed less.
const MEASURES: [f32; 3] = [1.0, 0.5, 0.25];

/// The messages that every layer is judged on, one a line: category, text. `… --example suggester -- train` writes them from the corpus' test,
/// from which nothing is learnt.
static VALIDATION: &str = include_str!("../validation.tsv");

/// A text whose category a person corrected or confirmed.
#[derive(Clone, Copy)]
pub struct Lesson<'t> {
    /// What was written.
    pub text: &'t str,
    /// The slug of the right category.
    pub category: &'t str,
    /// Whether it judges, and is not learnt from.
    pub judges: bool,
}

/// Whether the lesson of a text with this id judges: the same at every training, so that no layer is judged on what an older one has learnt.
#[must_use]
pub fn judges(id: u128) -> bool {
    let halves = [(id >> 64) as u64, id as u64];
    Chance(halves[0] ^ Chance(halves[1]).next()).next().is_multiple_of(JUDGES_EVERY)
}

/// The built-in messages that layers are judged on: text, category.
pub fn validation() -> impl Iterator<Item = (&'static str, &'static str)> {
    VALIDATION.lines().filter_map(|line| line.split_once('\t')).map(|(category, text)| (text, category))
}

/// How well texts were told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// How many texts.
    pub texts: usize,
    /// How many had the right category proposed first.
    pub first: usize,
    /// How many would be routed without a person.
    pub routed: usize,
    /// How many of these wrongly.
    pub misrouted: usize,
}

impl Score {
    /// What a suggester makes of texts with their categories.
    pub fn of<'t>(suggester: &Suggester<'_>, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Score {
        let mut score = Score::default();
        for (text, category) in texts {
            score.texts += 1;
            let Some((first, confidence)) = suggester.first(text) else { continue };
            let (right, routed) = (first == category, confidence >= Suggester::THRESHOLD);
            score.first += usize::from(right);
            score.routed += usize::from(routed);
            score.misrouted += usize::from(routed && !right);
        }
        score
    }

    /// Neither fewer first proposals are right than in the other, nor more texts are routed wrongly.
    fn holds_against(self, other: Score) -> bool {
        self.first >= other.first && self.misrouted <= other.misrouted
    }
}

/// Two scores of the same texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Without the layer.
    pub before: Score,
    /// With it.
    pub after: Score,
}

/// A layer that was learnt, and how it was judged.
pub struct Trial {
    /// The layer, for [`Suggester::adjusted`].
    pub layer: Arc<[u8]>,
    /// The built-in messages, by the built-in model alone and with the layer.
    pub validation: Comparison,
    /// The lessons that judge, by the suggester in force and by the built-in model with the layer.
    pub held_out: Comparison,
}

impl Trial {
    /// Whether the layer may be used: it does no worse than the program as it was shipped, and better than today on what people write.
    #[must_use]
    pub fn is_better(&self) -> bool {
        let Comparison { before, after } = self.held_out;
        self.validation.after.holds_against(self.validation.before) && after.first > before.first
    }
}

/// Learns from lessons and judges what was learnt: on the built-in messages against `built_in`, on the lessons that judge against `in_force`.
/// `None` when the lessons have too little in common to teach anything.
#[must_use]
pub fn learn(built_in: &Suggester<'_>, in_force: &Suggester<'_>, lessons: &[Lesson<'_>]) -> Option<Trial> {
    let (hashes, rarity, weights) = descend(built_in, lessons)?;
    let judges = || lessons.iter().filter(|lesson| lesson.judges).map(|lesson| (lesson.text, lesson.category));
    let (before, today) = (Score::of(built_in, validation()), Score::of(in_force, judges()));
    let of = (built_in.categories(), built_in.corpus());
    let mut weakest = None;
    for measure in MEASURES {
        let layer: Arc<[u8]> = write(of, (&hashes, &rarity), &weights.scaled(measure), 1.0).into();
        let adjusted = built_in.adjusted(Arc::clone(&layer))?;
        let after = Score::of(&adjusted, validation());
        let held_out = Comparison { before: today, after: Score::of(&adjusted, judges()) };
        let trial = Trial { layer, validation: Comparison { before, after }, held_out };
        // Which measure is taken the built-in messages decide, so that lessons judge what they did not choose.
        if after.holds_against(before) {
            return Some(trial);
        }
        weakest = Some(trial);
    }
    weakest
}

/// A lesson as learning sees it.
struct Example {
    seen: Vec<Seen>,
    category: usize,
    /// What the built-in model says already.
    logits: Vec<f32>,
}

/// The hashes and rarities of what is known, and its weights.
type Learnt = (Vec<u32>, Vec<f32>, Weights);

/// Multinomial logistic regression on top of the built-in model: only what that gets wrong moves a weight far.
fn descend(built_in: &Suggester<'_>, lessons: &[Lesson<'_>]) -> Option<Learnt> {
    let place = |slug: &str| built_in.categories().iter().position(|known| *known == slug);
    let taught: Vec<(Vec<Feature>, usize)> = lessons
        .iter()
        .filter(|lesson| !lesson.judges)
        .filter_map(|lesson| Some((features(&words(lesson.text)), place(lesson.category)?)))
        .collect();
    let texts: Vec<Vec<Feature>> = taught.iter().map(|(text, _)| text.clone()).collect();
    let (hashes, rarity) = vocabulary(&texts, MET_MIN, KNOWN_MAX);
    let look = |text: &[Feature]| -> Vec<Seen> {
        let known = text.iter().filter_map(|feature| {
            let row = hashes.binary_search(&short(feature.hash)).ok()?;
            Some(Seen { row, value: feature.weight * rarity[row], word: feature.word, is_stem: feature.is_stem })
        });
        known.collect()
    };
    let examples: Vec<Example> = taught
        .iter()
        .map(|(text, category)| Example { seen: look(text), category: *category, logits: built_in.built_in_logits(text) })
        .filter(|example| example.seen.iter().any(|seen| seen.value > 0.0))
        .map(|example| Example { seen: even(example.seen), ..example })
        .collect();
    if examples.is_empty() {
        return None;
    }
    let mut weights = Weights::nothing(built_in.categories().len(), hashes.len());
    let slope = |hash: &u32| if built_in.knows(*hash) { KNOWN_SLOPE } else { f32::MIN_POSITIVE };
    let mut slopes: Vec<f32> = hashes.iter().map(slope).collect();
    let mut chance = Chance(SEED);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    for _ in 0..PASSES {
        chance.shuffle(&mut order);
        for &at in &order {
            let example = &examples[at];
            weights.step(&example.seen, example.category, &mut example.logits.clone(), &mut slopes);
        }
    }
    Some((hashes, rarity, weights))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages in which two things have new names, with some that everybody understands.
    fn texts() -> Vec<(String, &'static str)> {
        let said = ["тағы істемейді", "бүгін де сол", "опять то же", "қашан болады", "every day again", "көршілер де айтады"];
        let named = [("бұфигроз", "street-lighting"), ("жэмөласаз", "stray-animals")];
        let new = (0..60).flat_map(|n| named.map(|(word, category)| (format!("{word} {} {}", said[n % 6], said[n / 6 % 6]), category)));
        let known = (0..10).map(|n| (format!("Қоқыс жәшігі толып кетті {}", said[n % 6]), "waste-collection"));
        new.chain(known).collect()
    }

    fn lessons<'t>(texts: &'t [(String, &'t str)]) -> Vec<Lesson<'t>> {
        texts.iter().zip(0..).map(|((text, category), id)| Lesson { text, category, judges: judges(id) }).collect()
    }

    #[test]
    fn new_words_are_learnt_and_nothing_is_forgotten() {
        let (texts, built_in) = (texts(), Suggester::embedded());
        let trial = learn(built_in, built_in, &lessons(&texts)).unwrap();
        assert!(trial.is_better(), "{:?} {:?}", trial.validation, trial.held_out);
        assert!(trial.held_out.before.first * 2 < trial.held_out.after.first, "{:?}", trial.held_out);
        assert_eq!(trial.held_out.after.texts, texts.len() - lessons(&texts).iter().filter(|lesson| !lesson.judges).count());
        let adjusted = built_in.adjusted(Arc::clone(&trial.layer)).unwrap();
        let first = adjusted.suggest("Ауылда бұфигроз жоқ").into_iter().next().unwrap();
        assert_eq!(first.category, "street-lighting");
        assert!(first.words.contains(&"бұфигроз".to_owned()), "{:?}", first.words);
        // Learnt on top of the adjusted one, the same lessons are no better than it.
        assert!(!learn(built_in, &adjusted, &lessons(&texts)).unwrap().is_better());
    }

    #[test]
    fn the_same_lessons_give_the_same_layer_which_is_small_and_fits_no_other_model() {
        let (texts, built_in) = (texts(), Suggester::embedded());
        let layer = || learn(built_in, built_in, &lessons(&texts)).unwrap().layer;
        assert_eq!(layer(), layer());
        assert!(built_in.adjusted(layer()).is_some());
        for bytes in [vec![], layer()[1..].to_vec(), [&layer()[..32], &[0; 32], &layer()[64..]].concat()] {
            assert!(built_in.adjusted(bytes.into()).is_none());
        }
        let columns = built_in.categories().len() + crate::model::DANGERS;
        let largest = crate::EMBEDDED.len() + layer().len() + KNOWN_MAX * (12 + columns);
        assert!(largest <= 4_000_000, "{largest} bytes");
    }

    #[test]
    fn who_teaches_nonsense_changes_nothing() {
        let built_in = Suggester::embedded();
        let known: Vec<&str> = built_in.categories().to_vec();
        let shifted = |category: &str| known[(known.iter().position(|slug| *slug == category).unwrap() + 1) % known.len()];
        let wrong: Vec<(String, &str)> = validation().map(|(text, right)| (text.to_owned(), shifted(right))).collect();
        assert!(!learn(built_in, built_in, &lessons(&wrong)).unwrap().is_better());
    }

    #[test]
    fn what_two_people_wrote_leaves_no_trace() {
        let built_in = Suggester::embedded();
        let lesson = |text: &'static str| Lesson { text, category: "street-lighting", judges: false };
        let few = [lesson("бұфигроз"), lesson("бұфигроз")];
        assert!(learn(built_in, built_in, &few).is_none());
        assert!(learn(built_in, built_in, &[]).is_none());
        let enough = [lesson("бұфигроз әлем"), lesson("бұфигроз"), lesson("бұфигроз"), lesson("қызық")];
        let adjusted = built_in.adjusted(learn(built_in, built_in, &enough).unwrap().layer).unwrap();
        assert_eq!(adjusted.suggest("бұфигроз")[0].category, "street-lighting");
    }

    #[test]
    fn one_in_five_judges_whenever_it_is_asked() {
        let judging = (0..10_000_u128).filter(|id| judges(*id)).count();
        assert!((1_800..2_200).contains(&judging), "{judging}");
    }
}
