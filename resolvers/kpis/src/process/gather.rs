//! The inputs of an indicator, period by period and place by place.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use journal::House;
use kernel::{DistrictId, Request, Result, city_day};

use super::{catalogue, datasets::Datasets, feedback};
use crate::{
    model::{Definition, Kind, Kpi, Source, Span, TraceInput, lookback},
    store::{ObservationQuery, Store},
};

/// All inputs of one period and place.
#[derive(Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) span: Span,
    pub(crate) district: Option<DistrictId>,
    pub(crate) synthetic: bool,
    pub(crate) inputs: Vec<TraceInput>,
}

/// What one input was in one place.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) district: Option<DistrictId>,
    pub(super) synthetic: bool,
    pub(super) input: TraceInput,
}

/// Asks for the inputs of an indicator in all periods that can be computed now.
pub(super) async fn readings(house: &House, store: &Store, kpi: &Kpi, request: &Arc<Request>) -> Result<Vec<Reading>> {
    if !kpi.definition.is_computed() {
        return Ok(Vec::new());
    }
    let sources = Sources { house, store, request, datasets: Datasets::find(house, &kpi.definition, request).await? };
    let mut readings = Vec::new();
    for span in spans(kpi, request) {
        let mut places: BTreeMap<Option<DistrictId>, Vec<Found>> = BTreeMap::new();
        for found in sources.find(&kpi.definition, span).await? {
            places.entry(found.district).or_default().push(found);
        }
        // A place for which one input is missing has no value.
        let whole = places.into_iter().filter(|(_, found)| found.len() == kpi.definition.inputs.len());
        readings.extend(whole.map(|(district, found)| Reading {
            span,
            district,
            synthetic: found.iter().any(|found| found.synthetic),
            inputs: found.into_iter().map(|found| found.input).collect(),
        }));
    }
    Ok(readings)
}

/// The periods that can be computed now: whole ones that have ended, or, of what only tells how things stand, the present one.
fn spans(kpi: &Kpi, request: &Request) -> Vec<Span> {
    let today = city_day(request.now);
    let spans: Vec<Span> = if kpi.definition.is_snapshot() {
        Span::around(kpi.frequency, today).into_iter().collect()
    } else {
        Span::complete(kpi.frequency, today).take(lookback(kpi.frequency)).collect()
    };
    let cumulative = kpi.definition.kind == Kind::Cumulative;
    spans.into_iter().map(|span| if cumulative { span.since_new_year() } else { span }).collect()
}

struct Sources<'a> {
    house: &'a House,
    store: &'a Store,
    request: &'a Arc<Request>,
    datasets: Datasets,
}

impl Sources<'_> {
    /// All inputs of one period, in the order of the definition within each place.
    async fn find(&self, definition: &Definition, span: Span) -> Result<Vec<Found>> {
        let mut measured = self.datasets.measure(self.house, definition, span, self.request).await?;
        let mut all = Vec::new();
        for input in &definition.inputs {
            let mut found = match &input.source {
                Source::Dataset(_) => measured.remove(&input.name).unwrap_or_default(),
                Source::Feedback(source) => feedback::find(self.house, *source, span, self.request).await?.into_iter().collect(),
                Source::Catalogue(measure) => vec![catalogue::find(self.house, *measure, self.request).await?],
                Source::Kpi(code) => self.values_of(code, span).await?,
                Source::Recorded(_) => Vec::new(),
            };
            for found in &mut found {
                found.input.name.clone_from(&input.name);
            }
            all.extend(found);
        }
        Ok(all)
    }

    /// The values of another indicator in exactly this period.
    async fn values_of(&self, code: &str, span: Span) -> Result<Vec<Found>> {
        let Some(kpi) = self.store.kpis_by_code(&[code.to_owned()]).await?.remove(code) else { return Ok(Vec::new()) };
        let query = ObservationQuery { from: Some(span.from), to: Some(span.to), limit: u64::MAX >> 1, ..ObservationQuery::LATEST };
        let observations = self.store.observations_everywhere(kpi.id, &query).await?;
        let same = observations.into_iter().filter(|observation| observation.draft.span == span);
        let places: HashMap<_, _> = same.map(|observation| (observation.draft.district, observation)).collect();
        let found = places.into_values().map(|observation| Found {
            district: observation.draft.district,
            synthetic: observation.draft.synthetic,
            input: TraceInput { value: observation.draft.value.normalize(), observation: Some(observation.id), ..TraceInput::default() },
        });
        Ok(found.collect())
    }
}
