//! One synthetic report from its filing to where it stands today, by the same process that real reports go through.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use engine::{Cause, Facts, Process, Step, StepError, Terms, Who};
use journal::{Abort, NewEvent, Txn};
use kernel::{Error, LocalizedText, Result, Rng};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait, TryIntoModel,
    sea_query::{Expr, OnConflict},
};
use serde_json::Value;

use super::desk::Stands;
use crate::{
    acts::reopen,
    desk::{Act, Remark, STREAM, event_of, word, write_state},
    entity::{feedback, reference_counter},
    model::Outcome,
    outcome::reasons_for,
    process::routed,
    routing::Routing,
    search,
};

/// A life that is being lived.
#[derive(Clone)]
pub(super) struct Life {
    process: Process,
    state: engine::CaseState,
    row: feedback::ActiveModel,
    /// What the decision table is told.
    asked: Facts,
    events: Vec<(DateTime<Utc>, NewEvent)>,
}

impl Life {
    pub(super) fn begin(process: Process, terms: Terms, asked: Facts, row: feedback::ActiveModel) -> Result<Life> {
        let step = process.start_on(terms, process.table().clock(&asked)?)?;
        let deadline = process.deadline(&step.state)?;
        let row = feedback::ActiveModel { original_due_on: Set(deadline.due_on), ..row };
        let cause = Cause::Filed { terms, facts: asked.clone() };
        let mut life = Life { process, state: step.state.clone(), row, asked, events: Vec::new() };
        life.record(terms.received_at, &step, &Value::Null, &cause)?;
        Ok(life)
    }

    /// Whether it is worked now, within its term.
    pub(super) fn is_worked(&self, now: DateTime<Utc>) -> Result<bool> {
        Ok(self.state.name == "accepted" && self.process.deadline(&self.state)?.due_at > now)
    }

    pub(super) fn row(&self) -> &feedback::ActiveModel {
        &self.row
    }

    pub(super) fn process(&self) -> &Process {
        &self.process
    }

    /// The last day of its term.
    pub(super) fn due_on(&self) -> Result<NaiveDate> {
        Ok(self.process.deadline(&self.state)?.due_on)
    }

    /// Something happens to it that leaves its process as it is.
    pub(super) fn remark(&mut self, at: DateTime<Utc>, remark: Remark) {
        self.events.push((at, remark.event(&self.process)));
        (remark.change)(&mut self.row);
    }

    fn record(&mut self, at: DateTime<Utc>, step: &Step, facts: &Value, cause: &Cause) -> Result<()> {
        self.events.push((at, event_of(&self.process, step, facts, cause)?));
        Ok(())
    }

    /// Lets the timers go off that are due until an instant, in their order.
    fn pass(&mut self, until: DateTime<Utc>, party: &LocalizedText) -> Result<()> {
        while let Some((name, at)) =
            self.state.timers.iter().map(|(name, at)| (name.clone(), *at)).filter(|(_, at)| *at <= until).min_by_key(|(_, at)| *at)
        {
            let raises = self.process.raises(&name).ok_or_else(|| Error::internal(format!("no timer {name}")))?.to_owned();
            self.step(at, Act::new(&raises, vec![Who::System]).fact("party", party))?;
            // A timer that means nothing in this state is over all the same.
            self.state.timers.retain(|other, due| *other != name || *due > at);
        }
        Ok(())
    }

    /// Takes a step, after what the timers raised until then; an act that is not possible then does not happen.
    pub(super) fn take(&mut self, at: DateTime<Utc>, party: &LocalizedText, act: Act) -> Result<()> {
        self.pass(at, party)?;
        self.step(at, act)
    }

    fn step(&mut self, at: DateTime<Utc>, act: Act) -> Result<()> {
        let step = match self.process.step(&self.state, &act.event, at) {
            Ok(step) => step,
            Err(StepError::Refused(_)) => return Ok(()),
            Err(StepError::Fault(error)) => return Err(error),
        };
        self.record(at, &step, &act.facts.clone().into(), &act.cause())?;
        (act.change)(&mut self.row);
        self.state = step.state;
        Ok(())
    }

    /// Routed within minutes and taken up within the hour, to stand as it is to stand now.
    pub(super) fn stand(mut self, stands: Stands, routing: &Routing, rng: &dyn Rng, now: DateTime<Utc>) -> Result<Life> {
        let (received, party) = (self.state.terms.received_at, routing.party_name());
        self.take(received + TimeDelta::minutes(3), &party, routed(routing, Some(self.asked.clone()))?)?;
        if stands != Stands::New {
            self.take(received + TimeDelta::minutes(40), &party, Act::new("accept", vec![Who::Officer]).fact("party", &party))?;
        }
        if stands == Stands::Contested {
            let answered = received + TimeDelta::hours(9);
            self.take(answered, &party, respond(&party, rng, answered))?;
            self.take(now - TimeDelta::hours(3), &party, Act::new("contest", vec![Who::Reporter]).change(reopen))?;
        }
        self.pass(now, &party)?;
        Ok(self)
    }

    /// Routed within minutes, taken up within a day, answered around its term; some are late, some contested, the newest are open.
    pub(super) fn live(mut self, routing: &Routing, rng: &dyn Rng, now: DateTime<Utc>) -> Result<Life> {
        let minutes = |low: u64, span: u64| TimeDelta::minutes(i64::try_from(low + rng.below(span)).unwrap_or_default());
        let received = self.state.terms.received_at;
        let party = routing.party_name();
        self.take((received + minutes(1, 5)).min(now), &party, routed(routing, Some(self.asked.clone()))?)?;
        let due = self.process.deadline(&self.state)?.due_at;
        let accepted = received + minutes(30, 1200);
        if accepted < now {
            self.take(accepted, &party, Act::new("accept", vec![Who::Officer]).fact("party", &party))?;
        }
        // Three in four within the term, the others up to some days late.
        let term = (due - received).num_minutes().max(60).unsigned_abs();
        let answered = if rng.below(4) == 0 { due + minutes(30, 4 * 24 * 60) } else { received + minutes(term / 5, term * 7 / 10) };
        // The newest stay open, so that desks have work.
        if answered < now - TimeDelta::days(2) && rng.below(12) > 0 {
            self.take(answered, &party, respond(&party, rng, answered))?;
            let contested = answered + minutes(600, 5 * 24 * 60);
            if contested < now && rng.below(9) == 0 {
                self.take(contested, &party, Act::new("contest", vec![Who::Reporter]).change(reopen))?;
            }
        }
        self.pass(now, &party)?;
        Ok(self)
    }
}

fn respond(party: &LocalizedText, rng: &dyn Rng, at: DateTime<Utc>) -> Act {
    let outcomes = [Outcome::Satisfied, Outcome::Satisfied, Outcome::PartlySatisfied, Outcome::Explained, Outcome::Refused];
    let outcome = outcomes[usize::try_from(rng.below(5)).unwrap_or_default()];
    let mut act = Act::new("respond", vec![Who::Officer]).fact("party", party).fact("outcome", outcome);
    act.event = act.event.with("outcome", word(&outcome).as_str());
    act.change(move |row| {
        row.outcome = Set(Some(word(&outcome)));
        row.outcome_reason = Set(reasons_for(outcome).next().map(|reason| reason.slug.clone()));
        row.answered_at = Set(Some(at));
    })
}

/// Writes lives: their rows, events and running timers, and where the numbers of the year have got to.
pub(super) async fn store(txn: &Txn, lives: Vec<Life>) -> std::result::Result<(), Abort> {
    let mut rows = Vec::with_capacity(lives.len());
    for mut life in lives {
        let id = life.row.id.clone().unwrap();
        let count = i32::try_from(life.events.len()).unwrap_or_default();
        let mut number = 0;
        for (at, event) in life.events {
            number = journal::append(txn, STREAM, id, number, at, "system", vec![event]).await?;
        }
        for (name, at) in &life.state.timers {
            let raises = life.process.raises(name).ok_or_else(|| Error::internal(format!("no timer {name}")))?;
            journal::arm(txn, id, name, raises, *at).await?;
        }
        write_state(&mut life.row, &life.process, &life.state)?;
        life.row.version = Set(count);
        life.row.events = Set(count);
        rows.push(life.row);
    }
    for row in &rows {
        count_reference(txn, row).await?;
    }
    for row in &rows {
        search::index(txn, &row.clone().try_into_model()?).await?;
    }
    feedback::Entity::insert_many(rows).exec_without_returning(txn).await?;
    Ok(())
}

async fn count_reference(txn: &Txn, row: &feedback::ActiveModel) -> std::result::Result<(), Abort> {
    use sea_orm::ExprTrait as _;
    let counter = reference_counter::ActiveModel { year: Set(row.registered_on.clone().unwrap().year()), last: Set(1) };
    let next = Expr::col((reference_counter::Entity, reference_counter::Column::Last)).add(1);
    reference_counter::Entity::insert(counter)
        .on_conflict(OnConflict::column(reference_counter::Column::Year).value(reference_counter::Column::Last, next).to_owned())
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
