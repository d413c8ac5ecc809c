//! A city with this room, invented neighbours, and a clock that stands still until it is moved.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use engine::Library;
use futures_util::{FutureExt, StreamExt, stream::BoxStream};
use journal::{Database, House, Job, JobError, Options, Progress, Room, Rules, Target};
use kernel::{
    Actor, Answer, Call, CaseId, CategoryId, Clock, Code, DistrictId, FeedbackId, GraphHandle, Locale, ManualClock, Operation,
    OperationKind, Personal, Request, Rng, SeededRng,
};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde_json::{Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;

use super::{attachments::MemoryFiles, neighbours::Neighbours};
use crate::desk::ANNOUNCE_EVENT;

/// Statements are counted for the whole process, so the test that counts them runs alone.
static QUIET: RwLock<()> = RwLock::const_new(());

enum Turn {
    Shared(#[expect(dead_code, reason = "held")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'static, ()>),
}

pub(super) const TEXT: &str = "Су құбыры жарылды, пәтер 17, Айгүл апай";
pub(super) const NAME: &str = "Айгүл Серікқызы";
pub(super) const EMAIL: &str = "aigul@example.kz";
pub(super) const PHONE: &str = "+7 701 123 45 67";
pub(super) const ADDRESS: &str = "Тәуке хан 25";
/// The log of the city of tests.
pub(super) const ORIGIN: &str = "turkistan.test/journal";
/// Its check digit is right; nobody has it.
pub(super) const IIN: &str = "900101300007";

pub(super) struct City {
    pub(super) room: Room,
    pub(super) neighbours: Arc<Neighbours>,
    pub(super) files: Arc<MemoryFiles>,
    pub(super) database: Database,
    pub(super) clock: Arc<ManualClock>,
    rng: SeededRng,
    _scratch: Scratch,
    _turn: Turn,
}

/// A report that was filed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filed {
    pub(super) reference: String,
    pub(super) key: String,
    pub(super) uuid: Uuid,
}

impl Filed {
    pub(super) fn case(&self) -> String {
        CaseId::from_uuid(self.uuid).global()
    }
}

pub(super) struct Silent;

impl Progress for Silent {
    fn report(&self, _what: &str, _done: u64, _all: u64) {}
}

/// Tuesday, 24 November 2026, noon in the city.
pub(super) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 7, 0, 0).unwrap()
}

pub(super) async fn city() -> City {
    open(Turn::Shared(QUIET.read().await)).await
}

/// A city with nobody else in the process.
pub(super) async fn quiet_city() -> City {
    open(Turn::Alone(QUIET.write().await)).await
}

async fn open(turn: Turn) -> City {
    let scratch = Scratch::new();
    let options = Options { target: scratch.target(Target::Sqlite, Target::Postgres), readers: 2, commit_delay: Duration::ZERO };
    let database = Database::open(&options).await.unwrap();
    Migrator::up(&database.owner, None).await.unwrap();
    let clock = Arc::new(ManualClock::new(noon()));
    let neighbours = Arc::new(Neighbours::default());
    let graph = GraphHandle::default();
    graph.connect(neighbours.clone());
    let house =
        House { database: database.clone(), graph, clock: clock.clone(), rng: Arc::new(SeededRng::new(7)), secret: Personal::new([7; 32]) };
    let signer = journal::log::Signer::derive(&house.secret, ORIGIN).unwrap();
    let files = Arc::new(MemoryFiles::default());
    let room = crate::room(&house, rules(), Arc::new(signer), Arc::new(super::identity::Fakes), files.clone());
    City { room, neighbours, files, database, clock, rng: SeededRng::new(8), _scratch: scratch, _turn: turn }
}

/// The rules of the program, with the list that says what two persons publish.
fn rules() -> Rules {
    Rules::new(Arc::new(Library::load(&Library::embedded_files()).unwrap()))
}

pub(super) fn category(slug: &str) -> String {
    CategoryId::of_slug(slug).global()
}

pub(super) fn district(slug: &str) -> String {
    DistrictId::of_slug(slug).global()
}

/// No water in Turkistan: an urgent request, for the water utility.
pub(super) fn water() -> Value {
    json!({
        "text": TEXT, "locale": "RU", "category": category("water-supply"),
        "place": { "district": district("turkistan-city"), "address": ADDRESS, "point": { "lat": 43.3, "lon": 68.25 } },
        "contact": { "name": NAME, "email": EMAIL, "phone": PHONE },
    })
}

/// The same as a statutory complaint.
pub(super) fn appeal() -> Value {
    let mut input = water();
    input["track"] = json!("APPEAL");
    input["kind"] = json!("COMPLAINT");
    input["contact"]["iin"] = json!(IIN);
    input
}

impl City {
    pub(super) fn key(&self) -> String {
        self.rng.uuid_v7(self.clock.now()).to_string()
    }

    pub(super) async fn ask(&self, kind: OperationKind, actor: Actor, text: &str, variables: Value) -> Answer {
        let request = Arc::new(Request::new(actor, Locale::En, "test", self.clock.now()));
        let operation = Arc::new(Operation::new(kind, text.to_owned()));
        let Value::Object(variables) = variables else { unreachable!("variables are an object") };
        self.room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await
    }

    /// What the actor reads, without a fault.
    pub(super) async fn read(&self, actor: &Actor, text: &str) -> Value {
        let answer = self.ask(OperationKind::Query, actor.clone(), text, json!({})).await;
        assert_eq!(answer.faults, [], "{text}");
        answer.data.into()
    }

    /// The code of the one fault of a query.
    pub(super) async fn fault(&self, actor: &Actor, text: &str) -> Code {
        let answer = self.ask(OperationKind::Query, actor.clone(), text, json!({})).await;
        assert_eq!(answer.faults.len(), 1, "{text}: {:?}", answer.faults);
        answer.faults[0].code
    }

    pub(super) async fn entities(&self, actor: &Actor, representations: Value, selection: &str) -> Value {
        let text = format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}");
        let answer = self.ask(OperationKind::Query, actor.clone(), &text, json!({ "r": representations })).await;
        assert_eq!(answer.faults, []);
        answer.data["_entities"].clone().into()
    }

    pub(super) async fn listen(&self, actor: Actor, text: &str) -> BoxStream<'static, Answer> {
        let request = Arc::new(Request::new(actor, Locale::En, "test", self.clock.now()));
        let operation = Arc::new(Operation::new(OperationKind::Subscription, text.to_owned()));
        self.room.subgraph.subscribe(Call { operation: &operation, variables: kernel::Fields::new(), request: &request }).await
    }

    /// The payload of a mutation; a key is added when there is none.
    pub(super) async fn act(&self, actor: &Actor, name: &str, selection: &str, mut input: Value) -> Value {
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = json!(self.key());
        }
        let type_name = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let errors = "errors { code path message ... on StaleVersion { current } }";
        let text = format!("mutation($input: {type_name}!) {{ {name}(input: $input) {{ {selection} {errors} }} }}");
        let answer = self.ask(OperationKind::Mutation, actor.clone(), &text, json!({ "input": input })).await;
        assert_eq!(answer.faults, [], "{name} {input}");
        answer.data[name].clone().into()
    }

    /// Files a report that must be accepted.
    pub(super) async fn file(&self, actor: &Actor, input: Value) -> Filed {
        let payload = self.act(actor, "submitFeedback", "feedback { id } coupon { reference key }", input).await;
        assert_eq!(codes(&payload), [""; 0]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let id = FeedbackId::from_global(payload["feedback"]["id"].as_str().unwrap()).unwrap();
        // Whoever left an address has confirmed it; what becomes of others has tests of its own.
        self.execute("UPDATE confirmation SET confirmed_at = sent_at WHERE feedback_id IN (SELECT id FROM feedback)").await;
        Filed { reference: text(&payload["coupon"]["reference"]), key: text(&payload["coupon"]["key"]), uuid: id.uuid() }
    }

    /// Files a report and performs its jobs.
    pub(super) async fn routed(&self, input: Value) -> Filed {
        let filed = self.file(&Actor::Anonymous, input).await;
        self.settle().await;
        filed
    }

    /// An act of an office on the case in its present version; its refusals as `CODE path`.
    pub(super) async fn work(&self, actor: &Actor, name: &str, filed: &Filed, more: Value) -> Vec<String> {
        codes(&self.work_payload(actor, name, filed, more).await)
    }

    pub(super) async fn work_payload(&self, actor: &Actor, name: &str, filed: &Filed, more: Value) -> Value {
        let mut input = json!({ "case": filed.case(), "version": self.version(filed).await });
        merge(&mut input, more);
        self.act(actor, name, "case { id version state }", input).await
    }

    /// An act that must be possible.
    pub(super) async fn do_work(&self, actor: &Actor, name: &str, filed: &Filed, more: Value) {
        assert_eq!(self.work(actor, name, filed, more).await, [""; 0], "{name}");
    }

    pub(super) async fn respond(&self, filed: &Filed) {
        self.do_work(&super::people::officer(), "respondToCase", filed, json!({ "outcome": "SATISFIED", "text": "Жөнделді" })).await;
    }

    /// The reporter, who holds the key, says that it is not fixed.
    pub(super) async fn contest(&self, filed: &Filed) -> Vec<String> {
        let input = json!({ "reference": filed.reference, "key": filed.key, "reason": "Су әлі жоқ" });
        codes(&self.act(&Actor::Anonymous, "contestClosure", "feedback { status }", input).await)
    }

    pub(super) async fn version(&self, filed: &Filed) -> i64 {
        self.numbers(&format!("SELECT version FROM feedback WHERE reference = '{}'", filed.reference)).await[0]
    }

    /// What an auditor, who sees all, reads of a case.
    pub(super) async fn case(&self, filed: &Filed, selection: &str) -> Value {
        let text = format!("{{ case(reference: \"{}\") {{ {selection} }} }}", filed.reference);
        self.read(&super::people::auditor(), &text).await["case"].clone()
    }

    /// What the reporter reads by the key.
    pub(super) async fn own(&self, filed: &Filed, selection: &str) -> Value {
        let text = format!("{{ feedback(reference: \"{}\", key: \"{}\") {{ {selection} }} }}", filed.reference, filed.key);
        self.read(&Actor::Anonymous, &text).await["feedback"].clone()
    }

    pub(super) async fn lease(&self) -> Vec<Job> {
        let now = self.clock.now();
        let leased = self.database.writer.write(move |txn| journal::lease(txn, "test", now, TimeDelta::minutes(1), 50).boxed());
        leased.await.unwrap()
    }

    /// One try of a job, as the runner makes it.
    pub(super) async fn perform(&self, job: &Job) -> Result<(), JobError> {
        let (id, now) = (job.id, self.clock.now());
        let commit = match self.room.handlers[0].perform(job).await {
            Ok(commit) => commit,
            Err(error) => {
                let text = format!("{error:?}");
                let later = Some(now + TimeDelta::minutes(1));
                let failed =
                    self.database.writer.write(move |txn| async move { journal::fail(txn, id, "test", now, &text, later).await }.boxed());
                assert!(failed.await.unwrap());
                return Err(error);
            }
        };
        let kept = self.database.writer.write(move |txn| {
            async move {
                let held = journal::done(txn, id, "test", now).await?;
                commit(txn).await?;
                Ok(held)
            }
            .boxed()
        });
        assert!(kept.await.unwrap());
        Ok(())
    }

    /// Performs all jobs that are due, and those that they cause; tells their kinds.
    pub(super) async fn settle(&self) -> Vec<String> {
        let mut kinds = Vec::new();
        loop {
            let leased = self.lease().await;
            if leased.is_empty() {
                return kinds;
            }
            for job in leased {
                assert_eq!(self.perform(&job).await, Ok(()), "{}", job.key);
                // Word to webhooks follows every step.
                kinds.extend((job.kind != ANNOUNCE_EVENT).then_some(job.kind));
            }
        }
    }

    /// Lets time pass and fires what is due then.
    pub(super) async fn pass(&self, by: TimeDelta) {
        self.clock.advance(by);
        let now = self.clock.now();
        self.database.writer.write(move |txn| journal::fire_due(txn, now, 1000).boxed()).await.unwrap();
    }

    /// Lets days pass and performs what is due then; tells the kinds of jobs.
    pub(super) async fn pass_days(&self, days: i64) -> Vec<String> {
        self.pass(TimeDelta::days(days)).await;
        self.settle().await
    }

    /// Lets minutes pass and performs what is due then; tells the kinds of jobs.
    pub(super) async fn pass_minutes(&self, minutes: i64) -> Vec<String> {
        self.pass(TimeDelta::minutes(minutes)).await;
        self.settle().await
    }

    /// Changes what is stored.
    pub(super) async fn execute(&self, sql: &'static str) {
        let write = self.database.writer.write(move |txn| async move { Ok(txn.execute_unprepared(sql).await?) }.boxed());
        write.await.unwrap();
    }

    /// How many rows each table holds.
    pub(super) async fn rows(&self) -> BTreeMap<String, i64> {
        scratch::refusals::rows(&self.database.reader, &[]).await
    }

    /// The first column of a query, which is whole numbers.
    pub(super) async fn numbers(&self, sql: &str) -> Vec<i64> {
        let reader = &self.database.reader;
        let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
        let number = |row: &QueryResult| row.try_get_by_index(0).or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from)).unwrap();
        rows.iter().map(number).collect()
    }

    /// The first column of a query, which is text.
    pub(super) async fn texts(&self, sql: &str) -> Vec<String> {
        let reader = &self.database.reader;
        let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// All that the journal holds, as one text.
    pub(super) async fn journal(&self) -> String {
        let mut all = Vec::new();
        for sql in [
            "SELECT CAST(payload AS TEXT) FROM event",
            "SELECT actor FROM event",
            "SELECT CAST(payload AS TEXT) FROM job",
            "SELECT key FROM job",
            "SELECT COALESCE(last_error, '') FROM job",
            "SELECT CAST(outcome AS TEXT) FROM act_key",
        ] {
            all.extend(self.texts(sql).await);
        }
        all.join("\n")
    }

    /// The messages that were queued since the last time, as `topic email LOCALE`.
    pub(super) fn told(&self) -> Vec<String> {
        let messages = std::mem::take(&mut *self.neighbours.messages.lock().unwrap());
        let line = |message: &Value| {
            let text = |field: &str| message[field].as_str().unwrap().to_owned();
            format!("{} {} {}", text("topic"), text("email"), text("locale"))
        };
        let mailed = messages.iter().filter(|message| !message["email"].is_null());
        let mut told: Vec<String> = mailed.map(line).collect();
        told.sort();
        told
    }
}

pub(super) fn merge(input: &mut Value, more: Value) {
    let Value::Object(more) = more else { unreachable!("an object") };
    input.as_object_mut().unwrap().extend(more);
}

/// A payload's refusals, as `CODE path`. Each has words.
pub(super) fn codes(payload: &Value) -> Vec<String> {
    let errors = payload["errors"].as_array().unwrap();
    let line = |error: &Value| {
        let message = error["message"].as_str().unwrap();
        assert!(!message.is_empty() && !message.starts_with("refusal-"), "{error}");
        let path: Vec<&str> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        format!("{} {}", error["code"].as_str().unwrap(), path.join(".")).trim().to_owned()
    };
    errors.iter().map(line).collect()
}

/// The next items of a subscription.
pub(super) async fn take(stream: &mut BoxStream<'static, Answer>, count: usize) -> Vec<Value> {
    let mut items = Vec::new();
    while items.len() < count {
        let answer = stream.next().await.expect("the subscription goes on");
        assert_eq!(answer.faults, []);
        items.push(answer.data.into());
    }
    items
}

pub(super) fn strings<'v>(nodes: &'v Value, field: &str) -> Vec<&'v str> {
    nodes.as_array().unwrap().iter().map(|node| node[field].as_str().unwrap()).collect()
}
