//! `turkistan export`: appeals as lines of JSON, for the exchange with the national register of appeals. The form of a line is our proposal
//! (`docs/eotinish.md`): the register publishes no interface.

use std::{io::Write, sync::Arc};

use chrono::NaiveDate;
use kernel::{Actor, Clock, Document, Error, Locale, Person, PersonId, Request, Result, Role, SystemClock};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{city::City, cli::Export, histories, settings::Settings};

/// The version of the form of a line.
const FORM: &str = "turkistan-appeal/1";
/// Whoever exports, in the list of those who looked at what is personal.
const EXPORTER: &str = "exporter";

/// Appeals without what is personal in them.
pub(crate) static APPEALS: Document = Document {
    name: "server.ExportAppeals",
    text: "query ExportAppeals($from: Date!, $to: Date!, $after: String) { appeals(from: $from, to: $to, first: 50, after: $after) { \
           nodes { reference externalNumber party { slug } feedback { kind category { slug } place { district { slug } } \
           receivedAt registeredOn deadline { dueOn originalDueOn } status outcome identity { basis fake } } } \
           pageInfo { hasNextPage endCursor } } }",
};

/// The same with what is personal: each look is written down before it is answered.
pub(crate) static APPEALS_WITH_PERSONS: Document = Document {
    name: "server.ExportAppealsWithPersons",
    text: "query ExportAppealsWithPersons($from: Date!, $to: Date!, $after: String) { appeals(from: $from, to: $to, first: 50, after: $after) { \
           nodes { reference externalNumber party { slug } reporter { name email phone } feedback { kind category { slug } \
           place { district { slug } address } receivedAt registeredOn deadline { dueOn originalDueOn } status outcome \
           identity { basis fake } text answer } } pageInfo { hasNextPage endCursor } } }",
};

#[derive(Deserialize)]
struct Answer {
    appeals: Option<Page>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    nodes: Vec<Map<String, Value>>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// `turkistan export …`.
pub(crate) async fn run(what: &Export, settings: &Settings) -> Result<()> {
    let Export::Appeals { from, to, with_personal_data } = what;
    let (city, _held) = histories::open(settings).await?;
    let mut out = std::io::stdout().lock();
    appeals(&city, (*from, *to), *with_personal_data, &mut out).await
}

/// Writes the appeals that were registered in a span of days, one a line, the oldest first. It asks the graph as an auditor does.
async fn appeals(city: &City, (from, to): (NaiveDate, NaiveDate), with_persons: bool, out: &mut impl Write) -> Result<()> {
    let person = Person { id: PersonId::of_slug(EXPORTER), roles: vec![Role::Auditor], party: None, locale: Locale::Kk };
    let request = Arc::new(Request::new(Actor::Person(person), Locale::Kk, "export", SystemClock.now()));
    let document = if with_persons { &APPEALS_WITH_PERSONS } else { &APPEALS };
    let mut after: Option<String> = None;
    loop {
        let variables = json!({ "from": from, "to": to, "after": after });
        let answer: Answer = serde_json::from_value(city.house.graph.ask(document, variables, &request).await?).map_err(Error::internal)?;
        let page = answer.appeals.ok_or_else(|| Error::internal("the graph gave no appeals"))?;
        for node in page.nodes {
            writeln!(out, "{}", line(node)).map_err(Error::internal)?;
        }
        match page.page_info.end_cursor.filter(|_| page.page_info.has_next_page) {
            Some(cursor) => after = Some(cursor),
            None => return out.flush().map_err(Error::internal),
        }
    }
}

/// One appeal, with the version of the form first.
fn line(node: Map<String, Value>) -> Value {
    let form = std::iter::once(("form".to_owned(), json!(FORM)));
    Value::Object(form.chain(node).collect())
}

#[cfg(test)]
mod tests {
    use kernel::hex;
    use tempfile::TempDir;

    use super::*;
    use crate::{
        cli::{Installation, Serving},
        database,
    };

    static SUBMIT: Document = Document {
        name: "server.SubmitForExport",
        text: "mutation Submit($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { errors { code } } }",
    };
    static ACCESSES: Document = Document {
        name: "server.AccessesForExport",
        text: "query Accesses($reference: String!) { feedback(reference: $reference) { accesses { nodes { part officer { id } } } } }",
    };

    async fn city() -> (City, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::gather(Installation::default(), &Serving::default()).unwrap().moved_to(folder.path());
        let (city, _held) = City::open(&settings).await.unwrap();
        database::migrate(&city.house.database).await.unwrap();
        (city, folder)
    }

    async fn lines(city: &City, span: (&str, &str), with_persons: bool) -> Vec<Value> {
        let mut out = Vec::new();
        let day = |day: &str| day.parse().unwrap();
        appeals(city, (day(span.0), day(span.1)), with_persons, &mut out).await.unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[tokio::test]
    async fn appeals_are_lines_without_persons_unless_that_is_asked_for_and_then_it_is_written_down() {
        let (city, _folder) = city().await;
        let anonymous = Arc::new(Request::new(Actor::Anonymous, Locale::Kk, "test", SystemClock.now()));
        for number in 0..60_u8 {
            let input = json!({
                "idempotencyKey": format!("00000000-0000-4000-8000-0000000000{}", hex(&[number])), "track": "APPEAL", "kind": "COMPLAINT",
                "text": "Су жоқ, Айгүл", "locale": "KK", "contact": { "name": "Айгүл", "iin": "900101300007" },
            });
            let answer = city.house.graph.ask(&SUBMIT, json!({ "input": input }), &anonymous).await.unwrap();
            assert_eq!(answer["submitFeedback"]["errors"], json!([]));
        }
        let always = ("2000-01-01", "2999-12-31");
        let bare = lines(&city, always, false).await;
        assert_eq!(bare.len(), 60);
        assert!(bare.iter().all(|line| line["form"] == FORM && !line.to_string().contains("Айгүл")), "{}", bare[0]);
        assert_eq!(bare[0]["feedback"]["identity"]["basis"], "DECLARATION");
        assert_eq!(lines(&city, ("2000-01-01", "2000-12-31"), false).await, Vec::<Value>::new());

        let auditor = Person { id: PersonId::of_slug("auditor"), roles: vec![Role::Auditor], party: None, locale: Locale::Kk };
        let auditor = Arc::new(Request::new(Actor::Person(auditor), Locale::Kk, "test", SystemClock.now()));
        let looks = async || {
            let answer = city.house.graph.ask(&ACCESSES, json!({ "reference": bare[0]["reference"] }), &auditor).await.unwrap();
            answer["feedback"]["accesses"]["nodes"].as_array().unwrap().len()
        };
        assert_eq!(looks().await, 0);
        let whole = lines(&city, always, true).await;
        assert_eq!((&whole[0]["reporter"]["name"], &whole[0]["feedback"]["text"]), (&json!("Айгүл"), &json!("Су жоқ, Айгүл")));
        assert!(!whole[0].to_string().contains("900101300007"));
        assert_eq!(looks().await, 2, "the contact and the text");
    }
}
