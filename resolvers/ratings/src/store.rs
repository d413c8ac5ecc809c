//! The room's queries and its acts. Every read begins with [`scoped`].

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, Database, NewEvent, Txn, claim, claim_with, settle};
use kernel::{Error, FeedbackId, Locale, PartyId, PersonId, Personal, RatingId, Result, ServiceId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, OnConflict},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    entity::{rating, turn},
    error,
    model::{self, Answer, REPEAT_DAYS, Rating, Stars, Tally},
    policy::{self, Scope},
    process,
    receipt::{ERASABLE, Salted},
};

/// The name of the room's streams in the journal.
const STREAM: &str = "rating";

/// The room's part of the database.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) database: Database,
}

/// Where every read begins.
fn scoped(scope: Scope) -> Select<rating::Entity> {
    match scope {
        Scope::Everything => rating::Entity::find(),
        Scope::Own(person) => rating::Entity::find().filter(rating::Column::PersonId.eq(person.uuid())),
        Scope::Nothing => rating::Entity::find().filter(Expr::value(false)),
    }
}

impl Store {
    pub(crate) fn new(database: Database) -> Store {
        Store { database }
    }

    pub(crate) async fn ratings_by_id(&self, scope: Scope, ids: &[RatingId]) -> Result<HashMap<RatingId, Rating>> {
        let rows = scoped(scope)
            .filter(rating::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Rating::try_from(row).map(|rating| (rating.id, rating))).collect()
    }

    /// The rating as the house sees it when it opens a case.
    pub(crate) async fn find_for_case(&self, id: RatingId) -> Result<Option<Rating>> {
        Ok(self.ratings_by_id(Scope::Everything, &[id]).await?.remove(&id))
    }

    /// How services are rated, in one statement. A service that nobody rated is there with an empty tally.
    pub(crate) async fn tallies_of_services(&self, ids: &[ServiceId]) -> Result<HashMap<ServiceId, Tally>> {
        let tallies = self.tallies(rating::Column::ServiceId, ids.iter().map(|id| id.uuid()).collect()).await?;
        Ok(tallies.into_iter().map(|(id, tally)| (ServiceId::from_uuid(id), tally)).collect())
    }

    /// How parties are rated, in one statement.
    pub(crate) async fn tallies_of_parties(&self, ids: &[PartyId]) -> Result<HashMap<PartyId, Tally>> {
        let tallies = self.tallies(rating::Column::PartyId, ids.iter().map(|id| id.uuid()).collect()).await?;
        Ok(tallies.into_iter().map(|(id, tally)| (PartyId::from_uuid(id), tally)).collect())
    }

    async fn tallies(&self, subject: rating::Column, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Tally>> {
        let rows: Vec<(Uuid, i16, i64, i64)> = scoped(policy::counts())
            .select_only()
            .column(subject)
            .column(rating::Column::Stars)
            .column_as(rating::Column::Id.count(), "ratings")
            // COUNT of a column leaves out null: these are the verified ones. A report counts once for each of its answers that was rated.
            .column_as(rating::Column::FeedbackId.count(), "verified")
            .filter(subject.is_in(ids.iter().copied()))
            .group_by(subject)
            .group_by(rating::Column::Stars)
            .into_tuple()
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        let mut tallies: HashMap<Uuid, Tally> = ids.into_iter().map(|id| (id, Tally::default())).collect();
        for (id, stars, count, verified) in rows {
            tallies.entry(id).or_default().add(stored_stars(stars)?, count.unsigned_abs(), verified.unsigned_abs());
        }
        Ok(tallies)
    }

    /// Stores a rating once for its key, with its event and, when it opens a case, with the job.
    ///
    /// # Errors
    /// Refusals when the key was used for something else, or when it is not the person's turn.
    pub(crate) async fn rate(&self, act: ActKey, rating: Rating, salted: Option<Salted>, actor: String) -> Result<Rating, Abort> {
        self.database.writer.write(move |txn| rate(txn, act, rating, salted, actor).boxed()).await
    }

    /// Erases the comment of a rating, once for its key, for whoever `may`.
    ///
    /// # Errors
    /// Refusals when the key was used for something else, or when there is no such rating that they may erase.
    pub(crate) async fn erase_comment(
        &self,
        act: ActKey,
        id: RatingId,
        may: impl FnOnce(&Rating) -> bool + Send + 'static,
        (actor, now): (String, DateTime<Utc>),
    ) -> Result<Rating, Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                let before = claim_with(txn, &act, now, &id).await?.before(error::key_reused)?;
                let row = rating::Entity::find_by_id(id.uuid()).lock_exclusive().one(txn).await?;
                let rating = row.map(Rating::try_from).transpose()?.filter(may).ok_or_else(error::rating_unknown)?;
                if before.is_some() { Ok(rating) } else { erase(txn, rating, &actor, now).await }
            }
            .boxed()
        });
        write.await
    }

    /// Erases the comments that were given with marks for the answers to a report, once for its key; tells how many there were.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn erase_comments_of(
        &self,
        act: ActKey,
        feedback: FeedbackId,
        actor: String,
        now: DateTime<Utc>,
    ) -> Result<i32, Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                if let Some(before) = claim::<i32>(txn, &act, now).await?.before(error::key_reused)? {
                    return Ok(before);
                }
                let mut erased = 0;
                let rows = rating::Entity::find().filter(rating::Column::FeedbackId.eq(feedback.uuid()));
                for row in rows.filter(rating::Column::Comment.is_not_null()).lock_exclusive().all(txn).await? {
                    erase(txn, Rating::try_from(row)?, &actor, now).await?;
                    erased += 1;
                }
                settle(txn, &act, &erased).await?;
                Ok(erased)
            }
            .boxed()
        });
        write.await
    }
}

async fn rate(txn: &Txn, act: ActKey, rating: Rating, salted: Option<Salted>, actor: String) -> Result<Rating, Abort> {
    match claim::<RatingId>(txn, &act, rating.rated_at).await? {
        Claim::Reused => return Err(error::key_reused().into()),
        Claim::Same(id) => {
            let row = rating::Entity::find_by_id(id.uuid()).one(txn).await?.ok_or_else(|| Error::internal("a settled rating vanished"))?;
            return Ok(Rating::try_from(row)?);
        }
        Claim::New => {}
    }
    if let (Some(person), Some(service), None) = (rating.person, rating.service, rating.answer) {
        take_turn(txn, person, service, rating.rated_at).await?;
    }
    let salt = salted.as_ref().map(|salted| salted.salt.to_vec());
    let stored = rating::Entity::insert(rating::ActiveModel { salt: Set(salt), ..rating::ActiveModel::from(&rating) })
        .on_conflict(OnConflict::columns([rating::Column::FeedbackId, rating::Column::AnsweredAt]).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if stored == 0 {
        return Err(error::answer_rated().into());
    }
    journal::append(txn, STREAM, rating.id.uuid(), 0, rating.rated_at, &actor, vec![rated(&rating, salted)]).await?;
    if rating.opens_case() {
        journal::enqueue(txn, rating.rated_at, vec![process::open_case(&rating)]).await?;
    }
    settle(txn, &act, &rating.id).await?;
    Ok(rating)
}

/// Moves the person's turn for this service to `now`, in one statement, so that two acts at once cannot both have it.
async fn take_turn(txn: &Txn, person: PersonId, service: ServiceId, now: DateTime<Utc>) -> Result<(), Abort> {
    let row = turn::ActiveModel { person_id: Set(person.uuid()), service_id: Set(service.uuid()), rated_at: Set(now) };
    let taken = turn::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([turn::Column::PersonId, turn::Column::ServiceId])
                .update_column(turn::Column::RatedAt)
                .action_and_where(Expr::col((turn::Entity, turn::Column::RatedAt)).lte(model::may_repeat_since(now)))
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    if taken == 1 { Ok(()) } else { Err(error::rated_recently(REPEAT_DAYS).into()) }
}

/// Destroys the comment and the salt of its digest; the mark counts on.
async fn erase(txn: &Txn, rating: Rating, actor: &str, now: DateTime<Utc>) -> Result<Rating, Abort> {
    if rating.comment.is_none() {
        return Ok(rating);
    }
    let id = rating.id.uuid();
    journal::log::erase(txn, &ERASABLE, id).await?;
    let event = NewEvent { kind: "comment_erased".into(), payload: json!({}), versions: None };
    let number = journal::length(txn, id).await?;
    journal::append(txn, STREAM, id, number, now, actor, vec![event]).await?;
    Ok(Rating { comment: None, ..rating })
}

fn rated(rating: &Rating, salted: Option<Salted>) -> NewEvent {
    let kind = if rating.is_verified() { "answer_rated" } else { "service_rated" };
    let payload = json!({
        "stars": rating.stars,
        "service": rating.service,
        "party": rating.party,
        "feedback": rating.answer.map(|answer| answer.feedback),
        "answered_at": rating.answer.map(|answer| answer.given_at),
        "commented": rating.comment.is_some(),
        // What was written, as a salted digest: erased, it proves no more what it said.
        "digest": salted.map(|salted| salted.digest),
    });
    NewEvent { kind: kind.into(), payload, versions: None }
}

/// Keeps the reference of the case that a rating opened.
pub(crate) async fn keep_case(txn: &Txn, id: RatingId, reference: String, now: DateTime<Utc>) -> Result<(), Abort> {
    let event = NewEvent { kind: "case_opened".into(), payload: json!({ "reference": reference }), versions: None };
    rating::Entity::update(rating::ActiveModel { id: Set(id.uuid()), case_reference: Set(Some(reference)), ..Default::default() })
        .exec(txn)
        .await?;
    let number = journal::length(txn, id.uuid()).await?;
    journal::append(txn, STREAM, id.uuid(), number, now, &kernel::Actor::System.journal_name(), vec![event]).await?;
    Ok(())
}

fn stored_stars(stars: i16) -> Result<Stars> {
    Stars::new(i32::from(stars)).ok_or_else(|| Error::internal(format!("{stars} stars are stored")))
}

fn stored_answer(feedback: Option<Uuid>, given_at: Option<DateTime<Utc>>) -> Result<Option<Answer>> {
    match (feedback, given_at) {
        (Some(feedback), Some(given_at)) => Ok(Some(Answer { feedback: FeedbackId::from_uuid(feedback), given_at })),
        (None, None) => Ok(None),
        _ => Err(Error::internal("half an answer is stored")),
    }
}

impl From<&Rating> for rating::ActiveModel {
    fn from(rating: &Rating) -> Self {
        rating::ActiveModel {
            id: Set(rating.id.uuid()),
            service_id: Set(rating.service.map(ServiceId::uuid)),
            party_id: Set(rating.party.map(PartyId::uuid)),
            feedback_id: Set(rating.answer.map(|answer| answer.feedback.uuid())),
            answered_at: Set(rating.answer.map(|answer| answer.given_at)),
            person_id: Set(rating.person.map(PersonId::uuid)),
            stars: Set(i16::from(rating.stars.get())),
            comment: Set(rating.comment.as_ref().map(|comment| comment.reveal().clone())),
            locale: Set(rating.locale.tag().to_owned()),
            rated_at: Set(rating.rated_at),
            case_reference: Set(rating.case_reference.clone()),
            synthetic: Set(rating.synthetic),
            salt: Set(None),
        }
    }
}

impl TryFrom<rating::Model> for Rating {
    type Error = Error;

    fn try_from(row: rating::Model) -> Result<Rating> {
        Ok(Rating {
            id: RatingId::from_uuid(row.id),
            service: row.service_id.map(ServiceId::from_uuid),
            party: row.party_id.map(PartyId::from_uuid),
            answer: stored_answer(row.feedback_id, row.answered_at)?,
            person: row.person_id.map(PersonId::from_uuid),
            stars: stored_stars(row.stars)?,
            comment: row.comment.map(Personal::new),
            locale: Locale::from_tag(&row.locale).ok_or_else(|| Error::internal(format!("locale {}", row.locale)))?,
            rated_at: row.rated_at,
            case_reference: row.case_reference,
            synthetic: row.synthetic,
        })
    }
}
