use sea_orm::entity::prelude::*;

/// Whether a mail address belongs to whoever gave it: for a report and its parts, for “same here”, or for the subscription of an area. A report
/// without a row needs no confirmation.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "confirmation")]
pub struct Model {
    /// What it was given for; the column is named after the first kind of these.
    #[sea_orm(primary_key, auto_increment = false, column_name = "feedback_id")]
    pub subject: Uuid,
    /// A digest of the address that means nothing without the installation's secret.
    pub address: String,
    /// Which code counts, from 1: the last one that was asked for.
    pub round: i32,
    /// When it was asked for.
    pub sent_at: DateTimeUtc,
    /// How often a wrong code was given since.
    pub tries: i32,
    pub confirmed_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
