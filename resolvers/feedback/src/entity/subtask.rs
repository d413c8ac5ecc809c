use std::fmt;

use sea_orm::entity::prelude::*;

/// A part of the work on a case, asked of another party, with a term of its own.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subtask")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub feedback_id: Uuid,
    pub party_id: Uuid,
    pub supervisor_id: Option<Uuid>,
    pub asked_by: Uuid,
    pub asked_at: DateTimeUtc,
    pub text: String,
    pub due_at: DateTimeUtc,
    pub due_on: Date,
    pub state: String,
    pub answer: Option<String>,
    pub answered_by: Option<Uuid>,
    pub answered_at: Option<DateTimeUtc>,
}

/// What officers write may be personal.
impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "subtask {}", self.id)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
