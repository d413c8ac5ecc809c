//! Parts of a report that went to other bodies, and how it ended.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use kernel::PartyId;
use vocabulary::{Locale, Nullable, list_size, request};

use super::{
    case::Case,
    enums::Outcome,
    inputs::case_inputs,
    mutation::desk,
    neighbours::Party,
    payloads::{on_version, payloads},
};
use crate::{
    acts::OnCase,
    entity::feedback::Model,
    outcome::{self, reasons_for},
    policy,
};

/// How two cases belong together.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum CaseLinkKind {
    /// The other one is a part of this, with another body.
    Part,
    /// This is a part of the other one.
    PartOf,
}

/// Another case that belongs to this one.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct CaseLink {
    /// How.
    kind: CaseLinkKind,
    /// The other one's number.
    reference: String,
    /// Who has the other one.
    party: Option<Party>,
    /// The other one; null when it is not yours to see.
    case: Option<Case>,
}

impl CaseLink {
    pub(crate) fn new(ctx: &Context<'_>, kind: CaseLinkKind, other: &Arc<Model>) -> CaseLink {
        let visible = policy::scope(&request(ctx).actor).reaches(other);
        CaseLink {
            kind,
            reference: other.reference.clone(),
            party: other.party_id.map(|id| Party::of(PartyId::from_uuid(id))),
            case: visible.then(|| Case(Arc::clone(other))),
        }
    }
}

/// Why a case ended as it did.
pub(crate) struct OutcomeReason(pub(crate) &'static outcome::Reason);

/// Why a case ended as it did.
#[Object(tag = "public")]
impl OutcomeReason {
    /// The short name that an answer gives.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// In words.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.name.get(vocabulary::locale(ctx, locale))
    }
}

case_inputs! {
    /// Sends a part of a case to the competent body.
    ForwardPartInput {
        /// The body.
        to: ID,
        /// The part of the report that goes there, 1 to 2,000 characters.
        text: String,
    }
}

payloads! {
    #[graphql(tag = "scoped")] ForwardPartPayload: case Case = "The case; `Case.links` has the part.";
}

#[derive(Default)]
pub(crate) struct PartQueries;

/// What officers ask.
#[Object]
impl PartQueries {
    /// The reasons that `respondToCase` takes for an outcome; where there are some, one is given.
    #[graphql(tag = "public", directive = list_size::apply(10))]
    async fn outcome_reasons(&self, #[graphql(desc = "The outcome.")] outcome: Outcome) -> Option<Vec<OutcomeReason>> {
        Some(reasons_for(outcome.into()).map(OutcomeReason).collect())
    }
}

#[derive(Default)]
pub(crate) struct PartActs;

/// What officers do to a case that several bodies are competent for.
#[Object]
impl PartActs {
    /// Sends a part of a case to the body that is competent for it (APPC Art. 65): a report of its own with its own term, of which the
    /// reporter is told and has the coupon. The rest stays.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn forward_part(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, whom, and which part.")] input: ForwardPartInput,
    ) -> Nullable<ForwardPartPayload> {
        let forwarded = desk(ctx).forward_part(input.on_case(), &input.to, &input.text, request(ctx)).await;
        on_version(ctx, &input.case, forwarded).await
    }
}
