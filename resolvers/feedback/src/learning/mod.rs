//! What the suggester learns from the officers: each night a layer over the built-in model, from the texts of reports as they stand then. No text
//! is copied; a layer holds hashes of features that several reports have in common, and is dropped at the first training after one of these
//! reports was erased.

mod night;

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, NewEvent, Txn};
use kernel::{Error, RefusalCode, Request, Result};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use suggester::{
    Suggester,
    learning::{Comparison, Score},
};
use uuid::Uuid;

pub(crate) use self::night::{TRAIN, go_on, tonight};
use crate::{
    desk::{Desk, parse, word},
    entity::suggester_training::{Column, Entity},
    error::{key_reused, refusal},
    model::act_key,
    policy,
};

/// The stream of the journal that tells what was learnt.
const STREAM: &str = "suggester";
/// How long a process goes on with what it knows before it looks for something newer.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// How many trainings are shown.
const SHOWN: u64 = 10;

/// Where a training stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    /// Suggestions are made by it.
    InForce,
    /// What it was before: a roll-back leads there.
    Former,
    /// It was in force, and is kept no longer.
    Replaced,
    /// It did not do better than what was in force, or did harm.
    Refused,
    /// A person took it out of force.
    RolledBack,
    /// A report that it had learnt from was erased.
    Erased,
}

/// By which model a text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// The number of the built-in model.
    built_in: i32,
    /// The training that was in force.
    learnt: Option<i32>,
}

impl Version {
    /// The version that a stored suggestion was made by.
    pub(crate) fn stored(suggestion: &Value) -> Option<Version> {
        let number = |name: &str| suggestion.get(name).and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok());
        Some(Version { built_in: number("version")?, learnt: number("learnt") })
    }

    pub(crate) fn built_in(self) -> i32 {
        self.built_in
    }

    pub(crate) fn learnt(self) -> Option<i32> {
        self.learnt
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.learnt {
            Some(learnt) => write!(f, "{}.{learnt}", self.built_in),
            None => write!(f, "{}", self.built_in),
        }
    }
}

/// The suggester in force.
#[derive(Clone)]
pub(crate) struct InForce {
    pub(crate) suggester: Arc<Suggester<'static>>,
    pub(crate) version: Version,
}

impl InForce {
    fn built_in() -> InForce {
        InForce { suggester: Arc::new(Suggester::embedded().clone()), version: Version { built_in: Suggester::version(), learnt: None } }
    }

    /// A layer for another built-in model is none for this one.
    fn with(version: i32, layer: Vec<u8>) -> InForce {
        let adjusted = Suggester::embedded().adjusted(layer.into());
        let learnt = |suggester| InForce {
            suggester: Arc::new(suggester),
            version: Version { built_in: Suggester::version(), learnt: Some(version) },
        };
        adjusted.map_or_else(InForce::built_in, learnt)
    }
}

/// What this process knows of the suggester in force.
struct Known {
    in_force: InForce,
    looked: Option<Looked>,
}

/// What was found in force, and when.
#[derive(Clone, Copy)]
struct Looked {
    training: Option<i32>,
    at: DateTime<Utc>,
}

/// The suggester in force, as far as this process knows. Other processes on the database train, too.
pub(crate) struct Learnt(RwLock<Known>);

impl Default for Learnt {
    fn default() -> Learnt {
        Learnt(RwLock::new(Known { in_force: InForce::built_in(), looked: None }))
    }
}

impl Learnt {
    fn known(&self) -> (InForce, Option<Looked>) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (known.in_force.clone(), known.looked)
    }

    /// Something else is in force from now on.
    fn look_again(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).looked = None;
    }

    fn keep(&self, in_force: InForce, looked: Looked) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Known { in_force, looked: Some(looked) };
    }
}

impl Desk {
    /// The suggester in force, which is a minute old at most. Without a database it goes on with what it knows.
    pub(crate) async fn suggester(&self, now: DateTime<Utc>) -> InForce {
        let (known, looked) = self.learnt.known();
        if looked.is_some_and(|looked| (now - looked.at).abs() < FRESH) {
            return known;
        }
        match self.look(looked, &known, now).await {
            Ok(in_force) => in_force,
            Err(error) => {
                tracing::warn!(?error, "what was learnt cannot be read; suggestions go on by what is known");
                known
            }
        }
    }

    async fn look(&self, before: Option<Looked>, known: &InForce, now: DateTime<Utc>) -> Result<InForce> {
        let reader = &self.house.database.reader;
        let newest = Entity::find().select_only().column(Column::Version).filter(Column::Status.eq(word(&Status::InForce)));
        let training: Option<i32> = newest.into_tuple().one(reader).await.map_err(journal::fault)?;
        let in_force = match training {
            _ if before.is_some_and(|before| before.training == training) => known.clone(),
            None => InForce::built_in(),
            Some(version) => {
                let row = Entity::find_by_id(version).one(reader).await.map_err(journal::fault)?;
                row.and_then(|row| row.layer).map_or_else(InForce::built_in, |layer| InForce::with(version, layer))
            }
        };
        self.learnt.keep(in_force.clone(), Looked { training, at: now });
        Ok(in_force)
    }

    /// Goes back to what was in force before, or to the built-in model alone.
    pub(crate) async fn roll_back_suggester(&self, key: &str, request: &Arc<Request>) -> Result<Vec<Training>, Abort> {
        policy::may_rule(&request.actor)?;
        let key = ActKey::new(act_key(key)?, "roll_back_suggester", &request.actor.journal_name(), &())?;
        let (now, actor) = (request.now, request.actor.journal_name());
        let write = self.house.database.writer.write(move |txn| {
            async move {
                if journal::claim_with(txn, &key, now, &()).await?.before(key_reused)?.is_none() {
                    let version = with_status(txn, Status::InForce).await?;
                    let nothing = || refusal(RefusalCode::WrongState, "refusal-nothing-learnt", &[]);
                    let version = version.ok_or_else(nothing)?;
                    let former = with_status(txn, Status::Former).await?;
                    take_out(txn, version, Status::RolledBack).await?;
                    if let Some(former) = former {
                        set_status(txn, former, Status::InForce).await?;
                    }
                    tell(txn, &actor, now, "suggester_rolled_back", json!({ "version": version, "to": former })).await?;
                }
                Ok(trainings(txn).await?)
            }
            .boxed()
        });
        let trainings = write.await?;
        self.learnt.look_again();
        Ok(trainings)
    }
}

/// A training without its layer.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Training {
    pub(crate) version: i32,
    pub(crate) built_in: i32,
    pub(crate) trained_at: DateTime<Utc>,
    pub(crate) lessons: i32,
    pub(crate) corrections: i32,
    scores: Value,
    status: String,
}

impl Training {
    pub(crate) fn status(&self) -> Result<Status> {
        parse(&self.status)
    }

    pub(crate) fn scores(&self) -> Result<Scores> {
        serde_json::from_value(self.scores.clone()).map_err(Error::internal)
    }
}

/// How a training was judged.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Scores {
    /// On the built-in messages.
    pub(crate) validation: Compared,
    /// On reports that were not learnt from.
    pub(crate) held_out: Compared,
}

/// Two scores of the same texts.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Compared {
    pub(crate) before: Told,
    pub(crate) after: Told,
}

/// A score as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) texts: i32,
    pub(crate) first: i32,
    pub(crate) routed: i32,
    pub(crate) misrouted: i32,
}

impl From<Comparison> for Compared {
    fn from(compared: Comparison) -> Compared {
        Compared { before: compared.before.into(), after: compared.after.into() }
    }
}

impl From<Score> for Told {
    fn from(score: Score) -> Told {
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let Score { texts, first, routed, misrouted } = score;
        Told { texts: count(texts), first: count(first), routed: count(routed), misrouted: count(misrouted) }
    }
}

/// The newest trainings, and those that are in force or can be again; the newest first.
pub(crate) async fn trainings(db: &impl ConnectionTrait) -> Result<Vec<Training>> {
    let columns =
        [Column::Version, Column::BuiltIn, Column::TrainedAt, Column::Lessons, Column::Corrections, Column::Scores, Column::Status];
    let newest_first = || Entity::find().select_only().columns(columns).order_by_desc(Column::Version);
    let mut all: Vec<Training> = newest_first().limit(SHOWN).into_model().all(db).await.map_err(journal::fault)?;
    let kept: Vec<Training> = newest_first().filter(Column::Layer.is_not_null()).into_model().all(db).await.map_err(journal::fault)?;
    let older: Vec<Training> = kept.into_iter().filter(|kept| all.iter().all(|shown| shown.version != kept.version)).collect();
    all.extend(older);
    Ok(all)
}

async fn with_status(txn: &Txn, status: Status) -> Result<Option<i32>, Abort> {
    Ok(Entity::find().select_only().column(Column::Version).filter(Column::Status.eq(word(&status))).into_tuple().one(txn).await?)
}

async fn set_status(txn: &Txn, version: i32, status: Status) -> Result<(), Abort> {
    let update = Entity::update_many().col_expr(Column::Status, Expr::value(word(&status))).filter(Column::Version.eq(version));
    Ok(update.exec(txn).await.map(drop)?)
}

/// A training is used no more: its layer goes, and what it was learnt from.
async fn take_out(txn: &Txn, version: i32, status: Status) -> Result<(), Abort> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(word(&status)))
        .col_expr(Column::Layer, Expr::cust("NULL"))
        .col_expr(Column::LearntFrom, Expr::cust("NULL"))
        .filter(Column::Version.eq(version))
        .exec(txn)
        .await?;
    Ok(())
}

/// The journal tells what became of the suggester.
async fn tell(txn: &Txn, actor: &str, now: DateTime<Utc>, kind: &'static str, payload: Value) -> Result<(), Abort> {
    let stream = Uuid::new_v5(&Uuid::NAMESPACE_OID, STREAM.as_bytes());
    let event = NewEvent { kind: kind.into(), payload, versions: None };
    let number = journal::length(txn, stream).await?;
    journal::append(txn, STREAM, stream, number, now, actor, vec![event]).await.map(drop)
}
