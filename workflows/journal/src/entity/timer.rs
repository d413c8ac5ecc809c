use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "timer")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub stream_id: Uuid,
    pub name: String,
    pub job_kind: String,
    pub due_at: DateTimeUtc,
    pub state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum State {
    #[sea_orm(string_value = "armed")]
    Armed,
    #[sea_orm(string_value = "fired")]
    Fired,
    #[sea_orm(string_value = "disarmed")]
    Disarmed,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
