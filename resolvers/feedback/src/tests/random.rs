//! Whatever people do in whatever order, no “not fixed” is lost.

use kernel::{Actor, PartyId, Role};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, appeal, category, city, codes, strings, water},
    people::{auditor, person},
};

const PARTIES: [&str; 4] = ["water-turkistan-city", "energy-housing", "passenger-transport-roads", "akim-office"];

#[derive(Clone, Debug)]
enum Deed {
    Accept,
    Assign,
    Note,
    Forward(&'static str),
    Respond(&'static str, Option<&'static str>),
    /// Both are answered at once.
    RespondToBoth,
    GivePart,
    DoParts,
    ForwardPart,
    Correct(&'static str),
    Release,
    Extend,
    Ask,
    AnswerQuestion,
    /// Into the other one.
    Merge,
    Unmerge,
    JoinIncident,
    LeaveIncident,
    /// The end of an incident answers what came from it.
    EndIncident,
    Contest,
    PassDays(i64),
    /// The runner performs what waits.
    Settle,
}

fn deed() -> impl Strategy<Value = Deed> {
    let seldom = [
        Deed::Accept,
        Deed::Assign,
        Deed::Note,
        Deed::RespondToBoth,
        Deed::GivePart,
        Deed::DoParts,
        Deed::ForwardPart,
        Deed::Release,
        Deed::Extend,
        Deed::Ask,
        Deed::AnswerQuestion,
        Deed::Unmerge,
        Deed::LeaveIncident,
    ];
    prop_oneof![
        8 => select(seldom.to_vec()),
        1 => select(&PARTIES[..]).prop_map(Deed::Forward),
        1 => select(&["water-supply", "road-damage", "official-conduct"][..]).prop_map(Deed::Correct),
        4 => select(&[("SATISFIED", None), ("REFUSED", Some("not-confirmed")), ("TERMINATED", Some("repeated"))][..])
            .prop_map(|(outcome, reason)| Deed::Respond(outcome, reason)),
        2 => Just(Deed::Merge),
        2 => Just(Deed::JoinIncident),
        2 => Just(Deed::EndIncident),
        5 => Just(Deed::Contest),
        1 => (0..50_i64).prop_map(Deed::PassDays),
        3 => Just(Deed::Settle),
    ]
}

/// Two reports on one matter, by two people.
struct Lives<'c> {
    city: &'c City,
    filed: [Filed; 2],
    /// What both may come from.
    incident: Option<Value>,
}

impl Lives<'_> {
    /// Whoever works a case now.
    async fn at_work(&self, filed: &Filed) -> Actor {
        let case = self.city.case(filed, "party { id }").await;
        let party = PARTIES.iter().find(|slug| case["party"]["id"] == PartyId::of_slug(slug).global());
        person("somebody", Role::Officer, party.copied())
    }

    /// Does it to one of them, or is refused; tells whether it was done.
    async fn carry_out(&mut self, which: usize, deed: &Deed) -> bool {
        let (city, filed) = (self.city, &self.filed[which]);
        let arys = || PartyId::of_slug("akimat-arys").global();
        let (name, more) = match deed {
            Deed::Accept => ("acceptCase", json!({})),
            Deed::Assign => ("assignCase", json!({ "to": null })),
            Deed::Note => ("noteOnCase", json!({ "text": "Бардық" })),
            Deed::Forward(to) => ("forwardCase", json!({ "to": PartyId::of_slug(to).global(), "reason": "Сіздікі" })),
            Deed::Respond(outcome, reason) => ("respondToCase", json!({ "outcome": outcome, "reason": reason, "text": "Жауап" })),
            Deed::GivePart => ("giveSubtask", json!({ "to": arys(), "text": "Бөлік", "workingDays": 1 })),
            Deed::ForwardPart => ("forwardPart", json!({ "to": arys(), "text": "Бөлік" })),
            Deed::Correct(slug) => ("correctCategory", json!({ "category": category(slug) })),
            Deed::Release => ("releaseText", json!({ "text": "Су жоқ" })),
            Deed::Extend => ("extendDeadline", json!({ "decisionNumber": "12-к", "reason": "Жаңбыр", "workingDays": 2 })),
            Deed::Ask => ("askReporter", json!({ "text": "Қай пәтер?" })),
            Deed::Merge => ("mergeCases", json!({ "into": self.filed[1 - which].case() })),
            Deed::Unmerge => ("unmergeCase", json!({})),
            Deed::JoinIncident => ("addToIncident", json!({ "incident": self.open_incident(which).await })),
            Deed::LeaveIncident => ("removeFromIncident", json!({})),
            Deed::DoParts => return do_parts(city, filed).await,
            Deed::RespondToBoth => return self.respond_to_both().await,
            Deed::EndIncident => return self.end_incident(which).await,
            Deed::AnswerQuestion => return self.answer_question(filed).await,
            Deed::Contest => return city.contest(filed).await.is_empty(),
            Deed::PassDays(days) => return !city.pass_days(*days).await.is_empty(),
            Deed::Settle => return !city.settle().await.is_empty(),
        };
        let filed = &self.filed[which];
        let officer = self.at_work(filed).await;
        let payload: Value = city.work_payload(&officer, name, filed, more).await;
        codes(&payload).is_empty()
    }

    async fn open_incident(&mut self, which: usize) -> Value {
        if let Some(incident) = &self.incident {
            return incident.clone();
        }
        let officer = self.at_work(&self.filed[which]).await;
        let input = json!({ "title": "Құбыр жарылды", "text": "Су кешке дейін болмайды" });
        let opened = self.city.act(&officer, "openIncident", "incident { id }", input).await["incident"]["id"].take();
        self.incident.insert(opened).clone()
    }

    async fn end_incident(&mut self, which: usize) -> bool {
        let Some(incident) = self.incident.take() else { return false };
        let officer = self.at_work(&self.filed[which]).await;
        let input = json!({ "incident": incident, "version": 1, "outcome": "SATISFIED", "text": "Су берілді" });
        let done = codes(&self.city.act(&officer, "resolveIncident", "incident { id }", input).await).is_empty();
        self.city.settle().await;
        done
    }

    async fn respond_to_both(&self) -> bool {
        let mut cases = Vec::new();
        for filed in &self.filed {
            cases.push(json!({ "case": filed.case(), "version": self.city.version(filed).await }));
        }
        let officer = self.at_work(&self.filed[0]).await;
        let input = json!({ "cases": cases, "kind": "RESPOND", "outcome": "SATISFIED", "text": "Жөнделді" });
        let begun = codes(&self.city.act(&officer, "beginBulkAct", "bulkAct { id }", input).await).is_empty();
        self.city.pass_minutes(2).await;
        begun
    }

    async fn answer_question(&self, filed: &Filed) -> bool {
        let input = json!({ "reference": filed.reference, "key": filed.key, "text": "17" });
        codes(&self.city.act(&Actor::Anonymous, "answerQuestion", "feedback { status }", input).await).is_empty()
    }

    /// How often a report was answered.
    async fn answers(&self, filed: &Filed) -> usize {
        events(self.city, filed, "AND kind IN ('answered', 'terminated')").await.len()
    }

    async fn is_merged(&self, filed: &Filed) -> bool {
        self.city.case(filed, "state").await["state"] == "merged"
    }
}

/// The numbers of a report's events, in their order.
async fn events(city: &City, filed: &Filed, which: &str) -> Vec<i64> {
    let stream = format!("(SELECT id FROM feedback WHERE reference = '{}')", filed.reference);
    city.numbers(&format!("SELECT number FROM event WHERE stream_id = {stream} {which} ORDER BY number")).await
}

/// The party that was asked for parts does them; tells whether there were any.
async fn do_parts(city: &City, filed: &Filed) -> bool {
    let asked = city.case(filed, "subtasks { id state }").await["subtasks"].take();
    let officer = person("somebody", Role::Officer, Some("akimat-arys"));
    let mut done = false;
    for part in asked.as_array().unwrap().iter().filter(|part| part["state"] == "OPEN") {
        let input = json!({ "subtask": part["id"], "done": true, "text": "Дайын" });
        assert_eq!(codes(&city.act(&officer, "answerSubtask", "subtask { state }", input).await), [""; 0]);
        done = true;
    }
    done
}

/// Whether the case is on the desks of those who watch, as open and contested, with a clock that runs or has run out.
async fn is_on_the_desk(city: &City, filed: &Filed) -> bool {
    let data = city.read(&auditor(), "{ desk(filter: { contested: true }, first: 100) { nodes { reference } } }").await;
    let listed = strings(&data["desk"]["nodes"], "reference").contains(&filed.reference.as_str());
    let case = city.case(filed, "contested clocks { name } feedback { status outcome }").await;
    let open = !["ANSWERED", "TERMINATED", "WITHDRAWN"].contains(&case["feedback"]["status"].as_str().unwrap());
    let timed = case["feedback"]["status"] == "OVERDUE" || strings(&case["clocks"], "name").contains(&"deadline");
    listed && open && timed && case["contested"] == true && case["feedback"]["outcome"].is_null()
}

/// What each reporter was answered after their “not fixed”, by whom it was meant: to the case itself, or to the one that an officer has merged it
/// into. Nothing else takes a “not fixed” from the desk.
async fn live(city: &City, input: Value, deeds: &[(usize, Deed)]) -> Result<(), TestCaseError> {
    let mut lives = Lives { city, filed: [city.routed(input.clone()).await, city.routed(input).await], incident: None };
    let mut not_fixed = [false; 2];
    for (place, (which, deed)) in deeds.iter().enumerate() {
        let (mut before, mut merged) = ([0; 2], [false; 2]);
        for (n, filed) in lives.filed.iter().enumerate() {
            (before[n], merged[n]) = (lives.answers(filed).await, lives.is_merged(filed).await);
        }
        let done = lives.carry_out(*which, deed).await;
        for (n, filed) in lives.filed.iter().enumerate() {
            if lives.answers(filed).await > before[n] {
                let meant = matches!(deed, Deed::Respond(..)) && *which == n || matches!(deed, Deed::RespondToBoth) || merged[n];
                prop_assert!(meant || !not_fixed[n], "a “not fixed” was answered by the way: {:?}", &deeds[..=place]);
                not_fixed[n] = false;
            }
            not_fixed[n] |= done && matches!(deed, Deed::Contest) && *which == n;
            prop_assert_eq!(is_on_the_desk(city, filed).await, not_fixed[n], "report {} after {:?}", n, &deeds[..=place]);
        }
    }
    for filed in &lives.filed {
        // The journal tells the same story: its events are numbered without a gap, and the case counts them.
        let counted = city.numbers(&format!("SELECT events FROM feedback WHERE reference = '{}'", filed.reference)).await[0];
        prop_assert_eq!(events(city, filed, "").await, (1..=counted).collect::<Vec<_>>());
    }
    Ok(())
}

#[test]
fn no_not_fixed_is_ever_lost() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let city = runtime.block_on(city());
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(deeds in prop::collection::vec((0..2_usize, deed()), 1..18), statutory in any::<bool>())| {
        let input = if statutory { appeal() } else { water() };
        runtime.block_on(live(&city, input, &deeds))?;
    });
}
