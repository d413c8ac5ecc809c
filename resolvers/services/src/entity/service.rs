use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub title_kk: String,
    pub title_ru: String,
    pub title_en: String,
    pub summary_kk: String,
    pub summary_ru: String,
    pub summary_en: String,
    pub source_id: Uuid,
    pub provider_id: Uuid,
    pub term: Option<Json>,
    pub fee: Json,
    pub confidence: String,
    pub folded: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
