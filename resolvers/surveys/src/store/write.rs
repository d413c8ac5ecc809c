//! What the room writes.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, NewEvent, Txn, claim, secret, settle};
use kernel::{Error, PersonId, ServiceId, SurveyId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Store;
use crate::{
    answer::Cell,
    ballot::Ballot,
    entity::{asked, ballot as ballots, response, subject, survey, tally},
    error,
    model::{Draft, Status, Survey},
};

/// The name of the streams of surveys in the journal.
const SURVEY_STREAM: &str = "survey";
/// The name of the streams of named responses in the journal; anonymous ones have none.
const RESPONSE_STREAM: &str = "survey_response";

/// A step in a survey's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// From now on it takes responses.
    Open,
    /// From now on it takes none, and its results are public.
    Close,
}

/// A checked response, ready to be stored.
pub(crate) struct Response {
    pub(crate) id: Uuid,
    pub(crate) survey: SurveyId,
    /// Who responds; only where the survey is named.
    pub(crate) person: Option<PersonId>,
    /// The hash of the ballot's token.
    pub(crate) ballot: String,
    pub(crate) answers: Value,
    pub(crate) cells: Vec<Cell>,
}

impl Store {
    /// Gives a person a ballot, once. `named` says whether the ballot is kept with the person.
    pub(crate) async fn give_ballot(&self, survey: SurveyId, person: PersonId, named: bool, ballot: Ballot) -> Result<(), Abort> {
        self.database.writer.write(move |txn| give_ballot(txn, survey, person, named, ballot).boxed()).await
    }

    /// Stores a response, once for its ballot.
    pub(crate) async fn respond(&self, act: ActKey, response: Response, now: DateTime<Utc>) -> Result<(), Abort> {
        self.database.writer.write(move |txn| respond(txn, act, response, now).boxed()).await
    }

    /// Stores a draft: a new one, or over the one at `over`.
    pub(crate) async fn save(
        &self,
        act: ActKey,
        draft: Draft,
        over: Option<(SurveyId, i32)>,
        actor: String,
        now: DateTime<Utc>,
    ) -> Result<Survey, Abort> {
        self.database.writer.write(move |txn| save(txn, act, draft, over, actor, now).boxed()).await
    }

    /// Opens or closes a survey.
    pub(crate) async fn change(
        &self,
        act: ActKey,
        at: (SurveyId, i32),
        change: Change,
        actor: String,
        now: DateTime<Utc>,
    ) -> Result<Survey, Abort> {
        self.database.writer.write(move |txn| self::change(txn, act, at, change, actor, now).boxed()).await
    }
}

async fn get(txn: &Txn, id: SurveyId) -> Result<Survey, Abort> {
    let row = survey::Entity::find_by_id(id.uuid()).one(txn).await?;
    Ok(row.map(Survey::try_from).transpose()?.ok_or_else(error::survey_unknown)?)
}

async fn give_ballot(txn: &Txn, survey: SurveyId, person: PersonId, named: bool, ballot: Ballot) -> Result<(), Abort> {
    if get(txn, survey).await?.status != Status::Open {
        return Err(error::wrong_state("refusal-not-open").into());
    }
    let row = asked::ActiveModel { survey_id: Set(survey.uuid()), person_id: Set(person.uuid()), proof: Set(ballot.proof.clone()) };
    let first = asked::Entity::insert(row)
        .on_conflict(OnConflict::columns([asked::Column::SurveyId, asked::Column::PersonId]).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if first == 0 {
        let before = asked::Entity::find_by_id((survey.uuid(), person.uuid())).one(txn).await?;
        let same = before.is_some_and(|before| secret::same(before.proof.as_bytes(), ballot.proof.as_bytes()));
        return if same { Ok(()) } else { Err(error::ballot_given().into()) };
    }
    let row = ballots::ActiveModel {
        hash: Set(ballot.hash),
        survey_id: Set(survey.uuid()),
        person_id: Set(named.then(|| person.uuid())),
        used: Set(false),
    };
    ballots::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

async fn respond(txn: &Txn, act: ActKey, response: Response, now: DateTime<Utc>) -> Result<(), Abort> {
    match claim::<()>(txn, &act, now).await? {
        Claim::Reused => return Err(error::key_reused().into()),
        Claim::Same(()) => return Ok(()),
        Claim::New => {}
    }
    use_ballot(txn, &response).await?;
    let counted = survey::Entity::update_many()
        .col_expr(survey::Column::Responses, Expr::col(survey::Column::Responses).add(1))
        .filter(survey::Column::Id.eq(response.survey.uuid()))
        .filter(survey::Column::Status.eq(Status::Open.word()))
        .exec(txn)
        .await?;
    if counted.rows_affected == 0 {
        return Err(error::wrong_state("refusal-not-open").into());
    }
    let row = response::ActiveModel {
        id: Set(response.id),
        survey_id: Set(response.survey.uuid()),
        person_id: Set(response.person.map(PersonId::uuid)),
        answers: Set(response.answers),
        synthetic: Set(false),
    };
    response::Entity::insert(row).exec_without_returning(txn).await?;
    count(txn, response.survey, response.cells).await?;
    if let Some(person) = response.person {
        let event = NewEvent { kind: "survey_answered".into(), payload: json!({ "survey": response.survey }), versions: None };
        let actor = format!("person:{}", person.uuid());
        journal::append(txn, RESPONSE_STREAM, response.id, 0, now, &actor, vec![event]).await?;
    }
    // Which response it was is not kept: the key's row has an instant, and the response must have none.
    settle(txn, &act, &()).await
}

async fn use_ballot(txn: &Txn, response: &Response) -> Result<(), Abort> {
    let person = response.person.map(PersonId::uuid);
    let mine = match person {
        Some(person) => ballots::Column::PersonId.eq(person),
        None => ballots::Column::PersonId.is_null(),
    };
    let used = ballots::Entity::update_many()
        .col_expr(ballots::Column::Used, Expr::value(true))
        .filter(ballots::Column::Hash.eq(&response.ballot))
        .filter(ballots::Column::SurveyId.eq(response.survey.uuid()))
        .filter(ballots::Column::Used.eq(false))
        .filter(mine)
        .exec(txn)
        .await?;
    if used.rows_affected == 1 {
        return Ok(());
    }
    let known = ballots::Entity::find_by_id(&response.ballot).one(txn).await?;
    let known = known.filter(|ballot| ballot.survey_id == response.survey.uuid() && ballot.person_id == person);
    Err(if known.is_some() { error::ballot_used() } else { error::ballot_unknown() }.into())
}

/// Adds one to each cell. The cells are in order, so that two responses at once cannot wait for each other.
async fn count(txn: &Txn, survey: SurveyId, mut cells: Vec<Cell>) -> Result<(), Abort> {
    cells.sort();
    let rows = cells.into_iter().map(|cell| tally::ActiveModel {
        survey_id: Set(survey.uuid()),
        question: Set(cell.question),
        item: Set(cell.item),
        value: Set(cell.value),
        count: Set(1),
    });
    tally::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([tally::Column::SurveyId, tally::Column::Question, tally::Column::Item, tally::Column::Value])
                .value(tally::Column::Count, Expr::col((tally::Entity, tally::Column::Count)).add(1))
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

async fn save(
    txn: &Txn,
    act: ActKey,
    draft: Draft,
    over: Option<(SurveyId, i32)>,
    actor: String,
    now: DateTime<Utc>,
) -> Result<Survey, Abort> {
    match claim::<SurveyId>(txn, &act, now).await? {
        Claim::Reused => return Err(error::key_reused().into()),
        Claim::Same(id) => return get(txn, id).await,
        Claim::New => {}
    }
    let id = over.map_or_else(|| SurveyId::of_slug(&draft.slug), |(id, _)| id);
    let questions = serde_json::to_value(&draft.questions).map_err(Error::internal)?;
    let row = survey::ActiveModel {
        id: Set(id.uuid()),
        slug: Set(draft.slug.clone()),
        title_kk: Set(draft.title.kk),
        title_ru: Set(draft.title.ru),
        title_en: Set(draft.title.en),
        anonymity: Set(draft.anonymity.word().to_owned()),
        status: Set(Status::Draft.word().to_owned()),
        questions: Set(questions),
        version: Set(over.map_or(1, |(_, version)| version + 1)),
        responses: Set(0),
        opened_at: Set(None),
        closed_at: Set(None),
        synthetic: Set(false),
    };
    match over {
        None => {
            let conflict = OnConflict::new().do_nothing().to_owned();
            if survey::Entity::insert(row).on_conflict(conflict).exec_without_returning(txn).await? == 0 {
                return Err(error::invalid("refusal-slug-taken", &[], "input.slug").into());
            }
        }
        Some((id, version)) => {
            if get(txn, id).await?.slug != draft.slug {
                return Err(error::invalid("refusal-slug-fixed", &[], "input.slug").into());
            }
            advance(txn, id, version, Status::Draft, row).await?;
        }
    }
    subject::Entity::delete_many().filter(subject::Column::SurveyId.eq(id.uuid())).exec(txn).await?;
    about(txn, id, &draft.about).await?;
    let payload = json!({ "slug": draft.slug, "questions": draft.questions.len() });
    record(txn, id, over.map_or(0, |(_, version)| version), "survey_saved", payload, &actor, now).await?;
    settle(txn, &act, &id).await?;
    get(txn, id).await
}

async fn about(txn: &Txn, survey: SurveyId, services: &[ServiceId]) -> Result<(), Abort> {
    if services.is_empty() {
        return Ok(());
    }
    let rows = services.iter().map(|service| subject::ActiveModel { survey_id: Set(survey.uuid()), service_id: Set(service.uuid()) });
    subject::Entity::insert_many(rows).on_conflict(OnConflict::new().do_nothing().to_owned()).exec_without_returning(txn).await?;
    Ok(())
}

async fn change(
    txn: &Txn,
    act: ActKey,
    (id, version): (SurveyId, i32),
    change: Change,
    actor: String,
    now: DateTime<Utc>,
) -> Result<Survey, Abort> {
    match claim::<SurveyId>(txn, &act, now).await? {
        Claim::Reused => return Err(error::key_reused().into()),
        Claim::Same(id) => return get(txn, id).await,
        Claim::New => {}
    }
    let mut row = survey::ActiveModel { version: Set(version + 1), ..Default::default() };
    let (from, kind) = match change {
        Change::Open => {
            row.status = Set(Status::Open.word().to_owned());
            row.opened_at = Set(Some(now));
            (Status::Draft, "survey_opened")
        }
        Change::Close => {
            row.status = Set(Status::Closed.word().to_owned());
            row.closed_at = Set(Some(now));
            (Status::Open, "survey_closed")
        }
    };
    advance(txn, id, version, from, row).await?;
    record(txn, id, version, kind, json!({}), &actor, now).await?;
    settle(txn, &act, &id).await?;
    get(txn, id).await
}

/// Changes a survey that is still what the actor saw.
async fn advance(txn: &Txn, id: SurveyId, version: i32, from: Status, row: survey::ActiveModel) -> Result<(), Abort> {
    let changed = survey::Entity::update_many()
        .set(row)
        .filter(survey::Column::Id.eq(id.uuid()))
        .filter(survey::Column::Version.eq(version))
        .filter(survey::Column::Status.eq(from.word()))
        .exec(txn)
        .await?;
    if changed.rows_affected == 1 {
        return Ok(());
    }
    let current = get(txn, id).await?;
    if current.status == from {
        return Err(error::stale(current.version).into());
    }
    Err(error::wrong_state(if from == Status::Draft { "refusal-not-draft" } else { "refusal-not-open" }).into())
}

async fn record(
    txn: &Txn,
    id: SurveyId,
    after: i32,
    kind: &'static str,
    payload: Value,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<(), Abort> {
    let event = NewEvent { kind: kind.into(), payload, versions: None };
    journal::append(txn, SURVEY_STREAM, id.uuid(), after, now, actor, vec![event]).await?;
    Ok(())
}
