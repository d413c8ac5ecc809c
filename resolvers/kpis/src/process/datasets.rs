//! Inputs from published rows. One version of each dataset is read throughout, so that a value speaks of one state of the data.

use std::{
    collections::{BTreeSet, HashMap},
    str::FromStr,
    sync::Arc,
};

use chrono::NaiveDate;
use journal::House;
use kernel::{DatasetId, DatasetVersionId, DistrictId, Document, Error, Request, Result};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::gather::Found;
use crate::model::{DatasetMeasure, DatasetSource, Definition, Input, Source, Span, TraceInput};

/// What a dataset is, and its newest version.
pub(super) static SHAPE: Document = Document {
    name: "kpis.DatasetShape",
    text: "query DatasetShape($slug: String!) { dataset(slug: $slug) { id synthetic schema { columns { name type } }
             versions(first: 1) { nodes { id number } } } }",
};

/// Measures over the rows of a version.
pub(super) static AGGREGATE: Document = Document {
    name: "kpis.DatasetAggregate",
    text: "query DatasetAggregate($slug: String!, $version: Int!, $where: RowFilter, $groupBy: [String!], $measures: [MeasureInput!]!,
             $after: String) {
             dataset(slug: $slug) { aggregate(version: $version, where: $where, groupBy: $groupBy, measures: $measures, first: 100,
               after: $after) { nodes { rowCount keys { value } values { value } } pageInfo { hasNextPage endCursor } } } }",
};

#[derive(Debug, Deserialize)]
struct Shape {
    id: String,
    synthetic: bool,
    schema: Schema,
    versions: Nodes<Version>,
}

#[derive(Debug, Deserialize)]
struct Schema {
    columns: Vec<Column>,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Debug, Deserialize)]
struct Version {
    id: String,
    number: i32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Aggregate {
    nodes: Vec<Group>,
    page_info: PageInfo,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    row_count: i64,
    keys: Vec<Cell>,
    values: Vec<Cell>,
}

#[derive(Debug, Deserialize)]
struct Cell {
    value: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// A dataset as it is read during one computation.
#[derive(Debug)]
struct Edition {
    slug: String,
    id: DatasetId,
    version: DatasetVersionId,
    number: i32,
    synthetic: bool,
    /// For each column with days: from the first day of the rows to the last day that they stand for.
    reach: HashMap<String, Span>,
}

/// Why a dataset cannot be an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    NoDataset,
    NoColumn,
    WrongType,
}

/// Whether the columns that a source names are there and can be measured.
pub(crate) async fn check(house: &House, source: &DatasetSource, request: &Arc<Request>) -> Result<std::result::Result<(), Unfit>> {
    let Some(shape) = shape(house, &source.dataset, request).await? else { return Ok(Err(Unfit::NoDataset)) };
    let kind = |name: &str| shape.schema.columns.iter().find(|column| column.name == name).map(|column| column.kind.as_str());
    let numeric = |kind: &str| matches!(kind, "INTEGER" | "DECIMAL");
    let fits = |name: Option<&str>, allowed: &dyn Fn(&str) -> bool| match name.map(kind) {
        None => Ok(()),
        Some(None) => Err(Unfit::NoColumn),
        Some(Some(kind)) if allowed(kind) => Ok(()),
        Some(Some(_)) => Err(Unfit::WrongType),
    };
    let measured = |kind: &str| source.measure == DatasetMeasure::Count || numeric(kind);
    Ok(fits(Some(&source.date), &|kind| kind == "DATE")
        .and(fits(source.district.as_deref(), &|kind| kind == "TEXT"))
        .and(fits(source.column.as_deref(), &measured)))
}

async fn shape(house: &House, slug: &str, request: &Arc<Request>) -> Result<Option<Shape>> {
    let answer = house.graph.ask(&SHAPE, json!({ "slug": slug }), request).await?;
    serde_json::from_value(answer["dataset"].clone()).map_err(Error::internal)
}

/// The datasets that a definition counts on.
pub(super) struct Datasets {
    editions: HashMap<String, Edition>,
}

/// Inputs that read the same rows are measured at once.
struct Batch<'a> {
    source: &'a DatasetSource,
    inputs: Vec<(&'a Input, &'a DatasetSource)>,
    groups: Vec<Group>,
}

impl Datasets {
    /// Finds the newest versions. A dataset that is absent, or has no version, gives no inputs.
    pub(super) async fn find(house: &House, definition: &Definition, request: &Arc<Request>) -> Result<Datasets> {
        let mut editions: HashMap<String, Edition> = HashMap::new();
        for source in definition.inputs.iter().filter_map(|input| input.source.dataset()) {
            if !editions.contains_key(&source.dataset) {
                let Some(edition) = edition(house, &source.dataset, request).await? else { continue };
                editions.insert(source.dataset.clone(), edition);
            }
            if let Some(edition) = editions.get_mut(&source.dataset)
                && let Some(reach) = reach(house, edition, source, request).await?
            {
                edition.reach.insert(source.date.clone(), reach);
            }
        }
        Ok(Datasets { editions })
    }

    /// Measures all inputs that come from rows, by the input's name. Nothing comes of a period that the rows do not reach over: half a
    /// period would look like a fall.
    pub(super) async fn measure(
        &self,
        house: &House,
        definition: &Definition,
        span: Span,
        request: &Arc<Request>,
    ) -> Result<HashMap<String, Vec<Found>>> {
        let mut batches: Vec<Batch<'_>> = Vec::new();
        for input in &definition.inputs {
            let Some(source) = input.source.dataset() else { continue };
            match batches.iter_mut().find(|batch| batch.source.reads_the_same_rows(source)) {
                Some(batch) => batch.inputs.push((input, source)),
                None => batches.push(Batch { source, inputs: vec![(input, source)], groups: Vec::new() }),
            }
        }
        for batch in &mut batches {
            match self.editions.get(&batch.source.dataset) {
                Some(edition) if edition.reaches_over(batch.source, span) => {
                    let measures = batch.inputs.iter().map(|(_, source)| source.measure_input()).collect();
                    batch.groups = groups(house, edition, batch.filter(span), batch.source.district.as_deref(), measures, request).await?;
                }
                _ => return Ok(HashMap::new()),
            }
        }
        let districts: BTreeSet<String> = batches.iter().flat_map(|batch| &batch.groups).filter_map(Group::district).collect();
        let mut measured = HashMap::new();
        for batch in &batches {
            let Some(edition) = self.editions.get(&batch.source.dataset) else { continue };
            for (position, (input, source)) in batch.inputs.iter().enumerate() {
                measured.insert(input.name.clone(), batch.found(edition, source, position, span, &districts)?);
            }
        }
        Ok(measured)
    }
}

async fn edition(house: &House, slug: &str, request: &Arc<Request>) -> Result<Option<Edition>> {
    let Some(shape) = shape(house, slug, request).await? else { return Ok(None) };
    let Some(newest) = shape.versions.nodes.first() else { return Ok(None) };
    Ok(Some(Edition {
        slug: slug.to_owned(),
        id: DatasetId::from_global(&shape.id).ok_or_else(|| Error::internal("a dataset has a foreign id"))?,
        version: DatasetVersionId::from_global(&newest.id).ok_or_else(|| Error::internal("a version has a foreign id"))?,
        number: newest.number,
        synthetic: shape.synthetic,
        reach: HashMap::new(),
    }))
}

async fn reach(house: &House, edition: &Edition, source: &DatasetSource, request: &Arc<Request>) -> Result<Option<Span>> {
    if let Some(reach) = edition.reach.get(&source.date) {
        return Ok(Some(*reach));
    }
    let measures = vec![json!({ "function": "MIN", "column": source.date }), json!({ "function": "MAX", "column": source.date })];
    let groups = groups(house, edition, Value::Null, None, measures, request).await?;
    let day = |at: usize| groups.first()?.values.get(at)?.value.as_deref()?.parse::<NaiveDate>().ok();
    let last = day(1).and_then(|day| Span::around(source.covers, day));
    Ok(day(0).zip(last).map(|(from, last)| Span { from, to: last.to }))
}

impl Batch<'_> {
    /// The rows of a period, as a filter of the graph.
    fn filter(&self, span: Span) -> Value {
        let period = json!({ "column": { "name": self.source.date, "atLeast": span.from, "atMost": span.to } });
        match &self.source.filter {
            None => period,
            Some(filter) => json!({ "all": [period, filter] }),
        }
    }

    /// What one measure gave in the region and in each district. Where there are no such rows, a count and a sum are 0.
    fn found(
        &self,
        edition: &Edition,
        source: &DatasetSource,
        position: usize,
        span: Span,
        districts: &BTreeSet<String>,
    ) -> Result<Vec<Found>> {
        let region = self.filter(span);
        let values: Vec<Decimal> = self.groups.iter().filter_map(|group| group.value(position).transpose()).collect::<Result<_>>()?;
        let rows = self.groups.iter().map(|group| group.row_count).sum();
        let value = source.measure.combine(&values);
        let mut found: Vec<Found> = value.map(|value| edition.found(source, None, &region, value, rows)).into_iter().collect();
        let Some(column) = &source.district else { return Ok(found) };
        for slug in districts {
            let group = self.groups.iter().find(|group| group.district().as_ref() == Some(slug));
            let value = group.map(|group| group.value(position)).transpose()?.flatten();
            let filter = json!({ "all": [region, { "column": { "name": column, "equals": slug } }] });
            let value = source.measure.combine(value.as_slice());
            let rows = group.map_or(0, |group| group.row_count);
            found.extend(value.map(|value| edition.found(source, Some(DistrictId::of_slug(slug)), &filter, value, rows)));
        }
        Ok(found)
    }
}

impl Edition {
    fn reaches_over(&self, source: &DatasetSource, span: Span) -> bool {
        self.reach.get(&source.date).is_some_and(|reach| reach.from <= span.from && span.to <= reach.to)
    }

    fn found(&self, source: &DatasetSource, district: Option<DistrictId>, filter: &Value, value: Decimal, rows: i64) -> Found {
        let input = TraceInput {
            value: value.normalize(),
            dataset: Some(self.id),
            version: Some(self.version),
            filter: Some(filter.to_string()),
            measure: Some(source.measure.word().to_owned()),
            column: source.column.clone(),
            row_count: Some(rows),
            ..TraceInput::default()
        };
        Found { district, synthetic: self.synthetic, input }
    }
}

/// All groups, page by page.
async fn groups(
    house: &House,
    edition: &Edition,
    filter: Value,
    group_by: Option<&str>,
    measures: Vec<Value>,
    request: &Arc<Request>,
) -> Result<Vec<Group>> {
    let mut groups = Vec::new();
    let mut variables = json!({
        "slug": edition.slug,
        "version": edition.number,
        "where": filter,
        "groupBy": group_by.map(|column| [column]),
        "measures": measures,
    });
    loop {
        let answer = house.graph.ask(&AGGREGATE, variables.clone(), request).await?;
        let page: Aggregate = serde_json::from_value(answer["dataset"]["aggregate"].clone()).map_err(Error::internal)?;
        groups.extend(page.nodes);
        if !page.page_info.has_next_page {
            return Ok(groups);
        }
        variables["after"] = json!(page.page_info.end_cursor);
    }
}

impl Group {
    fn district(&self) -> Option<String> {
        self.keys.first()?.value.clone()
    }

    fn value(&self, measure: usize) -> Result<Option<Decimal>> {
        let text = self.values.get(measure).and_then(|cell| cell.value.as_deref());
        text.map(|text| Decimal::from_str(text).map_err(Error::internal)).transpose()
    }
}

impl Source {
    fn dataset(&self) -> Option<&DatasetSource> {
        match self {
            Source::Dataset(source) => Some(source),
            _ => None,
        }
    }
}

impl DatasetSource {
    fn measure_input(&self) -> Value {
        json!({ "function": self.measure.word(), "column": self.column })
    }

    fn reads_the_same_rows(&self, other: &DatasetSource) -> bool {
        (&self.dataset, &self.filter, &self.date, self.covers, &self.district)
            == (&other.dataset, &other.filter, &other.date, other.covers, &other.district)
    }
}

impl DatasetMeasure {
    /// The measure as the graph names it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            DatasetMeasure::Count => "COUNT",
            DatasetMeasure::Sum => "SUM",
            DatasetMeasure::Min => "MIN",
            DatasetMeasure::Max => "MAX",
        }
    }

    /// The measure of the whole from those of its parts.
    fn combine(self, parts: &[Decimal]) -> Option<Decimal> {
        match self {
            DatasetMeasure::Count | DatasetMeasure::Sum => parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(*part)),
            DatasetMeasure::Min => parts.iter().min().copied(),
            DatasetMeasure::Max => parts.iter().max().copied(),
        }
    }
}
