use sea_orm::entity::prelude::*;

/// Whether the mail address of a report, and of its parts, is its reporter's. A report without a row needs no confirmation.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "confirmation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub feedback_id: Uuid,
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
