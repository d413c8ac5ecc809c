//! The room's acts: check, ask the neighbours, then write.

use std::{collections::HashSet, sync::Arc};

use journal::{Abort, ActKey, House};
use kernel::{DistrictId, GraphHandle, PartyId, Personal, Refusal, Request, Rng, ServiceId, SurveyId};
use uuid::Uuid;

use crate::{
    answer::{self, Answer, Form, Value},
    ask,
    ballot::{self, Ballots},
    check::check,
    error,
    model::{Anonymity, Draft, Status, Survey},
    policy,
    store::{Change, Response, Store},
};

/// Carries acts out.
pub(crate) struct Acts {
    store: Store,
    graph: GraphHandle,
    rng: Arc<dyn Rng>,
    ballots: Ballots,
}

impl Acts {
    pub(crate) fn new(store: Store, house: &House) -> Acts {
        Acts { store, graph: house.graph.clone(), rng: Arc::clone(&house.rng), ballots: Ballots::new(house.secret.clone()) }
    }

    /// Gives whoever asks their ballot.
    pub(crate) async fn request_ballot(&self, key: &str, survey: &str, request: &Request) -> Result<(Survey, Personal<String>), Abort> {
        let person = policy::only_persons(&request.actor)?;
        let key = act_key(key)?;
        let survey = self.survey(survey, request).await?;
        let ballot = self.ballots.derive(survey.id, key);
        let token = ballot.token.clone();
        self.store.give_ballot(survey.id, person, survey.anonymity == Anonymity::Named, ballot).await?;
        Ok((survey, token))
    }

    /// Takes a response.
    pub(crate) async fn respond(
        &self,
        key: &str,
        survey: &str,
        ballot: &str,
        answers: Vec<Answer>,
        request: &Arc<Request>,
    ) -> Result<Survey, Abort> {
        let key = act_key(key)?;
        let survey = self.survey(survey, request).await?;
        if survey.status != Status::Open {
            return Err(error::wrong_state("refusal-not-open").into());
        }
        let person = match survey.anonymity {
            Anonymity::Anonymous => None,
            Anonymity::Named => Some(policy::only_persons(&request.actor)?),
        };
        let answers = Form::new(&survey.questions)?.check(answers)?;
        self.check_places(&answers, request).await?;
        // Of an anonymous survey not even a digest speaks of the person.
        let actor = if person.is_some() { request.actor.journal_name() } else { kernel::Actor::Anonymous.journal_name() };
        let said: Vec<(&str, &Value)> = answers.iter().map(|answer| (answer.question.as_str(), &answer.value)).collect();
        let act = ActKey::new(key, "submit_survey_response", &actor, &(survey.id, ballot, &said))?;
        let response = Response {
            id: self.chance_id(),
            survey: survey.id,
            person,
            ballot: ballot::hash(ballot),
            answers: serde_json::to_value(&said).map_err(kernel::Error::internal)?,
            cells: answers.iter().flat_map(answer::cells).collect(),
        };
        self.store.respond(act, response, request.now).await?;
        Ok(survey)
    }

    /// Stores a draft that is sound.
    pub(crate) async fn save(&self, key: &str, over: Option<(&str, i32)>, draft: Draft, request: &Arc<Request>) -> Result<Survey, Abort> {
        policy::only_analysts(&request.actor)?;
        let key = act_key(key)?;
        let over = over.map(|(id, version)| Ok::<_, Refusal>((survey_id(id)?, version))).transpose()?;
        let refusals = check(&draft);
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let about: Vec<String> = draft.about.iter().map(|service| service.global()).collect();
        let known = self.known(&about, request).await?;
        let unknown = about.iter().enumerate().filter(|(_, service)| !known.contains(*service));
        let refusals: Vec<Refusal> = unknown.map(|(n, _)| error::service_unknown(n)).collect();
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let actor = request.actor.journal_name();
        let act = ActKey::new(key, "save_survey", &actor, &(over, &draft))?;
        self.store.save(act, draft, over, actor, request.now).await
    }

    /// Opens or closes a survey.
    pub(crate) async fn change(&self, key: &str, (id, version): (&str, i32), change: Change, request: &Request) -> Result<Survey, Abort> {
        policy::only_analysts(&request.actor)?;
        let key = act_key(key)?;
        let at = (survey_id(id)?, version);
        let actor = request.actor.journal_name();
        let name = if change == Change::Open { "open_survey" } else { "close_survey" };
        let act = ActKey::new(key, name, &actor, &at)?;
        self.store.change(act, at, change, actor, request.now).await
    }

    async fn survey(&self, id: &str, request: &Request) -> Result<Survey, Abort> {
        let survey = self.store.find(policy::scope(&request.actor), survey_id(id)?).await?;
        Ok(survey.ok_or_else(error::survey_unknown)?)
    }

    /// Whether the districts and departments that were named exist.
    async fn check_places(&self, answers: &[Answer], request: &Arc<Request>) -> Result<(), Abort> {
        let named: Vec<(usize, String)> = answers
            .iter()
            .filter_map(|answer| match &answer.value {
                Value::District(id) => Some((answer.place, DistrictId::global(*id))),
                Value::Department(id) => Some((answer.place, PartyId::global(*id))),
                _ => None,
            })
            .collect();
        let ids: Vec<String> = named.iter().map(|(_, id)| id.clone()).collect();
        let known = self.known(&ids, request).await?;
        let unknown = named.iter().filter(|(_, id)| !known.contains(id));
        let refusals: Vec<Refusal> = unknown.map(|(place, _)| error::place_unknown(*place)).collect();
        if refusals.is_empty() { Ok(()) } else { Err(refusals.into()) }
    }

    async fn known(&self, ids: &[String], request: &Arc<Request>) -> Result<HashSet<String>, Abort> {
        Ok(ask::known(&self.graph, ids, request).await?)
    }

    /// An id that tells nothing of when it was made.
    fn chance_id(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.rng.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

fn act_key(key: &str) -> Result<Uuid, Refusal> {
    Uuid::parse_str(key).map_err(|_| error::invalid("refusal-key-not-uuid", &[], "input.idempotencyKey"))
}

fn survey_id(id: &str) -> Result<SurveyId, Refusal> {
    SurveyId::from_global(id).ok_or_else(error::survey_unknown)
}

/// Reads the services that a survey is about.
pub(crate) fn service_ids(ids: &[impl AsRef<str>]) -> Result<Vec<ServiceId>, Vec<Refusal>> {
    let (mut services, mut refusals) = (Vec::new(), Vec::new());
    for (n, id) in ids.iter().enumerate() {
        match ServiceId::from_global(id.as_ref()) {
            Some(service) => services.push(service),
            None => refusals.push(error::service_unknown(n)),
        }
    }
    if refusals.is_empty() { Ok(services) } else { Err(refusals) }
}
