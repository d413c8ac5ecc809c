use sea_orm::entity::prelude::*;

/// A private address of an officer's calendar of deadlines.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose deadlines.
    pub owner: Uuid,
    /// For which party they worked when they made it; the cases of another one are never in it.
    pub party_id: Uuid,
    pub locale: String,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
