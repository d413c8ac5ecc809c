//! Full-text search over reports: one way to cut texts into terms, whichever database holds them (FTS5 in SQLite, `tsvector` in PostgreSQL).
//!
//! A term is the beginning of a word, folded as the suggester folds it, so that spellings, alphabets and endings do not matter: cutting words
//! to five letters finds in an agglutinative language about what a stemmer finds (Can et al., Information retrieval on Turkish texts, JASIST
//! 59(3), 2008). The vowels at the end go first: in Russian they are the ending (труба, трубу, трубой). What holds a digit is a number, and
//! is kept whole.

use std::collections::BTreeSet;

use journal::{Abort, Txn};
use sea_orm::{ConnectionTrait, DbBackend, ExprTrait as _, Statement, sea_query::Expr};
use uuid::Uuid;

use crate::{entity::feedback::Model, intake, model::Contact};

/// How much of a word counts.
const TERM_CHARS: usize = 5;
/// What is left of a word at least when its last vowels go.
const STEM_CHARS: usize = 3;
/// Terms of one query; what comes after them is not looked for.
const TERMS_MAX: usize = 12;
/// The digits of a phone number that do not depend on how the country is dialled.
const PHONE_DIGITS: usize = 10;

/// Which words of a report are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// All: for those who work the case.
    All,
    /// Those of the text that everybody may read.
    Public,
}

impl Words {
    fn column(self) -> &'static str {
        match self {
            Words::All => "words",
            Words::Public => "public_words",
        }
    }
}

/// The terms of a text, each once.
pub(crate) fn terms(text: &str) -> BTreeSet<String> {
    suggester::words(text).into_iter().map(|word| term(&word.folded)).collect()
}

fn term(folded: &str) -> String {
    if is_number(folded) {
        return folded.to_owned();
    }
    let stem = folded.trim_end_matches(['a', 'e', 'i', 'o', 'u']);
    let letters = if stem.len() < STEM_CHARS { folded.get(..STEM_CHARS).unwrap_or(folded) } else { stem };
    letters.chars().take(TERM_CHARS).collect()
}

fn is_number(term: &str) -> bool {
    term.chars().any(|c| c.is_ascii_digit())
}

/// A phone number however it is written, as its last digits; none for what is no phone number.
fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let only = text.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
    (only && (PHONE_DIGITS..=15).contains(&digits.len())).then(|| digits[digits.len() - PHONE_DIGITS..].to_owned())
}

/// A term that is looked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// As it is.
    Whole(String),
    /// And all that begin with it.
    Beginning(String),
}

/// What is looked for: terms that must all be there. A word may not be typed to its end; but of a short one without its ending (вод-а) too
/// much would be found.
fn looked_for(query: &str) -> Vec<Wanted> {
    if let Some(phone) = phone(query.trim()) {
        return vec![Wanted::Whole(phone)];
    }
    let words = suggester::words(query).into_iter().take(TERMS_MAX);
    let wanted = words.map(|word| match term(&word.folded) {
        term if is_number(&term) || (term.len() == STEM_CHARS && term != word.folded) => Wanted::Whole(term),
        term => Wanted::Beginning(term),
    });
    wanted.collect()
}

/// Whether a report holds all terms of a query; one without terms finds nothing.
pub(crate) fn holds(backend: DbBackend, words: Words, query: &str) -> Expr {
    let wanted = looked_for(query);
    if wanted.is_empty() {
        return Expr::value(1).eq(0);
    }
    let column = words.column();
    // A term is letters and digits only, so that nothing of it is read as an operator.
    let all = |whole: [&str; 2], beginning: [&str; 2], and: &str| {
        let term = |wanted: &Wanted| match wanted {
            Wanted::Whole(term) => format!("{}{term}{}", whole[0], whole[1]),
            Wanted::Beginning(term) => format!("{}{term}{}", beginning[0], beginning[1]),
        };
        wanted.iter().map(term).collect::<Vec<_>>().join(and)
    };
    if backend == DbBackend::Postgres {
        let holds = format!("feedback.id IN (SELECT feedback_id FROM feedback_words WHERE {column} @@ $1::tsquery)");
        Expr::cust_with_values(holds, [all(["'", "'"], ["'", "':*"], " & ")])
    } else {
        let holds = "feedback.id IN (SELECT feedback_id FROM feedback_words WHERE feedback_words MATCH ?)";
        Expr::cust_with_values(holds, [format!("{column} : ({})", all(["\"", "\""], ["\"", "\" *"], " AND "))])
    }
}

/// Keeps what a report can be found by, in the place of what was kept before.
///
/// # Errors
/// When the database fails.
pub(crate) async fn index(txn: &Txn, row: &Model) -> Result<(), Abort> {
    let contact: Contact =
        row.contact.clone().map(serde_json::from_value).transpose().map_err(kernel::Error::internal)?.unwrap_or_default();
    let name = contact.name.as_ref().map(|name| name.reveal().as_str());
    let answers = intake::stored(row)?;
    let texts = [Some(row.reference.as_str()), Some(&row.text), row.address.as_deref(), row.answer.as_deref(), name];
    let mut words: BTreeSet<String> = texts.into_iter().flatten().flat_map(terms).collect();
    words.extend(answers.iter().flat_map(|answer| answer.values.reveal()).flat_map(|value| terms(value)));
    words.extend(contact.phone.as_ref().and_then(|number| phone(number.reveal())));
    let public = row.public_text.as_deref().map(terms).unwrap_or_default();
    let joined = |terms: BTreeSet<String>| terms.into_iter().collect::<Vec<_>>().join(" ");
    let (words, public) = (joined(words), joined(public));
    let backend = txn.get_database_backend();
    let statement = if backend == DbBackend::Postgres {
        let insert = "INSERT INTO feedback_words (feedback_id, words, public_words) \
                      VALUES ($1, array_to_tsvector(string_to_array($2, ' ')), array_to_tsvector(string_to_array($3, ' '))) \
                      ON CONFLICT (feedback_id) DO UPDATE SET words = excluded.words, public_words = excluded.public_words";
        Statement::from_sql_and_values(backend, insert, [row.id.into(), words.into(), public.into()])
    } else {
        let insert = "INSERT OR REPLACE INTO feedback_words (rowid, feedback_id, words, public_words) VALUES ($1, $2, $3, $4)";
        Statement::from_sql_and_values(backend, insert, [row_number(row.id).into(), row.id.into(), words.into(), public.into()])
    };
    txn.execute_raw(statement).await?;
    Ok(())
}

/// Forgets what a report could be found by.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(txn: &Txn, id: Uuid) -> Result<(), Abort> {
    let backend = txn.get_database_backend();
    let statement = if backend == DbBackend::Postgres {
        Statement::from_sql_and_values(backend, "DELETE FROM feedback_words WHERE feedback_id = $1", [id.into()])
    } else {
        Statement::from_sql_and_values(backend, "DELETE FROM feedback_words WHERE rowid = $1", [row_number(id).into()])
    };
    txn.execute_raw(statement).await?;
    Ok(())
}

/// FTS5 finds its rows by a number only: the 62 random bits of the report's id (RFC 9562 §5.7). Two that are alike would be refused, and the
/// report filed again under another id.
fn row_number(id: Uuid) -> i64 {
    let (_, random) = id.as_u64_pair();
    i64::try_from(random & (u64::MAX >> 2)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let wanted = looked_for(text).into_iter().map(|wanted| match wanted {
            Wanted::Whole(term) => term,
            Wanted::Beginning(term) => term + "*",
        });
        assert_eq!(wanted.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn endings_alphabets_and_spellings_do_not_matter() {
        check("шұңқырлар", &["xunki*"]);
        check("Shuńqyr", &["xunki*"]);
        check("труба трубой", &["trub*", "trub*"]);
        check("вода воды водой", &["vod", "vod", "vod"]);
        check("wat", &["vat*"]);
        check("су", &["su*"]);
    }

    #[test]
    fn numbers_are_whole_and_phones_are_one_number() {
        check("TK-2026-000123", &["tk*", "2026", "000123"]);
        check("+7 (701) 123-45-67", &["7011234567"]);
        check("87011234567", &["7011234567"]);
    }

    #[test]
    fn nothing_of_a_query_is_an_operator() {
        check("\"); DROP * NEAR(", &["drop*", "near*"]);
        check("' | ' & !", &[]);
    }
}
