//! What a client can mend: refusals of acts, and wrong arguments of queries.

use std::sync::OnceLock;

use kernel::{Error, LocalizedText, Refusal, RefusalCode, Words};

use crate::{
    model::{DefinitionFlaw, FormulaFlaw, QUERY_CHARS_MAX},
    process::Unfit,
};

pub(crate) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

/// The key of a unit's name.
pub(crate) fn unit_key(unit: &str) -> String {
    format!("unit-{}", unit.replace('_', "-"))
}

/// The codes of all units that have a name.
fn units() -> String {
    words().keys().filter_map(|key| key.strip_prefix("unit-")).map(|unit| unit.replace('-', "_")).collect::<Vec<_>>().join(", ")
}

fn text(key: &str) -> LocalizedText {
    words().localized(key, &[])
}

fn invalid(message: LocalizedText, path: &str) -> Refusal {
    Refusal::new(RefusalCode::Invalid, message).at(path)
}

pub(crate) fn query_too_long() -> Error {
    Error::bad_input(words().localized("query-too-long", &[("max", QUERY_CHARS_MAX.into())]))
}

pub(crate) fn key_is_not_a_uuid() -> Refusal {
    invalid(text("key-is-not-a-uuid"), "input.idempotencyKey")
}

pub(crate) fn key_reused() -> Refusal {
    Refusal::new(RefusalCode::KeyReused, text("key-reused")).at("input.idempotencyKey")
}

pub(crate) fn no_such_kpi() -> Refusal {
    Refusal::new(RefusalCode::NotFound, text("no-such-kpi")).at("input.kpi")
}

pub(crate) fn no_such_dataset() -> Refusal {
    Refusal::new(RefusalCode::NotFound, text("no-such-dataset")).at("input.dataset")
}

pub(crate) fn code_malformed() -> Refusal {
    invalid(text("code-malformed"), "input.code")
}

pub(crate) fn code_taken() -> Refusal {
    invalid(text("code-taken"), "input.code")
}

pub(crate) fn text_incomplete(path: &str) -> Refusal {
    invalid(text("text-incomplete"), path)
}

pub(crate) fn id_malformed(path: &str) -> Refusal {
    invalid(text("id-malformed"), path)
}

pub(crate) fn unit_unknown() -> Refusal {
    invalid(words().localized("unknown-unit", &[("units", units().into())]), "input.unit")
}

pub(crate) fn filter_malformed(input: usize) -> Refusal {
    invalid(text("filter-malformed"), &format!("input.inputs.{input}.source.dataset.where"))
}

pub(crate) fn at_risk_is_better() -> Refusal {
    invalid(text("at-risk-is-better"), "input.atRisk")
}

pub(crate) fn is_computed() -> Refusal {
    Refusal::new(RefusalCode::NotAllowed, text("is-computed")).at("input.kpi")
}

pub(crate) fn not_a_whole_period() -> Refusal {
    invalid(text("not-a-whole-period"), "input.from")
}

pub(crate) fn period_not_over() -> Refusal {
    Refusal::new(RefusalCode::NotAllowed, text("period-not-over")).at("input.to")
}

pub(crate) fn inputs_differ(names: &str) -> Refusal {
    invalid(words().localized("inputs-differ", &[("names", names.into())]), "input.inputs")
}

pub(crate) fn no_value() -> Refusal {
    invalid(text("no-value"), "input.inputs")
}

pub(crate) fn source_kpi_unknown(input: usize) -> Refusal {
    invalid(text("source-kpi-unknown"), &format!("input.inputs.{input}.source.kpi"))
}

pub(crate) fn source_kpi_is_derived(input: usize) -> Refusal {
    invalid(text("source-kpi-is-derived"), &format!("input.inputs.{input}.source.kpi"))
}

/// A dataset that cannot be an input.
pub(crate) fn unfit(input: usize, unfit: Unfit) -> Refusal {
    let key = match unfit {
        Unfit::NoDataset => "no-such-dataset",
        Unfit::NoColumn => "source-no-column",
        Unfit::WrongType => "source-wrong-type",
    };
    invalid(text(key), &format!("input.inputs.{input}.source.dataset"))
}

/// A flaw of a definition.
pub(crate) fn flaw(flaw: &DefinitionFlaw) -> Refusal {
    let inputs = |message, input: &usize, field: &str| invalid(message, &format!("input.inputs.{input}.{field}"));
    match flaw {
        DefinitionFlaw::Formula(flaw) => invalid(formula(flaw), "input.formula"),
        DefinitionFlaw::InputCount { max } => invalid(words().localized("input-count", &[("max", (*max).into())]), "input.inputs"),
        DefinitionFlaw::InputName { input } => inputs(text("input-name"), input, "name"),
        DefinitionFlaw::Kind => invalid(text("kind-does-not-fit"), "input.kind"),
        DefinitionFlaw::MixedInputs => invalid(text("mixed-inputs"), "input.inputs"),
        DefinitionFlaw::Column { input } => inputs(text("source-needs-column"), input, "source.dataset.column"),
        DefinitionFlaw::Decimals { max } => invalid(words().localized("too-many-decimals", &[("max", (*max).into())]), "input.decimals"),
    }
}

fn formula(flaw: &FormulaFlaw) -> LocalizedText {
    match flaw {
        FormulaFlaw::TooLong { max } => words().localized("formula-too-long", &[("max", (*max).into())]),
        FormulaFlaw::Syntax => text("formula-syntax"),
        FormulaFlaw::NotArithmetic => text("formula-not-arithmetic"),
        FormulaFlaw::UnknownInput { name } => words().localized("formula-unknown-input", &[("name", name.as_str().into())]),
        FormulaFlaw::UnusedInput { name } => words().localized("formula-unused-input", &[("name", name.as_str().into())]),
    }
}
