//! Checks a questionnaire before it is saved: every text in three languages, every option where it belongs, every condition over earlier
//! questions, and no question that can never be asked.

use std::collections::BTreeSet;

use kernel::{LocalizedText, Refusal};

use crate::{
    answer::Form,
    condition::{Condition, Fact, FactType, Facts, Literals, Unusable},
    error::{invalid, too_many},
    model::{Choice, Draft, Question, QuestionType, TEXT_CHARS_MAX},
};

const QUESTIONS_MAX: usize = 100;
const CHOICES_MAX: usize = 50;
const ABOUT_MAX: usize = 50;
const LABEL_CHARS_MAX: usize = 500;
const SLUG_BYTES_MAX: usize = 60;
/// How many combinations of earlier answers are tried before a questionnaire counts as too branchy to be understood.
const TRIES_MAX: usize = 2_000;

/// Words of CEL that no question can be called.
const RESERVED: [&str; 4] = ["true", "false", "null", "in"];

/// All that is wrong with a draft; empty when it is sound.
pub(crate) fn check(draft: &Draft) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !is_slug(&draft.slug) {
        refusals.push(invalid("refusal-slug", &[], "input.slug"));
    }
    refusals.extend(label(&draft.title, "input.title"));
    if draft.about.len() > ABOUT_MAX {
        refusals.push(too_many("refusal-too-many", ABOUT_MAX, "input.about"));
    }
    if draft.questions.is_empty() {
        refusals.push(invalid("refusal-no-questions", &[], "input.questions"));
    }
    if draft.questions.len() > QUESTIONS_MAX {
        refusals.push(too_many("refusal-too-many", QUESTIONS_MAX, "input.questions"));
        return refusals;
    }
    for (n, question) in draft.questions.iter().enumerate() {
        let field = format!("input.questions.{n}");
        let name = question.slug.as_str();
        if !is_name(name) || RESERVED.contains(&name) {
            refusals.push(invalid("refusal-question-slug", &[], &format!("{field}.slug")));
        }
        if draft.questions[..n].iter().any(|earlier| earlier.slug == name) {
            refusals.push(invalid("refusal-repeated", &[], &format!("{field}.slug")));
        }
        check_question(question, &field, &mut refusals);
        refusals.extend(unusable(question, &draft.questions[..n], &format!("{field}.visibleIf")));
    }
    if refusals.is_empty() {
        refusals.extend(unreachable(&draft.questions));
    }
    refusals
}

fn check_question(question: &Question, field: &str, refusals: &mut Vec<Refusal>) {
    refusals.extend(label(&question.text, &format!("{field}.text")));
    refusals.extend(question.scale_note.as_ref().and_then(|note| label(note, &format!("{field}.scaleNote"))));
    let choices = if question.question_type.has_options() { 2..=CHOICES_MAX } else { 0..=0 };
    check_choices(&question.options, &choices, &format!("{field}.options"), refusals);
    let rows = if question.question_type == QuestionType::Matrix { 1..=CHOICES_MAX } else { 0..=0 };
    check_choices(&question.rows, &rows, &format!("{field}.rows"), refusals);
    if question.metric.is_some_and(|metric| metric.question_type() != question.question_type) {
        refusals.push(invalid("refusal-metric", &[], &format!("{field}.metric")));
    }
    let of = |question_type| question.question_type == question_type;
    let bounds = (question.min.is_some() || question.max.is_some())
        && !(of(QuestionType::Number) && question.min.unwrap_or(i32::MIN) <= question.max.unwrap_or(i32::MAX));
    let options = u32::try_from(question.options.len()).unwrap_or(u32::MAX);
    let least = question.min_choices.unwrap_or(1);
    let most = question.max_choices.unwrap_or(options);
    let choices = (question.min_choices.is_some() || question.max_choices.is_some())
        && !(of(QuestionType::MultiChoice) && 1 <= least && least <= most && most <= options);
    let length = question.max_length.is_some_and(|max| !of(QuestionType::Text) || !(1..=TEXT_CHARS_MAX).contains(&(max as usize)));
    for (wrong, bound) in [(bounds, "max"), (choices, "maxChoices"), (length, "maxLength")] {
        if wrong {
            refusals.push(invalid("refusal-bounds", &[], &format!("{field}.{bound}")));
        }
    }
}

fn check_choices(choices: &[Choice], counts: &std::ops::RangeInclusive<usize>, field: &str, refusals: &mut Vec<Refusal>) {
    if !counts.contains(&choices.len()) {
        let facts = [("min", (*counts.start()).into()), ("max", (*counts.end()).into())];
        refusals.push(invalid("refusal-choice-count", &facts, field));
        return;
    }
    for (n, choice) in choices.iter().enumerate() {
        if !is_slug(&choice.slug) || choices[..n].iter().any(|earlier| earlier.slug == choice.slug) {
            refusals.push(invalid("refusal-repeated", &[], &format!("{field}.{n}.slug")));
        }
        refusals.extend(label(&choice.text, &format!("{field}.{n}.text")));
    }
}

/// Lower-case words and numbers with hyphens between them.
fn is_slug(slug: &str) -> bool {
    slug.len() <= SLUG_BYTES_MAX
        && slug.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// A name that CEL reads as one.
fn is_name(name: &str) -> bool {
    name.len() <= SLUG_BYTES_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn label(text: &LocalizedText, field: &str) -> Option<Refusal> {
    let mut texts = kernel::Locale::ALL.into_iter().map(|locale| text.get(locale));
    if texts.clone().any(|text| text.trim().is_empty()) {
        return Some(invalid("refusal-translation", &[], field));
    }
    texts.any(|text| text.chars().count() > LABEL_CHARS_MAX).then(|| too_many("refusal-long", LABEL_CHARS_MAX, field))
}

fn unusable(question: &Question, earlier: &[Question], field: &str) -> Option<Refusal> {
    match Condition::parse(question.visible_if.as_ref()?, earlier).err()? {
        Unusable::Malformed => Some(invalid("refusal-condition", &[], field)),
        Unusable::Unknown(name) => Some(invalid("refusal-condition-unknown", &[("name", name.into())], field)),
    }
}

/// The questions that no combination of answers ever asks.
fn unreachable(questions: &[Question]) -> Vec<Refusal> {
    // Its conditions were read one by one before.
    let Ok(form) = Form::new(questions) else { return Vec::new() };
    let conditional = (0..questions.len()).filter(|n| form.conditions[*n].is_some());
    conditional
        .filter_map(|target| {
            let message = match Search::new(&form, target).run() {
                Some(true) => return None,
                Some(false) => "refusal-unreachable",
                None => "refusal-too-branchy",
            };
            Some(invalid(message, &[], &format!("input.questions.{target}.visibleIf")))
        })
        .collect()
}

/// A search for answers that lead to one question. It tries every value at which some condition on the way can change its mind.
struct Search<'f> {
    form: &'f Form<'f>,
    target: usize,
    /// The questions that the target depends on, through others too, in order.
    on_the_way: Vec<usize>,
    literals: Literals,
    tries: usize,
}

impl<'f> Search<'f> {
    fn new(form: &'f Form<'f>, target: usize) -> Search<'f> {
        let mut needed = BTreeSet::from([target]);
        let mut literals = Literals::default();
        for n in (0..=target).rev() {
            let Some(condition) = form.conditions[n].as_ref().filter(|_| needed.contains(&n)) else { continue };
            condition.collect_literals(&mut literals);
            needed.extend((0..n).filter(|earlier| condition.questions().contains(&form.questions[*earlier].slug)));
        }
        needed.remove(&target);
        Search { form, target, on_the_way: needed.into_iter().collect(), literals, tries: 0 }
    }

    /// Whether the target can be asked; `None` when there is too much to try.
    fn run(mut self) -> Option<bool> {
        self.from(0, &mut Facts::new())
    }

    fn from(&mut self, step: usize, facts: &mut Facts) -> Option<bool> {
        self.tries += 1;
        if self.tries > TRIES_MAX {
            return None;
        }
        let Some(n) = self.on_the_way.get(step).copied() else { return Some(self.form.asks(self.target, facts)) };
        // The target needs an answer to every question on the way: one that is not asked or left out leads nowhere.
        if !self.form.asks(n, facts) {
            return Some(false);
        }
        let question = &self.form.questions[n];
        for fact in self.candidates(question) {
            facts.insert(question.slug.clone(), fact);
            let found = self.from(step + 1, facts);
            facts.remove(&question.slug);
            if found != Some(false) {
                return found;
            }
        }
        Some(false)
    }

    fn candidates(&self, question: &Question) -> Vec<Fact> {
        let near = || self.literals.ints.iter().flat_map(|value| [value.saturating_sub(1), *value, value.saturating_add(1)]);
        match FactType::of(question) {
            Some(FactType::Bool) => vec![Fact::Bool(true), Fact::Bool(false)],
            Some(FactType::Int) => {
                let (min, max) = question.question_type.marks().map_or_else(
                    || (i64::from(question.min.unwrap_or(i32::MIN)), i64::from(question.max.unwrap_or(i32::MAX))),
                    |marks| (i64::from(*marks.start()), i64::from(*marks.end())),
                );
                let values: BTreeSet<i64> = near().chain([min, max]).filter(|value| (min..=max).contains(value)).collect();
                values.into_iter().map(Fact::Int).collect()
            }
            Some(FactType::Text) => question.options.iter().map(|option| Fact::Text(option.slug.clone())).collect(),
            Some(FactType::Texts) => self.subsets(question),
            None => Vec::new(),
        }
    }

    /// The choices among the options that conditions name, filled up with others where a least number is asked for.
    fn subsets(&self, question: &Question) -> Vec<Fact> {
        let (named, other): (Vec<&str>, Vec<&str>) =
            question.options.iter().map(|option| option.slug.as_str()).partition(|slug| self.literals.texts.contains(*slug));
        let least = question.min_choices.unwrap_or(1) as usize;
        let most = question.max_choices.map_or(question.options.len(), |max| max as usize);
        let mut subsets: Vec<Vec<&str>> = vec![Vec::new()];
        for slug in named {
            let with: Vec<Vec<&str>> = subsets.iter().map(|subset| [subset.as_slice(), &[slug]].concat()).collect();
            subsets.extend(with);
            if subsets.len() > TRIES_MAX {
                break;
            }
        }
        let filled = subsets.into_iter().map(|mut subset| {
            let lacking = least.saturating_sub(subset.len());
            subset.extend(other.iter().copied().take(lacking));
            subset
        });
        let fitting = filled.filter(|subset| (least..=most).contains(&subset.len()));
        fitting.map(|subset| Fact::Texts(subset.into_iter().map(str::to_owned).collect())).collect()
    }
}
