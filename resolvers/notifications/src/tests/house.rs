//! A house with this room alone, a mail server that follows a script, and a graph that knows one report.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{TimeDelta, TimeZone, Utc};
use futures_util::FutureExt;
use journal::{
    Channels, Commit, Courier, Database, Destination, Handler, House, Job, JobError, Landed, Landing, Mail, Mailer, Messenger, Messengers,
    Options, Parcel, Ping, Receipt, Room, Subscription, Target,
};
use kernel::{
    Actor, Answer, Call, Clock, Code, Document, Fault, Graph, GraphHandle, Locale, ManualClock, Operation, OperationKind, Person, PersonId,
    Personal, Request, Role, SeededRng,
};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Map, Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(crate) const REFERENCE: &str = "TK-2026-000123";
/// Where people reach the city.
pub(crate) const CITY: &str = "https://turkistan.example";
pub(crate) const KEY: &str = "c2VjcmV0LWtleQ";
/// What is no report, and has a code.
pub(crate) const AREA: &str = "QXJlYTox";
/// The code that confirms their addresses.
pub(crate) const CODE: &str = "12345678";

/// By what browsers know the city.
pub(crate) const PUSH_KEY: &str = "BPublic";

/// Statements are counted for the whole process, so the test that counts them runs alone.
static QUIET: RwLock<()> = RwLock::const_new(());

#[expect(dead_code, reason = "held")]
enum Turn {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

/// Takes mails, or fails as the script says.
#[derive(Default)]
pub(crate) struct Post {
    pub(crate) script: Mutex<VecDeque<JobError>>,
    pub(crate) taken: Mutex<Vec<Mail>>,
}

#[async_trait]
impl Mailer for Post {
    async fn send(&self, mail: &Mail) -> Result<(), JobError> {
        match self.script.lock().unwrap().pop_front() {
            Some(error) => Err(error),
            None => {
                self.taken.lock().unwrap().push(mail.clone());
                Ok(())
            }
        }
    }
}

/// Takes parcels, and answers as the script says, or with 204.
#[derive(Default)]
pub(crate) struct Counter {
    pub(crate) script: Mutex<VecDeque<Result<Receipt, JobError>>>,
    pub(crate) taken: Mutex<Vec<Parcel>>,
}

#[async_trait]
impl Courier for Counter {
    fn accepts(&self, url: &str) -> bool {
        url.len() <= 2_048 && url.starts_with("https://") && !url.contains("localhost")
    }

    async fn hand_over(&self, parcel: Parcel) -> Result<Receipt, JobError> {
        self.taken.lock().unwrap().push(parcel);
        self.script.lock().unwrap().pop_front().unwrap_or(Ok(receipt(204)))
    }
}

/// Takes short messages to one kind of destination, and answers as the script says, or that it has them.
#[derive(Default)]
pub(crate) struct Bell {
    pub(crate) script: Mutex<VecDeque<Result<Landing, JobError>>>,
    pub(crate) taken: Mutex<Vec<Ping>>,
}

#[async_trait]
impl Messenger for Bell {
    fn accepts(&self, to: &Destination) -> bool {
        match to {
            Destination::Browser(Subscription { url, p256dh, auth }) => {
                url.len() <= 2_048 && url.starts_with("https://") && auth.len() == 22 && p256dh.len() <= 87 && p256dh.starts_with('B')
            }
            Destination::Chat(_) | Destination::Phone(_) => true,
        }
    }

    async fn send(&self, ping: &Ping) -> Result<Landing, JobError> {
        self.taken.lock().unwrap().push(ping.clone());
        self.script.lock().unwrap().pop_front().unwrap_or_else(|| landing(Landed::Taken, 201))
    }
}

pub(crate) fn landing(landed: Landed, status: u16) -> Result<Landing, JobError> {
    Ok(Landing { landed, status: Some(status) })
}

pub(crate) fn receipt(status: u16) -> Receipt {
    Receipt { status, retry_after_seconds: None, body: Vec::new() }
}

/// Knows the key of one report, tells the house alone, and is told of what mail came back.
#[derive(Default)]
struct Reports {
    noted: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Graph for Reports {
    async fn execute(&self, document: &'static Document, variables: Map<String, Value>, request: &Arc<Request>) -> Answer {
        assert_eq!(&request.actor, &Actor::System);
        if document.name == "notifications.NoteBounce" {
            self.noted.lock().unwrap().push(variables["input"]["reference"].as_str().unwrap().to_owned());
            return Answer { data: json!({ "noteBounce": { "errors": [] } }).into(), faults: Vec::new() };
        }
        assert_eq!(document.name, "notifications.CouponKey");
        match variables["about"].as_str().unwrap() {
            REFERENCE => Answer { data: json!({ "feedback": { "couponKey": KEY }, "confirmationCode": CODE }).into(), faults: Vec::new() },
            AREA => Answer { data: json!({ "feedback": null, "confirmationCode": CODE }).into(), faults: Vec::new() },
            "TK-2026-000404" => Answer { data: json!({ "feedback": null, "confirmationCode": null }).into(), faults: Vec::new() },
            _ => Answer {
                data: Value::Null.into(),
                faults: vec![Fault { message: "asleep".to_owned(), code: Code::SubgraphUnavailable, path: Vec::new() }],
            },
        }
    }
}

pub(crate) struct TestHouse {
    pub(crate) house: House,
    pub(crate) room: Room,
    pub(crate) post: Arc<Post>,
    pub(crate) counter: Arc<Counter>,
    pub(crate) push: Arc<Bell>,
    pub(crate) telegram: Arc<Bell>,
    pub(crate) sms: Arc<Bell>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) noted: Arc<Mutex<Vec<String>>>,
    _scratch: Scratch,
    _turn: Turn,
}

pub(crate) async fn house() -> TestHouse {
    open(Turn::Shared(QUIET.read().await)).await
}

pub(crate) async fn quiet_house() -> TestHouse {
    open(Turn::Alone(QUIET.write().await)).await
}

async fn open(turn: Turn) -> TestHouse {
    let scratch = Scratch::new();
    let options = Options { target: scratch.target(Target::Sqlite, Target::Postgres), readers: 2, commit_delay: Duration::ZERO };
    let database = Database::open(&options).await.unwrap();
    Migrator::up(&database.owner, None).await.unwrap();
    let clock = Arc::new(ManualClock::new(Utc.with_ymd_and_hms(2026, 11, 24, 5, 0, 0).unwrap()));
    let graph = GraphHandle::default();
    let reports = Reports::default();
    let noted = Arc::clone(&reports.noted);
    graph.connect(Arc::new(reports));
    let house = House {
        database,
        graph,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        rng: Arc::new(SeededRng::new(7)),
        secret: Personal::new([7; 32]),
    };
    let post = Arc::new(Post::default());
    let counter = Arc::new(Counter::default());
    let (push, telegram, sms) = (Arc::new(Bell::default()), Arc::new(Bell::default()), Arc::new(Bell::default()));
    let channels = Channels {
        messengers: Messengers {
            push: Arc::clone(&push) as Arc<dyn Messenger>,
            push_key: Some(PUSH_KEY.to_owned()),
            telegram: Arc::clone(&telegram) as Arc<dyn Messenger>,
            telegram_bot: Some("turkistan_bot".to_owned()),
            sms: Arc::clone(&sms) as Arc<dyn Messenger>,
        },
        mailer: Arc::clone(&post) as Arc<dyn Mailer>,
        courier: Arc::clone(&counter) as Arc<dyn Courier>,
        public_url: Some(CITY.to_owned()),
    };
    let room = crate::room(&house, &channels);
    TestHouse { house, room, post, counter, push, telegram, sms, clock, noted, _scratch: scratch, _turn: turn }
}

impl TestHouse {
    pub(crate) async fn ask(&self, actor: &Actor, text: &str, variables: Value) -> (Value, Vec<Code>) {
        let kind = if text.starts_with("mutation") { OperationKind::Mutation } else { OperationKind::Query };
        let request = Arc::new(Request::new(actor.clone(), Locale::En, "test", self.clock.now()));
        let operation = Arc::new(Operation::new(kind, text.to_owned()));
        let Value::Object(variables) = variables else { unreachable!("variables are an object") };
        let answer = self.room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
        (answer.data.into(), answer.faults.into_iter().map(|fault| fault.code).collect())
    }

    pub(crate) async fn data(&self, actor: &Actor, text: &str, variables: Value) -> Value {
        let (data, faults) = self.ask(actor, text, variables).await;
        assert_eq!(faults, [], "{text}");
        data
    }

    /// Queues the usual message, with some fields changed, and gives the payload.
    pub(crate) async fn queue(&self, key: u128, changes: Value) -> Value {
        let mut input = json!({
            "idempotencyKey": uuid::Uuid::from_u128(key),
            "email": "aigul@example.kz",
            "locale": "KK",
            "topic": "COUPON",
            "about": REFERENCE,
            "subject": "Өтінішіңіз тіркелді",
            "text": "Сіздің кілтіңіз: {coupon-key}",
            "withCouponKey": true,
        });
        let Value::Object(changes) = changes else { unreachable!("changes are an object") };
        input.as_object_mut().unwrap().extend(changes);
        let text = "mutation($input: QueueMessageInput!) { queueMessage(input: $input) {
            message { id state } errors { __typename code path message } } }";
        self.data(&Actor::System, text, json!({ "input": input })).await["queueMessage"].take()
    }

    /// Leases the next due job, as the runner does.
    pub(crate) async fn lease(&self) -> Option<Job> {
        let now = self.clock.now();
        let writer = &self.house.database.writer;
        let lease = writer.write(move |txn| async move { journal::lease(txn, "test", now, TimeDelta::seconds(30), 1).await }.boxed());
        lease.await.unwrap().pop()
    }

    pub(crate) fn handler(&self, job: &Job) -> &dyn Handler {
        self.room.handlers.iter().find(|handler| handler.kinds().contains(&job.kind.as_str())).unwrap().as_ref()
    }

    /// Keeps what the performance of a job gave, with the mark that it is done.
    pub(crate) async fn keep(&self, job: Job, commit: Commit) {
        let now = self.clock.now();
        let keep = self.house.database.writer.write(move |txn| {
            async move {
                assert!(journal::done(txn, job.id, "test", now).await?);
                commit(txn).await
            }
            .boxed()
        });
        keep.await.unwrap();
    }

    /// Gives the next due job one try, as the runner does. False when there is none.
    pub(crate) async fn work(&self, last_try: bool) -> bool {
        let (writer, now) = (&self.house.database.writer, self.clock.now());
        let Some(job) = self.lease().await else { return false };
        let (id, handler) = (job.id, self.handler(&job));
        match handler.perform(&job).await {
            Ok(commit) => self.keep(job, commit).await,
            Err(error) => {
                let (text, retry_at) = match error {
                    JobError::Retry(text) => (text, (!last_try).then_some(now + TimeDelta::seconds(5))),
                    JobError::Fail(text) => (text, None),
                };
                let burial = retry_at.is_none().then(|| handler.bury(&job)).flatten();
                let fail = writer.write(move |txn| {
                    async move {
                        assert!(journal::fail(txn, id, "test", now, &text, retry_at).await?);
                        match burial {
                            Some(burial) => burial(txn).await,
                            None => Ok(()),
                        }
                    }
                    .boxed()
                });
                fail.await.unwrap();
            }
        }
        true
    }

    /// Performs whatever is due, and gives the mails that were taken.
    pub(crate) async fn mails(&self) -> Vec<Mail> {
        while self.work(false).await {}
        std::mem::take(&mut *self.post.taken.lock().unwrap())
    }

    pub(crate) fn script(&self, errors: impl IntoIterator<Item = JobError>) {
        self.post.script.lock().unwrap().extend(errors);
    }

    /// The one value of the first row.
    pub(crate) async fn value<T: sea_orm::TryGetable>(&self, sql: &str) -> T {
        let reader = &self.house.database.reader;
        let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }
}

pub(crate) fn person(role: Role) -> Actor {
    Actor::Person(Person { id: PersonId::of_slug(role.scope()), roles: vec![role], party: None, locale: Locale::Ru })
}
