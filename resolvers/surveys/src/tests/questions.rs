//! Questions for tests.

use kernel::LocalizedText;
use proptest::prelude::*;

use crate::model::{Anonymity, Choice, Draft, Question, QuestionType, Survey};

pub(crate) fn text(text: &str) -> LocalizedText {
    LocalizedText::from_fn(|locale| format!("{text} {}", locale.tag()))
}

pub(crate) fn choices(slugs: &[&str]) -> Vec<Choice> {
    slugs.iter().map(|slug| Choice { slug: (*slug).to_owned(), text: text(slug) }).collect()
}

pub(crate) fn question(slug: &str, question_type: QuestionType) -> Question {
    Question {
        slug: slug.to_owned(),
        question_type,
        text: text(slug),
        required: true,
        scale_note: None,
        metric: None,
        options: if question_type.has_options() { choices(&["a", "b", "c"]) } else { Vec::new() },
        rows: if question_type == QuestionType::Matrix { choices(&["roads", "water"]) } else { Vec::new() },
        visible_if: None,
        min: None,
        max: None,
        min_choices: None,
        max_choices: None,
        max_length: None,
    }
}

pub(crate) fn when(question: Question, condition: &str) -> Question {
    Question { visible_if: Some(condition.to_owned()), ..question }
}

pub(crate) fn draft(questions: Vec<Question>) -> Draft {
    Draft { slug: "a-survey".to_owned(), title: text("A survey"), anonymity: Anonymity::Anonymous, about: Vec::new(), questions }
}

pub(crate) fn survey(questions: Vec<Question>, responses: u64) -> Survey {
    Survey {
        id: kernel::SurveyId::of_slug("a-survey"),
        slug: "a-survey".to_owned(),
        title: text("A survey"),
        anonymity: Anonymity::Anonymous,
        status: crate::model::Status::Closed,
        questions,
        version: 3,
        responses,
        opened_at: None,
        closed_at: None,
        synthetic: false,
    }
}

/// Marks that a number of people might give.
pub(crate) fn marks() -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(1..=5, 0..120)
}
