//! Where a report is.

use async_graphql::SimpleObject;

use super::neighbours::District;
use crate::reference;

/// Where a report is.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct Place {
    /// The city or district.
    pub(super) district: Option<District>,
    /// The exact point: to the reporter and to those who work the case.
    pub(super) point: Option<Point>,
    /// The address as written: to the reporter and to those who work the case.
    pub(super) address: Option<String>,
    /// The middle of the square of about 100 metres that the point is in, for maps; null to the public for an appeal.
    pub(super) near: Option<Point>,
}

impl From<reference::Point> for Point {
    fn from(point: reference::Point) -> Point {
        Point { lat: point.lat, lon: point.lon }
    }
}

/// A point, WGS 84, in degrees.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct Point {
    /// Latitude.
    pub(super) lat: f64,
    /// Longitude.
    pub(super) lon: f64,
}
