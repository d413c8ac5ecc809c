use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "kpi")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub title_kk: String,
    pub title_ru: String,
    pub title_en: String,
    pub unit: String,
    pub direction: String,
    pub frequency: String,
    pub owner_id: Option<Uuid>,
    pub standard: Option<String>,
    pub kind: String,
    pub formula: String,
    pub decimals: i16,
    pub inputs: Json,
    pub defined_at: DateTimeUtc,
    pub folded: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
