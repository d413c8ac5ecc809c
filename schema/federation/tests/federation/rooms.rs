//! Three small rooms in this process, which together make one graph: `services` owns Service, `directory` owns Party,
//! `ratings` adds to services what people think of them.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    EmptyMutation, EmptySubscription, Enum, ID, InputObject, Interface, Object, ObjectType, SDLExportOptions, Schema, SimpleObject,
    Subscription, SubscriptionType, Union, Variables,
};
use async_trait::async_trait;
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use kernel::{Actor, Answer, Call, Code, Data, Fault, GlobalId, Locale, PathSegment, Person, PersonId, Request, Role, Subgraph};
use uuid::Uuid;

/// A room that counts its calls and can be switched off.
pub struct Room<Q, M, S> {
    name: &'static str,
    sdl: String,
    schema: Schema<Q, M, S>,
    pub dead: Arc<AtomicBool>,
    pub texts: Arc<Mutex<Vec<String>>>,
}

/// What a test keeps in its hand of a room.
#[derive(Clone)]
pub struct Handle {
    pub subgraph: Arc<dyn Subgraph>,
    dead: Arc<AtomicBool>,
    texts: Arc<Mutex<Vec<String>>>,
}

impl Handle {
    pub fn kill(&self) {
        self.dead.store(true, Ordering::SeqCst);
    }

    pub fn texts(&self) -> Vec<String> {
        std::mem::take(&mut self.texts.lock().expect("nobody panicked here"))
    }
}

fn offer<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static>(
    name: &'static str,
    schema: Schema<Q, M, S>,
) -> Handle {
    let sdl = schema.sdl_with_options(SDLExportOptions::new().federation().include_specified_by().compose_directive());
    let room = Room { name, sdl, schema, dead: Arc::default(), texts: Arc::default() };
    Handle { dead: Arc::clone(&room.dead), texts: Arc::clone(&room.texts), subgraph: Arc::new(room) }
}

fn answer(response: async_graphql::Response) -> Answer {
    let faults = response.errors.into_iter().map(|error| {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code")).map(ToString::to_string);
        let path = error.path.into_iter().map(|segment| match segment {
            async_graphql::PathSegment::Field(name) => PathSegment::Field(name),
            async_graphql::PathSegment::Index(index) => PathSegment::Index(index),
        });
        let code = code.and_then(|code| Code::from_wire(code.trim_matches('"'))).unwrap_or(Code::Internal);
        Fault { message: error.message, code, path: path.collect() }
    });
    Answer { faults: faults.collect(), data: response.data.into_json().expect("an answer is JSON").into() }
}

impl<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static> Room<Q, M, S> {
    fn request(&self, call: Call<'_>) -> async_graphql::Request {
        self.texts.lock().expect("nobody panicked here").push(call.operation.text.clone());
        async_graphql::Request::new(&call.operation.text)
            .variables(Variables::from_json(Data::Object(call.variables).into()))
            .data(Arc::clone(call.request))
    }
}

#[async_trait]
impl<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static> Subgraph for Room<Q, M, S> {
    fn name(&self) -> &str {
        self.name
    }

    fn sdl(&self) -> &str {
        &self.sdl
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        if self.dead.load(Ordering::SeqCst) {
            let fault = Fault { message: "away".to_owned(), code: Code::SubgraphUnavailable, path: Vec::new() };
            return Answer { data: Data::Null, faults: vec![fault] };
        }
        answer(self.schema.execute(self.request(call)).await)
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        self.schema.execute_stream(self.request(call)).map(answer).boxed()
    }
}

pub fn global(type_name: &str, number: u128) -> String {
    GlobalId::encode(type_name, Uuid::from_u128(number))
}

fn number(id: &str, type_name: &str) -> Option<u128> {
    GlobalId::decode(id).filter(|id| id.type_name == type_name).map(|id| id.uuid.as_u128())
}

fn coded(code: Code) -> async_graphql::Error {
    use async_graphql::ErrorExtensions;
    async_graphql::Error::new("told to the client").extend_with(|_, extensions| extensions.set("code", code.as_str()))
}

pub fn person(roles: &[Role]) -> Actor {
    Actor::Person(Person { id: PersonId::from_uuid(Uuid::from_u128(7)), roles: roles.to_vec(), party: None, locale: Locale::En })
}

pub fn request(actor: Actor) -> Arc<Request> {
    Arc::new(Request::new(actor, Locale::En, "test", chrono::DateTime::UNIX_EPOCH))
}

pub mod services {
    use super::*;

    #[derive(Interface)]
    #[graphql(field(name = "id", ty = "&ID"))]
    pub enum Node {
        Service(Service),
    }

    #[derive(Clone, Copy, PartialEq, Eq, Enum)]
    pub enum Kind {
        Paper,
        Online,
        #[graphql(deprecation = "merged into PAPER")]
        Window,
    }

    /// What people come to the city for.
    #[derive(Clone, SimpleObject)]
    #[graphql(complex)]
    pub struct Service {
        pub id: ID,
        pub code: String,
        pub name: String,
        pub kind: Kind,
        pub weight: i32,
        #[graphql(deprecation = "use name")]
        pub title: Option<String>,
        pub price: Option<Money>,
        /// What officers say among themselves.
        #[graphql(requires_scopes = "officer", requires_scopes = "admin auditor")]
        pub remark: Option<String>,
        #[graphql(requires_scopes = "officer")]
        pub stamp: i32,
    }

    #[async_graphql::ComplexObject]
    impl Service {
        async fn owner(&self) -> Option<Party> {
            Some(Party { id: ID(global("Party", u128::from(self.weight.unsigned_abs()) % 2 + 1)) })
        }

        #[graphql(provides = "name")]
        async fn keeper(&self) -> Option<KeeperParty> {
            Some(KeeperParty { id: ID(global("Party", 1)), name: "provided".to_owned() })
        }

        async fn fails(&self) -> async_graphql::Result<Option<i32>> {
            Err(coded(Code::Forbidden))
        }

        async fn breaks(&self) -> async_graphql::Result<Option<i32>> {
            Err("password=hunter2".into())
        }

        async fn matrix(&self) -> Vec<Vec<Money>> {
            vec![vec![Money { amount: 1 }, Money { amount: 2 }], vec![Money { amount: self.weight }]]
        }
    }

    #[derive(Clone, SimpleObject)]
    #[graphql(shareable)]
    pub struct Money {
        pub amount: i32,
    }

    #[derive(SimpleObject)]
    #[graphql(unresolvable)]
    pub struct Party {
        pub id: ID,
    }

    #[derive(SimpleObject)]
    #[graphql(name = "Keeper", unresolvable)]
    pub struct KeeperParty {
        pub id: ID,
        #[graphql(external)]
        pub name: String,
    }

    #[derive(Union)]
    pub enum Hit {
        Service(Service),
        Money(Money),
    }

    #[derive(InputObject)]
    pub struct Filter {
        pub kind: Option<Kind>,
        #[graphql(default = 0)]
        pub lightest: i32,
        pub codes: Option<Vec<String>>,
        pub required: String,
    }

    pub fn all() -> Vec<Service> {
        (1..=4)
            .map(|n| Service {
                id: ID(global("Service", n)),
                code: format!("s{n}"),
                name: format!("Service {n}"),
                kind: if n % 2 == 0 { Kind::Online } else { Kind::Paper },
                weight: i32::try_from(n).expect("a small number") * 10 + i32::try_from(n).expect("a small number"),
                title: None,
                price: (n != 2).then(|| Money { amount: i32::try_from(n).expect("a small number") * 100 }),
                remark: Some(format!("remark {n}")),
                stamp: 1,
            })
            .collect()
    }

    pub struct Query;

    #[Object(name = "Query")]
    impl Query {
        async fn service(&self, #[graphql(desc = "The code.")] code: String) -> Option<Service> {
            all().into_iter().find(|service| service.code == code)
        }

        async fn services(&self, filter: Option<Filter>, #[graphql(default = 20)] first: usize) -> Option<Vec<Service>> {
            let lightest = filter.map_or(0, |filter| filter.lightest);
            Some(all().into_iter().filter(|service| service.weight >= lightest).take(first).collect())
        }

        async fn search(&self) -> Option<Vec<Hit>> {
            let mut hits = vec![Hit::Money(Money { amount: 5 })];
            hits.extend(all().into_iter().take(2).map(Hit::Service));
            Some(hits)
        }

        #[graphql(entity)]
        async fn find_service(&self, id: ID) -> async_graphql::Result<Option<Service>> {
            match number(&id, "Service") {
                Some(66) => Err(coded(Code::Forbidden)),
                _ => Ok(all().into_iter().find(|service| service.id == id)),
            }
        }
    }

    pub fn room() -> Handle {
        offer(
            "services",
            Schema::build(Query, EmptyMutation, EmptySubscription).register_output_type::<Node>().enable_federation().finish(),
        )
    }
}

pub mod directory {
    use super::*;

    #[derive(Interface)]
    #[graphql(field(name = "id", ty = "&ID"))]
    pub enum Node {
        Party(Party),
    }

    #[derive(Clone, SimpleObject)]
    pub struct Party {
        pub id: ID,
        pub name: String,
    }

    #[derive(Clone, SimpleObject)]
    pub struct Keeper {
        pub id: ID,
        #[graphql(shareable)]
        pub name: String,
        pub phone: String,
    }

    pub struct Query;

    #[Object(name = "Query")]
    impl Query {
        async fn party(&self, number: u32) -> Option<Party> {
            find(&global("Party", u128::from(number)))
        }

        #[graphql(entity)]
        async fn find_party(&self, id: ID) -> Option<Party> {
            find(&id)
        }

        #[graphql(entity)]
        async fn find_keeper(&self, id: ID) -> Option<Keeper> {
            Some(Keeper { id, name: "of the directory".to_owned(), phone: "+7".to_owned() })
        }
    }

    fn find(id: &str) -> Option<Party> {
        let number = number(id, "Party").filter(|number| *number < 10)?;
        Some(Party { id: ID(id.to_owned()), name: format!("Party {number}") })
    }

    pub fn room() -> Handle {
        offer(
            "directory",
            Schema::build(Query, EmptyMutation, EmptySubscription).register_output_type::<Node>().enable_federation().finish(),
        )
    }
}

pub mod ratings {
    use super::*;

    pub struct Service {
        pub id: ID,
        pub weight: Option<i32>,
    }

    #[Object]
    impl Service {
        async fn id(&self) -> &ID {
            &self.id
        }

        #[graphql(external)]
        async fn weight(&self) -> i32 {
            self.weight.unwrap_or_default()
        }

        async fn stars(&self) -> Option<f64> {
            number(&self.id, "Service").map(|number| f64::from(u32::try_from(number).expect("a small number")) + 0.5)
        }

        /// Depends on what the owner knows.
        #[graphql(requires = "weight")]
        async fn shipping(&self) -> Option<i32> {
            self.weight.map(|weight| weight * 2)
        }

        /// Never null, though it crosses a room.
        async fn rank(&self) -> i32 {
            1
        }

        async fn reviews(&self) -> Vec<Review> {
            reviews()
        }
    }

    #[derive(Clone, SimpleObject)]
    pub struct Review {
        pub text: String,
        pub author: Party,
    }

    #[derive(Clone, SimpleObject)]
    #[graphql(unresolvable)]
    pub struct Party {
        pub id: ID,
    }

    #[derive(Clone, SimpleObject)]
    #[graphql(shareable)]
    pub struct Money {
        pub amount: i32,
    }

    fn reviews() -> Vec<Review> {
        (1..=2).map(|n| Review { text: format!("review {n}"), author: Party { id: ID(global("Party", n)) } }).collect()
    }

    #[derive(Default)]
    pub struct Query;

    #[Object(name = "Query")]
    impl Query {
        async fn best(&self) -> Option<Service> {
            Some(Service { id: ID(global("Service", 3)), weight: None })
        }

        async fn gone(&self) -> Option<Service> {
            Some(Service { id: ID(global("Service", 99)), weight: None })
        }

        async fn cheapest(&self) -> Option<Money> {
            Some(Money { amount: 1 })
        }

        #[graphql(entity)]
        async fn find_service(&self, #[graphql(key)] id: ID, weight: Option<i32>) -> Option<Service> {
            Some(Service { id, weight })
        }
    }

    #[derive(Default)]
    pub struct Mutation {
        log: Mutex<Vec<String>>,
    }

    #[Object(name = "Mutation")]
    impl Mutation {
        async fn rate(&self, text: String) -> Option<String> {
            let mut log = self.log.lock().expect("nobody panicked here");
            log.push(text);
            Some(log.join(","))
        }

        #[graphql(requires_scopes = "officer")]
        async fn erase(&self) -> Option<bool> {
            self.log.lock().expect("nobody panicked here").clear();
            Some(true)
        }
    }

    pub struct Events;

    #[Subscription(name = "Subscription")]
    impl Events {
        async fn reviewed(&self) -> impl Stream<Item = Review> {
            stream::iter(reviews())
        }
    }

    pub fn room() -> Handle {
        let schema = Schema::build(Query, Mutation::default(), Events).enable_federation().enable_subscription_in_federation();
        offer("ratings", schema.finish())
    }
}
