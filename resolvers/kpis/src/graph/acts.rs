//! The acts behind the mutations: checked against the indicator, carried out once for their key.

use std::collections::BTreeMap;

use async_graphql::{Context, ID};
use futures_util::FutureExt;
use journal::{Abort, ActKey, House};
use kernel::{Actor, DatasetId, DistrictId, KpiId, PartyId, Refusal, ServiceId, city_day};
use serde::Serialize;
use uuid::Uuid;
use vocabulary::request;

use super::{
    definition::{KpiInputInput, KpiSourceInput},
    mutation::{DefineKpiInput, RecomputeKpisInput, RecordKpiObservationInput, SetKpiTargetInput},
};
use crate::{
    error,
    model::{DatasetSource, Definition, Draft, FeedbackSource, Input, Kind, Kpi, Source, Span, Target, TraceInput, is_code, is_complete},
    policy, process,
    store::{self, Defined, NewKpi, Store},
};

/// The key of an act of this actor.
fn act_key(key: &str, act: &'static str, actor: &Actor, body: &impl Serialize) -> Result<ActKey, Abort> {
    let key = Uuid::parse_str(key).map_err(|_| error::key_is_not_a_uuid())?;
    Ok(ActKey::new(key, act, &actor.journal_name(), body)?)
}

fn house<'a>(ctx: &Context<'a>) -> &'a House {
    ctx.data_unchecked::<House>()
}

/// The indicator that an act is about.
async fn find_kpi(ctx: &Context<'_>, id: &ID) -> Result<Kpi, Abort> {
    let id = KpiId::from_global(id).ok_or_else(error::no_such_kpi)?;
    Ok(ctx.data_unchecked::<Store>().kpis_by_id(&[id]).await?.remove(&id).ok_or_else(error::no_such_kpi)?)
}

pub(super) async fn define(ctx: &Context<'_>, input: DefineKpiInput) -> Result<Uuid, Abort> {
    let request = request(ctx);
    policy::keep(&request.actor)?;
    let key = act_key(&input.idempotency_key, "define_kpi", &request.actor, &input)?;
    let (actor, now) = (request.actor.journal_name(), request.now);
    let new = new_kpi(input, now)?;
    check_sources(ctx, &new.kpi.definition).await?;
    let writer = &house(ctx).database.writer;
    let defined = writer.write(move |txn| {
        async move {
            if let Some(defined) = journal::claim(txn, &key, now).await?.before(error::key_reused)? {
                return Ok(defined);
            }
            if store::define(txn, &new, &actor).await? == Defined::CodeTaken {
                return Err(error::code_taken().into());
            }
            let id = new.kpi.id.uuid();
            journal::settle(txn, &key, &id).await?;
            Ok(id)
        }
        .boxed()
    });
    defined.await
}

/// Checks what is to be defined; all that is wrong is told at once.
fn new_kpi(input: DefineKpiInput, now: chrono::DateTime<chrono::Utc>) -> Result<NewKpi, Vec<Refusal>> {
    let mut refused = Vec::new();
    if !is_code(&input.code) {
        refused.push(error::code_malformed());
    }
    let title = kernel::LocalizedText::from(input.title);
    if !is_complete(&title) {
        refused.push(error::text_incomplete("input.title"));
    }
    if !error::words().has(&error::unit_key(&input.unit)) {
        refused.push(error::unit_unknown());
    }
    let owner = input.owner.map(|id| PartyId::from_global(&id));
    if owner == Some(None) {
        refused.push(error::id_malformed("input.owner"));
    }
    let services: Vec<ServiceId> = input.services.iter().filter_map(|id| ServiceId::from_global(id)).collect();
    if services.len() < input.services.len() {
        refused.push(error::id_malformed("input.services"));
    }
    let count = input.inputs.len();
    let mut inputs = Vec::with_capacity(count);
    for (position, input) in input.inputs.into_iter().enumerate() {
        match new_input(position, input) {
            Ok(input) => inputs.push(input),
            Err(refusal) => refused.push(refusal),
        }
    }
    let definition = Definition { kind: input.kind.into(), formula: input.formula, decimals: input.decimals, inputs };
    if definition.inputs.len() == count {
        refused.extend(definition.flaws().iter().map(error::flaw));
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let kpi = Kpi {
        id: KpiId::of_slug(&input.code),
        code: input.code,
        title,
        unit: input.unit,
        direction: input.direction.into(),
        frequency: input.frequency,
        owner: owner.flatten(),
        standard: input.standard,
        definition,
        defined_at: now,
    };
    Ok(NewKpi { kpi, services })
}

fn new_input(position: usize, input: KpiInputInput) -> Result<Input, Refusal> {
    let source = match input.source {
        KpiSourceInput::Dataset(source) => {
            let filter = source.filter.map(|text| serde_json::from_str::<serde_json::Map<_, _>>(&text)).transpose();
            Source::Dataset(DatasetSource {
                dataset: source.dataset,
                measure: source.measure.into(),
                column: source.column,
                filter: filter.map_err(|_| error::filter_malformed(position))?.map(serde_json::Value::Object),
                date: source.date,
                covers: source.covers,
                district: source.district,
            })
        }
        KpiSourceInput::Feedback(source) => Source::Feedback(FeedbackSource { measure: source.measure.into(), days: source.days }),
        KpiSourceInput::Catalogue(measure) => Source::Catalogue(measure.into()),
        KpiSourceInput::Kpi(code) => Source::Kpi(code),
        KpiSourceInput::Recorded(text) => Source::Recorded(text.into()),
    };
    Ok(Input { name: input.name, source })
}

/// Asks the other rooms whether the sources are there. This is before the transaction, which never asks.
async fn check_sources(ctx: &Context<'_>, definition: &Definition) -> Result<(), Abort> {
    let mut refused = Vec::new();
    for (position, input) in definition.inputs.iter().enumerate() {
        match &input.source {
            Source::Dataset(source) => {
                if let Err(unfit) = process::check_dataset(house(ctx), source, request(ctx)).await? {
                    refused.push(error::unfit(position, unfit));
                }
            }
            Source::Kpi(code) => match ctx.data_unchecked::<Store>().kpis_by_code(std::slice::from_ref(code)).await?.remove(code) {
                None => refused.push(error::source_kpi_unknown(position)),
                Some(kpi) if kpi.definition.kind == Kind::Derived => refused.push(error::source_kpi_is_derived(position)),
                Some(_) => {}
            },
            Source::Recorded(text) if !is_complete(text) => {
                refused.push(error::text_incomplete(&format!("input.inputs.{position}.source.recorded")));
            }
            Source::Feedback(_) | Source::Catalogue(_) | Source::Recorded(_) => {}
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(refused.into()) }
}

pub(super) async fn set_target(ctx: &Context<'_>, input: SetKpiTargetInput) -> Result<Uuid, Abort> {
    let request = request(ctx);
    policy::keep(&request.actor)?;
    let key = act_key(&input.idempotency_key, "set_kpi_target", &request.actor, &input)?;
    let kpi = find_kpi(ctx, &input.kpi).await?;
    let (value, at_risk) = (input.value.0, input.at_risk.map(|bound| bound.0));
    if at_risk.is_some_and(|bound| bound != value && kpi.direction.reaches(bound, value)) {
        return Err(error::at_risk_is_better().into());
    }
    let target = Target { from: input.from.0, value, at_risk, synthetic: false };
    let (actor, now) = (request.actor.journal_name(), request.now);
    let set = house(ctx).database.writer.write(move |txn| {
        async move {
            if let Some(set) = journal::claim(txn, &key, now).await?.before(error::key_reused)? {
                return Ok(set);
            }
            let kpi = store::lock(txn, kpi.id).await?.ok_or_else(error::no_such_kpi)?;
            store::set_target(txn, &kpi, &target, now, &actor).await?;
            journal::settle(txn, &key, &kpi.id.uuid()).await?;
            Ok(kpi.id.uuid())
        }
        .boxed()
    });
    set.await
}

pub(super) async fn record(ctx: &Context<'_>, input: RecordKpiObservationInput) -> Result<Uuid, Abort> {
    let request = request(ctx);
    policy::keep(&request.actor)?;
    let key = act_key(&input.idempotency_key, "record_kpi_observation", &request.actor, &input)?;
    let kpi = find_kpi(ctx, &input.kpi).await?;
    let (actor, now) = (request.actor.journal_name(), request.now);
    let draft = draft(&kpi, &input, city_day(now))?;
    let rng = std::sync::Arc::clone(&house(ctx).rng);
    let recorded = house(ctx).database.writer.write(move |txn| {
        async move {
            if let Some(recorded) = journal::claim(txn, &key, now).await?.before(error::key_reused)? {
                return Ok(recorded);
            }
            let kpi = store::lock(txn, kpi.id).await?.ok_or_else(error::no_such_kpi)?;
            let recorded = store::record(txn, &kpi, vec![draft], &*rng, now, &actor).await?;
            let recorded = recorded.first().ok_or_else(|| kernel::Error::internal("a draft was lost"))?;
            journal::settle(txn, &key, &recorded.id.uuid()).await?;
            Ok(recorded.id.uuid())
        }
        .boxed()
    });
    recorded.await
}

/// Applies the formula to what an analyst tells.
fn draft(kpi: &Kpi, input: &RecordKpiObservationInput, today: chrono::NaiveDate) -> Result<Draft, Abort> {
    let definition = &kpi.definition;
    if definition.is_computed() {
        return Err(error::is_computed().into());
    }
    let span = Span { from: input.from.0, to: input.to.0 };
    let whole = Span::around(kpi.frequency, span.to);
    let whole = if definition.kind == Kind::Cumulative { whole.map(Span::since_new_year) } else { whole };
    if whole != Some(span) {
        return Err(error::not_a_whole_period().into());
    }
    if span.to >= today {
        return Err(error::period_not_over().into());
    }
    let district = match input.district.as_ref().map(|id| DistrictId::from_global(id)) {
        Some(None) => return Err(error::id_malformed("input.district").into()),
        Some(district) => district,
        None => None,
    };
    let told: BTreeMap<&str, _> = input.inputs.iter().map(|input| (input.name.as_str(), input.value.0)).collect();
    let names = definition.inputs.iter().map(|input| input.name.as_str());
    if told.len() != input.inputs.len() || !told.keys().copied().eq(names.clone().collect::<std::collections::BTreeSet<_>>()) {
        return Err(error::inputs_differ(&names.collect::<Vec<_>>().join(", ")).into());
    }
    let inputs = names.map(|name| TraceInput { name: name.to_owned(), value: told[name].normalize(), ..TraceInput::default() }).collect();
    let formula = definition.parse().map_err(|flaw| kernel::Error::internal(format!("{}: {flaw:?}", kpi.code)))?;
    let draft = definition.apply(&formula, span, inputs).ok_or_else(error::no_value)?;
    Ok(Draft { district, ..draft })
}

pub(super) async fn recompute(ctx: &Context<'_>, input: RecomputeKpisInput) -> Result<i32, Abort> {
    let request = request(ctx);
    policy::recompute(&request.actor)?;
    let key = act_key(&input.idempotency_key, "recompute_kpis", &request.actor, &input)?;
    let dataset = DatasetId::from_global(&input.dataset).ok_or_else(error::no_such_dataset)?;
    let kpis = ctx.data_unchecked::<Store>().kpis_of_datasets(&[dataset]).await?.remove(&dataset).unwrap_or_default();
    let (now, cause) = (request.now, input.idempotency_key);
    let jobs = house(ctx).database.writer.write(move |txn| {
        async move {
            if let Some(jobs) = journal::claim(txn, &key, now).await?.before(error::key_reused)? {
                return Ok(jobs);
            }
            store::compute_jobs(txn, kpis.iter().map(|kpi| kpi.code.as_str()), &cause, now).await?;
            let jobs = i32::try_from(kpis.len()).unwrap_or(i32::MAX);
            journal::settle(txn, &key, &jobs).await?;
            Ok(jobs)
        }
        .boxed()
    });
    jobs.await
}
