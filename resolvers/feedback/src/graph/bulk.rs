//! One act on many cases.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use kernel::{BulkActId, CaseId, Error, Refusal, RefusalCode};
use vocabulary::{DateTime, Nullable, OrFault, OrNull, UserError, cost, list_size, refusals, request};

use super::{
    case::Case,
    enums::Outcome,
    inputs::claims,
    loaders::{VisibleCase, reports},
    mutation::desk,
    payloads::{Payload, payloads},
    store,
};
use crate::{
    acts::{BulkPlan, BulkResult, Chosen, OneAct},
    desk::{Desk, parse},
    entity::bulk_act::Model,
    error::refusal,
    outcome::Reply,
    policy,
};

/// The act that each case undergoes.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum BulkKind {
    /// As `acceptCase`.
    Accept,
    /// As `assignCase`; takes `to`, or nobody.
    Assign,
    /// As `noteOnCase`; takes `text`.
    Note,
    /// As `forwardCase`; takes `to`, and `text` for the reason.
    Forward,
    /// As `respondToCase`; takes `outcome`, `reason`, `text` and `evidence`.
    Respond,
    /// As `correctCategory`; takes `category`.
    CorrectCategory,
    /// As `addToIncident`; takes `incident`.
    AddToIncident,
}

/// Where an act on many cases stands.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "crate::acts::BulkState")]
pub(crate) enum BulkState {
    /// It can still be undone.
    Waiting,
    /// It is being carried out.
    Running,
    /// It was carried out; `BulkAct.items` tells what became of each case.
    Done,
    /// It was undone before anything happened.
    Undone,
    /// The house could not carry it out on all cases; each case tells whether it was. Ask for it again.
    Failed,
}

/// A case, in the version that you saw.
#[derive(InputObject)]
pub(crate) struct BulkCaseInput {
    /// The case.
    case: ID,
    /// Its version.
    version: i32,
}

/// An act on many cases.
#[derive(InputObject)]
pub(crate) struct BeginBulkActInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// The cases, 1 to 100, each once.
    cases: Vec<BulkCaseInput>,
    /// What happens to each.
    kind: BulkKind,
    /// To whom, where the act has that.
    to: Option<ID>,
    /// What is written, where the act has that: 1 to 2,000 characters.
    text: Option<String>,
    /// How it ended, for `RESPOND`.
    outcome: Option<Outcome>,
    /// Why it ended so, for `RESPOND` where the outcome asks for a reason.
    reason: Option<String>,
    /// Claims to photos and documents that show what was done, for `RESPOND`: they count for every case, 5 at most.
    evidence: Option<Vec<ID>>,
    /// What it is about, for `CORRECT_CATEGORY`.
    category: Option<ID>,
    /// What it comes from, for `ADD_TO_INCIDENT`.
    incident: Option<ID>,
}

/// Undoes an act on many cases.
#[derive(InputObject)]
pub(crate) struct UndoBulkActInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which one.
    bulk_act: ID,
}

impl BeginBulkActInput {
    /// The act with all that it takes, or what is missing.
    fn plan(self, desk: &Desk) -> Result<BulkPlan, Refusal> {
        fn given<T>(value: Option<T>, field: &str) -> Result<T, Refusal> {
            value.ok_or_else(|| refusal(RefusalCode::Invalid, "refusal-bulk-missing", &[]).at(field))
        }
        let to = self.to.map(|id| id.0);
        let act = match self.kind {
            BulkKind::Accept => OneAct::Accept,
            BulkKind::Assign => OneAct::Assign { to },
            BulkKind::Note => OneAct::Note { text: given(self.text, "input.text")? },
            BulkKind::Forward => OneAct::Forward { to: given(to, "input.to")?, text: given(self.text, "input.text")? },
            BulkKind::Respond => {
                let outcome = given(self.outcome, "input.outcome")?.into();
                let evidence = desk.claimed(&claims(&self.evidence), "input.evidence")?;
                OneAct::Respond { reply: Reply { outcome, reason: self.reason, text: given(self.text, "input.text")? }, evidence }
            }
            BulkKind::CorrectCategory => OneAct::CorrectCategory { category: given(self.category, "input.category")?.0 },
            BulkKind::AddToIncident => OneAct::AddToIncident { incident: given(self.incident, "input.incident")?.0 },
        };
        let cases = self.cases.into_iter().map(|chosen| Chosen { case: chosen.case.0, version: chosen.version });
        Ok(BulkPlan { act, cases: cases.collect() })
    }
}

/// What becomes of one case.
pub(crate) struct BulkItem(BulkResult);

/// What becomes of one case of many.
#[Object(requires_scopes = "officer", requires_scopes = "supervisor")]
impl BulkItem {
    /// The case; null when it is not yours to see.
    async fn case(&self, ctx: &Context<'_>) -> Nullable<Case> {
        let id = self.0.case_id().map(CaseId::uuid)?;
        reports(ctx).load_one(VisibleCase(id)).await.map(|found| found.map(Case)).or_fault(ctx).transpose()
    }

    /// Why not; empty for one that it is carried out on.
    #[graphql(directive = list_size::apply(5))]
    async fn errors(&self, ctx: &Context<'_>) -> Vec<UserError> {
        refusals(&self.0.refused, request(ctx).locale)
    }
}

/// What an act on many cases would come to.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
pub(crate) struct BulkPreview {
    /// What would become of each case.
    #[graphql(directive = list_size::apply(100))]
    items: Option<Vec<BulkItem>>,
    /// Why it could not begin; empty when it could.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// An act on many cases.
pub(crate) struct BulkAct(Model);

/// An act on many cases. For a minute it can be undone; then it is carried out on each case for itself.
#[Object(requires_scopes = "officer", requires_scopes = "supervisor")]
impl BulkAct {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(BulkActId::from_uuid(self.0.id).global())
    }

    /// What happens to each case.
    async fn kind(&self, ctx: &Context<'_>) -> Result<BulkKind> {
        parse(&self.0.kind).or_fault(ctx)
    }

    /// When it was asked for.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// From when on it is carried out, and can no longer be undone.
    async fn performs_at(&self) -> DateTime {
        DateTime(self.0.performs_at)
    }

    /// Where it stands.
    async fn state(&self, ctx: &Context<'_>) -> Result<BulkState> {
        self.0.state().map(Into::into).or_fault(ctx)
    }

    /// On how many cases it is.
    async fn size(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(i32::try_from(self.0.chosen().or_fault(ctx)?.len()).unwrap_or(i32::MAX))
    }

    /// What became of each case; null until it is carried out.
    #[graphql(directive = list_size::apply(100))]
    async fn items(&self, ctx: &Context<'_>) -> Nullable<Vec<BulkItem>> {
        let results = self.0.results().map(|results| results.map(|results| results.into_iter().map(BulkItem).collect()));
        results.or_null(ctx)
    }
}

payloads! {
    #[graphql(tag = "scoped")] BeginBulkActPayload: bulk_act BulkAct = "The act, which can be undone for a minute.";
    #[graphql(tag = "scoped")] UndoBulkActPayload: bulk_act BulkAct = "The act, undone.";
}

#[derive(Default)]
pub(crate) struct BulkQueries;

/// What officers ask.
#[Object]
impl BulkQueries {
    /// What `beginBulkAct` would come to now for each case alone: the acts are tried and taken back, and nobody is told.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor", directive = cost::apply(500))]
    async fn bulk_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The act; its key is not used.")] input: BeginBulkActInput,
    ) -> Nullable<BulkPreview> {
        if let Err(error) = policy::may_work(&request(ctx).actor) {
            return Err(error).or_null(ctx);
        }
        let previewed = match input.plan(desk(ctx)) {
            Ok(plan) => desk(ctx).preview_bulk(&plan, request(ctx)).await,
            Err(refusal) => Err(refusal.into()),
        };
        let preview = match previewed {
            Ok(results) => Ok(BulkPreview { items: Some(results.into_iter().map(BulkItem).collect()), errors: Vec::new() }),
            Err(abort) => {
                let locale = request(ctx).locale;
                abort.into_refusals().map(|refused| BulkPreview { items: None, errors: refusals(&refused, locale) })
            }
        };
        preview.map(Some).or_null(ctx)
    }

    /// Your last acts on many cases, the newest first.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor", directive = list_size::apply(20))]
    async fn bulk_acts(&self, ctx: &Context<'_>) -> Nullable<Vec<BulkAct>> {
        let actor = &request(ctx).actor;
        let read = async {
            policy::may_work(actor)?;
            let person = actor.person().map(|person| person.id.uuid()).unwrap_or_default();
            Ok::<_, Error>(Some(store(ctx).bulk_acts(person).await?.into_iter().map(BulkAct).collect()))
        };
        read.await.or_null(ctx)
    }
}

#[derive(Default)]
pub(crate) struct BulkActs;

/// What officers do to many cases.
#[Object]
impl BulkActs {
    /// Does the same to many cases. It can be undone for a minute; then it is carried out, on each case by the rules of that act alone, in the
    /// version that you saw.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn begin_bulk_act(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which act, and on which cases.")] input: BeginBulkActInput,
    ) -> Nullable<BeginBulkActPayload> {
        let key = input.idempotency_key.clone();
        let begun = match input.plan(desk(ctx)) {
            Ok(plan) => desk(ctx).begin_bulk(&key, plan, request(ctx)).await,
            Err(refusal) => Err(refusal.into()),
        };
        BeginBulkActPayload::of(ctx, begun.map(Some), BulkAct)
    }

    /// Undoes an act on many cases before it is carried out: nothing has happened.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn undo_bulk_act(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UndoBulkActInput,
    ) -> Nullable<UndoBulkActPayload> {
        let undone = desk(ctx).undo_bulk(&input.idempotency_key, &input.bulk_act, request(ctx)).await;
        UndoBulkActPayload::of(ctx, undone.map(Some), BulkAct)
    }
}
