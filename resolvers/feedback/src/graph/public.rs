//! Which reports the public list shows.

use async_graphql::{ID, InputObject};
use kernel::{CategoryId, DistrictId, PartyId, ServiceId};
use vocabulary::DateTime;

use super::{enums::PublicStatus, inputs::PointInput};
use crate::{
    desk::word,
    reference::{find_category_by_id, find_district_by_id},
    store::PublicFilter,
};

/// A part of the map. Reports are in it by squares of about 100 metres: nobody learns a place more exactly.
#[derive(InputObject)]
pub(crate) struct BoxInput {
    /// The corner in the south-west.
    south_west: PointInput,
    /// The corner in the north-east.
    north_east: PointInput,
}

/// Which reports the public list shows.
#[derive(Default, InputObject)]
#[graphql(name = "PublicFeedbackFilter")]
pub(crate) struct PublicInput {
    /// Only those with one of these numbers, e.g. `TK-2026-000123`.
    references: Option<Vec<String>>,
    /// Only this category.
    category: Option<ID>,
    /// Only these categories.
    categories: Option<Vec<ID>>,
    /// Only from this city or district.
    district: Option<ID>,
    /// Only about this service.
    service: Option<ID>,
    /// Only those that this party has.
    responsible: Option<ID>,
    /// Only with this status.
    status: Option<PublicStatus>,
    /// Only those without an answer, or only those with one.
    open: Option<bool>,
    /// Only those that came in at this instant or later.
    received_from: Option<DateTime>,
    /// Only those that came in at this instant or earlier.
    received_until: Option<DateTime>,
    /// Only those in this part of the map.
    within: Option<BoxInput>,
    /// Only those whose published text holds these words; spellings and endings do not matter.
    query: Option<String>,
}

/// A filter that names what does not exist finds nothing.
impl From<PublicInput> for PublicFilter {
    fn from(input: PublicInput) -> PublicFilter {
        let slug = |id: &ID| CategoryId::from_global(id).and_then(find_category_by_id).map(|known| known.slug.clone());
        let categories = match (input.category, input.categories) {
            (None, None) => None,
            (Some(one), None) => Some(vec![one]),
            (None, Some(many)) => Some(many),
            (Some(one), Some(many)) => Some(many.into_iter().filter(|id| *id == one).collect()),
        };
        let district = |id: ID| DistrictId::from_global(&id).and_then(find_district_by_id).map(|known| known.slug.clone());
        PublicFilter {
            references: input.references,
            categories: categories.map(|ids| ids.iter().filter_map(slug).collect()),
            district: input.district.map(|id| district(id).unwrap_or_default()),
            service: input.service.map(|id| ServiceId::from_global(&id).map(ServiceId::uuid).unwrap_or_default()),
            responsible: input.responsible.map(|id| PartyId::from_global(&id).map(PartyId::uuid).unwrap_or_default()),
            status: input.status.map(|status| word(&engine::PublicStatus::from(status))),
            open: input.open,
            received: (input.received_from.map(|from| from.0), input.received_until.map(|until| until.0)),
            query: input.query,
            within: input.within.map(|part| (part.south_west.cell(), part.north_east.cell())),
        }
    }
}
