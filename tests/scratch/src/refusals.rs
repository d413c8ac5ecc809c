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
use kernel::{Actor, Call, Code, Locale, Operation, OperationKind, Request, Subgraph};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::acts::Acts;

/// Texts that somebody else would read as something else: markup, heads of a mail, signs that turn the direction of what follows, statements
/// of a database, and what templates fill in. The gate refuses the character U+0000 in any text.
pub const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "Тема\r\nBcc: everybody@example.kz\r\n\r\nText",
    "\u{202E}gnp.exe\u{2066} \u{200F}мәтін",
    "😀👨‍👩‍👧‍👦 e\u{301}\u{FFFD} ’; DROP TABLE feedback; --",
    "{{ 7 * 7 }} ${7*7} %s %n { $key } {coupon-key}",
];

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
const EVERYTHING: [Wrong; 9] =
    [Wrong::Role, Wrong::Party, Wrong::State, Wrong::Stale, Wrong::Late, Wrong::Empty, Wrong::Long, Wrong::Attachment, Wrong::Key];

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
    /// Tables that a refusal may write to: of a wrong code the house keeps that it was tried, else it could be guessed.
    pub kept: &'static [&'static str],
    keys: u128,
    problems: Vec<String>,
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
            kept: &[],
            keys: 0,
            problems: Vec::new(),
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
            // A fault of the house's own is no refusal.
            json!({ "code": fault.code.as_str(), "message": fault.message, "internal": fault.code == Code::Internal })
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
    pub async fn wrong(&mut self, act: &str, wrong: Wrong, what: &str, actor: &Actor, input: &Value) {
        let mut input = input.clone();
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = json!(self.key());
        }
        let text = self.acts.mutation(act);
        let before = rows(&self.reader, self.kept).await;
        let mut answers = Vec::new();
        for locale in [Locale::Kk, Locale::Ru, Locale::En] {
            let (mut data, faults) = self.execute(OperationKind::Mutation, &text, json!({ "input": input }), actor, locale).await;
            let refusals = data[act]["errors"].take();
            answers.push(if faults.is_empty() { refusals.as_array().cloned().unwrap_or_default() } else { faults });
        }
        self.said.insert((act.to_owned(), wrong));
        let what = format!("{act} | {wrong} | {what}");
        if rows(&self.reader, self.kept).await != before {
            self.problems.push(format!("{what} | it wrote"));
        }
        let [kk, ru, en] = answers.as_slice() else { unreachable!("three languages") };
        if kk.is_empty() || kk.len() != ru.len() || kk.len() != en.len() {
            self.problems.push(format!("{what} | {} refusals, {} in Russian, {} in English", kk.len(), ru.len(), en.len()));
        }
        let all = kk.iter().zip(ru).zip(en).map(|((kk, ru), en)| self.refusal([kk, ru, en], &what)).collect::<Vec<_>>();
        self.lines.push(format!("{what} | {}", all.join(" + ")));
    }

    /// One refusal as a line has it; its words are those of the reader's language.
    fn refusal(&mut self, in_languages: [&Value; 3], what: &str) -> String {
        let [kk, ru, en] = in_languages.map(|refusal| refusal["message"].as_str().expect("a message").to_owned());
        if [&kk, &ru, &en].iter().any(|message| message.chars().count() <= 10 || message.starts_with("refusal-")) {
            self.problems.push(format!("{what} | no words: {kk} | {ru} | {en}"));
        }
        if kk == ru || kk == en || ru == en {
            self.problems.push(format!("{what} | the same in two languages: {kk} | {ru} | {en}"));
        }
        if in_languages[0]["internal"] == true {
            self.problems.push(format!("{what} | a fault of the house: {en}"));
        }
        let of = |field: &str| in_languages.map(|refusal| refusal[field].clone());
        if [of("code"), of("path")].iter().any(|[kk, ru, en]| kk != ru || kk != en) {
            self.problems.push(format!("{what} | it depends on the language: {in_languages:?}"));
        }
        let path: Vec<&str> = in_languages[0]["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let line = format!("{} {}: {kk}", in_languages[0]["code"].as_str().expect("a code"), path.join(".")).replace(" :", ":");
        self.words.insert(kk, [ru, en]);
        line
    }

    /// Each of those has not the office, or not over this.
    pub async fn actors(&mut self, act: &str, wrong: Wrong, actors: &[(&str, Actor)], input: &Value) {
        for (who, actor) in actors {
            self.wrong(act, wrong, who, actor, input).await;
        }
    }

    /// A key that is none, and one that was used for something else by the same actor.
    pub async fn keys(&mut self, act: &str, actor: &Actor, input: &Value, used: &str) {
        for (what, key) in [("no UUID", "x"), ("another act’s", used)] {
            self.wrong(act, Wrong::Key, what, actor, &with(input, "idempotencyKey", key)).await;
        }
    }

    /// Every text that can be typed into the act: nothing, and a megabyte. What may be empty is named, and so is what has a limit that
    /// people come near to.
    ///
    /// # Panics
    /// When a text is named that the act has not.
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
    /// When something was not refused, not in words of each language, or wrote; when the room has an act of which something is not said; when a
    /// reason is not true.
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
        let all: BTreeSet<(String, Wrong)> = self.acts.names().flat_map(|act| EVERYTHING.map(|wrong| (act.to_owned(), wrong))).collect();
        let told: BTreeSet<_> = reasoned.union(&self.said).cloned().collect();
        let mut problems = self.problems;
        let mut name =
            |what: &str, of: Vec<&(String, Wrong)>| problems.extend(of.iter().map(|(act, wrong)| format!("{act} | {wrong} | {what}")));
        name("said to be impossible, and refused", reasoned.intersection(&self.said).collect());
        name("nothing is said of it", all.difference(&told).collect());
        name("the room has no such act", told.difference(&all).collect());
        assert!(problems.is_empty(), "{}", problems.join("\n"));
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

/// An input with another value in one of its fields.
#[must_use]
pub fn with(input: &Value, field: &str, value: impl Into<Value>) -> Value {
    let mut input = input.clone();
    input[field] = value.into();
    input
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
        // The log takes up, when it comes to it, what other acts wrote before.
        .filter(|name| !but_for.contains(&name.as_str()) && !name.starts_with("log_"))
        .map(|name| format!("SELECT '{name}', CAST(COUNT(*) AS BIGINT) FROM \"{name}\""))
        .collect::<Vec<_>>()
        .join(" UNION ALL ");
    let counts = reader.query_all_raw(Statement::from_string(backend, counts)).await.expect("rows");
    counts.iter().map(|row| (row.try_get_by_index(0).expect("a name"), row.try_get_by_index(1).expect("a number"))).collect()
}
