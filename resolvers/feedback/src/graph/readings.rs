//! Who looks at personal data is written down before it is shown, and shown to whom it is of.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, Object, dataloader::Loader};
use futures_util::FutureExt;
use journal::Abort;
use kernel::{Actor, Error, Page, PartyId, PersonId, Role};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vocabulary::{DateTime, OrFault, request};

use super::{
    loaders::{Loaded, PageOf, Reports, reports},
    neighbours::{Officer, Party},
};
use crate::{
    desk::{parse, word},
    entity::{access, feedback::Model},
};

/// A part of a report that is personal.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PersonalPart {
    /// The text as it was written.
    Text,
    /// The exact point or the address.
    Place,
    /// Name, mail address, phone number.
    Contact,
    /// What the reporter answered to questions.
    Answers,
    /// Photos and documents.
    Attachments,
    /// What those who work the case noted for each other.
    Notes,
}

/// The key of a look at a part of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reading {
    case: Uuid,
    part: PersonalPart,
}

/// Writes down that the one who asks reads a part of somebody else's report. What a call reads is written at once, and kept before it is shown.
pub(crate) async fn reading(ctx: &Context<'_>, row: &Model, part: PersonalPart) -> async_graphql::Result<()> {
    let own = request(ctx).actor.person().is_some_and(|person| row.reporter == Some(person.id.uuid()));
    if !own {
        reports(ctx).load_one(Reading { case: row.id, part }).await.or_fault(ctx)?;
    }
    Ok(())
}

impl Loader<Reading> for Reports {
    type Value = ();
    type Error = Arc<Error>;

    async fn load(&self, keys: &[Reading]) -> Loaded<Reading, ()> {
        // Without an account one reads only by the coupon's key, and the house reads to do its work.
        let Actor::Person(person) = &self.actor else { return Ok(HashMap::new()) };
        let row = |reading: &Reading| access::ActiveModel {
            id: Set(self.rng.uuid_v7(self.now)),
            feedback_id: Set(reading.case),
            person: Set(person.id.uuid()),
            party_id: Set(person.party.map(PartyId::uuid)),
            at: Set(self.now),
            what: Set(word(&reading.part)),
        };
        let rows: Vec<_> = keys.iter().map(row).collect();
        let write = self
            .writer
            .write(move |txn| async move { Ok(access::Entity::insert_many(rows).exec_without_returning(txn).await.map(drop)?) }.boxed());
        write.await.map_err(Abort::into_fault).map_err(Arc::new)?;
        Ok(keys.iter().map(|key| (*key, ())).collect())
    }
}

/// The key of a page of the looks at a report.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AccessesTo(pub(crate) PageOf);

impl Loader<AccessesTo> for Reports {
    type Value = Page<access::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[AccessesTo]) -> Loaded<AccessesTo, Page<access::Model>> {
        let mut loaded = HashMap::new();
        for (request, cases) in PageOf::by_request(keys.iter().map(|key| &key.0)) {
            let pages = self.store.accesses(&cases, &request).await.map_err(Arc::new)?;
            loaded.extend(pages.into_iter().map(|(case, page)| (AccessesTo(PageOf::of(case, &request)), page)));
        }
        Ok(loaded)
    }
}

/// A look at personal data of a report.
pub(crate) struct Access(pub(crate) access::Model);

/// A look at personal data of a report, by somebody who works cases or audits them.
#[Object(tag = "scoped")]
impl Access {
    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// At what.
    async fn part(&self, ctx: &Context<'_>) -> async_graphql::Result<PersonalPart> {
        parse(&self.0.what).or_fault(ctx)
    }

    /// For which body; null for somebody of none.
    async fn party(&self) -> Option<Party> {
        self.0.party_id.map(|id| Party::of(PartyId::from_uuid(id)))
    }

    /// Who it was: to auditors. The names of officers are withheld from others.
    async fn officer(&self, ctx: &Context<'_>) -> Option<Officer> {
        request(ctx).actor.is(Role::Auditor).then(|| Officer { id: ID(PersonId::from_uuid(self.0.person).global()) })
    }
}
