//! The types that the room owns, and the fields that it adds to another room's.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Interface, Object, Result, SimpleObject};
use kernel::{PageRequest, PartyId};
use rust_decimal::Decimal;
use vocabulary::{Connection, DateTime, Locale, Money, Nullable, OrFault, OrNull, connection, list_size, page};

use super::loaders::{ChannelsOf, DocumentsOf, ServicesOf, catalogue};
use crate::{model, words};

/// How sure the city is of what it says.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Confidence")]
pub(crate) enum Confidence {
    /// Found in an official source.
    Confirmed,
    /// Found in several sources, none of them official.
    Likely,
    /// Not checked: ask the provider before you rely on it.
    Unverified,
}

/// Whether a source system answers.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::SourceStatus")]
pub(crate) enum SourceStatus {
    /// Nobody looks: the system is not joined to the graph yet.
    Unknown,
    /// It answered when it was last looked at.
    Up,
    /// It did not answer when it was last looked at.
    Down,
}

/// Where a service is asked for or received.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Channel")]
pub(crate) enum Channel {
    /// The portal eGov.kz.
    EgovPortal,
    /// The app eGov Mobile.
    EgovMobile,
    /// A public service centre (ХҚКО, ЦОН).
    Tson,
    /// The portal eOtinish.kz.
    EotinishPortal,
    /// The city's own site.
    CityPortal,
    /// An app of the provider.
    MobileApp,
    /// A health app, such as DamuMed.
    HealthApp,
    /// The labour exchange enbek.kz.
    EnbekPortal,
    /// The Portal of Social Services.
    SocialPortal,
    /// The site of Otbasy Bank.
    BankPortal,
    /// The agricultural subsidy system.
    AgroPortal,
    /// The open data portal data.egov.kz.
    OpenDataPortal,
    /// A utility's site.
    UtilitySite,
    /// A call to the provider.
    Phone,
    /// A call to the contact centre 109.
    Phone109,
    /// A chat in a messenger.
    Messenger,
    /// The state offers it by text message; you only agree.
    ProactiveSms,
    /// A letter.
    Post,
    /// A visit to the body itself.
    InPerson,
    /// A visit to the akimat.
    Akimat,
    /// A visit to the archive.
    Archive,
    /// A visit to the school.
    School,
    /// A visit to the clinic.
    Clinic,
    /// A career centre.
    CareerCentre,
    /// A business service centre.
    BusinessCentre,
    /// A veterinary station.
    VeterinaryStation,
    /// A utility's office.
    UtilityOffice,
    /// The visitor centre.
    VisitorCentre,
    /// A kiosk.
    Kiosk,
    /// The display at a stop.
    StopDisplay,
}

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Service(Service),
    SourceSystem(SourceSystem),
}

/// Which services are asked for; all conditions hold together.
#[derive(Debug, Default, InputObject)]
pub(crate) struct ServiceFilter {
    /// Words that the title or the summary holds, in any language; letter case, and Kazakh or Russian letters, do not matter. 100
    /// characters at most.
    pub(crate) query: Option<String>,
    /// Only services of this party.
    pub(crate) provider: Option<ID>,
    /// Only services that this channel offers.
    pub(crate) channel: Option<Channel>,
    /// Only services from this source system.
    pub(crate) source: Option<ID>,
}

/// Something that the city, the state or a utility does for a person on request.
pub(crate) struct Service(pub(crate) model::Service);

/// Something that the city, the state or a utility does for a person on request.
#[Object(tag = "public")]
impl Service {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The short name in links and in the city's data files, e.g. `birth-registration`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// A short title; not the wording of the official register.
    async fn title(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.title.get(vocabulary::locale(ctx, locale))
    }

    /// One sentence on what it is good for.
    async fn summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> &str {
        self.0.summary.get(vocabulary::locale(ctx, locale))
    }

    /// The system that carries the service out.
    async fn source(&self, ctx: &Context<'_>) -> Result<SourceSystem> {
        let source = catalogue(ctx).load_one(self.0.source).await.or_fault(ctx)?;
        let missing = || kernel::Error::internal(format!("service {} has no source system", self.0.code));
        source.map(SourceSystem).ok_or_else(missing).or_fault(ctx)
    }

    /// Who answers for it.
    async fn provider(&self) -> Option<Party> {
        Some(Party::stub(self.0.provider))
    }

    /// Where it is asked for or received.
    #[graphql(directive = list_size::apply(5))]
    async fn channels(&self, ctx: &Context<'_>) -> Result<Vec<Channel>> {
        let channels = catalogue(ctx).load_one(ChannelsOf(self.0.id)).await.or_fault(ctx)?;
        Ok(channels.unwrap_or_default().into_iter().map(Into::into).collect())
    }

    /// When it is done, in words; null when that was not verified.
    async fn term(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> Option<String> {
        Some(words::term(self.0.term?).get(vocabulary::locale(ctx, locale)).to_owned())
    }

    /// What it costs in tenge: zero when it is free; null when the sum is not known, and `feeNote` says what is.
    async fn fee(&self) -> Option<Money> {
        match self.0.fee {
            model::Fee::Free {} => Some(Money { amount: vocabulary::Decimal(Decimal::ZERO), currency: "KZT".to_owned() }),
            model::Fee::Duty { .. } | model::Fee::Contract {} | model::Fee::Unverified {} => None,
        }
    }

    /// What is known of the cost, in words.
    async fn fee_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> String {
        words::fee(self.0.fee).get(vocabulary::locale(ctx, locale)).to_owned()
    }

    /// What to bring or attach.
    #[graphql(directive = list_size::apply(10))]
    async fn documents(&self, ctx: &Context<'_>) -> Result<Vec<RequiredDocument>> {
        let documents = catalogue(ctx).load_one(DocumentsOf(self.0.id)).await.or_fault(ctx)?;
        Ok(documents.unwrap_or_default().into_iter().map(RequiredDocument).collect())
    }

    /// How sure the city is of title, term, fee and channels.
    async fn confidence(&self) -> Confidence {
        self.0.confidence.into()
    }
}

/// Something to bring or attach when a service is asked for.
pub(crate) struct RequiredDocument(pub(crate) model::RequiredDocument);

/// Something to bring or attach when a service is asked for.
#[Object(tag = "public")]
impl RequiredDocument {
    /// What it is.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.name.get(vocabulary::locale(ctx, locale))
    }

    /// How sure the city is that it is asked for.
    async fn confidence(&self) -> Confidence {
        self.0.confidence.into()
    }
}

/// A system that services come from: eGov.kz, a utility's, the transport operator's.
pub(crate) struct SourceSystem(pub(crate) model::SourceSystem);

/// A system that services come from: eGov.kz, a utility's, the transport operator's.
#[Object(tag = "public")]
impl SourceSystem {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The short name in links and in the city's data files, e.g. `egov`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name that people know.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.name.get(vocabulary::locale(ctx, locale))
    }

    /// How sure the city is that the system exists as named.
    async fn confidence(&self) -> Confidence {
        self.0.confidence.into()
    }

    /// Whether it answers.
    async fn health(&self) -> SourceHealth {
        SourceHealth { status: self.0.health.status.into(), checked_at: self.0.health.checked_at.map(DateTime) }
    }
}

/// Whether a source system answers, and when that was looked at.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct SourceHealth {
    /// Whether it answers.
    status: SourceStatus,
    /// When it was last looked at; null while nobody looks.
    checked_at: Option<DateTime>,
}

/// Whoever can be responsible.
#[derive(SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct Party {
    /// Opaque, and the same for good.
    id: ID,
    #[graphql(skip)]
    party: PartyId,
}

impl Party {
    /// A party of which this room knows the id alone.
    pub(crate) fn stub(party: PartyId) -> Party {
        Party { id: ID(party.global()), party }
    }
}

#[ComplexObject]
impl Party {
    /// The services that the party answers for, in the order of codes.
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Service>> {
        let key = page(first, after).and_then(|page: PageRequest| ServicesOf::new(self.party, &page));
        match key {
            Ok(key) => catalogue(ctx).load_one(key).await.map(|page| page.map(|page| connection(page, Service))).or_null(ctx),
            Err(error) => Err(error).or_null(ctx),
        }
    }
}
