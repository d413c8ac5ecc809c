//! The types that the room owns.

use async_graphql::{Context, Enum, ID, Interface, Object, Result};
use kernel::{GlobalId, PartyId, PersonId};
use vocabulary::{Locale, Nullable, OrFault, OrNull, list_size, request};

use super::loaders::{OfficersOf, TerritoriesOf, directory};
use crate::{model, policy};

/// What kind of body a party is.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::PartyKind")]
pub(crate) enum PartyKind {
    /// A directorate (басқарма) of the region's akimat.
    Directorate,
    /// The akimat of a city.
    CityAkimat,
    /// The akimat of a district.
    DistrictAkimat,
    /// A territorial body of a ministry: police, emergency, sanitary control.
    TerritorialBody,
    /// The corporation that runs the public service centres.
    StateCorporation,
    /// A utility: water, heat, power, gas, waste.
    Utility,
    /// A public transport operator.
    TransportOperator,
    /// A clinic or a hospital.
    HealthFacility,
    /// Whoever manages an apartment building.
    BuildingManager,
    /// The office of the region's akim.
    Office,
}

/// What a person may be in the city's systems.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "kernel::Role")]
pub(crate) enum Role {
    /// A resident or visitor with an account.
    Citizen,
    /// Works a party's queue.
    Officer,
    /// Watches over the parties that a directorate supervises.
    Supervisor,
    /// Keeps datasets.
    Steward,
    /// Keeps indicators and surveys.
    Analyst,
    /// Reads journals, deliveries and dead letters; changes nothing.
    Auditor,
    /// Runs the installation.
    Admin,
}

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Party(Party),
    District(District),
    Officer(Officer),
}

async fn party(ctx: &Context<'_>, id: PartyId) -> Nullable<Party> {
    directory(ctx).load_one(id).await.map(|found| found.map(Party)).or_null(ctx)
}

/// Whoever can be responsible: a directorate, an akimat, a utility, a clinic; not only a department.
pub(crate) struct Party(pub(crate) model::Party);

/// Whoever can be responsible: a directorate, an akimat, a utility, a clinic; not only a department.
#[Object(tag = "public")]
impl Party {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The short name in links and in the city's data files, e.g. `water-arys`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name that people know.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.name.get(vocabulary::locale(ctx, locale))
    }

    /// What kind of body it is.
    async fn kind(&self) -> PartyKind {
        self.0.kind.into()
    }

    /// The districts that it serves, cities first; all of them for a body of the whole region.
    #[graphql(directive = list_size::apply(20))]
    async fn territories(&self, ctx: &Context<'_>) -> Result<Vec<District>> {
        let served = directory(ctx).load_one(TerritoriesOf(self.0.id)).await.or_fault(ctx)?;
        Ok(served.unwrap_or_default().into_iter().map(District).collect())
    }

    /// Who watches over it, sees its cases, and is turned to when it does not answer; null when that is a ministry outside the directory.
    async fn supervised_by(&self, ctx: &Context<'_>) -> Nullable<Party> {
        party(ctx, self.0.supervised_by?).await
    }

    /// Whether it was invented for the demonstration: no such organisation exists.
    async fn synthetic(&self) -> bool {
        self.0.synthetic
    }

    /// Who works there; null when you may not list the officers of this party. Officers list their own party, supervisors also those that
    /// they supervise.
    #[graphql(requires_scopes = "system", requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "admin", directive = list_size::apply(10))]
    async fn officers(&self, ctx: &Context<'_>) -> Nullable<Vec<Officer>> {
        match policy::list_officers(&request(ctx).actor, &self.0) {
            Err(error) => Err(error).or_null(ctx),
            Ok(false) => None,
            Ok(true) => {
                let officers = directory(ctx).load_one(OfficersOf(self.0.id)).await;
                officers.map(|found| found.map(|list| list.into_iter().map(Officer).collect())).or_null(ctx)
            }
        }
    }
}

/// A city or a district of the region.
pub(crate) struct District(pub(crate) model::District);

/// A city or a district of the region.
#[Object(tag = "public")]
impl District {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The short name in links and in the city's data files, e.g. `turkistan-city`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The official name.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.name.get(vocabulary::locale(ctx, locale))
    }

    /// The code in Kazakhstan's classifier of administrative units (КАТО), nine digits. Its last digits are not checked against the official
    /// classifier.
    async fn kato(&self) -> Option<&str> {
        self.0.kato.as_deref()
    }

    /// Other spellings that people use for it, in any language.
    #[graphql(directive = list_size::apply(5))]
    async fn aliases(&self) -> &[String] {
        &self.0.aliases
    }
}

/// A person who works for a party. Those who work for the city see each other; the public sees only parties.
pub(crate) struct Officer(pub(crate) model::Officer);

/// A person who works for a party. Those who work for the city see each other; the public sees only parties.
#[Object(
    requires_scopes = "system",
    requires_scopes = "officer",
    requires_scopes = "supervisor",
    requires_scopes = "steward",
    requires_scopes = "analyst",
    requires_scopes = "auditor",
    requires_scopes = "admin"
)]
impl Officer {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// Given name and family name.
    async fn name(&self) -> &str {
        self.0.name.reveal()
    }

    /// Whom they work for.
    async fn party(&self, ctx: &Context<'_>) -> Nullable<Party> {
        party(ctx, self.0.party).await
    }

    /// Where the house writes to them; for the house alone.
    #[graphql(requires_scopes = "system")]
    async fn email(&self, ctx: &Context<'_>) -> Nullable<&str> {
        policy::only_system(&request(ctx).actor).map(|()| Some(self.0.email.reveal().as_str())).or_null(ctx)
    }

    /// The language that they read; for the house alone.
    #[graphql(requires_scopes = "system")]
    async fn locale(&self, ctx: &Context<'_>) -> Nullable<Locale> {
        policy::only_system(&request(ctx).actor).map(|()| Some(self.0.locale.into())).or_null(ctx)
    }
}

/// Whoever asks, as their token says.
pub(crate) struct Viewer(pub(crate) kernel::Person);

impl Viewer {
    /// The type's name within global ids.
    const TYPE_NAME: &str = "Viewer";

    pub(crate) fn global(person: PersonId) -> String {
        GlobalId::encode(Self::TYPE_NAME, person.uuid())
    }
}

/// Whoever asks, as their token says. Everybody sees only themselves.
#[Object(tag = "scoped")]
impl Viewer {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(Viewer::global(self.0.id))
    }

    /// What they may be in the city's systems.
    #[graphql(directive = list_size::apply(8))]
    async fn roles(&self) -> Vec<Role> {
        self.0.roles.iter().map(|role| (*role).into()).collect()
    }

    /// The party that they act for; null for citizens.
    async fn party(&self, ctx: &Context<'_>) -> Nullable<Party> {
        party(ctx, self.0.party?).await
    }

    /// The language that they read.
    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }
}
