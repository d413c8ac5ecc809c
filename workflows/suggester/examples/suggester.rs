//! Trains the suggester, and tells how good it is.
//!
//! - `cargo run --release -p suggester --example suggester -- train`: writes `model.bin` and `validation.tsv` from the corpus.
//! - `… -- learn`: what 500 corrections of messages in a new wording teach.
//! - `… -- report`: what the model of the program does with the messages of the test, which another writer wrote.
//! - `… -- thresholds`: what each threshold of danger finds.
//! - `… -- tsv`: the corpus as lines of part, category and folded words, for other people's programs to learn from.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for a terminal")]

use std::{collections::BTreeMap, fs, path::Path};

use suggester::{
    Suggester,
    corpus::{Corpus, Message, Pressing},
    learning::{self, Comparison, Lesson, Score},
    training, urgency, words,
};

/// How many corrections are learnt from.
const CORRECTIONS: usize = 500;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let categories = root.join("../../resolvers/feedback/src/reference/categories.json");
    let corpus = Corpus::read(&root.join("corpus"), &categories).unwrap();
    match std::env::args().nth(1).as_deref() {
        Some("train") => {
            let bytes = training::train(&corpus);
            println!("{} messages and phrases, {} bytes", corpus.train.len(), bytes.len());
            fs::write(root.join("model.bin"), bytes).unwrap();
            fs::write(root.join("validation.tsv"), validation(&corpus)).unwrap();
        }
        Some("learn") => learn(&corpus),
        Some("report") => report(&corpus),
        Some("thresholds") => thresholds(&corpus),
        Some("tsv") => {
            let about: Vec<&Message> = corpus.test.iter().filter(|message| is_about(message)).collect();
            for (part, messages) in [("train", corpus.train.iter().collect()), ("test", about)] {
                for message in messages {
                    let folded: Vec<String> = words(&message.text).into_iter().map(|word| word.folded).collect();
                    println!("{part}\t{}\t{}", corpus.categories[message.category], folded.join(" "));
                }
            }
        }
        _ => panic!("train, learn, report, thresholds or tsv"),
    }
}

/// Messages of danger are tested for that alone.
fn is_about(message: &Message) -> bool {
    message.writer == "test"
}

/// The messages that layers are judged on.
fn validation(corpus: &Corpus) -> String {
    let about = corpus.test.iter().filter(|message| is_about(message));
    about.map(|message| format!("{}\t{}\n", corpus.categories[message.category], message.text)).collect()
}

/// People begin to call things by new words: in the messages of one writer the words that told the category most are replaced by a word that
/// nobody has read, three such words for each category. Officers correct 500 of them and confirm the others that they meet. What that teaches is
/// told of the rest of these messages, and of what people wrote before.
fn learn(corpus: &Corpus) {
    let built_in = Suggester::embedded();
    let mut stream: Vec<&Message> = corpus.train.iter().filter(|message| message.writer == "b").collect();
    stream.sort_by_key(|message| digest(&message.text));
    let renamed = stream.into_iter().map(|message| (renamed(built_in, message), corpus.categories[message.category].as_str()));
    let (mut met, mut rest, mut corrections) = (Vec::new(), Vec::new(), 0);
    for (text, category) in renamed {
        if corrections == CORRECTIONS {
            rest.push((text, category));
            continue;
        }
        corrections += usize::from(built_in.suggest(&text).first().is_none_or(|first| first.category != category));
        met.push((text, category));
    }
    let lesson = |((text, category), id)| Lesson { text, category, judges: learning::judges(id) };
    let lessons: Vec<Lesson<'_>> = met.iter().map(|(text, category)| (text.as_str(), *category)).zip(0_u128..).map(lesson).collect();
    let started = std::time::Instant::now();
    let trial = learning::learn(built_in, built_in, &lessons).unwrap();
    let (took, bytes, better) = (started.elapsed(), trial.layer.len(), trial.is_better());
    println!(
        "{CORRECTIONS} corrections among {} lessons, learnt and judged in {took:.1?}: {bytes} bytes, accepted: {better}",
        lessons.len()
    );
    let after = built_in.adjusted(trial.layer).unwrap();
    let rest = || rest.iter().map(|(text, category)| (text.as_str(), *category));
    let unseen = Comparison { before: Score::of(built_in, rest()), after: Score::of(&after, rest()) };
    for (name, compared) in
        [("lessons held out", trial.held_out), ("new words, unseen", unseen), ("as people wrote before", trial.validation)]
    {
        for (when, score) in [("before", compared.before), ("after", compared.after)] {
            let share = |of: usize, all: usize| 100.0 * of as f64 / all.max(1) as f64;
            println!(
                "{name:22} {when:6} {:5} texts, first {:5.1} %, routed {:5.1} %, of it wrongly {:5.1} %",
                score.texts,
                share(score.first, score.texts),
                share(score.routed, score.texts),
                share(score.misrouted, score.routed),
            );
        }
    }
}

/// A message in new words.
fn renamed(suggester: &Suggester<'_>, message: &Message) -> String {
    let told = suggester.suggest(&message.text).into_iter().next().map(|first| first.words).unwrap_or_default();
    let number = digest(&message.text);
    let syllable = |n: u64| ["бұ", "фи", "гро", "жэ", "кү", "ла", "мө", "ни", "рұ", "са", "ти", "уо"][(n % 12) as usize];
    let root = message.category as u64 * 3 + number % 3;
    let word = format!("{}{}{}з", syllable(root / 12), syllable(root), syllable(root * 7 + 5));
    let ending = ["", "да", "ны", "ом", "тан", "у"][(number / 3 % 6) as usize];
    let put = told.iter().fold(message.text.clone(), |text, told| text.replacen(told.as_str(), "", 1));
    format!("{word}{ending} {put}")
}

/// A number that follows from a text, the same on every machine.
fn digest(text: &str) -> u64 {
    text.bytes().fold(7, |hash: u64, byte| (hash.rotate_left(9) ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 8
}

#[derive(Clone, Copy, Default)]
struct Tally {
    all: usize,
    first: usize,
    three: usize,
    routed: usize,
    routed_right: usize,
    claimed: f32,
}

impl Tally {
    fn line(self, name: &str) {
        let share = |of: usize, all: usize| 100.0 * of as f64 / all.max(1) as f64;
        println!(
            "{name:24} {:5} {:6.1} {:6.1} {:9.1} {:9.1} {:9.1}",
            self.all,
            share(self.first, self.all),
            share(self.three, self.all),
            share(self.routed, self.all),
            share(self.routed_right, self.routed),
            100.0 * f64::from(self.claimed) / self.all.max(1) as f64,
        );
    }
}

fn report(corpus: &Corpus) {
    let suggester = Suggester::embedded();
    let mut tallies: BTreeMap<(u8, String), Tally> = BTreeMap::new();
    let mut wrong: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for message in corpus.test.iter().filter(|message| is_about(message)) {
        let proposed = suggester.suggest(&message.text);
        let right = corpus.categories[message.category].as_str();
        for key in [(0, "all".to_owned()), (1, message.language.clone()), (2, message.style.clone()), (3, right.to_owned())] {
            let tally = tallies.entry(key).or_default();
            tally.all += 1;
            tally.three += usize::from(proposed.iter().take(3).any(|proposal| proposal.category == right));
            let Some(first) = proposed.first() else { continue };
            let hit = first.category == right;
            tally.first += usize::from(hit);
            tally.claimed += first.confidence;
            if first.confidence >= Suggester::THRESHOLD {
                tally.routed += 1;
                tally.routed_right += usize::from(hit);
            }
        }
        if let Some(first) = proposed.first().filter(|first| first.category != right) {
            *wrong.entry((right, first.category)).or_default() += 1;
        }
    }
    println!("{:24} {:>5} {:>6} {:>6} {:>9} {:>9} {:>9}", "% of messages", "all", "first", "three", "routed", "of it ok", "claimed");
    for ((_, name), tally) in &tallies {
        tally.line(name);
    }
    let mut wrong: Vec<_> = wrong.into_iter().collect();
    wrong.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for ((right, said), count) in wrong.into_iter().take(12) {
        println!("{count:3} of {right} taken for {said}");
    }
    dangers(corpus);
}

/// What each threshold of danger finds: among messages that were held back from training, and among those of the test.
fn thresholds(corpus: &Corpus) {
    let held = |message: &Message| {
        message.writer != "a" && !(message.writer != "b" && message.text.len().is_multiple_of(2) && message.style != "phrase")
    };
    let bytes = training::fit(corpus, held, 1.0);
    let partly = Suggester::read(&bytes).unwrap();
    let held_back: Vec<&Message> = corpus.train.iter().filter(|message| !held(message)).collect();
    let test: Vec<&Message> = corpus.test.iter().collect();
    for (name, suggester, messages) in [("held back", &partly, held_back), ("test", Suggester::embedded(), test)] {
        let told: Vec<([f32; 2], &Message)> = messages.iter().map(|message| (suggester.dangers(&message.text), *message)).collect();
        for (danger, word) in ["emergency", "urgent"].into_iter().enumerate() {
            for threshold in [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9] {
                let share = |of: &dyn Fn(Pressing) -> bool| {
                    let all: Vec<_> = told.iter().filter(|(_, message)| message.pressing.is_some_and(of)).collect();
                    100.0 * all.iter().filter(|(told, _)| told[danger] >= threshold).count() as f64 / all.len().max(1) as f64
                };
                println!(
                    "{name:10} {word:10} {threshold:5} emergencies {:5.1} % urgent {:5.1} % others {:5.1} %",
                    share(&|pressing| pressing == Pressing::Emergency),
                    share(&|pressing| pressing == Pressing::Urgent),
                    share(&|pressing| pressing == Pressing::No),
                );
            }
        }
    }
}

fn dangers(corpus: &Corpus) {
    for (name, of) in [("emergencies", true), ("calm", false)] {
        let messages: Vec<_> = corpus.test.iter().filter(|message| message.writer == name).collect();
        let read: Vec<_> = messages.iter().map(|message| urgency(&message.text)).collect();
        let emergencies = read.iter().filter(|read| read.emergency).count();
        let called = read.iter().filter(|read| read.call_first).count();
        println!("{name}: of {} with {called} one is told to call 112 first, {emergencies} are handled as an emergency", messages.len());
        for (message, _) in messages.iter().zip(&read).filter(|(_, read)| read.call_first != of).take(15) {
            println!("    {}", message.text);
        }
    }
    let others: Vec<_> = corpus
        .test
        .iter()
        .filter(|message| is_about(message) && message.pressing == Some(Pressing::No))
        .map(|message| urgency(&message.text))
        .collect();
    let called = others.iter().filter(|read| read.call_first).count();
    let emergencies = others.iter().filter(|read| read.emergency).count();
    println!("others: of {} with {called} one is told to call 112 first, {emergencies} are handled as an emergency", others.len());
}
