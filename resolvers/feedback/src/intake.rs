//! What is asked about a subject before a report on it is filed. Nobody has to answer: for want of an answer no report is refused (APPC
//! Art. 64), but an answer that was given has to fit its question.

use std::sync::OnceLock;

use chrono::NaiveDate;
use kernel::{Error, Locale, LocalizedText, Personal, Refusal, RefusalCode};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    entity::feedback,
    error::{refusal, words},
    model::checked_text,
    reference::Category,
};

/// The longest answer in one's own words, in characters.
const ANSWER_CHARS_MAX: usize = 200;

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum IntakeKind {
    Text,
    Number,
    Date,
    YesNo,
    Choice,
    Choices,
}

/// A question about a subject. Its code is known in the whole city, so that an answer keeps its sense when the subject is corrected.
#[derive(Debug, Deserialize)]
pub(crate) struct IntakeQuestion {
    pub(crate) category: String,
    pub(crate) code: String,
    pub(crate) kind: IntakeKind,
    pub(crate) label: LocalizedText,
    #[serde(default)]
    pub(crate) choices: Vec<IntakeChoice>,
}

/// A choice of a question.
#[derive(Debug, Deserialize)]
pub(crate) struct IntakeChoice {
    pub(crate) code: String,
    pub(crate) label: LocalizedText,
}

/// An answer, as it came in and as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct IntakeAnswer {
    pub(crate) question: String,
    pub(crate) values: Personal<Vec<String>>,
}

/// All questions, in the order in which they are asked.
fn all() -> &'static [IntakeQuestion] {
    static ALL: OnceLock<Vec<IntakeQuestion>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(include_str!("reference/questions.json")).expect("questions.json is part of the program"))
}

/// What is asked about a subject.
pub(crate) fn questions_of(category: &Category) -> impl Iterator<Item = &'static IntakeQuestion> {
    all().iter().filter(|question| question.category == category.slug)
}

/// A question by its code.
pub(crate) fn find_question(code: &str) -> Option<&'static IntakeQuestion> {
    all().iter().find(|question| question.code == code)
}

/// What a report's answers are.
///
/// # Errors
/// When what is stored is not ours.
pub(crate) fn stored(row: &feedback::Model) -> kernel::Result<Vec<IntakeAnswer>> {
    let stored: Option<Vec<IntakeAnswer>> = row.intake_answers.clone().map(serde_json::from_value).transpose().map_err(Error::internal)?;
    Ok(stored.unwrap_or_default())
}

/// Checks answers on a subject. All that is wrong with them is told at once.
pub(crate) fn check(answers: &[IntakeAnswer], category: Option<&Category>) -> Result<Vec<IntakeAnswer>, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut kept: Vec<IntakeAnswer> = Vec::with_capacity(answers.len());
    for (place, answer) in answers.iter().enumerate() {
        let asked = find_question(&answer.question).filter(|question| category.is_some_and(|category| category.slug == question.category));
        let twice = kept.iter().any(|before| before.question == answer.question);
        match asked.filter(|_| !twice) {
            None => {
                let field = format!("input.answers.{place}.question");
                refusals.push(refusal(RefusalCode::Invalid, "refusal-question-not-asked", &[]).at(&field));
            }
            Some(question) => match question.values(answer.values.reveal(), &format!("input.answers.{place}.values")) {
                Ok(values) => kept.push(IntakeAnswer { question: question.code.clone(), values: Personal::new(values) }),
                Err(refusal) => refusals.push(refusal),
            },
        }
    }
    if refusals.is_empty() { Ok(kept) } else { Err(refusals) }
}

impl IntakeQuestion {
    /// What its answer may be, as it is kept.
    fn values(&self, values: &[String], field: &str) -> Result<Vec<String>, Refusal> {
        let misfit = |message| Err(refusal(RefusalCode::Invalid, message, &[]).at(field));
        let chosen = |value: &String| self.choices.iter().any(|choice| choice.code == *value);
        match (self.kind, values) {
            (IntakeKind::Choices, [_, ..]) if values.iter().all(chosen) => {
                // In the order of the question, each once.
                let codes = self.choices.iter().map(|choice| &choice.code);
                Ok(codes.filter(|code| values.contains(code)).cloned().collect())
            }
            (IntakeKind::Choice, [value]) if chosen(value) => Ok(values.to_vec()),
            (IntakeKind::YesNo, [value]) if ["yes", "no"].contains(&value.as_str()) => Ok(values.to_vec()),
            (IntakeKind::Text, [value]) => checked_text(value, ANSWER_CHARS_MAX, field).map(|text| vec![text]),
            (IntakeKind::Number, [value]) => match value.trim().replace(',', ".").parse::<Decimal>() {
                Ok(number) => Ok(vec![number.normalize().to_string()]),
                Err(_) => misfit("refusal-answer-number"),
            },
            (IntakeKind::Date, [value]) => match value.trim().parse::<NaiveDate>() {
                Ok(day) => Ok(vec![day.to_string()]),
                Err(_) => misfit("refusal-answer-date"),
            },
            (IntakeKind::Text | IntakeKind::Number | IntakeKind::Date, _) => misfit("refusal-answer-one"),
            _ => misfit("refusal-answer-choice"),
        }
    }

    /// An answer in words.
    pub(crate) fn text(&self, values: &[String], locale: Locale) -> String {
        let word = |value: &String| match self.kind {
            IntakeKind::YesNo => words().text(locale, if value == "yes" { "answer-yes" } else { "answer-no" }, &[]),
            IntakeKind::Date => value.parse::<NaiveDate>().map_or_else(|_| value.clone(), |day| day.format("%d.%m.%Y").to_string()),
            _ => {
                let choice = self.choices.iter().find(|choice| choice.code == *value);
                choice.map_or_else(|| value.clone(), |choice| choice.label.get(locale).to_owned())
            }
        };
        values.iter().map(word).collect::<Vec<String>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::reference::find_category;

    #[test]
    fn every_question_is_about_a_subject_and_has_a_code_of_its_own() {
        let codes: HashSet<&str> = all().iter().map(|question| question.code.as_str()).collect();
        assert_eq!((all().len(), codes.len()), (36, 36));
        for question in all() {
            assert!(find_category(&question.category).is_some(), "{}", question.category);
            let chosen = matches!(question.kind, IntakeKind::Choice | IntakeKind::Choices);
            assert_eq!(chosen, question.choices.len() > 1, "{}", question.code);
        }
    }

    #[test]
    fn an_answer_fits_its_question_or_is_refused_by_name() {
        fn check_one(code: &str, values: &[&str], expected: Result<&[&str], &str>) {
            let question = find_question(code).unwrap();
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            let answer = IntakeAnswer { question: code.to_owned(), values: Personal::new(values) };
            let checked = check(&[answer], find_category(&question.category));
            let told = match checked {
                Ok(kept) => Ok(kept.iter().flat_map(|answer| answer.values.reveal().clone()).collect::<Vec<String>>()),
                Err(refused) => Err(refused.into_iter().map(|refusal| refusal.path.join(".")).collect::<Vec<String>>().join(" ")),
            };
            let expected = expected.map(|values| values.iter().map(|value| (*value).to_owned()).collect()).map_err(ToOwned::to_owned);
            assert_eq!(told, expected, "{code}");
        }
        let values = "input.answers.0.values";
        check_one("water-fault", &["weak"], Ok(&["weak"]));
        check_one("water-fault", &["weak", "dirty"], Err(values));
        check_one("water-fault", &["purple"], Err(values));
        check_one("waste-fault", &["missing", "full", "full"], Ok(&["full", "missing"]));
        check_one("waste-fault", &[], Err(values));
        check_one("water-neighbours", &["yes"], Ok(&["yes"]));
        check_one("water-neighbours", &["maybe"], Err(values));
        check_one("road-depth-cm", &["12,50"], Ok(&["12.5"]));
        check_one("road-depth-cm", &["deep"], Err(values));
        check_one("water-since", &["2026-11-24"], Ok(&["2026-11-24"]));
        check_one("water-since", &["24.11.2026"], Err(values));
        check_one("lamp-post", &["  17а "], Ok(&["17а"]));
        check_one("lamp-post", &[&"7".repeat(ANSWER_CHARS_MAX + 1)], Err(values));
    }

    #[test]
    fn a_question_of_another_subject_and_one_answered_twice_are_refused() {
        let answer = |code: &str, value: &str| IntakeAnswer { question: code.to_owned(), values: Personal::new(vec![value.to_owned()]) };
        let answers = [answer("lamp-post", "17"), answer("water-fault", "weak"), answer("water-fault", "weak"), answer("nope", "1")];
        let told =
            |category| check(&answers, category).unwrap_err().into_iter().map(|refusal| refusal.path[2].clone()).collect::<Vec<String>>();
        assert_eq!(told(find_category("water-supply")), ["0", "2", "3"]);
        assert_eq!(told(None), ["0", "1", "2", "3"], "without a subject nothing is asked");
    }

    #[test]
    fn an_answer_reads_well_in_each_language() {
        let question = find_question("waste-fault").unwrap();
        let codes = ["full".to_owned(), "missing".to_owned()];
        assert_eq!(question.text(&codes, Locale::En), "the container is full, there is no container");
        assert_eq!(find_question("water-neighbours").unwrap().text(&["yes".to_owned()], Locale::Kk), "иә");
        assert_eq!(find_question("water-since").unwrap().text(&["2026-11-24".to_owned()], Locale::Ru), "24.11.2026");
    }
}
