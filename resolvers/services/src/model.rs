//! Services and the systems that they come from, as the room speaks of them.

use chrono::{DateTime, Utc};
use kernel::{LocalizedText, PartyId, ServiceId, SourceSystemId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A closed list whose members have a word in data and tables.
macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $($member:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub(crate) enum $name {
            $(#[serde(rename = $word)] $member,)*
        }

        impl $name {
            /// The word in data and tables.
            pub(crate) fn word(self) -> &'static str {
                match self {
                    $($name::$member => $word,)*
                }
            }

            pub(crate) fn from_word(word: &str) -> Option<$name> {
                match word {
                    $($word => Some($name::$member),)*
                    _ => None,
                }
            }
        }
    };
}

closed_list! {
    /// How sure the city is of what it says.
    Confidence {
        Confirmed = "confirmed",
        Likely = "likely",
        Unverified = "unverified",
    }
}

closed_list! {
    /// Whether a source system answers.
    SourceStatus {
        Unknown = "unknown",
        Up = "up",
        Down = "down",
    }
}

closed_list! {
    /// Where a service is asked for or received.
    Channel {
        EgovPortal = "egov_portal",
        EgovMobile = "egov_mobile",
        Tson = "tson",
        EotinishPortal = "eotinish_portal",
        CityPortal = "city_portal",
        MobileApp = "mobile_app",
        HealthApp = "health_app",
        EnbekPortal = "enbek_portal",
        SocialPortal = "social_portal",
        BankPortal = "bank_portal",
        AgroPortal = "agro_portal",
        OpenDataPortal = "open_data_portal",
        UtilitySite = "utility_site",
        Phone = "phone",
        Phone109 = "phone_109",
        Messenger = "messenger",
        ProactiveSms = "proactive_sms",
        Post = "post",
        InPerson = "in_person",
        Akimat = "akimat",
        Archive = "archive",
        School = "school",
        Clinic = "clinic",
        CareerCentre = "career_centre",
        BusinessCentre = "business_centre",
        VeterinaryStation = "veterinary_station",
        UtilityOffice = "utility_office",
        VisitorCentre = "visitor_centre",
        Kiosk = "kiosk",
        StopDisplay = "stop_display",
    }
}

/// A unit in which a term is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Minutes,
    WorkingDays,
    Days,
}

/// When a service is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Term {
    Exactly {
        amount: u32,
        unit: Unit,
    },
    UpTo {
        amount: u32,
        unit: Unit,
    },
    /// The general term of the law, which a special rule may change.
    AsARule {
        amount: u32,
        unit: Unit,
    },
    Several {
        unit: Unit,
    },
    AtOnce {},
    AfterRegistration {},
    SameDay {},
    ByBooking {},
    ByCompetition {},
    ByVisit {},
    Depends {},
}

/// What a service costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fee {
    Free {},
    /// A state duty, which the Tax Code sets in monthly calculation indices (MCI); how much an MCI is changes each year, so the factor is
    /// kept and never the tenge.
    Duty {
        #[serde(default)]
        mci: Option<Decimal>,
    },
    /// As agreed with the provider.
    Contract {},
    Unverified {},
}

/// A public service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) id: ServiceId,
    pub(crate) code: String,
    pub(crate) title: LocalizedText,
    pub(crate) summary: LocalizedText,
    pub(crate) source: SourceSystemId,
    pub(crate) provider: PartyId,
    /// None when it was not verified.
    pub(crate) term: Option<Term>,
    pub(crate) fee: Fee,
    pub(crate) confidence: Confidence,
}

/// Something to bring or attach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequiredDocument {
    pub(crate) name: LocalizedText,
    pub(crate) confidence: Confidence,
}

/// A system that services come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceSystem {
    pub(crate) id: SourceSystemId,
    pub(crate) slug: String,
    pub(crate) name: LocalizedText,
    pub(crate) confidence: Confidence,
    pub(crate) health: SourceHealth,
}

/// What is known of a source system's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SourceHealth {
    pub(crate) status: SourceStatus,
    /// None when nobody has looked yet.
    pub(crate) checked_at: Option<DateTime<Utc>>,
}

/// Which services are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Folded words, all of which the title or the summary holds.
    pub(crate) words: Vec<String>,
    pub(crate) provider: Option<PartyId>,
    pub(crate) channel: Option<Channel>,
    pub(crate) source: Option<SourceSystemId>,
}

/// The longest text that services are searched by.
pub(crate) const QUERY_CHARS_MAX: usize = 100;

/// Folds what is searched for into words; `None` when it is too long.
pub(crate) fn search_words(query: &str) -> Option<Vec<String>> {
    (query.chars().count() <= QUERY_CHARS_MAX).then(|| kernel::fold(query).split_whitespace().map(str::to_owned).collect())
}

/// What is stored for search: code, titles and summaries in all languages, folded.
pub(crate) fn folded(code: &str, title: &LocalizedText, summary: &LocalizedText) -> String {
    [code, &title.kk, &title.ru, &title.en, &summary.kk, &summary.ru, &summary.en].map(kernel::fold).join("\n")
}
