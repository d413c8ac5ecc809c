use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub position: i64,
    pub stream: String,
    pub stream_id: Uuid,
    pub number: i32,
    pub kind: String,
    pub at: DateTimeUtc,
    pub actor: String,
    pub payload: Json,
    pub versions: Json,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
