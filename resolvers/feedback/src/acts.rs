//! What officers and reporters do to a case: read the input, find the case, take one step of its process, once for each key.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::Who;
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, NewEvent, Txn};
use kernel::{Actor, CaseId, Document, Error, FeedbackId, PartyId, PersonId, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    desk::{Act, Desk, STREAM, held, word},
    entity::{feedback, note},
    error::{key_reused, not_found, refusal, stale},
    model::{CategorySource, Outcome, act_key, line},
    policy,
    reference::find_category_by_id,
    routing::Routing,
};

/// Which party an officer works for.
pub(crate) static OFFICER: Document = Document {
    name: "feedback.PartyOfOfficer",
    text: "query PartyOfOfficer($officer: ID!) { node(id: $officer) { __typename ... on Officer { id party { id } } } }",
};

#[derive(Deserialize)]
struct OfficerAnswer {
    node: Option<OfficerNode>,
}

#[derive(Deserialize)]
struct OfficerNode {
    party: Option<PartyNode>,
}

#[derive(Deserialize)]
struct PartyNode {
    id: String,
}

/// Which case an officer acts on, and in which version they saw it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OnCase {
    pub(crate) key: String,
    pub(crate) case: String,
    pub(crate) version: i32,
}

/// Which report a reporter acts on, and by which key.
#[derive(Clone, Debug)]
pub(crate) struct OnReport {
    pub(crate) key: String,
    pub(crate) reference: String,
    pub(crate) coupon_key: Option<String>,
}

/// The case after an act of an office; none when the act was carried out before and the case has left the officer's sight since.
pub(crate) type Worked = Result<Option<feedback::Model>, Abort>;

/// What an act does beyond the step itself.
type Beside = Box<dyn for<'t> FnOnce(&'t Txn, &'t feedback::Model) -> futures_util::future::BoxFuture<'t, Result<(), Abort>> + Send>;

impl Desk {
    pub(crate) async fn accept(&self, on: OnCase, request: &Arc<Request>) -> Worked {
        let officer = request.actor.person().map(|person| person.id.uuid());
        let body = json!({ "on": on });
        self.office_act(on, "accept", &body, request, move |case| {
            let party = Routing::of(case)?.map(|routing| routing.party_name());
            Ok(Act::new("accept", Vec::new()).fact("party", party).change(move |row| row.assignee = Set(officer)))
        })
        .await
    }

    pub(crate) async fn assign(&self, on: OnCase, to: Option<String>, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on, "to": to });
        let officer = match &to {
            Some(id) => Some(self.officer(id, request).await?),
            None => None,
        };
        self.office_act(on, "assign", &body, request, move |case| {
            if officer.is_some_and(|(_, party)| case.party_id != Some(party.uuid())) {
                return Err(refusal(RefusalCode::NotAllowed, "refusal-officer-elsewhere", &[]).at("input.to").into());
            }
            let assignee = officer.map(|(person, _)| person.uuid());
            Ok(Act::new("assign", Vec::new()).change(move |row| row.assignee = Set(assignee)))
        })
        .await
    }

    async fn officer(&self, id: &str, request: &Arc<Request>) -> Result<(PersonId, PartyId), Abort> {
        let absent = || Abort::from(not_found("input.to"));
        let person = PersonId::from_global(id).ok_or_else(absent)?;
        let data = self.house.graph.ask(&OFFICER, json!({ "officer": id }), request).await?;
        let answer: OfficerAnswer = serde_json::from_value(data).map_err(Error::internal)?;
        let party = answer.node.and_then(|node| node.party).and_then(|party| PartyId::from_global(&party.id));
        Ok((person, party.ok_or_else(absent)?))
    }

    pub(crate) async fn note(&self, on: OnCase, text: &str, request: &Arc<Request>) -> Worked {
        let text = line(text, "input.text")?;
        let body = json!({ "on": on, "text": text });
        let beside = self.noted(text, author(request), request.now);
        self.office_act_beside(on, "note", &body, request, |_| Ok(Act::new("note", Vec::new())), beside).await
    }

    /// Keeps what somebody wrote as a note: those who work the case read it, and the journal, which is kept for good, holds none of it.
    fn noted(&self, text: String, author: Uuid, now: DateTime<Utc>) -> Beside {
        let id = self.house.rng.uuid_v7(now);
        Box::new(move |txn, case| {
            let row = note::ActiveModel { id: Set(id), feedback_id: Set(case.id), author: Set(author), at: Set(now), text: Set(text) };
            async move { Ok(note::Entity::insert(row).exec_without_returning(txn).await.map(drop)?) }.boxed()
        })
    }

    pub(crate) async fn forward(&self, on: OnCase, to: &str, reason: &str, request: &Arc<Request>) -> Worked {
        let reason = line(reason, "input.reason")?;
        let body = json!({ "on": on, "to": to, "reason": reason });
        let system = Arc::new(Request::system(request.id.clone(), request.now));
        let roster = self.parties.roster(&self.house.graph, &system).await?;
        let unknown = || Abort::from(refusal(RefusalCode::NotFound, "refusal-party-unknown", &[]).at("input.to"));
        let (slug, party) = PartyId::from_global(to).and_then(|id| roster.find_by_id(id)).ok_or_else(unknown)?;
        let supervisor = roster.facts.iter().find(|facts| facts.slug == slug).and_then(|facts| facts.supervised_by.clone());
        let (id, name) = (party.id, party.name.clone());
        let beside = self.noted(reason, author(request), request.now);
        let act = move |case: &feedback::Model| {
            if case.party_id == Some(id.uuid()) {
                return Err(refusal(RefusalCode::Invalid, "refusal-forward-to-itself", &[]).at("input.to").into());
            }
            let supervisor = supervisor.map(|slug| PartyId::of_slug(&slug).uuid());
            let routing = Routing::of(case)?;
            let from = routing.as_ref().map(Routing::party_name);
            let sent = routing.map(|routing| serde_json::to_value(routing.sent_to(name.clone()))).transpose().map_err(Error::internal)?;
            Ok(Act::new("forward", Vec::new()).fact("party", name).fact("fromParty", from).change(move |row| {
                row.party_id = Set(Some(id.uuid()));
                row.supervisor_id = Set(supervisor);
                row.assignee = Set(None);
                row.routing = Set(sent);
            }))
        };
        self.office_act_beside(on, "forward", &body, request, act, beside).await
    }

    pub(crate) async fn respond(&self, on: OnCase, outcome: Outcome, text: &str, request: &Arc<Request>) -> Worked {
        let text = line(text, "input.text")?;
        let body = json!({ "on": on, "outcome": outcome, "text": text });
        let now = request.now;
        self.office_act(on, "respond", &body, request, move |case| {
            let party = Routing::of(case)?.map(|routing| routing.party_name());
            let mut act = Act::new("respond", Vec::new()).fact("party", party).fact("outcome", outcome);
            act.event = act.event.with("outcome", word(&outcome).as_str());
            Ok(act.change(move |row| {
                row.outcome = Set(Some(word(&outcome)));
                row.answer = Set(Some(text));
                row.answered_at = Set(Some(now));
            }))
        })
        .await
    }

    pub(crate) async fn correct_category(&self, on: OnCase, category: &str, request: &Arc<Request>) -> Worked {
        let unknown = || Abort::from(refusal(RefusalCode::NotFound, "refusal-category-unknown", &[]).at("input.category"));
        let category = kernel::CategoryId::from_global(category).and_then(find_category_by_id).ok_or_else(unknown)?;
        let body = json!({ "on": on, "category": category.slug });
        self.office_act(on, "correct_category", &body, request, move |case| {
            let before = case.category.clone();
            Ok(Act::new("correct_category", Vec::new()).fact("category", &category.slug).fact("before", before).change(move |row| {
                row.category = Set(Some(category.slug.clone()));
                row.category_source = Set(Some(word(&CategorySource::Officer)));
            }))
        })
        .await
    }

    /// Publishes a text of the report that an officer has read and cleared of names, numbers and addresses.
    pub(crate) async fn release_text(&self, on: OnCase, text: &str, request: &Arc<Request>) -> Worked {
        let text = line(text, "input.text")?;
        let body = json!({ "on": on, "text": text });
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, "release_text", &body, request, move |desk, txn, case| {
            async move {
                if policy::offices(&actor, &case).is_empty() {
                    return Err(refusal(RefusalCode::NotAllowed, "refusal-not-your-case", &[]).into());
                }
                let payload = json!({ "message": "event-text-released", "internal": false, "facts": {} });
                let event = NewEvent { kind: "text_released".into(), payload, versions: Some(desk.process(&case)?.versions()) };
                let number = journal::append(txn, STREAM, case.id, case.events, now, &actor.journal_name(), vec![event]).await?;
                let changed = feedback::ActiveModel {
                    id: Unchanged(case.id),
                    public_text: Set(Some(text)),
                    version: Set(case.version + 1),
                    events: Set(number),
                    ..Default::default()
                };
                Ok(feedback::Entity::update(changed).exec(txn).await?)
            }
            .boxed()
        })
        .await
    }

    async fn office_act(
        &self,
        on: OnCase,
        name: &'static str,
        body: &serde_json::Value,
        request: &Arc<Request>,
        act: impl FnOnce(&feedback::Model) -> Result<Act, Abort> + Send + 'static,
    ) -> Worked {
        self.office_act_beside(on, name, body, request, act, Box::new(|_, _| async { Ok(()) }.boxed())).await
    }

    async fn office_act_beside(
        &self,
        on: OnCase,
        name: &'static str,
        body: &serde_json::Value,
        request: &Arc<Request>,
        act: impl FnOnce(&feedback::Model) -> Result<Act, Abort> + Send + 'static,
        beside: Beside,
    ) -> Worked {
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, name, body, request, move |desk, txn, case| {
            async move {
                let mut act = act(&case)?;
                act.event.by = policy::offices(&actor, &case);
                beside(txn, &case).await?;
                desk.act(txn, case, act, &actor, now).await
            }
            .boxed()
        })
        .await
    }

    /// Finds the case that an officer may see, in the version that they saw, and carries the act out once for its key.
    async fn once_on_case<F>(&self, on: OnCase, name: &'static str, body: &serde_json::Value, request: &Arc<Request>, act: F) -> Worked
    where
        F: for<'t> FnOnce(&'t Desk, &'t Txn, feedback::Model) -> futures_util::future::BoxFuture<'t, Result<feedback::Model, Abort>>
            + Send
            + 'static,
    {
        let key = ActKey::new(act_key(&on.key)?, name, &request.actor.journal_name(), body)?;
        let id = CaseId::from_global(&on.case).ok_or_else(|| not_found("input.case"))?;
        let (desk, actor, now) = (self.clone(), request.actor.clone(), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    let claim = journal::claim_with(txn, &key, now, &id.uuid()).await?;
                    // What one may not see answers as what does not exist.
                    let case = held(txn, id.uuid()).await?.filter(|case| policy::scope(&actor).reaches(case));
                    match claim {
                        Claim::Same(_) => return Ok(case),
                        Claim::Reused => return Err(key_reused().into()),
                        Claim::New => {}
                    }
                    let case = case.ok_or_else(|| not_found("input.case"))?;
                    if case.version != on.version {
                        return Err(stale(case.version).into());
                    }
                    act(&desk, txn, case).await.map(Some)
                }
                .boxed()
            })
            .await
    }

    /// The reporter says that it is not fixed.
    pub(crate) async fn contest(&self, on: OnReport, reason: &str, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        let reason = line(reason, "input.reason")?;
        let body = json!({ "reference": on.reference, "reason": reason });
        let beside = self.noted(reason, Uuid::nil(), request.now);
        self.report_act(on, ("contest", reopen), &body, request, beside).await
    }

    /// The reporter takes the report back.
    pub(crate) async fn withdraw(&self, on: OnReport, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        let body = json!({ "reference": on.reference });
        self.report_act(on, ("withdraw", withdraw), &body, request, Box::new(|_, _| async { Ok(()) }.boxed())).await
    }

    async fn report_act(
        &self,
        on: OnReport,
        (name, change): (&'static str, fn(&mut feedback::ActiveModel)),
        body: &serde_json::Value,
        request: &Arc<Request>,
        beside: Beside,
    ) -> Result<feedback::Model, Abort> {
        let key = ActKey::new(act_key(&on.key)?, name, &request.actor.journal_name(), body)?;
        let (desk, actor, now) = (self.clone(), request.actor.clone(), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    let case = desk.own(txn, &on, &actor).await?;
                    match journal::claim_with(txn, &key, now, &case.id).await? {
                        Claim::Same(_) => return Ok(case),
                        Claim::Reused => return Err(key_reused().into()),
                        Claim::New => {}
                    }
                    beside(txn, &case).await?;
                    let act = Act::new(name, vec![Who::Reporter]).change(change);
                    desk.act(txn, case, act, &actor, now).await
                }
                .boxed()
            })
            .await
    }

    /// The reporter's own report: by its key, or signed in. A wrong key says no more than an unknown reference.
    async fn own(&self, txn: &Txn, on: &OnReport, actor: &Actor) -> Result<feedback::Model, Abort> {
        let found = feedback::Entity::find().filter(feedback::Column::Reference.eq(&on.reference)).lock_exclusive().one(txn).await?;
        let absent = || Abort::from(not_found("input.reference"));
        let case = found.ok_or_else(absent)?;
        let by_key = on.coupon_key.as_ref().is_some_and(|key| self.keys.fits(FeedbackId::from_uuid(case.id), key));
        let signed_in = actor.person().is_some_and(|person| case.reporter == Some(person.id.uuid()));
        if by_key || signed_in { Ok(case) } else { Err(absent()) }
    }
}

fn author(request: &Request) -> Uuid {
    request.actor.person().map(|person| person.id.uuid()).unwrap_or_default()
}

/// A contested answer stands no more: the case has no outcome, and counts as one without an answer, until it is answered again.
pub(crate) fn reopen(row: &mut feedback::ActiveModel) {
    row.outcome = Set(None);
    row.answered_at = Set(None);
}

fn withdraw(row: &mut feedback::ActiveModel) {
    row.outcome = Set(Some(word(&Outcome::Withdrawn)));
}
