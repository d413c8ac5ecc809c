use sea_orm::entity::prelude::*;

/// What many reports come from, as the public reads of it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub title: String,
    pub text: String,
    pub category: Option<String>,
    pub district: Option<String>,
    pub party_id: Uuid,
    pub opened_by: Uuid,
    pub opened_at: DateTimeUtc,
    pub expected_at: Option<DateTimeUtc>,
    pub resolved_at: Option<DateTimeUtc>,
    /// How it ended for its reports, and the answer to their reporters.
    pub outcome: Option<String>,
    pub outcome_reason: Option<String>,
    pub answer: Option<String>,
    pub version: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
