//! The subjects of feedback and the places of the region, as this room needs them.

use std::{collections::BTreeMap, sync::OnceLock};

use kernel::{CategoryId, DistrictId, LocalizedText};
use serde::Deserialize;

/// A subject of feedback.
#[derive(Debug, Deserialize)]
pub(crate) struct Category {
    pub(crate) slug: String,
    pub(crate) name: LocalizedText,
    #[serde(rename = "default_urgent")]
    pub(crate) urgent_by_default: bool,
    /// Whether “done” is shown: an answer that says so carries a photo of the result.
    #[serde(default)]
    pub(crate) evidence_asked: bool,
}

/// A city or district of the region.
#[derive(Debug, Deserialize)]
pub(crate) struct District {
    pub(crate) slug: String,
    pub(crate) name: LocalizedText,
}

/// WGS 84, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct Point {
    pub(crate) lat: f64,
    pub(crate) lon: f64,
}

/// All categories, in the order of the reference file.
pub(crate) fn categories() -> &'static [Category] {
    static ALL: OnceLock<Vec<Category>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(include_str!("reference/categories.json")).expect("categories.json is part of the program"))
}

/// All districts.
pub(crate) fn districts() -> &'static [District] {
    static ALL: OnceLock<Vec<District>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(include_str!("reference/districts.json")).expect("districts.json is part of the program"))
}

/// Where each district has its seat (approximate, unverified). Borders are not open data yet, so a point belongs to the nearest seat.
fn seats() -> &'static BTreeMap<String, Point> {
    static ALL: OnceLock<BTreeMap<String, Point>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(include_str!("reference/seats.json")).expect("seats.json is part of the program"))
}

pub(crate) fn find_category(slug: &str) -> Option<&'static Category> {
    categories().iter().find(|category| category.slug == slug)
}

pub(crate) fn find_category_by_id(id: CategoryId) -> Option<&'static Category> {
    categories().iter().find(|category| category.id() == id)
}

pub(crate) fn find_district(slug: &str) -> Option<&'static District> {
    districts().iter().find(|district| district.slug == slug)
}

pub(crate) fn find_district_by_id(id: DistrictId) -> Option<&'static District> {
    districts().iter().find(|district| district.id() == id)
}

impl Category {
    pub(crate) fn id(&self) -> CategoryId {
        CategoryId::of_slug(&self.slug)
    }
}

impl District {
    pub(crate) fn id(&self) -> DistrictId {
        DistrictId::of_slug(&self.slug)
    }
}

/// A square of the map, a thousandth of a degree on each side: here about 110 by 80 metres. Nobody but the reporter and those who work a case
/// learns more of its place than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) north: i32,
    pub(crate) east: i32,
}

impl Cell {
    /// How many squares a degree has.
    const PER_DEGREE: f64 = 1000.0;

    pub(crate) fn middle(self) -> Point {
        let degrees = |square: i32| (f64::from(square) + 0.5) / Cell::PER_DEGREE;
        Point { lat: degrees(self.north), lon: degrees(self.east) }
    }

    /// Metres from the middle of one square to that of another, rounded up to hundreds; 100 within one square.
    pub(crate) fn meters_to(self, other: Cell) -> i32 {
        let hundreds = (self.middle().distance_km(other.middle()) * 10.0).ceil().clamp(1.0, 1e6);
        #[expect(clippy::cast_possible_truncation, reason = "between 1 and a million")]
        let hundreds = hundreds as i32;
        hundreds * 100
    }
}

/// How far from a seat a point still counts as that district's.
const SEAT_REACH_KM: f64 = 25.0;

impl Point {
    /// The square that it is in.
    pub(crate) fn cell(self) -> Cell {
        #[expect(clippy::cast_possible_truncation, reason = "degrees are below 360")]
        let square = |degrees: f64| (degrees.clamp(-360.0, 360.0) * Cell::PER_DEGREE).floor() as i32;
        Cell { north: square(self.lat), east: square(self.lon) }
    }

    /// Whether the point lies in the box around the region (approximate; the border is not open data yet).
    pub(crate) fn in_region(self) -> bool {
        (40.5..=46.3).contains(&self.lat) && (65.0..=71.2).contains(&self.lon)
    }

    /// The district whose seat is nearest, when one is within reach.
    pub(crate) fn nearest_district(self) -> Option<&'static District> {
        seats()
            .iter()
            .map(|(slug, seat)| (slug, self.distance_km(*seat)))
            .filter(|(_, distance)| *distance <= SEAT_REACH_KM)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .and_then(|(slug, _)| find_district(slug))
    }

    /// On a plane that touches the earth here: exact enough for tens of kilometres.
    pub(crate) fn distance_km(self, other: Point) -> f64 {
        const KM_PER_DEGREE: f64 = 111.195;
        let north = (self.lat - other.lat) * KM_PER_DEGREE;
        let east = (self.lon - other.lon) * KM_PER_DEGREE * self.lat.to_radians().cos();
        north.hypot(east)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_reference_data_loads() {
        assert_eq!((categories().len(), districts().len(), seats().len()), (42, 17, 17));
        assert!(seats().keys().all(|slug| find_district(slug).is_some()));
    }

    #[test]
    fn a_square_tells_no_more_of_a_place_than_a_hundred_metres() {
        let (home, next) = (Point { lat: 43.30042, lon: 68.25017 }, Point { lat: 43.30095, lon: 68.25093 });
        assert_eq!((home.cell(), home.cell().meters_to(next.cell())), (next.cell(), 100));
        let far = Point { lat: 43.30242, lon: 68.25017 };
        assert_eq!(home.cell().meters_to(far.cell()), 300);
        assert!((home.cell().middle().lat - 43.3005).abs() < 1e-9);
    }

    #[test]
    fn a_point_near_a_seat_is_in_that_district_and_a_far_one_in_none() {
        let near = Point { lat: 43.30, lon: 68.25 };
        assert_eq!(near.nearest_district().map(|district| district.slug.as_str()), Some("turkistan-city"));
        assert!(Point { lat: 45.9, lon: 66.0 }.nearest_district().is_none());
        assert!(!Point { lat: 51.1, lon: 71.4 }.in_region(), "Astana");
    }
}
