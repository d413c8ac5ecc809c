//! Tables of refusals: every act of a room, and all that can be wrong with it.
//!
//! The room's own schema says which acts there are and what is typed into them. An act that stands in no line, or a kind of mistake of which
//! nothing is said, fails the test: a new act cannot be forgotten.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use kernel::{Actor, Call, Locale, Operation, OperationKind, Request, Subgraph};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::acts::Acts;

/// What can be wrong with an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Whoever asks has not the office for it.
    Role,
    /// Whoever asks has the office, but for others' things.
    Party,
    /// The thing is in a state in which it is not done, or there is no such thing.
    State,
    /// Somebody changed the thing meanwhile.
    Stale,
    /// Its time is over.
    Late,
    /// Nothing is said where something must be.
    Empty,
    /// More is said than is kept.
    Long,
    /// It names a file that is not its own.
    Attachment,
    /// Its key was used for something else, or is none.
    Key,
}

/// All of it.
const EVERYTHING: [Wrong; 9] = [
    Wrong::Role,
    Wrong::Party,
    Wrong::State,
    Wrong::Stale,
    Wrong::Late,
    Wrong::Empty,
    Wrong::Long,
    Wrong::Attachment,
    Wrong::Key,
];

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wrong::Role => "wrong role",
            Wrong::Party => "wrong party",
            Wrong::State => "wrong state",
            Wrong::Stale => "stale version",
            Wrong::Late => "too late",
            Wrong::Empty => "empty",
            Wrong::Long => "over-long",
            Wrong::Attachment => "foreign attachment",
            Wrong::Key => "key",
        })
    }
}

/// A table of one room, while it is written.
pub struct Refusals {
    subgraph: Arc<dyn Subgraph>,
    reader: DatabaseConnection,
    acts: Acts,
    /// When it is.
    pub now: DateTime<Utc>,
    keys: u128,
    lines: Vec<String>,
    said: BTreeSet<(String, Wrong)>,
    /// Why there is nothing to be wrong, with the acts of which it is so.
    reasons: BTreeMap<(Wrong, &'static str), BTreeSet<String>>,
    /// Each text in Kazakh, with the Russian and the English one.
    words: BTreeMap<String, [String; 2]>,
}

impl Refusals {
    /// An empty table of the acts that the room's schema names.
    ///
    /// # Panics
    /// When the schema does not say what it offers.
    pub async fn new(subgraph: &Arc<dyn Subgraph>, reader: &DatabaseConnection, now: DateTime<Utc>) -> Refusals {
        let (subgraph, reader) = (Arc::clone(subgraph), reader.clone());
        let mut table = Refusals {
            subgraph,
            reader,
            acts: Acts::default(),
            now,
            keys: 0,
            lines: Vec::new(),
            said: BTreeSet::new(),
            reasons: BTreeMap::new(),
            words: BTreeMap::new(),
        };
        let schema = table.execute(OperationKind::Query, Acts::QUESTION, json!({}), &Actor::System, Locale::En).await.0;
        table.acts = Acts::read(&schema);
        table
    }

    async fn execute(&self, kind: OperationKind, text: &str, variables: Value, actor: &Actor, locale: Locale) -> (Value, Vec<Value>) {
        let request = Arc::new(Request::new(actor.clone(), locale, "test", self.now));
        let operation = Arc::new(Operation::new(kind, text.to_owned()));
        let Value::Object(variables) = variables else { unreachable!("variables are an object") };
        let answer = self.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
        let faults = answer.faults.into_iter().map(|fault| {
            // A fault of the library's own is no answer to a person.
            assert_ne!(fault.code, kernel::Code::Internal, "{text}: {}", fault.message);
            json!({ "code": fault.code, "message": fault.message })
        });
        let faults = faults.collect();
        (answer.data.into(), faults)
    }

    /// A key that no act had.
    pub fn key(&mut self) -> String {
        self.keys += 1;
        Uuid::from_u128((0x7ab1e << 64) + self.keys).to_string()
    }

    /// Asks for what is wrong, in each language, and notes what was answered. Nothing of it is written.
    ///
    /// # Panics
    /// When it is not refused, has no words in one of the languages, or wrote something.
    pub async fn wrong(&mut self, act: &str, wrong: Wrong, what: &str, actor: &Actor, input: &Value) {
        self.refused(act, wrong, what, actor, input, &[]).await;
    }

    /// The same for a wrong code, of which the house keeps with the act's key that it was tried: else it could be guessed.
    ///
    /// # Panics
    /// As with `wrong`.
    pub async fn tried(&mut self, act: &str, wrong: Wrong, what: &str, actor: &Actor, input: &Value) {
        self.refused(act, wrong, what, actor, input, &["act_key"]).await;
    }

    async fn refused(&mut self, act: &str, wrong: Wrong, what: &str, actor: &Actor, input: &Value, kept: &[&str]) {
        let mut input = input.clone();
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = json!(self.key());
        }
        let text = self.acts.mutation(act);
        let before = rows(&self.reader, kept).await;
        let mut answers = Vec::new();
        for locale in [Locale::Kk, Locale::Ru, Locale::En] {
            let (mut data, faults) = self.execute(OperationKind::Mutation, &text, json!({ "input": input }), actor, locale).await;
            let refusals = data[act]["errors"].take();
            answers.push(if faults.is_empty() { refusals.as_array().cloned().unwrap_or_default() } else { faults });
        }
        assert_eq!(rows(&self.reader, kept).await, before, "{act} was refused ({what}) and wrote");
        let [kk, ru, en] = answers.as_slice() else { unreachable!("three languages") };
        assert!(!kk.is_empty(), "{act} was not refused: {what}");
        assert!(kk.len() == ru.len() && kk.len() == en.len(), "{act} ({what}): {kk:?} {ru:?} {en:?}");
        let all = kk.iter().zip(ru).zip(en).map(|((kk, ru), en)| self.refusal([kk, ru, en], act, what)).collect::<Vec<_>>();
        self.lines.push(format!("{act} | {wrong} | {what} | {}", all.join(" + ")));
        self.said.insert((act.to_owned(), wrong));
    }

    /// One refusal as a line has it; its words are those of the reader's language.
    fn refusal(&mut self, in_languages: [&Value; 3], act: &str, what: &str) -> String {
        let [kk, ru, en] = in_languages.map(|refusal| refusal["message"].as_str().expect("a message").to_owned());
        for message in [&kk, &ru, &en] {
            assert!(message.chars().count() > 10 && !message.starts_with("refusal-"), "{act} ({what}): {message}");
        }
        assert!(kk != ru && kk != en && ru != en, "{act} ({what}) is refused in one language: {kk}");
        let of = |field: &str| in_languages.map(|refusal| refusal[field].clone());
        for [kk, ru, en] in [of("code"), of("path")] {
            assert!(kk == ru && kk == en, "{act} ({what}): {kk} {ru} {en}");
        }
        let path: Vec<&str> = in_languages[0]["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let line = format!("{} {}: {kk}", in_languages[0]["code"].as_str().expect("a code"), path.join(".")).replace(" :", ":");
        self.words.insert(kk, [ru, en]);
        line
    }

    /// Each of those has not the office, or not over this.
    ///
    /// # Panics
    /// As with `wrong`.
    pub async fn actors(&mut self, act: &str, wrong: Wrong, actors: &[(&str, Actor)], input: &Value) {
        for (who, actor) in actors {
            self.wrong(act, wrong, who, actor, input).await;
        }
    }

    /// A key that is none, and one that was used for something else by the same actor.
    ///
    /// # Panics
    /// As with `wrong`.
    pub async fn keys(&mut self, act: &str, actor: &Actor, input: &Value, used: &str) {
        for (what, key) in [("no UUID", "x"), ("another act’s", used)] {
            let mut input = input.clone();
            input["idempotencyKey"] = json!(key);
            self.wrong(act, Wrong::Key, what, actor, &input).await;
        }
    }

    /// Every text that can be typed into the act: nothing, and a megabyte. What may be empty is named, and so is what has a limit that
    /// people come near to.
    ///
    /// # Panics
    /// As with `wrong`; when a text is named that the act has not.
    pub async fn texts(&mut self, act: &str, actor: &Actor, input: &Value, may_be_empty: &[&str], limits: &[(&str, usize)]) {
        let texts = self.acts.texts(act, input);
        let named = may_be_empty.iter().chain(limits.iter().map(|(field, _)| field));
        named.for_each(|field| assert!(texts.contains(*field), "{act} has no text {field}: {texts:?}"));
        for field in &texts {
            let with = |text: String| {
                let mut input = input.clone();
                put(&mut input, field, &text);
                input
            };
            if !may_be_empty.contains(&field.as_str()) {
                self.wrong(act, Wrong::Empty, field, actor, &with(" \n ".to_owned())).await;
            }
            if let Some((_, chars_max)) = limits.iter().find(|(limited, _)| limited == field) {
                let what = format!("{field} of {} characters", chars_max + 1);
                self.wrong(act, Wrong::Long, &what, actor, &with("ә".repeat(chars_max + 1))).await;
            }
            self.wrong(act, Wrong::Long, &format!("{field} of a megabyte"), actor, &with("a".repeat(1_000_000))).await;
        }
    }

    /// Says why this cannot be wrong with these acts.
    pub fn never(&mut self, wrong: Wrong, why: &'static str, acts: &[&str]) {
        self.reasons.entry((wrong, why)).or_default().extend(acts.iter().map(|act| (*act).to_owned()));
    }

    /// The table, with the reasons and the words in the other languages.
    ///
    /// # Panics
    /// When the room has an act of which something is not said, or a reason is not true.
    #[must_use]
    pub fn finish(mut self) -> String {
        for act in self.acts.names() {
            // The schema says it itself.
            for (wrong, why) in self.acts.impossible(act) {
                self.reasons.entry((wrong, why)).or_default().insert(act.to_owned());
            }
        }
        let reasoned: BTreeSet<(String, Wrong)> =
            self.reasons.iter().flat_map(|((wrong, _), acts)| acts.iter().map(|act| (act.clone(), *wrong))).collect();
        let both: Vec<_> = reasoned.intersection(&self.said).collect();
        assert!(both.is_empty(), "they are said to be impossible, and are refused: {both:?}");
        let all: BTreeSet<(String, Wrong)> =
            self.acts.names().flat_map(|act| EVERYTHING.map(|wrong| (act.to_owned(), wrong))).collect();
        let told: BTreeSet<_> = reasoned.union(&self.said).cloned().collect();
        let missing: Vec<_> = all.difference(&told).map(|(act, wrong)| format!("{act}: {wrong}")).collect();
        assert!(missing.is_empty(), "the table says nothing of\n{}", missing.join("\n"));
        let unknown: Vec<_> = told.difference(&all).collect();
        assert!(unknown.is_empty(), "the room has no such acts: {unknown:?}");
        let mut lines = self.lines;
        lines.push(String::new());
        for ((wrong, why), acts) in self.reasons {
            lines.push(format!("never: {wrong} | {why} | {}", acts.into_iter().collect::<Vec<_>>().join(", ")));
        }
        lines.push(String::new());
        lines.extend(self.words.into_iter().map(|(kk, [ru, en])| format!("{kk} | {ru} | {en}")));
        lines.join("\n")
    }
}

/// Sets a text, however deep it is.
fn put(input: &mut Value, field: &str, text: &str) {
    let place = field.split('.').fold(input, |value, step| match step.parse::<usize>() {
        Ok(index) => &mut value[index],
        Err(_) => &mut value[step],
    });
    *place = json!(text);
}

/// How many rows each table holds, but for some tables.
///
/// # Panics
/// When the database does not tell.
pub async fn rows(reader: &DatabaseConnection, but_for: &[&str]) -> BTreeMap<String, i64> {
    let backend = reader.get_database_backend();
    let tables = if backend == DbBackend::Postgres {
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    } else {
        // Those of the search index are written with the tables that they index.
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    };
    let names = reader.query_all_raw(Statement::from_string(backend, tables)).await.expect("the names of tables");
    let names = names.iter().map(|row| row.try_get_by_index::<String>(0).expect("a name"));
    let counts = names
        .filter(|name| !but_for.contains(&name.as_str()))
        .map(|name| format!("SELECT '{name}', CAST(COUNT(*) AS BIGINT) FROM \"{name}\""))
        .collect::<Vec<_>>()
        .join(" UNION ALL ");
    let counts = reader.query_all_raw(Statement::from_string(backend, counts)).await.expect("rows");
    counts.iter().map(|row| (row.try_get_by_index(0).expect("a name"), row.try_get_by_index(1).expect("a number"))).collect()
}
