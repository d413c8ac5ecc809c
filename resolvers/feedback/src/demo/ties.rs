//! What the work on demo cases leaves, and what ties them together: at the officer's desk an incident, a part for another party, a
//! question, a longer term, one case merged into another, somebody who says “same here”, and two templates.

use chrono::{DateTime, TimeDelta, Utc};
use engine::Who;
use journal::{Abort, Txn};
use kernel::{IncidentId, Locale, LocalizedText, Result, Rng, SubtaskId};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;
use uuid::Uuid;

use super::{Material, desk, life::Life};
use crate::{
    acts::{SUBTASK_DUE, SubtaskState},
    desk::{Act, Remark, word},
    entity::{extension, incident, joining, question, subtask, template},
    error::words,
};

/// Who works the demo cases: nobody who lives.
const WORKER: Uuid = Uuid::nil();
/// How many working days one term is made longer.
const DAYS: i64 = 3;

/// What is written beside the cases themselves.
#[derive(Clone, Default)]
pub(super) struct Ties {
    incidents: Vec<incident::ActiveModel>,
    subtasks: Vec<subtask::ActiveModel>,
    questions: Vec<question::ActiveModel>,
    extensions: Vec<extension::ActiveModel>,
    joinings: Vec<joining::ActiveModel>,
    templates: Vec<template::ActiveModel>,
}

/// A message of this room, in all languages.
fn said(message: &'static str) -> LocalizedText {
    words().localized(message, &[])
}

impl Material<'_> {
    /// Ties some of the cases that are worked now. Which ones follows from the cases alone.
    pub(super) fn tie(&self, lives: &mut [Life]) -> Result<Ties> {
        let mut ties = Ties::default();
        let Some((party, name, mut worked)) = self.worked(lives)? else { return Ok(ties) };
        let at = self.now - TimeDelta::minutes(10);
        self.open_incident(&mut ties, party, &mut worked, at);
        if let Some(life) = worked.pop() {
            self.give_part(&mut ties, life, at)?;
        }
        if let Some(life) = worked.pop() {
            life.take(at, &name, Act::new("ask", vec![Who::Officer]).fact("party", &name))?;
            ties.questions.push(question::ActiveModel {
                id: Set(self.rng.uuid_v7(at)),
                feedback_id: life.row().id.clone(),
                asked_by: Set(WORKER),
                asked_at: Set(at),
                text: Set(said("demo-question").get(locale(life)).to_owned()),
                answered_at: Set(None),
                answer: Set(None),
            });
        }
        if let Some(life) = worked.pop() {
            self.extend(&mut ties, life, &name, at)?;
        }
        if let (Some(one), Some(other)) = (worked.pop(), worked.pop()) {
            let (into, reference) = (other.row().id.clone().unwrap(), other.row().reference.clone().unwrap());
            let act = Act::new("merge", vec![Who::Officer]).fact("party", &name).fact("into", reference);
            one.take(at, &name, act.change(move |row| row.merged_into = Set(Some(into))))?;
            other.take(at, &name, Act::new("join", vec![Who::Citizen]).change(|row| row.joined = Set(1)))?;
            let id = self.rng.uuid_v7(at);
            let (person, email, locale) = (Set(None), Set(None), Set(Locale::Kk.tag().to_owned()));
            ties.joinings.push(joining::ActiveModel { id: Set(id), feedback_id: Set(into), person, email, locale, at: Set(at) });
        }
        for (name, text) in [("demo-template-done", "demo-template-done-text"), ("demo-template-planned", "demo-template-planned-text")] {
            let LocalizedText { kk, ru, en } = said(text);
            let (id, name) = (self.rng.uuid_v7(at), said(name).get(Locale::Kk).to_owned());
            let row = template::ActiveModel { id: Set(id), party_id: Set(party), name: Set(name), kk: Set(kk), ru: Set(ru), en: Set(en) };
            ties.templates.push(row);
        }
        Ok(ties)
    }

    /// The party of the officer's desk, and its cases that are worked now; none where there is no such party.
    fn worked<'l>(&self, lives: &'l mut [Life]) -> Result<Option<(Uuid, LocalizedText, Vec<&'l mut Life>)>> {
        let party = kernel::PartyId::of_slug(desk::PARTY);
        let Some((_, known)) = self.roster.find_by_id(party) else { return Ok(None) };
        let mut worked = Vec::new();
        for life in lives {
            if life.row().party_id.clone().unwrap() == Some(party.uuid()) && life.is_worked(self.now)? {
                worked.push(life);
            }
        }
        Ok(Some((party.uuid(), known.name.clone(), worked)))
    }

    /// The first cases of the desk come from one incident, on the subject and in the place of the first.
    fn open_incident(&self, ties: &mut Ties, party: Uuid, worked: &mut Vec<&mut Life>, at: DateTime<Utc>) {
        let reports: Vec<&mut Life> = worked.drain(..worked.len().min(3)).collect();
        let Some(first) = reports.first() else { return };
        let id = IncidentId::new(at, &self.rng).uuid();
        ties.incidents.push(incident::ActiveModel {
            id: Set(id),
            title: Set(said("demo-incident").get(Locale::Kk).to_owned()),
            text: Set(said("demo-incident-text").get(Locale::Kk).to_owned()),
            category: first.row().category.clone(),
            district: first.row().district.clone(),
            party_id: Set(party),
            opened_by: Set(WORKER),
            opened_at: Set(at),
            expected_at: Set(Some(self.now + TimeDelta::hours(8))),
            resolved_at: Set(None),
            outcome: Set(None),
            outcome_reason: Set(None),
            answer: Set(None),
            version: Set(1),
        });
        for life in reports {
            let remark = Remark::new("incident_joined", "event-incident-joined", json!({ "incident": id }));
            life.remark(at, remark.change(move |row| row.incident_id = Set(Some(id))));
        }
    }

    /// Another party is asked for a part.
    fn give_part(&self, ties: &mut Ties, life: &mut Life, at: DateTime<Utc>) -> Result<()> {
        let own = life.row().party_id.clone().unwrap();
        let other = self.roster.facts.iter().find(|party| Some(kernel::PartyId::of_slug(&party.slug).uuid()) != own);
        let Some(other) = other else { return Ok(()) };
        let name = self.roster.get(&other.slug)?.name.clone();
        let (calendar, id) = (life.process().calendar(), SubtaskId::new(at, &self.rng).uuid());
        let due_on = calendar.add_working_days(calendar.registration_date(at), 1).min(life.due_on()?);
        ties.subtasks.push(subtask::ActiveModel {
            id: Set(id),
            feedback_id: life.row().id.clone(),
            party_id: Set(kernel::PartyId::of_slug(&other.slug).uuid()),
            supervisor_id: Set(other.supervised_by.as_deref().map(|slug| kernel::PartyId::of_slug(slug).uuid())),
            asked_by: Set(WORKER),
            asked_at: Set(at),
            text: Set(said("demo-part").get(Locale::Kk).to_owned()),
            due_at: Set(calendar.closing_at(due_on)),
            due_on: Set(due_on),
            state: Set(word(&SubtaskState::Open)),
            answer: Set(None),
            answered_by: Set(None),
            answered_at: Set(None),
        });
        let facts = json!({ "subtask": id, "party": name, "until": due_on.format("%d.%m.%Y").to_string() });
        life.remark(at, Remark::new("subtask_given", "event-subtask-given", facts));
        Ok(())
    }

    fn extend(&self, ties: &mut Ties, life: &mut Life, name: &LocalizedText, at: DateTime<Utc>) -> Result<()> {
        let calendar = life.process().calendar();
        let due_on = calendar.add_working_days(life.due_on()?, u32::try_from(DAYS).unwrap_or_default());
        let mut act = Act::new("extend", vec![Who::Officer]).fact("days", DAYS).fact("until", due_on.format("%d.%m.%Y").to_string());
        act.event = act.event.with("working_days", DAYS);
        life.take(at, name, act)?;
        ties.extensions.push(extension::ActiveModel {
            id: Set(self.rng.uuid_v7(at)),
            feedback_id: life.row().id.clone(),
            decided_by: Set(WORKER),
            decided_at: Set(at),
            decision_number: Set("17-ж".to_owned()),
            reason: Set(said("demo-reason").get(locale(life)).to_owned()),
            working_days: Set(i32::try_from(DAYS).unwrap_or_default()),
            due_on: Set(life.due_on()?),
        });
        Ok(())
    }
}

fn locale(life: &Life) -> Locale {
    Locale::from_tag(&life.row().locale.clone().unwrap()).unwrap_or_default()
}

/// Writes what ties the cases together.
pub(super) async fn store(txn: &Txn, ties: Ties) -> std::result::Result<(), Abort> {
    for asked in &ties.subtasks {
        journal::arm(txn, asked.id.clone().unwrap(), SUBTASK_DUE, SUBTASK_DUE, asked.due_at.clone().unwrap()).await?;
    }
    incident::Entity::insert_many(ties.incidents).exec_without_returning(txn).await?;
    subtask::Entity::insert_many(ties.subtasks).exec_without_returning(txn).await?;
    question::Entity::insert_many(ties.questions).exec_without_returning(txn).await?;
    extension::Entity::insert_many(ties.extensions).exec_without_returning(txn).await?;
    joining::Entity::insert_many(ties.joinings).exec_without_returning(txn).await?;
    template::Entity::insert_many(ties.templates).exec_without_returning(txn).await?;
    Ok(())
}
