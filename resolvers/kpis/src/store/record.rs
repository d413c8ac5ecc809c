//! Writing: definitions, targets, observations, and the jobs that compute them.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveTime, Utc};
use journal::{Abort, NewEvent, NewJob, Priority, Txn};
use kernel::{DatasetId, Error, KpiId, ObservationId, Rng, ServiceId, city_day, city_instant};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockType, OnConflict},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::place;
use crate::{
    entity::{kpi, kpi_dataset, kpi_observation, kpi_service, kpi_target},
    model::{Draft, Kpi, Observation, Span, Target},
    process::COMPUTE_KPI,
};

/// How many observations one statement inserts. A connection keeps its statements prepared, and each row of one costs memory for as long.
const ROWS_MAX: usize = 50;
/// When indicators are computed at night, in the city: after the day's data has come.
const NIGHT_HOUR: u32 = 2;

/// An indicator to define, and the services that it is about.
#[derive(Clone, Debug)]
pub(crate) struct NewKpi {
    pub(crate) kpi: Kpi,
    pub(crate) services: Vec<ServiceId>,
}

/// What became of defining an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defined {
    Yes,
    CodeTaken,
}

/// Defines an indicator, and has it computed if the house can.
pub(crate) async fn define(txn: &Txn, new: &NewKpi, actor: &str) -> Result<Defined, Abort> {
    let NewKpi { kpi, services } = new;
    let title = &kpi.title;
    let row = kpi::ActiveModel {
        id: Set(kpi.id.uuid()),
        code: Set(kpi.code.clone()),
        title_kk: Set(title.kk.clone()),
        title_ru: Set(title.ru.clone()),
        title_en: Set(title.en.clone()),
        unit: Set(kpi.unit.clone()),
        direction: Set(kpi.direction.word().to_owned()),
        frequency: Set(kpi.frequency.word().to_owned()),
        owner_id: Set(kpi.owner.map(Into::into)),
        standard: Set(kpi.standard.clone()),
        kind: Set(kpi.definition.kind.word().to_owned()),
        formula: Set(kpi.definition.formula.clone()),
        decimals: Set(i16::try_from(kpi.definition.decimals).map_err(Error::internal)?),
        inputs: Set(serde_json::to_value(&kpi.definition.inputs).map_err(Error::internal)?),
        defined_at: Set(kpi.defined_at),
        folded: Set([&kpi.code, &title.kk, &title.ru, &title.en].map(|text| kernel::fold(text)).join(" ")),
    };
    let defined = kpi::Entity::insert(row)
        .on_conflict(OnConflict::column(kpi::Column::Code).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if defined == 0 {
        return Ok(Defined::CodeTaken);
    }
    let services = services.iter().map(|service| kpi_service::ActiveModel { service_id: Set(service.uuid()), kpi_id: Set(kpi.id.uuid()) });
    kpi_service::Entity::insert_many(services).exec_without_returning(txn).await?;
    let datasets = kpi.definition.datasets();
    let datasets = datasets
        .iter()
        .map(|slug| kpi_dataset::ActiveModel { dataset_id: Set(DatasetId::of_slug(slug).uuid()), kpi_id: Set(kpi.id.uuid()) });
    kpi_dataset::Entity::insert_many(datasets).exec_without_returning(txn).await?;
    append(txn, kpi, kpi.defined_at, actor, vec![event("kpi_defined", json!({ "code": kpi.code }))]).await?;
    if kpi.definition.is_computed() {
        compute_jobs(txn, [kpi.code.as_str()], &format!("defined:{}", kpi.defined_at.timestamp_micros()), kpi.defined_at).await?;
    }
    Ok(Defined::Yes)
}

/// Reads an indicator so that nobody else records its observations before this transaction ends.
pub(crate) async fn lock(txn: &Txn, id: KpiId) -> Result<Option<Kpi>, Abort> {
    let mut select = kpi::Entity::find_by_id(id.uuid());
    if txn.get_database_backend() == DbBackend::Postgres {
        select = select.lock(LockType::Update);
    }
    Ok(select.one(txn).await?.map(Kpi::try_from).transpose()?)
}

/// Sets the target that holds from a day; a target of the same day is replaced, and the journal keeps both.
pub(crate) async fn set_target(txn: &Txn, kpi: &Kpi, target: &Target, now: DateTime<Utc>, actor: &str) -> Result<(), Abort> {
    let row = kpi_target::ActiveModel {
        kpi_id: Set(kpi.id.uuid()),
        valid_from: Set(target.from),
        value: Set(target.value.to_string()),
        at_risk: Set(target.at_risk.map(|bound| bound.to_string())),
        synthetic: Set(target.synthetic),
        set_at: Set(now),
    };
    use kpi_target::Column;
    let replace = OnConflict::columns([Column::KpiId, Column::ValidFrom])
        .update_columns([Column::Value, Column::AtRisk, Column::Synthetic, Column::SetAt])
        .to_owned();
    kpi_target::Entity::insert(row).on_conflict(replace).exec_without_returning(txn).await?;
    let payload = json!({ "code": kpi.code, "from": target.from, "value": target.value, "at_risk": target.at_risk });
    append(txn, kpi, now, actor, vec![event("target_set", payload)]).await
}

/// What became of a draft: the observation that tells it, and whether that is a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) id: ObservationId,
    pub(crate) is_news: bool,
}

/// Records drafts of a locked indicator, in their order. A draft that tells the same as the newest revision of its period and place adds
/// nothing.
pub(crate) async fn record(
    txn: &Txn,
    kpi: &Kpi,
    drafts: Vec<Draft>,
    rng: &dyn Rng,
    now: DateTime<Utc>,
    actor: &str,
) -> Result<Vec<Recorded>, Abort> {
    let newest = newest(txn, kpi, &drafts).await?;
    let mut recorded = Vec::with_capacity(drafts.len());
    let mut rows = Vec::new();
    let mut events = Vec::new();
    for draft in drafts {
        let before = newest.get(&(draft.span, place(draft.district)));
        if let Some(before) = before.filter(|before| draft.tells_the_same(&before.draft)) {
            recorded.push(Recorded { id: before.id, is_news: false });
            continue;
        }
        let revision = before.map_or(1, |before| before.revision + 1);
        let observation = Observation { id: ObservationId::new(now, rng), kpi: kpi.id, revision, recorded_at: now, draft };
        recorded.push(Recorded { id: observation.id, is_news: true });
        events.push(event("observation_recorded", json!({ "code": kpi.code, "observation": observation.id })));
        rows.push(observation.row()?);
    }
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(ROWS_MAX));
        kpi_observation::Entity::insert_many(rows).exec_without_returning(txn).await?;
        rows = rest;
    }
    append(txn, kpi, now, actor, events).await?;
    Ok(recorded)
}

/// The newest revisions of the periods that drafts speak of.
async fn newest(txn: &Txn, kpi: &Kpi, drafts: &[Draft]) -> Result<HashMap<(Span, Uuid), Observation>, Abort> {
    use kpi_observation::Column;
    let Some(from) = drafts.iter().map(|draft| draft.span.from).min() else { return Ok(HashMap::new()) };
    let rows = kpi_observation::Entity::find()
        .filter(Column::KpiId.eq(kpi.id.uuid()))
        .filter(Column::PeriodTo.gte(from))
        .order_by_asc(Column::Revision)
        .all(txn)
        .await?;
    let mut newest = HashMap::with_capacity(rows.len());
    for row in rows {
        let observation = Observation::try_from(row)?;
        newest.insert((observation.draft.span, place(observation.draft.district)), observation);
    }
    Ok(newest)
}

/// Adds the jobs that compute indicators; `cause` tells one computation from another.
pub(crate) async fn compute_jobs<'a>(
    txn: &Txn,
    codes: impl IntoIterator<Item = &'a str>,
    cause: &str,
    run_at: DateTime<Utc>,
) -> Result<(), Abort> {
    let jobs = codes
        .into_iter()
        .map(|code| NewJob::new(COMPUTE_KPI, format_args!("{code}:{cause}"), json!({ "code": code }), run_at).ranked(Priority::Bulk));
    journal::enqueue(txn, run_at, jobs.collect()).await
}

/// Has an indicator computed again in the coming night; asked twice on one day, once.
pub(crate) async fn nightly(txn: &Txn, kpi: &Kpi, now: DateTime<Utc>) -> Result<(), Abort> {
    let Some(tomorrow) = city_day(now).checked_add_days(Days::new(1)) else { return Ok(()) };
    let hour = NaiveTime::from_hms_opt(NIGHT_HOUR, 0, 0).unwrap_or_default();
    compute_jobs(txn, [kpi.code.as_str()], &tomorrow.to_string(), city_instant(tomorrow.and_time(hour))).await
}

fn event(kind: &'static str, payload: Value) -> NewEvent {
    NewEvent { kind: kind.into(), payload, versions: None }
}

async fn append(txn: &Txn, kpi: &Kpi, at: DateTime<Utc>, actor: &str, events: Vec<NewEvent>) -> Result<(), Abort> {
    let length = journal::length(txn, kpi.id.uuid()).await?;
    journal::append(txn, "kpi", kpi.id.uuid(), length, at, actor, events).await?;
    Ok(())
}

/// Empties the room's tables.
pub(crate) async fn clear(txn: &Txn) -> Result<(), Abort> {
    kpi_dataset::Entity::delete_many().exec(txn).await?;
    kpi_service::Entity::delete_many().exec(txn).await?;
    kpi_observation::Entity::delete_many().exec(txn).await?;
    kpi_target::Entity::delete_many().exec(txn).await?;
    kpi::Entity::delete_many().exec(txn).await?;
    Ok(())
}
