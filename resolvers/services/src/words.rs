//! Terms and fees in words.

use std::sync::OnceLock;

use kernel::{Fact, LocalizedText, Words};

use crate::model::{Fee, Term, Unit};

pub(crate) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

/// When a service is done.
pub(crate) fn term(term: Term) -> LocalizedText {
    let counted = |kind: &str, amount: u32, unit: Unit| say(&format!("term-{kind}-{}", word(unit)), &[("amount", amount.into())]);
    match term {
        Term::Exactly { amount, unit } => counted("exactly", amount, unit),
        Term::UpTo { amount, unit } => counted("up-to", amount, unit),
        Term::AsARule { amount, unit } => counted("as-a-rule", amount, unit),
        Term::Several { unit } => say(&format!("term-several-{}", word(unit)), &[]),
        Term::AtOnce {} => say("term-at-once", &[]),
        Term::AfterRegistration {} => say("term-after-registration", &[]),
        Term::SameDay {} => say("term-same-day", &[]),
        Term::ByBooking {} => say("term-by-booking", &[]),
        Term::ByCompetition {} => say("term-by-competition", &[]),
        Term::ByVisit {} => say("term-by-visit", &[]),
        Term::Depends {} => say("term-depends", &[]),
    }
}

/// What a service costs.
pub(crate) fn fee(fee: Fee) -> LocalizedText {
    match fee {
        Fee::Free {} => say("fee-free", &[]),
        Fee::Duty { mci: Some(factor) } => say("fee-duty-factor", &[("factor", factor.normalize().to_string().into())]),
        Fee::Duty { mci: None } => say("fee-duty", &[]),
        Fee::Contract {} => say("fee-contract", &[]),
        Fee::Unverified {} => say("fee-unverified", &[]),
    }
}

fn say(key: &str, facts: &[Fact<'_>]) -> LocalizedText {
    words().localized(key, facts)
}

fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::Minutes => "minutes",
        Unit::WorkingDays => "working-days",
        Unit::Days => "days",
    }
}
