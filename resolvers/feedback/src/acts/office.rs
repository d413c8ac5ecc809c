//! What an office does to a case.

use std::sync::Arc;

use futures_util::FutureExt;
use journal::Abort;
use kernel::{Document, Error, LocalizedText, PartyId, PersonId, Personal, RefusalCode, Request, Role};
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    Beside, OnCase, Worked,
    attachments::with_claims,
    author, by_office, held_already, may_move,
    merging::{lack_evidence, merged_into},
    subtasks,
};
use crate::{
    attachments::{self, Adding},
    desk::{Act, Desk, Remark, word},
    entity::feedback,
    error::{not_found, refusal},
    masking,
    model::{CategorySource, Outcome, Part, line},
    outcome::Reply,
    policy,
    reference::find_category_by_id,
    routing::Routing,
    search,
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

/// A body that can have a case.
pub(super) struct Body {
    pub(super) id: PartyId,
    pub(super) slug: String,
    pub(super) name: LocalizedText,
    /// The body that supervises it.
    pub(super) supervisor: Option<PartyId>,
}

/// What an answer is shown with.
pub(super) enum Evidence<'a> {
    /// Uploads of this answer alone, and the claims to them.
    Own(Vec<Uuid>, &'a [Personal<String>]),
    /// Uploads of an act on many cases.
    Shared(Vec<Uuid>),
}

impl Desk {
    pub(crate) async fn accept(&self, on: OnCase, request: &Arc<Request>) -> Worked {
        let officer = request.actor.person().map(|person| person.id.uuid());
        let body = json!({ "on": on });
        let taking = request.actor.clone();
        self.office_act(on, "accept", &body, request, move |case| {
            may_move(&taking, case)?;
            let party = Routing::party_of(case)?;
            Ok(Act::new("accept", Vec::new()).fact("party", party).change(move |row| row.assignee = Set(officer)))
        })
        .await
    }

    /// Takes a case that nobody holds.
    pub(crate) async fn claim(&self, on: OnCase, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on });
        let officer = author(request);
        self.office_act(on, "claim", &body, request, move |case| match case.assignee {
            Some(holder) if holder != officer => Err(held_already()),
            _ => Ok(Act::new("assign", Vec::new()).change(move |row| row.assignee = Set(Some(officer)))),
        })
        .await
    }

    /// Gives back a case that one holds; a supervisor, whoever holds it.
    pub(crate) async fn release(&self, on: OnCase, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on });
        let (officer, supervises) = (author(request), request.actor.is(Role::Supervisor));
        self.office_act(on, "release", &body, request, move |case| {
            if case.assignee != Some(officer) && !(supervises && case.assignee.is_some()) {
                return Err(refusal(RefusalCode::NotAllowed, "refusal-not-held", &[]).into());
            }
            Ok(Act::new("assign", Vec::new()).change(|row| row.assignee = Set(None)))
        })
        .await
    }

    pub(crate) async fn assign(&self, on: OnCase, to: Option<String>, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on, "to": to });
        let officer = match &to {
            Some(id) => Some(self.officer(id, request).await?),
            None => None,
        };
        let giving = request.actor.clone();
        self.office_act(on, "assign", &body, request, move |case| {
            may_move(&giving, case)?;
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

    pub(crate) async fn forward(&self, on: OnCase, to: &str, reason: &str, request: &Arc<Request>) -> Worked {
        let reason = line(reason, "input.reason")?;
        let body = json!({ "on": on, "to": to, "reason": reason });
        let Body { id, name, supervisor, .. } = self.body(to, request).await?;
        let (noted, now) = (self.noted(reason, author(request), request.now), request.now);
        let beside: Beside = Box::new(move |txn, case| {
            async move {
                noted(txn, case).await?;
                subtasks::cancel_of(txn, case.id, id, now).await
            }
            .boxed()
        });
        let act = move |case: &feedback::Model| {
            if case.party_id == Some(id.uuid()) {
                return Err(refusal(RefusalCode::Invalid, "refusal-forward-to-itself", &[]).at("input.to").into());
            }
            let routing = Routing::of(case)?;
            let from = routing.as_ref().map(Routing::party_name);
            let sent = routing.map(|routing| serde_json::to_value(routing.sent_to(name.clone()))).transpose().map_err(Error::internal)?;
            Ok(Act::new("forward", Vec::new()).fact("party", name).fact("fromParty", from).change(move |row| {
                row.party_id = Set(Some(id.uuid()));
                row.supervisor_id = Set(supervisor.map(PartyId::uuid));
                row.assignee = Set(None);
                row.routing = Set(sent);
            }))
        };
        self.office_act_beside(on, "forward", &body, request, act, beside).await
    }

    /// The body that an act names as `input.to`.
    pub(super) async fn body(&self, to: &str, request: &Request) -> Result<Body, Abort> {
        let system = Arc::new(Request::system(request.id.clone(), request.now));
        let roster = self.parties.roster(&self.house.graph, &system).await?;
        let unknown = || Abort::from(refusal(RefusalCode::NotFound, "refusal-party-unknown", &[]).at("input.to"));
        let (slug, party) = PartyId::from_global(to).and_then(|id| roster.find_by_id(id)).ok_or_else(unknown)?;
        let supervisor = roster.facts.iter().find(|facts| facts.slug == slug).and_then(|facts| facts.supervised_by.as_deref());
        Ok(Body { id: party.id, slug: slug.to_owned(), name: party.name.clone(), supervisor: supervisor.map(PartyId::of_slug) })
    }

    /// Answers the reporter, and those whose cases were merged into this one.
    pub(crate) async fn respond(&self, on: OnCase, reply: &Reply, evidence: &[Personal<String>], request: &Arc<Request>) -> Worked {
        match (reply.check(), self.claimed(evidence, "input.evidence")) {
            (Ok(_), Ok(uploads)) => self.respond_with(on, reply, Evidence::Own(uploads, evidence), request).await,
            (answer, uploads) => Err([answer.err().unwrap_or_default(), uploads.err().into_iter().collect()].concat().into()),
        }
    }

    /// Answers a case, with photos of its own, or with those of an act on many cases.
    pub(super) async fn respond_with(&self, on: OnCase, reply: &Reply, evidence: Evidence<'_>, request: &Arc<Request>) -> Worked {
        let answer = reply.check()?;
        let (uploads, shared, claims) = match evidence {
            Evidence::Own(uploads, claims) => (uploads, false, claims),
            Evidence::Shared(uploads) => (uploads, true, &[][..]),
        };
        let body = with_claims(json!({ "on": on, "answer": answer }), "evidence", claims);
        let (actor, now) = (request.actor.clone(), request.now);
        let by = actor.person().map(|person| person.id.uuid());
        self.once_on_case(on, "respond", &body, request, move |desk, txn, case| {
            async move {
                let waiting = merged_into(txn, &case).await?;
                // Grounds to terminate are one reporter's: the others' matter is still to be answered.
                if answer.outcome == Outcome::Terminated && !waiting.is_empty() {
                    return Err(refusal(RefusalCode::NotAllowed, "refusal-terminate-merged", &[]).at("input.outcome").into());
                }
                subtasks::none_open(txn, case.id).await?;
                let adding = Adding { feedback: case.id, part: Part::Evidence, by, now, field: "input.evidence" };
                let shown = if shared {
                    attachments::attach_copies(txn, &uploads, &*desk.house.rng, adding).await?
                } else {
                    attachments::attach(txn, &uploads, adding).await?
                };
                if lack_evidence(&case, &waiting, answer.outcome, &shown) {
                    return Err(refusal(RefusalCode::Invalid, "refusal-evidence-missing", &[]).at("input.evidence").into());
                }
                let act = answer.act(Routing::party_of(&case)?, policy::offices(&actor, &case), now);
                let answered = desk.act(txn, case, act, &actor, now).await?;
                search::index(txn, &answered).await?;
                desk.answer_merged(txn, waiting, &answered, &shown, now).await?;
                Ok(answered)
            }
            .boxed()
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
                by_office(&actor, &case)?;
                // What an officer may judge, a name in a street's name, is theirs to judge; a phone number is one.
                if masking::find(&text, None).iter().any(|(kind, _)| kind.is_sure()) {
                    return Err(refusal(RefusalCode::Invalid, "refusal-text-personal", &[]).at("input.text").into());
                }
                let remark = Remark::new("text_released", "event-text-released", json!({})).weighing();
                let released = desk.remark(txn, &case, remark.change(|row| row.public_text = Set(Some(text))), &actor, now).await?;
                search::index(txn, &released).await?;
                Ok(released)
            }
            .boxed()
        })
        .await
    }
}
