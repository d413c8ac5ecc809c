use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: String,
    pub locale: String,
    pub topic: String,
    pub about: Option<String>,
    pub subject: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub with_coupon_key: bool,
    pub recipient: Option<String>,
    pub digest: Option<String>,
    pub by_law: bool,
    pub to_reporter: bool,
    pub state: String,
    pub created_at: DateTimeUtc,
}

/// Whom a message is for and what it says stays out of every log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("message").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
