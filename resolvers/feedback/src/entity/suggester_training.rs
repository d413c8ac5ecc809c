use std::fmt;

use sea_orm::entity::prelude::*;

/// What the suggester learnt in one night.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "suggester_training")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// The version of the built-in model that it was learnt on top of.
    pub built_in: i32,
    pub trained_at: DateTimeUtc,
    pub lessons: i32,
    /// How many of the lessons officers corrected; the others they confirmed.
    pub corrections: i32,
    /// Of the lessons: reports and their categories.
    pub digest: String,
    pub scores: Json,
    pub status: String,
    /// The ids of the reports, while the layer is kept.
    pub learnt_from: Option<Json>,
    /// Hashes of features and their weights; none when it is not to be used any more.
    pub layer: Option<Vec<u8>>,
}

/// The layer is long.
impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "suggester training {} {}", self.version, self.status)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
