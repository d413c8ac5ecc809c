use std::fmt;

use sea_orm::entity::prelude::*;

/// One act on many cases. Until it is carried out it can be undone; afterwards it says what became of each.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_act")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person: Uuid,
    /// With which roles the person acts.
    pub actor: Json,
    pub kind: String,
    /// What is written with the act; gone once it is carried out or undone.
    pub act: Option<Json>,
    pub cases: Json,
    pub at: DateTimeUtc,
    pub performs_at: DateTimeUtc,
    pub state: String,
    pub results: Option<Json>,
}

/// What an officer wrote may be personal.
impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bulk act {}", self.id)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
