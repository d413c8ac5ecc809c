//! How a case ends: the outcome, the reason for it where the outcome asks for one, and the answer that the reporter reads.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use engine::Who;
use kernel::{LocalizedText, Refusal, RefusalCode};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};

use crate::{
    desk::{Act, word},
    entity::feedback,
    error::refusal,
    model::{Outcome, line},
};

/// A reason for an outcome (our list; APPC leaves the grounds of a refusal to the laws of each matter).
#[derive(Debug, Deserialize)]
pub(crate) struct Reason {
    pub(crate) slug: String,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) name: LocalizedText,
}

/// All reasons, in the order of the reference file.
fn reasons() -> &'static [Reason] {
    static ALL: OnceLock<Vec<Reason>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(include_str!("reference/reasons.json")).expect("reasons.json is part of the program"))
}

/// The reasons that there are for an outcome; none where it needs none.
pub(crate) fn reasons_for(outcome: Outcome) -> impl Iterator<Item = &'static Reason> {
    reasons().iter().filter(move |reason| reason.outcomes.contains(&outcome))
}

/// A reason by its slug.
pub(crate) fn find_reason(slug: &str) -> Option<&'static Reason> {
    reasons().iter().find(|reason| reason.slug == slug)
}

/// An answer as it came in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) outcome: Outcome,
    /// Slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) text: String,
}

/// An answer that can be given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<String>,
    pub(crate) text: String,
}

impl Reply {
    /// All that is wrong with it, or the answer.
    pub(crate) fn check(&self) -> Result<Answer, Vec<Refusal>> {
        let mut refused = Vec::new();
        let text = line(&self.text, "input.text").map_err(|wrong| refused.push(wrong)).unwrap_or_default();
        if !self.outcome.is_answer() {
            refused.push(refusal(RefusalCode::Invalid, "refusal-outcome-unfit", &[]).at("input.outcome"));
        }
        let mut no = |message| refused.push(refusal(RefusalCode::Invalid, message, &[]).at("input.reason"));
        let asked = reasons_for(self.outcome).next().is_some();
        match &self.reason {
            None if asked => no("refusal-reason-missing"),
            Some(slug) if !reasons_for(self.outcome).any(|reason| reason.slug == *slug) => no("refusal-reason-unfit"),
            _ => (),
        }
        if refused.is_empty() { Ok(Answer { outcome: self.outcome, reason: self.reason.clone(), text }) } else { Err(refused) }
    }
}

impl Answer {
    /// The act that gives it.
    pub(crate) fn act(self, party: Option<LocalizedText>, by: Vec<Who>, now: DateTime<Utc>) -> Act {
        let mut act = Act::new("respond", by).fact("party", party).fact("outcome", self.outcome).fact("reason", &self.reason);
        act.event = act.event.with("outcome", word(&self.outcome).as_str());
        act.change(move |row| self.write(row, now))
    }

    fn write(self, row: &mut feedback::ActiveModel, now: DateTime<Utc>) {
        row.outcome = Set(Some(word(&self.outcome)));
        row.outcome_reason = Set(self.reason);
        row.answer = Set(Some(self.text));
        row.answered_at = Set(Some(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_that_is_not_what_was_asked_for_has_a_reason() {
        fn check(outcome: Outcome, reason: Option<&str>, expected: &[&str]) {
            let reply = Reply { outcome, reason: reason.map(str::to_owned), text: "Жауап".to_owned() };
            let refused = reply.check().err().unwrap_or_default();
            let told: Vec<String> = refused.iter().map(|refusal| refusal.path.join(".")).collect();
            assert_eq!(told, expected, "{outcome:?} {reason:?}");
        }
        check(Outcome::Satisfied, None, &[]);
        check(Outcome::Satisfied, Some("private-property"), &["input.reason"]);
        check(Outcome::Explained, None, &[]);
        for outcome in [Outcome::Forwarded, Outcome::Duplicate, Outcome::Withdrawn] {
            check(outcome, None, &["input.outcome"]);
        }
        for outcome in [Outcome::Refused, Outcome::PartlySatisfied, Outcome::Terminated] {
            check(outcome, None, &["input.reason"]);
            check(outcome, Some("because"), &["input.reason"]);
            for reason in reasons_for(outcome) {
                check(outcome, Some(&reason.slug), &[]);
            }
        }
    }

    #[test]
    fn all_that_is_wrong_with_an_answer_is_told_at_once() {
        let reply = Reply { outcome: Outcome::Refused, reason: None, text: " ".to_owned() };
        let told: Vec<String> = reply.check().unwrap_err().iter().map(|refusal| refusal.path.join(".")).collect();
        assert_eq!(told, ["input.text", "input.reason"]);
    }
}
