//! The room's queries. Every read begins with [`scoped`].

use std::collections::HashMap;

use journal::{Database, holding};
use kernel::{DistrictId, Error, LocalizedText, Page, PageRequest, PartyId, PersonId, Personal, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr};
use uuid::Uuid;

use crate::{
    entity::{district, officer, party, territory},
    model::{District, Officer, Party, PartyFilter, PartyKind},
    policy::{self, Scope},
};

/// The room's part of the database.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) database: Database,
}

/// Where every read begins.
fn scoped<E: EntityTrait>(scope: Scope) -> Select<E> {
    match scope {
        Scope::All => E::find(),
        Scope::Nothing => E::find().filter(Expr::value(false)),
    }
}

impl Store {
    pub(crate) fn new(database: Database) -> Store {
        Store { database }
    }

    /// One page of parties, by slug.
    pub(crate) async fn parties(&self, filter: &PartyFilter, page: &PageRequest) -> Result<Page<Party>> {
        let mut select = scoped::<party::Entity>(policy::bodies()).order_by_asc(party::Column::Slug).limit(page.limit());
        if let Some(kind) = filter.kind {
            select = select.filter(party::Column::Kind.eq(kind.word()));
        }
        for word in &filter.words {
            select = select.filter(party::Column::Folded.like(holding(word)));
        }
        if let Some(after) = &page.after {
            select = select.filter(party::Column::Slug.gt(after.decode::<String>()?));
        }
        let rows = select.all(&self.database.reader).await.map_err(journal::fault)?;
        let parties = rows.into_iter().map(Party::try_from).collect::<Result<_>>()?;
        Page::cut(page, parties, |party: &Party| party.slug.clone())
    }

    pub(crate) async fn parties_by_id(&self, ids: &[PartyId]) -> Result<HashMap<PartyId, Party>> {
        let rows = scoped::<party::Entity>(policy::bodies())
            .filter(party::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Party::try_from(row).map(|party| (party.id, party))).collect()
    }

    /// All districts, cities first.
    pub(crate) async fn districts(&self) -> Result<Vec<District>> {
        let rows = scoped::<district::Entity>(policy::bodies())
            .order_by_asc(district::Column::Position)
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(District::try_from).collect()
    }

    pub(crate) async fn districts_by_id(&self, ids: &[DistrictId]) -> Result<HashMap<DistrictId, District>> {
        let rows = scoped::<district::Entity>(policy::bodies())
            .filter(district::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| District::try_from(row).map(|district| (district.id, district))).collect()
    }

    /// The districts that each party serves, cities first; a party without any is there with an empty list.
    pub(crate) async fn territories(&self, parties: &[PartyId]) -> Result<HashMap<PartyId, Vec<District>>> {
        let pairs: Vec<(Uuid, Uuid)> = scoped::<territory::Entity>(policy::bodies())
            .select_only()
            .columns([territory::Column::PartyId, territory::Column::DistrictId])
            .filter(territory::Column::PartyId.is_in(parties.iter().map(|id| id.uuid())))
            .into_tuple()
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        let mut served: HashMap<PartyId, Vec<District>> = parties.iter().map(|id| (*id, Vec::new())).collect();
        // The region has 17 districts: reading all is one small statement, and it brings their order.
        for district in self.districts().await? {
            for (party, _) in pairs.iter().filter(|(_, id)| *id == district.id.uuid()) {
                served.entry(PartyId::from_uuid(*party)).or_default().push(district.clone());
            }
        }
        Ok(served)
    }

    pub(crate) async fn officers_by_id(&self, scope: Scope, ids: &[PersonId]) -> Result<HashMap<PersonId, Officer>> {
        let rows = scoped::<officer::Entity>(scope)
            .filter(officer::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Officer::try_from(row).map(|officer| (officer.id, officer))).collect()
    }

    /// The officers of each party; a party without any is there with an empty list.
    pub(crate) async fn officers_of(&self, scope: Scope, parties: &[PartyId]) -> Result<HashMap<PartyId, Vec<Officer>>> {
        let rows = scoped::<officer::Entity>(scope)
            .filter(officer::Column::PartyId.is_in(parties.iter().map(|id| id.uuid())))
            .order_by_asc(officer::Column::Email)
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        let mut officers: HashMap<PartyId, Vec<Officer>> = parties.iter().map(|id| (*id, Vec::new())).collect();
        for officer in rows.into_iter().map(Officer::try_from) {
            let officer = officer?;
            officers.entry(officer.party).or_default().push(officer);
        }
        Ok(officers)
    }
}

impl TryFrom<party::Model> for Party {
    type Error = Error;

    fn try_from(row: party::Model) -> Result<Party> {
        let kind = PartyKind::from_word(&row.kind).ok_or_else(|| Error::internal(format!("party kind {}", row.kind)))?;
        Ok(Party {
            id: PartyId::from_uuid(row.id),
            slug: row.slug,
            name: LocalizedText { kk: row.name_kk, ru: row.name_ru, en: row.name_en },
            kind,
            supervised_by: row.supervised_by.map(PartyId::from_uuid),
            synthetic: row.synthetic,
        })
    }
}

impl TryFrom<district::Model> for District {
    type Error = Error;

    fn try_from(row: district::Model) -> Result<District> {
        Ok(District {
            id: DistrictId::from_uuid(row.id),
            slug: row.slug,
            name: LocalizedText { kk: row.name_kk, ru: row.name_ru, en: row.name_en },
            kato: row.kato,
            aliases: serde_json::from_value(row.aliases).map_err(Error::internal)?,
        })
    }
}

impl TryFrom<officer::Model> for Officer {
    type Error = Error;

    fn try_from(row: officer::Model) -> Result<Officer> {
        let locale = kernel::Locale::from_tag(&row.locale).ok_or_else(|| Error::internal(format!("locale {}", row.locale)))?;
        Ok(Officer {
            id: PersonId::from_uuid(row.id),
            party: PartyId::from_uuid(row.party_id),
            name: Personal::new(row.name),
            email: Personal::new(row.email),
            locale,
        })
    }
}
