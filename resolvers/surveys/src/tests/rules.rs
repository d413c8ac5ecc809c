//! The room's rules, without a database.

use std::collections::HashMap;

use kernel::{Locale, Personal};
use proptest::prelude::*;
use rust_decimal::Decimal;
use vocabulary::{SafeShare, Threshold};

use super::questions::{choices, draft, marks, question, survey, text, when};
use crate::{
    answer::{Answer, Form, Tally, Value, cells},
    check::check,
    model::{Draft, Metric, Question, QuestionType},
    results::Results,
};

fn paths(draft: &Draft) -> Vec<String> {
    let name = |refusal: &kernel::Refusal| {
        assert!(!refusal.message.en.starts_with("refusal-"), "{refusal:?}");
        refusal.path.join(".")
    };
    check(draft).iter().map(name).collect()
}

#[test]
fn a_draft_is_checked_for_shape_and_translation() {
    let rating = || question("q1", QuestionType::Rating);
    let choice = || question("q1", QuestionType::SingleChoice);
    let mut untranslated = rating();
    untranslated.text.kk = " ".to_owned();
    for (name, questions, expected) in [
        ("sound", vec![rating()], vec![]),
        ("nothing asked", vec![], vec!["input.questions"]),
        ("a word of CEL", vec![Question { slug: "in".to_owned(), ..rating() }], vec!["input.questions.0.slug"]),
        ("a name with a hyphen", vec![Question { slug: "q-1".to_owned(), ..rating() }], vec!["input.questions.0.slug"]),
        ("a name twice", vec![rating(), rating()], vec!["input.questions.1.slug"]),
        ("no Kazakh", vec![untranslated], vec!["input.questions.0.text"]),
        ("too long", vec![Question { text: text(&"ә".repeat(500)), ..rating() }], vec!["input.questions.0.text"]),
        ("options of a mark", vec![Question { options: choices(&["a", "b"]), ..rating() }], vec!["input.questions.0.options"]),
        ("one option", vec![Question { options: choices(&["a"]), ..choice() }], vec!["input.questions.0.options"]),
        ("an option twice", vec![Question { options: choices(&["a", "a"]), ..choice() }], vec!["input.questions.0.options.1.slug"]),
        ("rows of a choice", vec![Question { rows: choices(&["a"]), ..choice() }], vec!["input.questions.0.rows"]),
        ("effort of a rating", vec![Question { metric: Some(Metric::Ces), ..rating() }], vec!["input.questions.0.metric"]),
        ("bounds of a rating", vec![Question { min: Some(1), ..rating() }], vec!["input.questions.0.max"]),
        (
            "bounds crossed",
            vec![Question { min: Some(5), max: Some(4), ..question("q1", QuestionType::Number) }],
            vec!["input.questions.0.max"],
        ),
        (
            "more than there are",
            vec![Question { max_choices: Some(4), ..question("q1", QuestionType::MultiChoice) }],
            vec!["input.questions.0.maxChoices"],
        ),
        (
            "too long a text",
            vec![Question { max_length: Some(2_001), ..question("q1", QuestionType::Text) }],
            vec!["input.questions.0.maxLength"],
        ),
    ] {
        assert_eq!(paths(&draft(questions)), expected, "{name}");
    }
    for (slug, sound) in [("a", true), ("a-1", true), ("", false), ("A", false), ("a--b", false), ("a b", false), ("ә", false)] {
        let draft = Draft { slug: slug.to_owned(), ..draft(vec![rating()]) };
        assert_eq!(paths(&draft).is_empty(), sound, "{slug}");
    }
}

#[test]
fn a_condition_speaks_of_earlier_answers_and_can_come_true() {
    let earlier = || {
        vec![
            question("mark", QuestionType::Rating),
            question("yes", QuestionType::YesNo),
            question("one", QuestionType::SingleChoice),
            Question { min_choices: Some(2), max_choices: Some(2), ..question("some", QuestionType::MultiChoice) },
            Question { min: Some(0), max: Some(60), ..question("count", QuestionType::Number) },
            question("day", QuestionType::Date),
            when(question("low", QuestionType::Rating), "mark <= 2"),
        ]
    };
    for (condition, problem) in [
        ("mark <= 3", None),
        ("yes", None),
        ("!yes && one == 'b'", None),
        ("one in ['a', 'c'] || count > 59", None),
        ("'a' in some && 'b' in some", None),
        ("low == 5", None),
        ("mark == 2 && low == 1", None),
        ("mark + 1 > 2", Some("may only compare")),
        ("mark == 'a'", Some("may only compare")),
        ("mark", Some("may only compare")),
        ("some == ['a']", Some("may only compare")),
        ("mark <=", Some("may only compare")),
        ("one == 'b' ? yes : !yes", Some("may only compare")),
        ("later == 1", Some("called later")),
        ("itself == 1", Some("called itself")),
        ("day == '2026-01-01'", Some("called day")),
        ("mark > 5", Some("No answers lead")),
        ("one == 'd'", Some("No answers lead")),
        ("count > 60", Some("No answers lead")),
        ("yes && !yes", Some("No answers lead")),
        // Two of three must be chosen, so never all three.
        ("'a' in some && 'b' in some && 'c' in some", Some("No answers lead")),
        // `low` is asked after a mark of 2 or less only.
        ("mark > 2 && low == 1", Some("No answers lead")),
        ("mark == 3 && low != 3", Some("No answers lead")),
    ] {
        let mut questions = earlier();
        questions.push(when(question("itself", QuestionType::Text), condition));
        questions.push(question("later", QuestionType::Rating));
        let refusals = check(&draft(questions));
        match problem {
            None => assert_eq!(refusals, [], "{condition}"),
            Some(problem) => {
                assert_eq!(refusals.len(), 1, "{condition}: {refusals:?}");
                assert!(refusals[0].message.en.contains(problem), "{condition}: {}", refusals[0].message.en);
                assert_eq!(refusals[0].path.join("."), "input.questions.7.visibleIf", "{condition}");
            }
        }
    }
}

#[test]
fn a_questionnaire_that_branches_without_end_is_refused() {
    let mut questions: Vec<Question> = (0..12).map(|n| question(&format!("q{n}"), QuestionType::Recommendation)).collect();
    let all = (0..12).map(|n| format!("q{n} == 5")).collect::<Vec<_>>().join(" && ");
    questions.push(when(question("last", QuestionType::Text), &format!("{all} && q0 == 6")));
    let refusals = check(&draft(questions));
    assert_eq!(refusals.len(), 1);
    assert!(refusals[0].message.en.contains("branch too much"), "{}", refusals[0].message.en);
}

fn refused(questions: &[Question], said: &[(&str, Value)]) -> Vec<String> {
    let answers = said.iter().cloned().enumerate();
    let answers = answers.map(|(place, (question, value))| Answer { place, question: question.to_owned(), value }).collect();
    let refusals = Form::new(questions).unwrap().check(answers).err().unwrap_or_default();
    for (refusal, locale) in refusals.iter().flat_map(|refusal| Locale::ALL.map(|locale| (refusal, locale))) {
        assert!(!refusal.message.get(locale).starts_with("refusal-"), "{refusal:?}");
    }
    refusals.iter().map(|refusal| refusal.path.join(".")).collect()
}

#[test]
fn an_answer_fits_its_question() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let marks = |marks: &[(&str, i32)]| Value::Marks(marks.iter().map(|(row, mark)| ((*row).to_owned(), *mark)).collect());
    let said = |text: &str| Value::Text(Personal::new(text.to_owned()));
    let number = Question { min: Some(0), max: Some(60), ..question("q", QuestionType::Number) };
    let some = Question { min_choices: Some(1), max_choices: Some(2), ..question("q", QuestionType::MultiChoice) };
    let short = Question { max_length: Some(3), ..question("q", QuestionType::Text) };
    for (question, value, fits) in [
        (question("q", QuestionType::Rating), Value::Mark(5), true),
        (question("q", QuestionType::Rating), Value::Mark(6), false),
        (question("q", QuestionType::Effort), Value::Mark(7), true),
        (question("q", QuestionType::Recommendation), Value::Mark(0), true),
        (question("q", QuestionType::Recommendation), Value::Mark(11), false),
        (question("q", QuestionType::Rating), Value::Number(5), false),
        (number.clone(), Value::Number(60), true),
        (number, Value::Number(61), false),
        (question("q", QuestionType::SingleChoice), Value::Choice("b".to_owned()), true),
        (question("q", QuestionType::SingleChoice), Value::Choice("d".to_owned()), false),
        (some.clone(), Value::Choices(words(&["c", "a"])), true),
        (some.clone(), Value::Choices(words(&["a", "a"])), false),
        (some.clone(), Value::Choices(words(&["a", "b", "c"])), false),
        (some, Value::Choices(words(&[])), false),
        (question("q", QuestionType::Ranking), Value::Ranking(words(&["c", "a", "b"])), true),
        (question("q", QuestionType::Ranking), Value::Ranking(words(&["c", "a"])), false),
        (question("q", QuestionType::Ranking), Value::Ranking(words(&["c", "a", "a"])), false),
        (question("q", QuestionType::Matrix), marks(&[("water", 1), ("roads", 5)]), true),
        (question("q", QuestionType::Matrix), marks(&[("water", 1), ("roads", 0)]), false),
        (question("q", QuestionType::Matrix), marks(&[("water", 1)]), false),
        (short.clone(), said("әәә"), true),
        (short.clone(), said("әәәә"), false),
        (short, said("  "), false),
        (question("q", QuestionType::Text), said(&"ә".repeat(2_000)), true),
        (question("q", QuestionType::Text), said(&"ә".repeat(2_001)), false),
        (question("q", QuestionType::District), Value::Unreadable, false),
        (question("q", QuestionType::YesNo), Value::YesNo(false), true),
    ] {
        let expected: &[&str] = if fits { &[] } else { &["input.answers.0"] };
        assert_eq!(refused(std::slice::from_ref(&question), &[("q", value.clone())]), expected, "{question:?} {value:?}");
    }
}

#[test]
fn each_refusal_names_the_place_of_its_answer() {
    let questions = [
        question("q1", QuestionType::Rating),
        Question { required: false, ..when(question("q2", QuestionType::SingleChoice), "q1 <= 3") },
        when(question("q3", QuestionType::YesNo), "q1 > 3"),
    ];
    let choice = || Value::Choice("a".to_owned());
    for (said, expected) in [
        (vec![("q1", Value::Mark(5)), ("q3", Value::YesNo(true))], vec![]),
        (vec![("q3", Value::YesNo(true)), ("q1", Value::Mark(5))], vec![]),
        (vec![("q1", Value::Mark(2))], vec![]),
        (vec![("q1", Value::Mark(2)), ("q2", choice())], vec![]),
        (vec![], vec!["input.answers"]),
        (vec![("q1", Value::Mark(5))], vec!["input.answers"]),
        (vec![("q1", Value::Mark(5)), ("q3", Value::YesNo(true)), ("q2", choice())], vec!["input.answers.2"]),
        (vec![("q1", Value::Mark(2)), ("q3", Value::YesNo(true))], vec!["input.answers.1"]),
        (vec![("q1", Value::Mark(2)), ("q9", choice())], vec!["input.answers.1"]),
        (vec![("q1", Value::Mark(2)), ("q1", Value::Mark(3))], vec!["input.answers.1"]),
        // Nothing can be said of the branch behind a wrong answer.
        (vec![("q1", Value::Mark(9)), ("q2", choice())], vec!["input.answers.0"]),
    ] {
        assert_eq!(refused(&questions, &said), expected, "{said:?}");
    }
}

fn counted(question: &Question, values: Vec<Value>) -> Tally {
    let mut tally = Tally::new();
    for value in values {
        for cell in cells(&Answer { place: 0, question: question.slug.clone(), value }) {
            *tally.entry(cell).or_default() += 1;
        }
    }
    tally
}

fn results(question: Question, values: Vec<Value>, responses: u64) -> crate::results::QuestionResult {
    let tally = counted(&question, values);
    Results::of(&survey(vec![question], responses), &tally, Threshold::default()).questions.remove(0)
}

#[test]
fn the_figures_are_those_of_the_definitions() {
    let of = |metric: Metric| Question { metric: Some(metric), ..question("q", metric.question_type()) };
    let marks = |counts: &[(i32, usize)]| -> Vec<Value> { counts.iter().flat_map(|(mark, n)| vec![Value::Mark(*mark); *n]).collect() };
    let sixty = Some(SafeShare::gate(60, 100, Threshold::default()));
    assert_eq!(results(of(Metric::Csat), marks(&[(1, 20), (2, 10), (3, 10), (4, 20), (5, 40)]), 100).csat, sixty);
    assert_eq!(results(of(Metric::Ces), marks(&[(2, 20), (4, 20), (5, 10), (6, 20), (7, 30)]), 100).ces, sixty);
    let recommended = results(of(Metric::Nps), marks(&[(0, 10), (6, 10), (7, 10), (8, 10), (9, 20), (10, 40)]), 100);
    assert_eq!(recommended.nps, Some(Decimal::from(40)));
    assert_eq!(results(of(Metric::Nps), marks(&[(10, 9)]), 9).nps, None);
    let number = question("q", QuestionType::Number);
    let numbers = |n: usize| [0, 3, 7].repeat(n).into_iter().map(Value::Number).collect::<Vec<_>>();
    assert_eq!(results(number.clone(), numbers(4), 12).mean, Some(Decimal::new(33, 1)));
    assert_eq!(results(number, numbers(3), 9).mean, None);
}

#[test]
fn a_branch_that_few_did_not_take_is_hidden_with_all_that_was_said_in_it() {
    let yes = |n: usize| vec![Value::YesNo(true); n];
    let always = question("q", QuestionType::YesNo);
    let branch = when(question("q", QuestionType::YesNo), "other");
    for (question, answers, responses, shown) in [
        (&always, 35, 40, true),
        (&branch, 35, 40, false),
        (&branch, 35, 50, true),
        (&branch, 40, 40, true),
        (&branch, 8, 40, false),
        (&always, 8, 8, false),
    ] {
        let result = results(question.clone(), yes(answers), responses);
        assert_eq!(!result.answered.is_suppressed(), shown, "{answers} of {responses}");
        assert_eq!(result.options.iter().all(|option| !option.count.is_suppressed()), shown, "{answers} of {responses}");
    }
}

#[test]
fn of_a_choice_of_many_neither_the_few_who_chose_nor_the_few_who_did_not_are_told() {
    let many = question("q", QuestionType::MultiChoice);
    let said = |slugs: &[&str], n: usize| vec![Value::Choices(slugs.iter().map(|slug| (*slug).to_owned()).collect()); n];
    let result = results(many, [said(&["a", "b"], 35), said(&["a", "c"], 3), said(&["b"], 2)].concat(), 40);
    let shown: HashMap<_, _> = result.options.iter().map(|option| (option.option.as_str(), option.count.shown())).collect();
    assert_eq!(shown, HashMap::from([("a", None), ("b", None), ("c", None)]));
}

proptest! {
    #[test]
    fn no_group_of_fewer_than_ten_is_told(said in marks()) {
        let responses = said.len() as u64;
        let result = results(question("q", QuestionType::Rating), said.iter().map(|mark| Value::Mark(*mark)).collect(), responses);
        let counts: Vec<usize> = (1..=5).map(|mark| said.iter().filter(|said| **said == mark).count()).collect();
        let mut hidden = 0;
        for (count, option) in counts.iter().zip(&result.options) {
            match option.count.shown() {
                Some(shown) => prop_assert!(shown == 0 || shown >= 10),
                None => hidden += count,
            }
        }
        prop_assert!(hidden == 0 || hidden >= 10 || hidden == said.len());
    }
}
