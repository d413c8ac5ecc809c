use std::fmt;

use sea_orm::entity::prelude::*;

/// Somebody who wants to be told of new reports in an area: a district, or a circle.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "area_subscription")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who gets one message for all that they subscribed to: an address, or a person at an address, as a digest that means nothing without the
    /// installation's secret.
    pub subscriber: String,
    /// None for somebody without an account.
    pub person: Option<Uuid>,
    pub email: String,
    pub locale: String,
    /// Slug.
    pub district: Option<String>,
    /// Slug; none for all subjects.
    pub category: Option<String>,
    /// The middle of the circle.
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub radius_meters: Option<i32>,
    pub created_at: DateTimeUtc,
    /// Since when mail may go there; none while nobody has given the code.
    pub confirmed_at: Option<DateTimeUtc>,
    /// The place of the log up to which reports were told, or did not concern it.
    pub told_through: i64,
    /// The last day on which it was looked through.
    pub told_on: Option<Date>,
}

/// Where somebody lives, and how they are reached, is personal: only the id is shown.
impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "area subscription {}", self.id)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
