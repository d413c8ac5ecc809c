//! What the suggester learnt, as those who watch over it see it.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use vocabulary::{DateTime, Nullable, OrFault, OrNull, list_size, request};

use super::{
    mutation::desk,
    payloads::{Payload, payloads},
};
use crate::{
    desk::Desk,
    learning::{self, Compared, Status, Told, Training, Version},
    policy,
};

/// Where a training of the suggester stands.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub(crate) enum SuggesterTrainingStatus {
    /// Suggestions are made by it.
    InForce,
    /// What was in force before it; a roll-back leads there.
    Former,
    /// It was in force, and is kept no longer.
    Replaced,
    /// It did harm, or no better than what was in force.
    Refused,
    /// A person took it out of force.
    RolledBack,
    /// A report that it had learnt from was erased, so it was dropped.
    Erased,
}

/// By what the suggester judges.
pub(crate) struct SuggesterModel {
    version: Version,
    trainings: Vec<Training>,
}

impl SuggesterModel {
    async fn of(desk: &Desk, trainings: Vec<Training>, now: chrono::DateTime<chrono::Utc>) -> SuggesterModel {
        SuggesterModel { version: desk.suggester(now).await.version, trainings }
    }
}

/// By what the suggester judges: the model that is built into the program, and what it learnt from officers on top of it.
#[Object(requires_scopes = "supervisor", requires_scopes = "auditor")]
impl SuggesterModel {
    /// What suggestions name: the number of the built-in model and, after a point, of the training in force, e.g. `2.7`. A process goes by a new
    /// one within a minute.
    async fn version(&self) -> String {
        self.version.to_string()
    }

    /// The number of the model that is built into the program.
    async fn built_in(&self) -> i32 {
        self.version.built_in()
    }

    /// The training in force; null while the built-in model judges alone.
    async fn in_force(&self) -> Option<SuggesterTraining> {
        self.with(Status::InForce)
    }

    /// Where a roll-back leads; null when that is the built-in model alone.
    async fn former(&self) -> Option<SuggesterTraining> {
        self.with(Status::Former)
    }

    /// The trainings, the newest first: the last ten, and those that are kept.
    #[graphql(directive = list_size::apply(12))]
    async fn trainings(&self) -> Vec<SuggesterTraining> {
        self.trainings.iter().cloned().map(SuggesterTraining).collect()
    }
}

impl SuggesterModel {
    fn with(&self, status: Status) -> Option<SuggesterTraining> {
        let found = self.trainings.iter().find(|training| training.status().is_ok_and(|known| known == status));
        found.cloned().map(SuggesterTraining)
    }
}

/// One night's training.
pub(crate) struct SuggesterTraining(Training);

/// One night's training: from the reports whose category officers had corrected or confirmed by then. It comes into force only when it does no
/// worse on the built-in messages and better on reports that it has not learnt from.
#[Object(requires_scopes = "supervisor", requires_scopes = "auditor")]
impl SuggesterTraining {
    /// Its number, from 1.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The built-in model that it was learnt on top of.
    async fn built_in(&self) -> i32 {
        self.0.built_in
    }

    /// When.
    async fn trained_at(&self) -> DateTime {
        DateTime(self.0.trained_at)
    }

    /// How many reports there were to learn from and to judge on.
    async fn lessons(&self) -> i32 {
        self.0.lessons
    }

    /// How many of them officers had corrected.
    async fn corrections(&self) -> i32 {
        self.0.corrections
    }

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<SuggesterTrainingStatus> {
        self.0.status().map(Into::into).or_fault(ctx)
    }

    /// On the built-in messages, from which nothing is learnt: the built-in model alone, and with what was learnt.
    async fn validation(&self, ctx: &Context<'_>) -> Result<SuggesterComparison> {
        Ok(SuggesterComparison::of(self.0.scores().or_fault(ctx)?.validation))
    }

    /// On the reports that were not learnt from: what was in force until then, and what was learnt.
    async fn held_out(&self, ctx: &Context<'_>) -> Result<SuggesterComparison> {
        Ok(SuggesterComparison::of(self.0.scores().or_fault(ctx)?.held_out))
    }
}

/// Two scores of the same texts.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct SuggesterComparison {
    /// Before.
    before: SuggesterScore,
    /// After.
    after: SuggesterScore,
}

impl SuggesterComparison {
    fn of(compared: Compared) -> SuggesterComparison {
        SuggesterComparison { before: SuggesterScore::of(compared.before), after: SuggesterScore::of(compared.after) }
    }
}

/// How well texts were told apart.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct SuggesterScore {
    /// How many texts.
    texts: i32,
    /// How many had the right category proposed first.
    right: i32,
    /// How many would be routed without a person.
    routed: i32,
    /// How many of these wrongly.
    misrouted: i32,
}

impl SuggesterScore {
    fn of(told: Told) -> SuggesterScore {
        let Told { texts, first, routed, misrouted } = told;
        SuggesterScore { texts, right: first, routed, misrouted }
    }
}

#[derive(Default)]
pub(crate) struct LearningQueries;

/// What those who watch over the suggester ask.
#[Object]
impl LearningQueries {
    /// By what the suggester judges, what it learnt from officers, and how that was judged.
    #[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
    async fn suggester_model(&self, ctx: &Context<'_>) -> Nullable<SuggesterModel> {
        if let Err(error) = policy::may_see_learning(&request(ctx).actor) {
            return Err(error).or_null(ctx);
        }
        let desk = desk(ctx);
        match learning::trainings(&desk.house.database.reader).await {
            Ok(trainings) => Some(Ok(SuggesterModel::of(desk, trainings, request(ctx).now).await)),
            Err(error) => Err(error).or_null(ctx),
        }
    }
}

/// Takes what the suggester learnt last out of force.
#[derive(InputObject)]
pub(crate) struct RollBackSuggesterInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
}

payloads! {
    #[graphql(requires_scopes = "supervisor")] RollBackSuggesterPayload: model SuggesterModel = "By what the suggester judges from now on.";
}

#[derive(Default)]
pub(crate) struct LearningActs;

/// What those who watch over the suggester do.
#[Object]
impl LearningActs {
    /// Goes back to the training before the one in force, or to the built-in model alone. It holds until a later night's training is better.
    #[graphql(requires_scopes = "supervisor")]
    async fn roll_back_suggester(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the act.")] input: RollBackSuggesterInput,
    ) -> Nullable<RollBackSuggesterPayload> {
        let (desk, now) = (desk(ctx), request(ctx).now);
        let outcome = match desk.roll_back_suggester(&input.idempotency_key, request(ctx)).await {
            Ok(trainings) => Ok(Some(SuggesterModel::of(desk, trainings, now).await)),
            Err(abort) => Err(abort),
        };
        RollBackSuggesterPayload::of(ctx, outcome, |model| model)
    }
}
