//! What may be told of the responses: counts and figures, all through the suppression gate.

use kernel::{DistrictId, LocalizedText, PartyId};
use rust_decimal::Decimal;
use uuid::Uuid;
use vocabulary::{SafeCount, SafeShare, Threshold};

use crate::{
    answer::{Cell, Tally, yes_no},
    error::words,
    model::{Metric, Question, QuestionType, Survey},
};

/// What may be told of a survey.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Results {
    pub(crate) responses: SafeCount,
    pub(crate) questions: Vec<QuestionResult>,
}

/// What may be told of a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QuestionResult {
    pub(crate) question: Question,
    pub(crate) answered: SafeCount,
    pub(crate) options: Vec<OptionCount>,
    pub(crate) rows: Vec<RowResult>,
    pub(crate) csat: Option<SafeShare>,
    pub(crate) ces: Option<SafeShare>,
    pub(crate) nps: Option<Decimal>,
    pub(crate) mean: Option<Decimal>,
}

/// How many said one thing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OptionCount {
    pub(crate) option: String,
    pub(crate) label: Label,
    pub(crate) count: SafeCount,
}

/// What the thing is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Label {
    Text(LocalizedText),
    /// A mark: its number says all.
    Mark,
    /// Named by the directory.
    District(DistrictId),
    /// Named by the directory.
    Party(PartyId),
}

/// What may be told of a row of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowResult {
    pub(crate) row: String,
    pub(crate) text: LocalizedText,
    pub(crate) marks: Vec<OptionCount>,
    pub(crate) csat: SafeShare,
}

impl Results {
    pub(crate) fn of(survey: &Survey, tally: &Tally, k: Threshold) -> Results {
        let questions = survey.questions.iter().map(|question| Counted { survey, question, tally, k }.result()).collect();
        Results { responses: SafeCount::gate(survey.responses, k), questions }
    }
}

/// One question and its counts.
struct Counted<'c> {
    survey: &'c Survey,
    question: &'c Question,
    tally: &'c Tally,
    k: Threshold,
}

impl Counted<'_> {
    fn count(&self, item: &str, value: &str) -> u64 {
        let cell = Cell { question: self.question.slug.clone(), item: item.to_owned(), value: value.to_owned() };
        self.tally.get(&cell).copied().unwrap_or_default()
    }

    fn answered(&self) -> u64 {
        self.count("", "")
    }

    /// How many answered. Who is asked a question under a condition has told something of themselves, and so have those who are not asked;
    /// both groups pass the gate together. Who leaves out a question that everybody is asked has told nothing.
    fn gated_answers(&self) -> SafeCount {
        let answered = self.answered();
        if self.question.visible_if.is_none() {
            return SafeCount::gate(answered, self.k);
        }
        SafeCount::gate_cells(&[answered, self.survey.responses.saturating_sub(answered)], self.k)[0]
    }

    fn result(&self) -> QuestionResult {
        let answered = self.gated_answers();
        let shown = !answered.is_suppressed() && self.answered() > 0;
        let marks = self.counts(&self.values(), "");
        let share = |from: usize| if shown { SafeShare::gate_part(&marks, from..marks.len(), self.k) } else { hidden_share(self.k) };
        let metric = |metric| self.question.metric == Some(metric);
        QuestionResult {
            question: self.question.clone(),
            answered,
            options: self.options(answered),
            rows: if self.question.question_type == QuestionType::Matrix { self.rows(answered) } else { Vec::new() },
            csat: metric(Metric::Csat).then(|| share(3)),
            ces: metric(Metric::Ces).then(|| share(4)),
            nps: (metric(Metric::Nps) && shown).then(|| self.nps()),
            mean: (self.question.question_type == QuestionType::Number && shown).then(|| self.mean()),
        }
    }

    /// The values that are listed, with their names.
    fn values(&self) -> Vec<(String, Label)> {
        let question_type = self.question.question_type;
        let choices = || self.question.options.iter().map(|option| (option.slug.clone(), Label::Text(option.text.clone())));
        let ids = || {
            let said = self.tally.keys().filter(|cell| cell.question == self.question.slug && !cell.value.is_empty());
            said.filter_map(|cell| Some((cell.value.clone(), Uuid::parse_str(&cell.value).ok()?)))
        };
        match question_type {
            QuestionType::Rating | QuestionType::Effort | QuestionType::Recommendation | QuestionType::Matrix => {
                question_type.marks().into_iter().flatten().map(|mark| (mark.to_string(), Label::Mark)).collect()
            }
            QuestionType::SingleChoice | QuestionType::MultiChoice | QuestionType::Ranking => choices().collect(),
            QuestionType::YesNo => [true, false]
                .map(yes_no)
                .map(|word| (word.to_owned(), Label::Text(words().localized(&format!("answer-{word}"), &[]))))
                .to_vec(),
            QuestionType::District => ids().map(|(value, id)| (value, Label::District(DistrictId::from_uuid(id)))).collect(),
            QuestionType::Department => ids().map(|(value, id)| (value, Label::Party(PartyId::from_uuid(id)))).collect(),
            QuestionType::Number | QuestionType::Date | QuestionType::Text => Vec::new(),
        }
    }

    fn counts(&self, values: &[(String, Label)], item: &str) -> Vec<u64> {
        values.iter().map(|(value, _)| self.count(item, value)).collect()
    }

    fn options(&self, answered: SafeCount) -> Vec<OptionCount> {
        match self.question.question_type {
            QuestionType::Matrix => Vec::new(),
            QuestionType::MultiChoice => {
                // Each option divides the group anew: into those who chose it and those who did not.
                let all = self.answered();
                self.list("", answered, |counts, k| {
                    counts.iter().map(|count| SafeCount::gate_cells(&[*count, all.saturating_sub(*count)], k)[0]).collect()
                })
            }
            _ => self.list("", answered, SafeCount::gate_cells),
        }
    }

    fn rows(&self, answered: SafeCount) -> Vec<RowResult> {
        let row = |row: &crate::model::Choice| {
            let counts = self.counts(&self.values(), &row.slug);
            let csat = if answered.is_suppressed() { hidden_share(self.k) } else { SafeShare::gate_part(&counts, 3..5, self.k) };
            RowResult { row: row.slug.clone(), text: row.text.clone(), marks: self.list(&row.slug, answered, SafeCount::gate_cells), csat }
        };
        self.question.rows.iter().map(row).collect()
    }

    /// Lists the values of a question or a row. When it may not be told how many answered, nothing of what they said is.
    fn list(&self, item: &str, answered: SafeCount, gate: impl Fn(&[u64], Threshold) -> Vec<SafeCount>) -> Vec<OptionCount> {
        let values = self.values();
        let counts = self.counts(&values, item);
        let gated = if answered.is_suppressed() { vec![hidden(self.k); counts.len()] } else { gate(&counts, self.k) };
        values.into_iter().zip(gated).map(|((option, label), count)| OptionCount { option, label, count }).collect()
    }

    /// Percent of 9 and 10 minus percent of 0 to 6, in whole points.
    fn nps(&self) -> Decimal {
        let sum = |marks: std::ops::RangeInclusive<i32>| -> u64 { marks.map(|mark| self.count("", &mark.to_string())).sum() };
        let points = Decimal::from(sum(9..=10)) - Decimal::from(sum(0..=6));
        (points * Decimal::ONE_HUNDRED / Decimal::from(self.answered())).round_dp(0)
    }

    /// The mean of a number, to one decimal.
    fn mean(&self) -> Decimal {
        let said = self.tally.iter().filter(|(cell, _)| cell.question == self.question.slug);
        let sum: Decimal = said.filter_map(|(cell, count)| Some(cell.value.parse::<Decimal>().ok()? * Decimal::from(*count))).sum();
        let mut mean = (sum / Decimal::from(self.answered())).round_dp(1);
        mean.rescale(1);
        mean
    }
}

/// A count that is not told, whatever it is.
fn hidden(k: Threshold) -> SafeCount {
    SafeCount::gate(1, k)
}

/// A share that is not told, whatever it is.
fn hidden_share(k: Threshold) -> SafeShare {
    SafeShare::gate(0, 0, k)
}
