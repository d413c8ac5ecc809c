use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "kpi_observation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kpi_id: Uuid,
    /// The nil UUID stands for the whole region.
    pub district_id: Uuid,
    pub period_from: Date,
    pub period_to: Date,
    pub revision: i32,
    pub numerator: Option<String>,
    pub denominator: Option<String>,
    pub value: String,
    pub synthetic: bool,
    pub recorded_at: DateTimeUtc,
    pub trace: Json,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
