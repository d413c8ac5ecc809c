//! Rows of the tables as plain values. Decimals are kept as text, which no database rounds.

use std::str::FromStr;

use kernel::{DistrictId, Error, KpiId, LocalizedText, ObservationId, PartyId, Result};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;
use vocabulary::UpdatePeriod;

use crate::{
    entity::{kpi, kpi_observation, kpi_target},
    model::{Definition, Direction, Draft, Kind, Kpi, Observation, Span, Target},
};

/// The whole region, where a district would be.
pub(super) const REGION: Uuid = Uuid::nil();

pub(super) fn place(district: Option<DistrictId>) -> Uuid {
    district.map_or(REGION, DistrictId::uuid)
}

fn district(place: Uuid) -> Option<DistrictId> {
    (place != REGION).then(|| DistrictId::from_uuid(place))
}

fn decimal(text: &str) -> Result<Decimal> {
    Decimal::from_str(text).map_err(Error::internal)
}

impl Kind {
    /// The word under which it is stored.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Simple => "simple",
            Kind::Ratio => "ratio",
            Kind::Cumulative => "cumulative",
            Kind::Derived => "derived",
        }
    }

    fn from_word(word: &str) -> Option<Kind> {
        [Kind::Simple, Kind::Ratio, Kind::Cumulative, Kind::Derived].into_iter().find(|kind| kind.word() == word)
    }
}

impl TryFrom<kpi::Model> for Kpi {
    type Error = Error;

    fn try_from(row: kpi::Model) -> Result<Kpi> {
        let unknown = |what: &str| Error::internal(format!("indicator {}: {what}", row.code));
        let definition = Definition {
            kind: Kind::from_word(&row.kind).ok_or_else(|| unknown(&row.kind))?,
            formula: row.formula,
            decimals: u32::try_from(row.decimals).map_err(Error::internal)?,
            inputs: serde_json::from_value(row.inputs).map_err(Error::internal)?,
        };
        Ok(Kpi {
            id: KpiId::from_uuid(row.id),
            title: LocalizedText { kk: row.title_kk, ru: row.title_ru, en: row.title_en },
            unit: row.unit,
            direction: Direction::from_word(&row.direction).ok_or_else(|| unknown(&row.direction))?,
            frequency: UpdatePeriod::from_word(&row.frequency).ok_or_else(|| unknown(&row.frequency))?,
            owner: row.owner_id.map(PartyId::from_uuid),
            standard: row.standard,
            definition,
            defined_at: row.defined_at,
            code: row.code,
        })
    }
}

impl TryFrom<kpi_target::Model> for Target {
    type Error = Error;

    fn try_from(row: kpi_target::Model) -> Result<Target> {
        Ok(Target {
            from: row.valid_from,
            value: decimal(&row.value)?,
            at_risk: row.at_risk.as_deref().map(decimal).transpose()?,
            synthetic: row.synthetic,
        })
    }
}

impl TryFrom<kpi_observation::Model> for Observation {
    type Error = Error;

    fn try_from(row: kpi_observation::Model) -> Result<Observation> {
        let draft = Draft {
            span: Span { from: row.period_from, to: row.period_to },
            district: district(row.district_id),
            numerator: row.numerator.as_deref().map(decimal).transpose()?,
            denominator: row.denominator.as_deref().map(decimal).transpose()?,
            value: decimal(&row.value)?,
            synthetic: row.synthetic,
            trace: serde_json::from_value(row.trace).map_err(Error::internal)?,
        };
        Ok(Observation {
            id: ObservationId::from_uuid(row.id),
            kpi: KpiId::from_uuid(row.kpi_id),
            revision: row.revision,
            recorded_at: row.recorded_at,
            draft,
        })
    }
}

impl Observation {
    pub(super) fn row(&self) -> Result<kpi_observation::ActiveModel> {
        let draft = &self.draft;
        Ok(kpi_observation::ActiveModel {
            id: Set(self.id.uuid()),
            kpi_id: Set(self.kpi.uuid()),
            district_id: Set(place(draft.district)),
            period_from: Set(draft.span.from),
            period_to: Set(draft.span.to),
            revision: Set(self.revision),
            numerator: Set(draft.numerator.map(|part| part.to_string())),
            denominator: Set(draft.denominator.map(|part| part.to_string())),
            value: Set(draft.value.to_string()),
            synthetic: Set(draft.synthetic),
            recorded_at: Set(self.recorded_at),
            trace: Set(serde_json::to_value(&draft.trace).map_err(Error::internal)?),
        })
    }
}
