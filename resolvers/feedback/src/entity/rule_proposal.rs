use sea_orm::entity::prelude::*;

/// Rules that somebody proposed, what was found when they were tried on the recorded cases, and who wants them.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_proposal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub digest: String,
    /// Texts by names.
    pub files: Json,
    /// How many persons must publish it.
    pub persons: i32,
    pub requested_at: DateTimeUtc,
    /// The case that was tried last.
    pub after: Option<Uuid>,
    /// What was found so far.
    pub found: Json,
    /// Running cases that a map among the files does not fit.
    pub misfits: Json,
    /// When the last case was tried.
    pub simulated_at: Option<DateTimeUtc>,
    /// It could not be tried to the end.
    pub failed: bool,
    /// Who published it, and when.
    pub approvals: Json,
    pub published_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
