//! The types that the room owns, and its fields on others' types.

use async_graphql::{ComplexObject, Context, Enum, ID, Interface, Object, Result, SimpleObject};
use kernel::{Page, PageRequest, ServiceId};
use vocabulary::{
    Connection, Date, DateTime, Decimal, Locale, Nullable, OrFault, UpdatePeriod, connection, cost, list_size, page, request,
};

use super::{
    loaders::{Before, VersionsOf, catalogue},
    rows::{self, AggregateRow, MeasureInput, Row, RowFilter, RowOrder},
};
use crate::model;

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Dataset(Dataset),
    DatasetVersion(DatasetVersion),
}

/// Whoever can be responsible.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id", tag = "public")]
pub(crate) struct Party {
    /// Opaque, and the same for good.
    id: ID,
}

/// A public service.
#[derive(SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct Service {
    /// Opaque, and the same for good.
    pub(crate) id: ID,
}

#[ComplexObject]
impl Service {
    /// The datasets about this service, by short name.
    async fn datasets(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Dataset>> {
        Some(self.page_of_datasets(ctx, page(first, after)).await.map(|page| connection(page, Dataset)))
    }
}

impl Service {
    async fn page_of_datasets(&self, ctx: &Context<'_>, page: kernel::Result<PageRequest>) -> Result<Page<model::Dataset>> {
        let page = page.or_fault(ctx)?;
        let about = match ServiceId::from_global(&self.id) {
            Some(id) => catalogue(ctx).load_one(id).await.or_fault(ctx)?.unwrap_or_default(),
            None => Vec::new(),
        };
        let after: Option<String> = page.after.as_ref().map(kernel::Cursor::decode).transpose().or_fault(ctx)?;
        let rest = about.into_iter().filter(|dataset| after.as_ref().is_none_or(|after| dataset.slug > *after)).collect();
        Page::cut(&page, rest, |dataset: &model::Dataset| dataset.slug.clone()).or_fault(ctx)
    }
}

/// What kind of values a column holds.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, serde::Serialize)]
#[graphql(remote = "model::ColumnType")]
pub(crate) enum ColumnType {
    /// Characters, kept as they are written: `007` stays `007`.
    Text,
    /// A whole number.
    Integer,
    /// An exact decimal number with at most `scale` decimals, written with a point.
    Decimal,
    /// A day, `2026-11-24`.
    Date,
    /// An instant with its offset, `2026-11-24T10:30:00+05:00`; shown in UTC.
    #[graphql(name = "DATETIME")]
    DateTime,
    /// `true` or `false`.
    Boolean,
}

/// The declared columns of a dataset. Every version keeps to them.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct TableSchema {
    /// The columns in their order.
    #[graphql(directive = list_size::apply(20))]
    columns: Vec<Column>,
}

/// A declared column.
pub(crate) struct Column(model::Column);

/// A declared column.
#[Object(tag = "public")]
impl Column {
    /// The name in filters, orders and CSV headers.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The name for people.
    async fn title(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.title.get(vocabulary::locale(ctx, locale))
    }

    /// What the values mean, and their unit; null when it is not described.
    async fn description(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> Option<&str> {
        self.0.description.as_ref().map(|text| text.get(vocabulary::locale(ctx, locale)))
    }

    /// What kind of values it holds.
    #[graphql(name = "type")]
    async fn kind(&self) -> ColumnType {
        self.0.kind.into()
    }

    /// How many decimals a DECIMAL value has; 0 for other types.
    async fn scale(&self) -> u32 {
        self.0.scale
    }

    /// Whether every row has a value.
    async fn required(&self) -> bool {
        self.0.required
    }

    /// Whether no two rows of a version have the same value.
    async fn unique(&self) -> bool {
        self.0.unique
    }
}

/// Whether a dataset was renewed in time.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::FreshnessStatus")]
pub(crate) enum FreshnessStatus {
    /// The next version is not due yet, or only just.
    Fresh,
    /// The next version is due and a grace of a tenth of the period, at least a day, has passed.
    Late,
    /// Nothing was published yet, or there is no period to judge by.
    Unknown,
}

/// Whether a dataset keeps its promise of being renewed.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct Freshness {
    /// Whether it was renewed in time.
    status: FreshnessStatus,
    /// The day by which the next version is due: one period after the newest; null when there is nothing to judge by.
    due_on: Option<Date>,
}

/// How good the newest version is, in two plain shares. There is no composite mark: it would hide what to mend.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct QualityScore {
    /// The share of filled cells among all cells of the newest version, 0 to 1; null when nothing was published.
    completeness: Option<Decimal>,
    /// The share of columns that are described in all three languages, 0 to 1.
    documentation: Decimal,
}

/// A format in which a version can be downloaded.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum DistributionFormat {
    /// Comma-separated values, RFC 4180, UTF-8.
    Csv,
    /// One JSON object in each line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

/// A file with all rows of the newest version.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct Distribution {
    /// The file's format.
    format: DistributionFormat,
    /// Where to fetch it.
    url: String,
    /// SHA-256 of the file, in hexadecimal.
    checksum: String,
}

/// A published table: open data of the city.
pub(crate) struct Dataset(pub(crate) model::Dataset);

/// A published table: open data of the city.
#[Object(tag = "public")]
impl Dataset {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The short name in links, e.g. `water-readings`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// What it is called.
    async fn title(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.title.get(vocabulary::locale(ctx, locale))
    }

    /// What a row is, where it comes from, and what to mind.
    async fn description(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> &str {
        self.0.description.get(vocabulary::locale(ctx, locale))
    }

    /// Who answers for it.
    async fn publisher(&self) -> Option<Party> {
        self.0.publisher.map(|party| Party { id: ID(party.global()) })
    }

    /// The licence as an SPDX identifier, e.g. `CC-BY-4.0`.
    async fn licence(&self) -> &str {
        &self.0.licence
    }

    /// How often a new version is promised.
    async fn period(&self) -> UpdatePeriod {
        self.0.period
    }

    /// Whether its rows were invented for the demonstration: they describe nothing real.
    async fn synthetic(&self) -> bool {
        self.0.synthetic
    }

    /// Whether the promise is kept, as of the request.
    async fn freshness(&self, ctx: &Context<'_>) -> Result<Freshness> {
        let newest = self.newest(ctx).await?;
        let published_on = newest.map(|version| kernel::city_day(version.published_at));
        let freshness = model::Freshness::of(self.0.period, published_on, kernel::city_day(request(ctx).now));
        Ok(Freshness { status: freshness.status.into(), due_on: freshness.due_on.map(Date) })
    }

    /// How good the newest version is.
    async fn quality(&self, ctx: &Context<'_>) -> Result<QualityScore> {
        let newest = self.newest(ctx).await?;
        let completeness = newest.and_then(|version| version.completeness(&self.0.schema)).map(Decimal);
        Ok(QualityScore { completeness, documentation: Decimal(self.0.schema.documentation()) })
    }

    /// The declared columns. They were declared before the first version; types are never guessed.
    async fn schema(&self) -> TableSchema {
        TableSchema { columns: self.0.schema.columns.iter().cloned().map(Column).collect() }
    }

    /// The immutable versions, newest first.
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Result<Connection<DatasetVersion>> {
        let page = page(first, after).or_fault(ctx)?;
        let before = match &page.after {
            Some(after) => Before::Number(after.decode().or_fault(ctx)?),
            None => Before::Newest,
        };
        let key = VersionsOf { dataset: self.0.id, before, limit: page.limit() };
        let versions = catalogue(ctx).load_one(key).await.or_fault(ctx)?.unwrap_or_default();
        let page = Page::cut(&page, versions, |version: &model::Version| version.number).or_fault(ctx)?;
        Ok(connection(page, |version| DatasetVersion { version, dataset: self.0.clone(), cursor: None }))
    }

    /// The rows of a version: filtered, ordered, a page at a time. A list that was begun in one version goes on in that version. Each
    /// dataset has a table of its own, so rows of several datasets are read one dataset after another.
    #[graphql(directive = cost::apply(10))]
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version's number; by default the newest.")] version: Option<i32>,
        #[graphql(name = "where", desc = "Which rows; by default all.")] filter: Option<RowFilter>,
        #[graphql(desc = "The order, up to four columns; rows that are equal in it, and all rows by default, come in the order of their \
                          numbers.")]
        order_by: Option<Vec<RowOrder>>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Result<Connection<Row>> {
        let page = page(first, after).or_fault(ctx)?;
        rows::rows(ctx, &self.0, version, filter, order_by.unwrap_or_default(), &page).await
    }

    /// Counts, sums, extremes and means over rows, by groups, exact to the last digit. A list that was begun in one version goes on in
    /// that version.
    #[graphql(directive = cost::apply(10))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a GraphQL field")]
    async fn aggregate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version's number; by default the newest.")] version: Option<i32>,
        #[graphql(name = "where", desc = "Which rows; by default all.")] filter: Option<RowFilter>,
        #[graphql(desc = "Up to four columns whose equal values make a group; without them all rows are one group.")] group_by: Option<
            Vec<String>,
        >,
        #[graphql(desc = "What to measure in each group, 1 to 10 measures.")] measures: Vec<MeasureInput>,
        #[graphql(default = 20, desc = "How many groups at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Result<Connection<AggregateRow>> {
        let page = page(first, after).or_fault(ctx)?;
        rows::aggregate(ctx, &self.0, version, filter, group_by.unwrap_or_default(), measures, &page).await
    }

    /// The files with all rows of the newest version. Only formats that are really served are listed; none is served yet, so the list is
    /// empty. Page through `rows` instead: `DatasetVersion.checksum` tells whether all arrived.
    #[graphql(directive = list_size::apply(3))]
    async fn distributions(&self) -> Vec<Distribution> {
        Vec::new()
    }
}

impl Dataset {
    async fn newest(&self, ctx: &Context<'_>) -> Result<Option<model::Version>> {
        if self.0.latest == 0 {
            return Ok(None);
        }
        catalogue(ctx).load_one((self.0.id, self.0.latest)).await.or_fault(ctx)
    }
}

/// One immutable edition of a dataset.
pub(crate) struct DatasetVersion {
    pub(crate) version: model::Version,
    pub(crate) dataset: model::Dataset,
    pub(crate) cursor: Option<String>,
}

/// One immutable edition of a dataset.
#[Object(tag = "public")]
impl DatasetVersion {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.version.id.global())
    }

    /// Resumes `datasetPublished` after this version; null where it was not heard by that subscription.
    async fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// What it is an edition of.
    async fn dataset(&self) -> Dataset {
        Dataset(self.dataset.clone())
    }

    /// Which edition, from 1.
    async fn number(&self) -> i32 {
        self.version.number
    }

    /// When it was published.
    async fn published_at(&self) -> DateTime {
        DateTime(self.version.published_at)
    }

    /// How many rows it has.
    async fn row_count(&self) -> i32 {
        self.version.row_count
    }

    /// SHA-256, in hexadecimal, of the rows as CSV: UTF-8, a header with the columns' names in the order of the schema, LF after every
    /// line, quotes only where RFC 4180 needs them, values as `rows` shows them in the order of row numbers, an empty field for null.
    async fn checksum(&self) -> &str {
        &self.version.checksum
    }
}

/// A version with its dataset; null when either is absent.
pub(crate) async fn version(ctx: &Context<'_>, id: kernel::DatasetVersionId) -> Result<Option<DatasetVersion>> {
    let Some(version) = catalogue(ctx).load_one(id).await.or_fault(ctx)? else { return Ok(None) };
    let dataset = catalogue(ctx).load_one(version.dataset).await.or_fault(ctx)?;
    Ok(dataset.map(|dataset| DatasetVersion { version, dataset, cursor: None }))
}
