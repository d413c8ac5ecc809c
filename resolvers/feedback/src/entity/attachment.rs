use std::fmt;

use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub digest: String,
    pub thumbnail: Option<String>,
    pub media_type: String,
    pub bytes: i32,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub uploader: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub arrived_at: Option<DateTimeUtc>,
    pub feedback_id: Option<Uuid>,
    pub part: Option<String>,
    pub place: Option<i32>,
    pub attached_at: Option<DateTimeUtc>,
    pub released_at: Option<DateTimeUtc>,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attachment {}", self.id)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
