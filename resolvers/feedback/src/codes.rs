//! Codes that are mailed to addresses which were given without an account for something that is no report: for “same here”, and for the
//! subscription of an area. A report's own code comes with its receipt (`notices.rs`).

use std::sync::Arc;

use journal::{Job, JobError, NewJob};
use kernel::{Fact, GlobalId, Locale, Request, Result};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    contact,
    desk::Desk,
    entity::{feedback, joining},
    error::words,
    notices,
    store::Store,
};

/// What the ids of those who said “same here” are called, where a code is mailed to them.
pub(crate) const JOINING: &str = "Joining";
/// The job that mails a code to somebody who said “same here”.
pub(crate) const SEND_JOIN_CODE: &str = "send_join_code";
/// The job that has erased what was said of things that are no more.
pub(crate) const ERASE_ABOUT: &str = "erase_about";

/// What the job is told that has messages erased.
#[derive(Deserialize, Serialize)]
pub(crate) struct About {
    pub(crate) about: Vec<String>,
}

/// What the jobs are told of the thing that an address was given for.
#[derive(Deserialize, Serialize)]
pub(crate) struct GivenFor {
    pub(crate) subject: Uuid,
}

/// Somebody who waits for a code, and what the mail says.
pub(crate) struct Waiting<'a> {
    /// What the address was given for.
    pub(crate) subject: Uuid,
    /// Its id, by which the house asks for the code when it sends the mail.
    pub(crate) about: String,
    pub(crate) email: &'a str,
    pub(crate) locale: Locale,
    /// The messages of this room that say it.
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    pub(crate) facts: Vec<Fact<'static>>,
}

/// A job about a thing that an address was given for, once for this occasion.
pub(crate) fn given_for(kind: &str, subject: Uuid, occasion: &str, now: chrono::DateTime<chrono::Utc>) -> NewJob {
    NewJob::new(kind, format_args!("{subject}{occasion}"), serde_json::to_value(GivenFor { subject }).unwrap_or(Value::Null), now)
}

/// The job that has erased what was said of some things; `first` is one of them.
pub(crate) fn erase_about(first: Uuid, about: Vec<String>, now: chrono::DateTime<chrono::Utc>) -> NewJob {
    NewJob::new(ERASE_ABOUT, first, serde_json::to_value(About { about }).unwrap_or(Value::Null), now)
}

impl joining::Model {
    /// The id by which the house asks for its code.
    pub(crate) fn global(&self) -> String {
        GlobalId::encode(JOINING, self.id)
    }
}

impl Desk {
    /// Mails a code to whoever waits for it, unless the address was sent too many that nobody gave.
    pub(crate) async fn send_code(&self, job: &Job, waiting: Waiting<'_>, request: &Arc<Request>) -> Result<(), JobError> {
        let Waiting { subject, about, email, locale, title, text, mut facts } = waiting;
        let store = Store(self.house.database.reader.clone());
        let Some(wanted) = store.confirmation(subject).await?.filter(|wanted| !wanted.is_confirmed()) else { return Ok(()) };
        if store.unconfirmed_beside(&wanted).await? >= contact::UNCONFIRMED_A_DAY {
            return Ok(());
        }
        facts.extend([("code", notices::CONFIRMATION_CODE.into()), ("hours", contact::CODE_HOURS.into())]);
        let input = json!({
            "idempotencyKey": notices::key_of(&job.key),
            "email": email,
            "locale": locale.tag().to_ascii_uppercase(),
            "topic": "CONFIRMATION",
            "about": about,
            "subject": words().text(locale, title, &facts),
            "text": words().text(locale, text, &facts),
            "withCouponKey": true,
        });
        notices::hand_over(self, input, request).await
    }

    /// Mails the code to somebody who said “same here”: a bare word that somebody did, and nothing of what the report is about.
    pub(crate) async fn send_join_code(&self, job: &Job, id: Uuid, request: &Arc<Request>) -> Result<(), JobError> {
        let reader = &self.house.database.reader;
        let Some(row) = joining::Entity::find_by_id(id).one(reader).await.map_err(journal::fault)? else { return Ok(()) };
        let case = feedback::Entity::find_by_id(row.feedback_id).one(reader).await.map_err(journal::fault)?;
        let (Some(case), Some(email)) = (case, &row.email) else { return Ok(()) };
        let waiting = Waiting {
            subject: id,
            about: row.global(),
            email,
            locale: Locale::from_tag(&row.locale).unwrap_or_default(),
            title: "mail-join-confirm-subject",
            text: "mail-join-confirm-text",
            facts: vec![("reference", case.reference.into())],
        };
        self.send_code(job, waiting, request).await
    }
}
