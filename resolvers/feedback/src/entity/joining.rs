use std::fmt;

use sea_orm::entity::prelude::*;

/// Somebody who said “same here”.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "joining")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub feedback_id: Uuid,
    /// None for somebody without an account.
    pub person: Option<Uuid>,
    /// Where news goes.
    pub email: Option<String>,
    pub locale: String,
    pub at: DateTimeUtc,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "joining {}", self.id)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
