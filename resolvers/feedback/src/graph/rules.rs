//! New rules, as those who propose and publish them see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use engine::{Course, Simulation};
use kernel::PartyId;
use vocabulary::{Date, DateTime, OrFault, list_size};

use super::neighbours::{Officer, Party};
use crate::{
    desk::Desk,
    entity::rule_proposal::Model,
    rules::{Files, Misfit},
};

/// A file of rules, as it stands among the definitions.
#[derive(InputObject)]
pub(crate) struct RuleFileInput {
    /// Its name, e.g. `routing.v2.toml`: the next version of a process, a table, terms or a calendar, or a map between two versions.
    name: String,
    /// All of it.
    text: String,
}

/// Rules to try on what has happened.
#[derive(InputObject)]
pub(crate) struct SimulateRulesInput {
    /// A UUID made by the client.
    pub(super) idempotency_key: String,
    /// What would be added to the rules in force.
    files: Vec<RuleFileInput>,
}

/// Rules to publish.
#[derive(InputObject)]
pub(crate) struct PublishRulesInput {
    /// A UUID made by the client.
    pub(super) idempotency_key: String,
    /// The digest of the proposal that was tried; it holds for these files among the rules in force and for no others.
    pub(super) digest: String,
    /// The files that were tried.
    files: Vec<RuleFileInput>,
}

fn files(files: &[RuleFileInput]) -> Files {
    files.iter().map(|file| (file.name.clone(), file.text.clone())).collect()
}

impl SimulateRulesInput {
    pub(super) fn files(&self) -> Files {
        files(&self.files)
    }
}

impl PublishRulesInput {
    pub(super) fn files(&self) -> Files {
        files(&self.files)
    }
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum RuleProposalStatus {
    /// It is being tried on the recorded cases.
    Running,
    /// It was tried on all of them, and can be published.
    Simulated,
    /// It could not be tried to the end: propose it again.
    Failed,
    /// It is in force.
    Published,
}

/// A version of rules in force.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct RuleVersion {
    /// Its name, e.g. `routing.v2`.
    name: String,
    /// The SHA-256 of its file, in hexadecimal.
    digest: String,
}

impl RuleVersion {
    pub(super) fn all(desk: &Desk) -> Vec<RuleVersion> {
        let library = desk.library();
        library.digests().iter().map(|(name, digest)| RuleVersion { name: name.clone(), digest: digest.clone() }).collect()
    }
}

/// Rules that somebody proposed.
pub(crate) struct RuleProposal(pub(crate) Model);

/// Rules that somebody proposed: what they would have changed of the recorded cases, and who wants them.
#[Object(requires_scopes = "supervisor", requires_scopes = "auditor")]
impl RuleProposal {
    /// SHA-256 of the files and of the rules that they were tried among: publishing asks for it.
    async fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The names of the files.
    #[graphql(directive = list_size::apply(10))]
    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.0.files().or_fault(ctx)?.into_keys().collect())
    }

    /// Where it stands.
    async fn status(&self) -> RuleProposalStatus {
        match &self.0 {
            row if row.published_at.is_some() => RuleProposalStatus::Published,
            row if row.failed => RuleProposalStatus::Failed,
            row if row.simulated_at.is_some() => RuleProposalStatus::Simulated,
            _ => RuleProposalStatus::Running,
        }
    }

    /// When it was proposed; cases were tried up to this instant.
    async fn requested_at(&self) -> DateTime {
        DateTime(self.0.requested_at)
    }

    /// What was found; while the trial runs, in the cases so far.
    async fn simulation(&self, ctx: &Context<'_>) -> Result<RuleSimulation> {
        Ok(RuleSimulation::of(self.0.found().or_fault(ctx)?))
    }

    /// Running cases that a map among the files does not fit: while there are any, it cannot be published.
    #[graphql(directive = list_size::apply(10))]
    async fn misfits(&self, ctx: &Context<'_>) -> Result<Vec<RuleMisfit>> {
        Ok(self.0.misfits().or_fault(ctx)?.into_iter().map(RuleMisfit::of).collect())
    }

    /// How many persons must publish it.
    async fn persons_needed(&self) -> i32 {
        self.0.persons
    }

    /// Who has published it so far.
    #[graphql(directive = list_size::apply(2))]
    async fn approvals(&self, ctx: &Context<'_>) -> Result<Vec<RuleApproval>> {
        let approvals = self.0.approvals().or_fault(ctx)?.into_iter();
        Ok(approvals.map(|known| RuleApproval { by: Officer { id: ID(known.person.global()) }, at: DateTime(known.at) }).collect())
    }

    /// Since when it is in force.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.published_at.map(DateTime)
    }
}

/// Somebody who wants a proposal to be in force.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct RuleApproval {
    /// Who.
    by: Officer,
    /// When.
    at: DateTime,
}

/// A running case that a map does not fit.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct RuleMisfit {
    /// Its number.
    reference: String,
    /// Why, for whoever writes the map.
    reason: String,
}

impl RuleMisfit {
    fn of(misfit: Misfit) -> RuleMisfit {
        RuleMisfit { reference: misfit.reference, reason: misfit.reason }
    }
}

/// What proposed rules would have changed of what has happened.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct RuleSimulation {
    /// How many cases were tried.
    cases: i32,
    /// How many go to another desk.
    desks_changed: i32,
    /// How many are due on another day.
    deadlines_moved: i32,
    /// How many run out of time that did not.
    breaches_more: i32,
    /// How many do not run out of time that did.
    breaches_fewer: i32,
    /// How many have an act refused that happened.
    acts_refused: i32,
    /// Cases for each desk that gets another number of them.
    #[graphql(directive = list_size::apply(50))]
    load: Vec<RuleLoad>,
    /// The first cases that differ, ten at the most.
    #[graphql(directive = list_size::apply(10))]
    examples: Vec<RuleExample>,
}

/// How many cases a desk gets.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct RuleLoad {
    /// Whose desk.
    party: Party,
    /// By the rules in force.
    today: i32,
    /// By the proposed ones.
    proposed: i32,
}

/// A case that goes otherwise.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct RuleExample {
    /// Its number.
    reference: String,
    /// By the rules in force.
    today: RuleCourse,
    /// By the proposed ones.
    proposed: RuleCourse,
}

/// How a case goes by one set of rules.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct RuleCourse {
    /// Whose desk it comes to; null when it was never routed.
    party: Option<Party>,
    /// When the answer is due.
    due_on: Date,
    /// Whether its term ran out.
    overdue: bool,
    /// How many of the recorded acts are refused.
    acts_refused: i32,
}

impl RuleSimulation {
    fn of(found: Simulation) -> RuleSimulation {
        let load = found.load.into_iter().filter(|(_, load)| load.today != load.draft);
        let examples = found.examples.into_iter().map(|example| RuleExample {
            reference: example.case,
            today: RuleCourse::of(&example.today),
            proposed: RuleCourse::of(&example.draft),
        });
        RuleSimulation {
            cases: count(found.cases),
            desks_changed: count(found.desks_changed),
            deadlines_moved: count(found.deadlines_moved),
            breaches_more: count(found.breaches_more),
            breaches_fewer: count(found.breaches_fewer),
            acts_refused: count(found.acts_refused),
            load: load
                .map(|(desk, load)| RuleLoad { party: party(&desk), today: count(load.today), proposed: count(load.draft) })
                .collect(),
            examples: examples.collect(),
        }
    }
}

impl RuleCourse {
    fn of(course: &Course) -> RuleCourse {
        RuleCourse {
            party: course.desk.as_deref().map(party),
            due_on: Date(course.due_on),
            overdue: course.breached,
            acts_refused: i32::try_from(course.refused).unwrap_or(i32::MAX),
        }
    }
}

fn party(slug: &str) -> Party {
    Party::of(PartyId::of_slug(slug))
}

fn count(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
