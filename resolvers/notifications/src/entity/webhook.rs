use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub party_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub url: String,
    pub state: String,
    pub failures: i32,
    pub attempted_at: Option<DateTimeUtc>,
    pub delivered_at: Option<DateTimeUtc>,
    pub reply_status: Option<i16>,
    pub created_at: DateTimeUtc,
}

/// An address may hold a secret of whoever gave it.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("webhook").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
