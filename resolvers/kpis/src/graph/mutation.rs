//! What analysts do, and the one thing that the house does.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use journal::Abort;
use kernel::{KpiId, ObservationId};
use serde::Serialize;
use uuid::Uuid;
use vocabulary::{Date, Decimal, LocalizedTextInput, Nullable, OrFault, OrNull, UpdatePeriod, UserError, list_size, refusals, request};

use super::{
    acts,
    definition::{KpiInputInput, KpiKind},
    loaders::indicators,
    observation::KpiObservation,
    types::{self, Direction, Kpi},
};

pub(crate) struct Mutation;

/// An indicator to define.
#[derive(InputObject, Serialize)]
pub(crate) struct DefineKpiInput {
    /// A UUID made by the client; the same key gives the same outcome.
    pub(super) idempotency_key: String,
    /// The short name in links: 2 to 60 lower-case Latin letters, digits and hyphens.
    pub(super) code: String,
    /// What it is called.
    pub(super) title: LocalizedTextInput,
    /// The code of the unit, e.g. `percent`.
    pub(super) unit: String,
    /// Which way is better.
    pub(super) direction: Direction,
    /// How long one period is.
    pub(super) frequency: UpdatePeriod,
    /// Who answers for it.
    pub(super) owner: Option<ID>,
    /// The standard that it follows.
    pub(super) standard: Option<String>,
    /// What sort of indicator it is.
    pub(super) kind: KpiKind,
    /// A CEL expression over the inputs' names with `+ - * /`, whole numbers and brackets; every input must be used.
    pub(super) formula: String,
    /// To how many decimals a value is rounded, 0 to 6.
    #[graphql(default = 2)]
    pub(super) decimals: u32,
    /// What is put into the formula, 1 to 10 inputs.
    pub(super) inputs: Vec<KpiInputInput>,
    /// The services that it is about.
    #[graphql(default)]
    pub(super) services: Vec<ID>,
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex, requires_scopes = "analyst")]
pub(crate) struct DefineKpiPayload {
    #[graphql(skip)]
    defined: Option<KpiId>,
    /// Why nothing was defined; empty when it was.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

#[ComplexObject]
impl DefineKpiPayload {
    /// The indicator; null when it was refused.
    async fn kpi(&self, ctx: &Context<'_>) -> Nullable<Kpi> {
        types::kpi(ctx, self.defined?).await
    }
}

/// A target to set.
#[derive(InputObject, Serialize)]
pub(crate) struct SetKpiTargetInput {
    /// A UUID made by the client; the same key gives the same outcome.
    pub(super) idempotency_key: String,
    /// Of which indicator.
    pub(super) kpi: ID,
    /// The first day on which it holds; it holds until the next target. A target of the same day is replaced.
    pub(super) from: Date,
    /// The value to reach, in the indicator's unit.
    pub(super) value: Decimal,
    /// Up to here a value that misses the target is only at risk; not better than the target.
    pub(super) at_risk: Option<Decimal>,
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex, requires_scopes = "analyst")]
pub(crate) struct SetKpiTargetPayload {
    #[graphql(skip)]
    set: Option<KpiId>,
    /// Why nothing was set; empty when it was.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

#[ComplexObject]
impl SetKpiTargetPayload {
    /// The indicator with its target; null when it was refused.
    async fn kpi(&self, ctx: &Context<'_>) -> Nullable<Kpi> {
        types::kpi(ctx, self.set?).await
    }
}

/// The value of one input.
#[derive(InputObject, Serialize)]
pub(crate) struct KpiInputValueInput {
    /// The name in the formula.
    pub(super) name: String,
    /// The exact value.
    pub(super) value: Decimal,
}

/// A value to record, as the inputs of the formula: the house applies it.
#[derive(InputObject, Serialize)]
pub(crate) struct RecordKpiObservationInput {
    /// A UUID made by the client; the same key gives the same outcome.
    pub(super) idempotency_key: String,
    /// Of which indicator; its inputs must be recorded ones.
    pub(super) kpi: ID,
    /// The first day of the period, which is one whole period of the indicator's frequency.
    pub(super) from: Date,
    /// The last day of the period; it must be over.
    pub(super) to: Date,
    /// For which district; by default the whole region.
    pub(super) district: Option<ID>,
    /// The values of all inputs.
    pub(super) inputs: Vec<KpiInputValueInput>,
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex, requires_scopes = "analyst")]
pub(crate) struct RecordKpiObservationPayload {
    #[graphql(skip)]
    recorded: Option<ObservationId>,
    /// Why nothing was recorded; empty when it was.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

#[ComplexObject]
impl RecordKpiObservationPayload {
    /// The value; when the same was recorded before, that one. Null when it was refused.
    async fn observation(&self, ctx: &Context<'_>) -> Nullable<KpiObservation> {
        indicators(ctx).load_one(self.recorded?).await.map(|found| found.map(KpiObservation::from)).or_null(ctx)
    }
}

/// Which indicators to compute again.
#[derive(InputObject, Serialize)]
pub(crate) struct RecomputeKpisInput {
    /// A UUID made by the client; the same key gives the same outcome.
    pub(super) idempotency_key: String,
    /// Those that count on this dataset.
    pub(super) dataset: ID,
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct RecomputeKpisPayload {
    /// How many indicators will be computed; null when it was refused.
    jobs: Option<i32>,
    /// Why nothing will be computed; empty when it will.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

#[Object(name = "Mutation")]
impl Mutation {
    /// Defines an indicator. When the house can compute it, it does, at once and every night.
    #[graphql(requires_scopes = "analyst")]
    async fn define_kpi(&self, ctx: &Context<'_>, #[graphql(desc = "The indicator.")] input: DefineKpiInput) -> Nullable<DefineKpiPayload> {
        payload(ctx, acts::define(ctx, input).await, |id: Option<Uuid>, errors| DefineKpiPayload {
            defined: id.map(KpiId::from_uuid),
            errors,
        })
    }

    /// Sets what an indicator should be from a day on.
    #[graphql(requires_scopes = "analyst")]
    async fn set_kpi_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The target.")] input: SetKpiTargetInput,
    ) -> Nullable<SetKpiTargetPayload> {
        payload(ctx, acts::set_target(ctx, input).await, |id: Option<Uuid>, errors| SetKpiTargetPayload {
            set: id.map(KpiId::from_uuid),
            errors,
        })
    }

    /// Records a value that the house cannot compute. A value that is already there is not recorded again; another one for the same period
    /// and place is a further revision.
    #[graphql(requires_scopes = "analyst")]
    async fn record_kpi_observation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The value.")] input: RecordKpiObservationInput,
    ) -> Nullable<RecordKpiObservationPayload> {
        payload(ctx, acts::record(ctx, input).await, |id: Option<Uuid>, errors| RecordKpiObservationPayload {
            recorded: id.map(ObservationId::from_uuid),
            errors,
        })
    }

    /// Has the indicators computed again that count on a dataset; for the house alone, when a version is published.
    #[graphql(requires_scopes = "system")]
    async fn recompute_kpis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which indicators.")] input: RecomputeKpisInput,
    ) -> Nullable<RecomputeKpisPayload> {
        payload(ctx, acts::recompute(ctx, input).await, |jobs, errors| RecomputeKpisPayload { jobs, errors })
    }
}

/// Shows refusals as data and faults as errors.
fn payload<O, T>(ctx: &Context<'_>, outcome: Result<O, Abort>, show: impl FnOnce(Option<O>, Vec<UserError>) -> T) -> Nullable<T> {
    let shown = match outcome {
        Ok(outcome) => Ok(show(Some(outcome), Vec::new())),
        Err(abort) => abort.into_refusals().map(|refused| show(None, refusals(&refused, request(ctx).locale))),
    };
    Some(shown.or_fault(ctx))
}
