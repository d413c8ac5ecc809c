//! What the work on a case leaves: questions to the reporter, and decisions on the term.

use async_graphql::SimpleObject;
use vocabulary::{Date, DateTime};

use crate::entity::{extension, question};

/// A question to the reporter. While it is open the term stands still, where the law lets it.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct Question {
    /// When it was asked.
    asked_at: DateTime,
    /// What was asked.
    text: String,
    /// When it was answered; null while it is not.
    answered_at: Option<DateTime>,
    /// The answer.
    answer: Option<String>,
}

impl Question {
    pub(crate) fn of(row: &question::Model) -> Question {
        Question {
            asked_at: DateTime(row.asked_at),
            text: row.text.clone(),
            answered_at: row.answered_at.map(DateTime),
            answer: row.answer.clone(),
        }
    }
}

/// A reasoned decision that made the term longer (APPC Art. 76).
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct Extension {
    /// The decision's number.
    decision_number: String,
    /// When it was taken.
    decided_at: DateTime,
    /// Why.
    reason: String,
    /// By how many working days.
    working_days: i32,
    /// When the answer was due by it.
    due_on: Date,
}

impl Extension {
    pub(crate) fn of(row: &extension::Model) -> Extension {
        Extension {
            decision_number: row.decision_number.clone(),
            decided_at: DateTime(row.decided_at),
            reason: row.reason.clone(),
            working_days: row.working_days,
            due_on: Date(row.due_on),
        }
    }
}
