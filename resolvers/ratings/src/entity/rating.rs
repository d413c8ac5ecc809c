use std::fmt;

use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rating")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub service_id: Option<Uuid>,
    pub party_id: Option<Uuid>,
    pub feedback_id: Option<Uuid>,
    pub answered_at: Option<DateTimeUtc>,
    pub person_id: Option<Uuid>,
    pub stars: i16,
    pub comment: Option<String>,
    pub locale: String,
    pub rated_at: DateTimeUtc,
    pub case_reference: Option<String>,
    pub synthetic: bool,
    pub salt: Option<Vec<u8>>,
}

/// The rater and the comment are personal: only the id is shown.
impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rating {}", self.id)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
