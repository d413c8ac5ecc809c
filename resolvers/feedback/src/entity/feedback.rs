use std::fmt;

use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reference: String,
    pub track: String,
    pub kind: String,
    pub locale: String,
    pub text: String,
    pub public_text: Option<String>,
    pub district: Option<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub cell_north: Option<i32>,
    pub cell_east: Option<i32>,
    pub address: Option<String>,
    pub service_id: Option<Uuid>,
    pub service_provider: Option<String>,
    pub contact: Option<Json>,
    pub intake_answers: Option<Json>,
    pub reporter: Option<Uuid>,
    pub received_at: DateTimeUtc,
    pub registered_on: Date,
    pub synthetic: bool,
    pub category: Option<String>,
    pub category_source: Option<String>,
    pub suggestion: Option<Json>,
    pub urgency: String,
    pub case_state: Json,
    pub status: String,
    pub ended: bool,
    pub contested: bool,
    pub outcome: Option<String>,
    pub outcome_reason: Option<String>,
    pub answer: Option<String>,
    pub answered_at: Option<DateTimeUtc>,
    pub party_id: Option<Uuid>,
    pub supervisor_id: Option<Uuid>,
    pub assignee: Option<Uuid>,
    pub routing: Option<Json>,
    pub due_at: DateTimeUtc,
    pub due_on: Date,
    pub original_due_on: Date,
    pub deadline: Json,
    pub version: i32,
    pub events: i32,
    pub joined: i32,
    pub merged_into: Option<Uuid>,
    pub part_of: Option<Uuid>,
    /// The report of which this is a part of a part of …; its coupon's key opens all of them.
    pub whole: Option<Uuid>,
    pub incident_id: Option<Uuid>,
    pub versions: Json,
    pub salt: Option<Vec<u8>>,
    pub digest: Option<String>,
    pub identity: Option<String>,
    pub attachments: Option<Json>,
}

/// Texts, places and contacts are personal: only the reference is shown.
impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "feedback {}", self.reference)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
