//! Areas that people want to hear of: a district, or a circle around a point. What is new there is told once a day (`morning.rs`).
//!
//! A report is in a circle by the middle of its square of the map, which everybody sees. By its exact point, a few small circles would tell where
//! that is.

mod morning;

use std::sync::Arc;

use journal::{Job, JobError};
use kernel::{CategoryId, DistrictId, GlobalId, Locale, Personal, Refusal, RefusalCode, Request};
use serde::Serialize;
use uuid::Uuid;

pub(crate) use self::morning::{NOTIFY, SEND_NEWS, go_on, tomorrow};
use crate::{
    codes::Waiting,
    desk::Desk,
    entity::area_subscription::Model,
    error::refusal,
    model::is_email,
    notices,
    reference::{Cell, Point, find_category_by_id, find_district_by_id},
    store::{Fresh, Store},
};

/// The GraphQL type that the ids of subscriptions belong to.
pub(crate) const AREA_SUBSCRIPTION: &str = "AreaSubscription";
/// How many areas a person, or an address, subscribes to.
pub(crate) const AREAS_MAX: u64 = 20;
/// How far a circle reaches. In a smaller one, what is near could not be told from what is not: reports are in it by squares of 100 metres.
const RADIUS_METERS: std::ops::RangeInclusive<i32> = 200..=5_000;

/// The job that sends the code by which an address is confirmed.
pub(crate) const SEND_CODE: &str = "send_area_code";
/// The job that forgets a subscription whose code nobody gave.
pub(crate) const FORGET: &str = "forget_area";
/// The job that takes back that an address wanted no such messages: its reader has just confirmed that it does.
pub(crate) const RESUME: &str = "resume_area";

/// Where, as it came in.
#[derive(Clone, Debug, Serialize)]
pub(crate) enum Where {
    /// A district's id.
    District(String),
    /// Around a point, so many metres.
    Circle(Personal<(f64, f64)>, i32),
}

/// What somebody wants to be told, as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) place: Where,
    /// A category's id; none for all subjects.
    pub(crate) category: Option<String>,
    pub(crate) locale: Locale,
    pub(crate) email: Personal<String>,
}

/// An area that can be subscribed to. Its middle may be somebody's home: it has no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Area {
    /// Slug.
    pub(crate) district: Option<String>,
    pub(crate) circle: Option<(Point, i32)>,
    /// Slug.
    pub(crate) category: Option<String>,
}

impl Wish {
    /// All that is wrong with it, or the area.
    pub(crate) fn check(&self) -> Result<Area, Vec<Refusal>> {
        let (mut refused, mut area) = (Vec::new(), Area::default());
        let mut no = |code, message, facts: &[kernel::Fact<'_>], field: &str| refused.push(refusal(code, message, facts).at(field));
        match &self.place {
            Where::District(id) => match DistrictId::from_global(id).and_then(find_district_by_id) {
                Some(district) => area.district = Some(district.slug.clone()),
                None => no(RefusalCode::NotFound, "refusal-district-unknown", &[], "input.area.district"),
            },
            Where::Circle(point, radius) => {
                let (lat, lon) = *point.reveal();
                let point = Point { lat, lon };
                if !point.in_region() {
                    no(RefusalCode::Invalid, "refusal-point-outside", &[], "input.area.circle.point");
                }
                if !RADIUS_METERS.contains(radius) {
                    let facts = [("min", i64::from(*RADIUS_METERS.start()).into()), ("max", i64::from(*RADIUS_METERS.end()).into())];
                    no(RefusalCode::Invalid, "refusal-area-radius", &facts, "input.area.circle.radiusMeters");
                }
                area.circle = Some((point, *radius));
            }
        }
        if let Some(id) = &self.category {
            match CategoryId::from_global(id).and_then(find_category_by_id) {
                Some(category) => area.category = Some(category.slug.clone()),
                None => no(RefusalCode::NotFound, "refusal-category-unknown", &[], "input.category"),
            }
        }
        if !is_email(self.email.reveal().trim()) {
            no(RefusalCode::Invalid, "refusal-email", &[], "input.email");
        }
        if refused.is_empty() { Ok(area) } else { Err(refused) }
    }
}

impl Area {
    /// Whether a report is one to tell of.
    pub(crate) fn holds(&self, report: &Fresh) -> bool {
        if self.category.is_some() && self.category != report.category {
            return false;
        }
        match self.circle {
            Some((middle, radius)) => report.cell().is_some_and(|cell| is_within(middle, radius, cell)),
            None => self.district.is_some() && self.district == report.district,
        }
    }
}

/// Whether the middle of a square lies in a circle, its edge included.
fn is_within(middle: Point, radius_meters: i32, cell: Cell) -> bool {
    middle.distance_km(cell.middle()) * 1000.0 <= f64::from(radius_meters)
}

impl Model {
    /// The id by which its subscriber names it.
    pub(crate) fn global(&self) -> String {
        GlobalId::encode(AREA_SUBSCRIPTION, self.id)
    }

    pub(crate) fn area(&self) -> Area {
        let circle = self.lat.zip(self.lon).zip(self.radius_meters);
        let circle = circle.map(|((lat, lon), radius)| (Point { lat, lon }, radius));
        Area { district: self.district.clone(), circle, category: self.category.clone() }
    }

    fn locale(&self) -> Locale {
        Locale::from_tag(&self.locale).unwrap_or_default()
    }
}

impl Desk {
    /// Mails the code for a subscription: a bare word that somebody asked for news, and nothing of where.
    pub(crate) async fn send_area_code(&self, job: &Job, id: Uuid, request: &Arc<Request>) -> Result<(), JobError> {
        let Some(row) = Store(self.house.database.reader.clone()).area_subscription(id).await? else { return Ok(()) };
        let waiting = Waiting {
            subject: id,
            about: row.global(),
            email: &row.email,
            locale: row.locale(),
            title: "mail-area-confirm-subject",
            text: "mail-area-confirm-text",
            facts: vec![("subscription", row.global().into())],
        };
        self.send_code(job, waiting, request).await
    }

    /// Takes back that an address wanted no such messages.
    pub(crate) async fn resume_area(&self, job: &Job, id: Uuid, request: &Arc<Request>) -> Result<(), JobError> {
        let row = Store(self.house.database.reader.clone()).area_subscription(id).await?;
        let Some(row) = row.filter(|row| row.person.is_none()) else { return Ok(()) };
        notices::resume(self, &job.key, &row.email, morning::TOPIC, request).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOME: Point = Point { lat: 43.3, lon: 68.25 };

    fn report(district: Option<&str>, category: Option<&str>, at: Option<Cell>) -> Fresh {
        Fresh {
            id: Uuid::nil(),
            reference: "TK-2026-000001".to_owned(),
            category: category.map(str::to_owned),
            district: district.map(str::to_owned),
            cell_north: at.map(|cell| cell.north),
            cell_east: at.map(|cell| cell.east),
        }
    }

    /// The distance on a sphere.
    fn haversine_meters(one: Point, other: Point) -> f64 {
        let (a, b) = (one.lat.to_radians(), other.lat.to_radians());
        let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
        let part = half(other.lat - one.lat) + a.cos() * b.cos() * half(other.lon - one.lon);
        2.0 * 6_371_000.0 * part.sqrt().asin()
    }

    #[test]
    fn a_report_is_in_a_circle_by_the_middle_of_its_square() {
        fn check(radius: i32, north: i32, east: i32, inside: bool) {
            let area = Area { circle: Some((HOME, radius)), ..Area::default() };
            let at = Cell { north: 43_300 + north, east: 68_250 + east };
            assert_eq!(area.holds(&report(None, None, Some(at))), inside, "{radius} {north} {east}");
        }
        // Middles lie half a square off: 55.6 metres to the north and 40.5 to the east.
        check(200, 0, 0, true);
        check(200, 1, 0, true);
        check(200, 1, 1, false);
        check(250, 1, 1, true);
        check(200, 2, 0, false);
        check(300, 2, 0, true);
        check(200, -2, 0, true);
        check(200, -3, 0, false);
        check(5_000, 44, 0, true);
        check(5_000, 45, 0, false);
        check(5_000, 0, 61, true);
        check(5_000, 0, 62, false);
    }

    #[test]
    fn what_has_no_point_is_in_a_district_and_in_no_circle() {
        let circle = Area { circle: Some((HOME, 5_000)), ..Area::default() };
        assert!(!circle.holds(&report(Some("turkistan-city"), Some("water-supply"), None)));
        let district = |category: Option<&str>| Area {
            district: Some("turkistan-city".to_owned()),
            category: category.map(str::to_owned),
            ..Area::default()
        };
        for (wanted, from, about, inside) in [
            (None, Some("turkistan-city"), Some("water-supply"), true),
            (None, Some("turkistan-city"), None, true),
            (None, Some("arys"), Some("water-supply"), false),
            (None, None, Some("water-supply"), false),
            (Some("water-supply"), Some("turkistan-city"), Some("water-supply"), true),
            (Some("water-supply"), Some("turkistan-city"), Some("road-damage"), false),
            (Some("water-supply"), Some("turkistan-city"), None, false),
        ] {
            assert_eq!(district(wanted).holds(&report(from, about, None)), inside, "{wanted:?} {from:?} {about:?}");
        }
        assert!(!Area::default().holds(&report(None, None, Some(HOME.cell()))), "nowhere is no area");
    }

    proptest! {
        #[test]
        fn the_edge_of_a_circle_is_where_the_sphere_has_it(
            lat in 40.5..46.3_f64, lon in 65.0..71.2_f64, north in -60..60_i32, east in -60..60_i32, radius in 200..=5_000_i32,
        ) {
            let middle = Point { lat, lon };
            let home = middle.cell();
            let cell = Cell { north: home.north + north, east: home.east + east };
            let meters = haversine_meters(middle, cell.middle());
            // The plane is off by less than a thousandth here; nearer to the edge than that, either answer is right.
            prop_assume!((meters - f64::from(radius)).abs() > meters / 500.0);
            prop_assert_eq!(is_within(middle, radius, cell), meters <= f64::from(radius), "{} {}", meters, radius);
        }

        #[test]
        fn a_circle_tells_nothing_of_a_point_but_its_square(lat in 0.0..0.001_f64, lon in 0.0..0.001_f64, radius in 200..=5_000_i32) {
            let area = Area { circle: Some((HOME, radius)), ..Area::default() };
            let at = |lat, lon| Point { lat: 43.31 + lat, lon: 68.26 + lon }.cell();
            let corner = area.holds(&report(None, None, Some(at(0.000_5, 0.000_5))));
            prop_assert_eq!(area.holds(&report(None, None, Some(at(lat.clamp(1e-6, 0.000_999), lon.clamp(1e-6, 0.000_999))))), corner);
        }
    }
}
