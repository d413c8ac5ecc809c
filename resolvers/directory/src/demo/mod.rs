//! The demonstration's directory: the region's districts and departments, and invented organisations and people.

use async_trait::async_trait;
use futures_util::FutureExt;
use journal::{Abort, Demo, Progress, Txn};
use kernel::{DistrictId, Error, Locale, LocalizedText, PartyId, PersonId, Result, Rng, SeededRng};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde::Deserialize;
use serde_json::json;

use crate::{
    entity::{district, officer, party, territory},
    model::{self, PartyKind},
    store::Store,
};

/// The same people every time.
const SEED: u64 = 0x6469_7265_6374;
/// How many officers each party has, beside the personae.
const OFFICERS_PER_PARTY: usize = 2;
/// Rows in one statement; ten columns stay far below SQLite's 32,766 variables.
const ROWS_MAX: usize = 1000;

/// The room's demo data.
pub(crate) struct City {
    store: Store,
}

#[derive(Deserialize)]
struct DistrictFile {
    districts: Vec<DistrictEntry>,
}

#[derive(Deserialize)]
struct DistrictEntry {
    id: String,
    name: LocalizedText,
    kato: String,
    aliases: Vec<String>,
}

#[derive(Deserialize)]
struct PartyFile {
    meta: PartyMeta,
    parties: Vec<PartyEntry>,
}

#[derive(Deserialize)]
struct PartyMeta {
    synthetic: bool,
}

#[derive(Deserialize)]
struct PartyEntry {
    id: String,
    kind: PartyKind,
    name: LocalizedText,
    territories: Territories,
    supervised_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Whole {
    /// Every district.
    Region,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Territories {
    Whole(Whole),
    Some(Vec<String>),
}

#[derive(Deserialize)]
struct PeopleFile {
    personae: Vec<Persona>,
    names: Vec<Names>,
}

#[derive(Deserialize)]
struct Persona {
    id: String,
    party: String,
    name: String,
    locale: Locale,
}

#[derive(Deserialize)]
struct Names {
    locale: Locale,
    given: Vec<String>,
    family: Vec<String>,
}

/// The rows to store.
struct Rows {
    districts: Vec<district::ActiveModel>,
    parties: Vec<party::ActiveModel>,
    territories: Vec<territory::ActiveModel>,
    officers: Vec<officer::ActiveModel>,
}

impl City {
    pub(crate) fn new(store: Store) -> City {
        City { store }
    }
}

#[async_trait]
impl Demo for City {
    async fn load(&self, progress: &dyn Progress) -> Result<()> {
        let rows = rows(&SeededRng::new(SEED))?;
        let all = u64::try_from(rows.parties.len()).unwrap_or_default();
        progress.report("parties", 0, all);
        self.store.database.writer.write(move |txn| insert(txn, rows).boxed()).await.map_err(fault)?;
        progress.report("parties", all, all);
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        self.store.database.writer.write(|txn| delete(txn).boxed()).await.map_err(fault)
    }
}

async fn insert(txn: &Txn, rows: Rows) -> Result<(), Abort> {
    insert_many(txn, rows.districts).await?;
    insert_many(txn, rows.parties).await?;
    insert_many(txn, rows.territories).await?;
    insert_many(txn, rows.officers).await
}

async fn insert_many<A>(txn: &Txn, rows: Vec<A>) -> Result<(), Abort>
where
    A: sea_orm::ActiveModelTrait + Clone,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    for chunk in rows.chunks(ROWS_MAX) {
        <A::Entity as EntityTrait>::insert_many(chunk.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}

async fn delete(txn: &Txn) -> Result<(), Abort> {
    officer::Entity::delete_many().exec(txn).await?;
    territory::Entity::delete_many().exec(txn).await?;
    party::Entity::delete_many().exec(txn).await?;
    district::Entity::delete_many().exec(txn).await?;
    Ok(())
}

fn fault(abort: Abort) -> Error {
    abort.into_refusals().err().unwrap_or_else(|| Error::internal("loading demo data was refused"))
}

fn read<'a, T: Deserialize<'a>>(file: &'a str) -> Result<T> {
    serde_json::from_str(file).map_err(Error::internal)
}

fn rows(rng: &dyn Rng) -> Result<Rows> {
    let region: DistrictFile = read(include_str!("districts.json"))?;
    let people: PeopleFile = read(include_str!("people.json"))?;
    let mut rows = Rows { districts: Vec::new(), parties: Vec::new(), territories: Vec::new(), officers: Vec::new() };
    for (position, entry) in region.districts.iter().enumerate() {
        rows.districts.push(district_row(i16::try_from(position).map_err(Error::internal)?, entry));
    }
    for file in [include_str!("departments.json"), include_str!("parties.json")] {
        let file: PartyFile = read(file)?;
        for entry in &file.parties {
            let served: Vec<&str> = match &entry.territories {
                Territories::Whole(Whole::Region) => region.districts.iter().map(|district| district.id.as_str()).collect(),
                Territories::Some(slugs) => slugs.iter().map(String::as_str).collect(),
            };
            let id = PartyId::of_slug(&entry.id).uuid();
            rows.territories.extend(
                served
                    .into_iter()
                    .map(|slug| territory::ActiveModel { party_id: Set(id), district_id: Set(DistrictId::of_slug(slug).uuid()) }),
            );
            rows.parties.push(party_row(entry, file.meta.synthetic));
            rows.officers.extend(officers_of(&entry.id, &people.names, rng));
        }
    }
    rows.officers.extend(people.personae.iter().map(|one| officer_row(&one.id, &one.party, one.name.clone(), one.locale)));
    Ok(rows)
}

fn district_row(position: i16, entry: &DistrictEntry) -> district::ActiveModel {
    district::ActiveModel {
        id: Set(DistrictId::of_slug(&entry.id).uuid()),
        slug: Set(entry.id.clone()),
        position: Set(position),
        name_kk: Set(entry.name.kk.clone()),
        name_ru: Set(entry.name.ru.clone()),
        name_en: Set(entry.name.en.clone()),
        kato: Set(Some(entry.kato.clone())),
        aliases: Set(json!(entry.aliases)),
    }
}

fn party_row(entry: &PartyEntry, synthetic: bool) -> party::ActiveModel {
    party::ActiveModel {
        id: Set(PartyId::of_slug(&entry.id).uuid()),
        slug: Set(entry.id.clone()),
        name_kk: Set(entry.name.kk.clone()),
        name_ru: Set(entry.name.ru.clone()),
        name_en: Set(entry.name.en.clone()),
        kind: Set(entry.kind.word().to_owned()),
        supervised_by: Set(entry.supervised_by.as_deref().map(|slug| PartyId::of_slug(slug).uuid())),
        synthetic: Set(synthetic),
        folded: Set(model::folded(&entry.id, &entry.name)),
    }
}

fn officers_of(party: &str, names: &[Names], rng: &dyn Rng) -> Vec<officer::ActiveModel> {
    (1..=OFFICERS_PER_PARTY)
        .map(|number| {
            let names = pick(names, rng);
            let name = format!("{} {}", pick(&names.given, rng), pick(&names.family, rng));
            officer_row(&format!("{party}.{number}"), party, name, names.locale)
        })
        .collect()
}

fn officer_row(slug: &str, party: &str, name: String, locale: Locale) -> officer::ActiveModel {
    officer::ActiveModel {
        id: Set(PersonId::of_slug(slug).uuid()),
        party_id: Set(PartyId::of_slug(party).uuid()),
        name: Set(name),
        email: Set(format!("{slug}@turkistan.example")),
        locale: Set(locale.tag().to_owned()),
        synthetic: Set(true),
    }
}

fn pick<'a, T>(list: &'a [T], rng: &dyn Rng) -> &'a T {
    let end = u64::try_from(list.len()).unwrap_or(1);
    &list[usize::try_from(rng.below(end)).unwrap_or_default()]
}
