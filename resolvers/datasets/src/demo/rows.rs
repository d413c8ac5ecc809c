//! The rows of the demo datasets: seeded, so the same city comes out every time, and shaped like the real thing: seasons, weekends, and
//! districts that do better or worse than others.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime};
use kernel::{Error, Result, Rng, city_instant};

use crate::model::{Table, Value};

/// The cities and districts of the region, cities first.
const DISTRICTS: [&str; 17] = [
    "turkistan-city",
    "arys",
    "kentau",
    "baidibek",
    "zhetisai",
    "keles",
    "kazygurt",
    "maktaaral",
    "ordabasy",
    "otyrar",
    "sairam",
    "saryagash",
    "sauran",
    "sozaq",
    "tolebi",
    "tulkibas",
    "shardara",
];
/// How many days of daily rows there are: two whole quarters at the least.
const DAYS: u64 = 200;
/// 500 supply zones over [`DAYS`] days make 100,000 rows.
const ZONES: usize = 500;
const ROUTES: usize = 24;
/// When the buses of the demonstration leave, each weekday or not.
const DEPARTURES: [(u32, u32); 4] = [(7, 15), (8, 40), (13, 5), (18, 20)];
const STATIONS: usize = 12;
const MONTHS: u32 = 18;
const QUARTERS: u32 = 6;

/// The rows of one dataset, up to the day before `published_on`.
///
/// # Errors
/// When there is no such dataset, or the calendar ends.
pub(crate) fn table(slug: &str, rng: &dyn Rng, published_on: NaiveDate) -> Result<Table> {
    let chance = Chance(rng);
    let rows = match slug {
        "water-readings" => days(published_on, DAYS)?.flat_map(|day| (0..ZONES).map(move |zone| water(&chance, day, zone))).collect(),
        "bus-departures" => days(published_on, DAYS)?.flat_map(|day| buses(&chance, day)).collect(),
        "air-quality" => days(published_on, 2 * DAYS)?.flat_map(|day| (0..STATIONS).map(move |at| air(&chance, day, at))).collect(),
        "ambulance-calls" => days(published_on, DAYS)?.flat_map(|day| districts().map(move |at| ambulance(&chance, day, at))).collect(),
        "outages" => firsts(published_on, 1, MONTHS)?.flat_map(|month| districts().map(move |at| outage(&chance, month, at))).collect(),
        "infrastructure-register" => {
            let quarters = firsts(published_on, 3, QUARTERS)?.zip(0..);
            quarters.flat_map(|(quarter, age)| districts().map(move |at| infrastructure(&chance, quarter, age, at))).collect()
        }
        _ => return Err(Error::internal(format!("no demo rows for {slug}"))),
    };
    Ok(Table { rows })
}

type Cells = Vec<Option<Value>>;

#[derive(Clone, Copy)]
struct Chance<'a>(&'a dyn Rng);

impl Chance<'_> {
    /// A number in `from..=to`.
    fn between(&self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from).unwrap_or_default() + 1;
        from + i64::try_from(self.0.below(width)).unwrap_or_default()
    }

    /// True in `percent` of all cases.
    fn percent(&self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }
}

/// The days before `end`, oldest first.
fn days(end: NaiveDate, count: u64) -> Result<impl Iterator<Item = NaiveDate>> {
    let first = end.checked_sub_days(Days::new(count)).ok_or_else(|| Error::internal("the calendar has ended"))?;
    Ok(first.iter_days().take(usize::try_from(count).map_err(Error::internal)?))
}

/// The first days of the `count` whole spans of `months` months before `end`, oldest first.
fn firsts(end: NaiveDate, months: u32, count: u32) -> Result<impl Iterator<Item = NaiveDate>> {
    let month0 = end.month0() - end.month0() % months;
    let present = NaiveDate::from_ymd_opt(end.year(), month0 + 1, 1).ok_or_else(|| Error::internal("the calendar has ended"))?;
    Ok((1..=count).rev().filter_map(move |ago| present.checked_sub_months(Months::new(ago * months))))
}

fn districts() -> impl Iterator<Item = usize> {
    0..DISTRICTS.len()
}

fn text(word: &str) -> Option<Value> {
    Some(Value::Text(word.to_owned()))
}

fn integer(number: i64) -> Option<Value> {
    Some(Value::Integer(number))
}

/// How a district differs from the others, in percent: -8 to 8, the same for good.
fn leaning(district: usize) -> i64 {
    i64::try_from(district * 7 % 17).unwrap_or_default() - 8
}

/// In which district the n-th of many things is: the city has twice its share.
fn district_of(n: usize) -> usize {
    (n % 18).saturating_sub(1)
}

/// Warm months use more water: percent over the yearly mean.
fn summer(day: NaiveDate) -> i64 {
    [-20, -18, -10, 0, 12, 28, 35, 30, 15, 0, -12, -18][day.month0() as usize]
}

fn water(chance: &Chance<'_>, day: NaiveDate, zone: usize) -> Cells {
    let at = district_of(zone);
    let base = 2_000 + i64::try_from(zone * 37 % 5_000).unwrap_or_default();
    let supplied = base * (100 + summer(day) + chance.between(-6, 6)) / 100;
    let lost_percent = 24 + leaning(at) + chance.between(-4, 4);
    let pressure = (!chance.percent(2)).then(|| Value::Units(chance.between(210, 420)));
    vec![
        text(DISTRICTS[at]),
        text(&format!("{:03}", zone + 1)),
        Some(Value::Date(day)),
        Some(Value::Units(supplied)),
        Some(Value::Units(supplied * (100 - lost_percent) / 100)),
        pressure,
    ]
}

fn buses(chance: &Chance<'_>, day: NaiveDate) -> impl Iterator<Item = Cells> {
    let chance = *chance;
    (0..ROUTES).flat_map(move |route| {
        DEPARTURES.into_iter().map(move |(hour, minute)| {
            let at = if route < 14 { 0 } else { route - 13 };
            let scheduled = NaiveTime::from_hms_opt(hour, minute, 0).map(|time| city_instant(day.and_time(time)));
            let cancelled = chance.percent(3);
            let rush = if hour == 8 || hour == 18 { 1 } else { 0 };
            let delay = (!cancelled).then(|| (chance.between(-3, 3) + chance.between(-2, 3) + rush).max(0));
            vec![
                text(&(route + 1).to_string()),
                text(DISTRICTS[at]),
                Some(Value::Date(day)),
                scheduled.map(Value::DateTime),
                delay.map(Value::Integer),
                Some(Value::Boolean(cancelled)),
                Some(Value::Boolean(delay.is_some_and(|minutes| minutes <= 3))),
            ]
        })
    })
}

/// Cold, still months have more fine dust: percent over the yearly mean.
fn winter(day: NaiveDate) -> i64 {
    [60, 45, 15, -10, -25, -30, -30, -25, -15, 5, 35, 55][day.month0() as usize]
}

fn air(chance: &Chance<'_>, day: NaiveDate, station: usize) -> Cells {
    let at = district_of(station * 3);
    let fine = (190 + i64::try_from(station).unwrap_or_default() * 6) * (100 + winter(day) + chance.between(-25, 25)) / 100;
    let measured = !chance.percent(3);
    vec![
        text(&format!("S{:02}", station + 1)),
        text(DISTRICTS[at]),
        Some(Value::Date(day)),
        measured.then_some(Value::Units(fine)),
        measured.then(|| Value::Units(fine * chance.between(160, 230) / 100)),
    ]
}

fn ambulance(chance: &Chance<'_>, day: NaiveDate, at: usize) -> Cells {
    let usual = if at == 0 { 90 } else { 18 + i64::try_from(at * 5 % 20).unwrap_or_default() };
    let calls = usual * (100 + chance.between(-20, 20)) / 100;
    let within = calls * (86 - leaning(at) + chance.between(-6, 6)).clamp(0, 100) / 100;
    vec![text(DISTRICTS[at]), Some(Value::Date(day)), integer(calls), integer(within)]
}

fn outage(chance: &Chance<'_>, month: NaiveDate, at: usize) -> Cells {
    let customers = if at == 0 { 58_000 } else { 12_000 + i64::try_from(at * 1_731 % 16_000).unwrap_or_default() };
    let interruptions = customers * (24 + leaning(at) + winter(month) / 6 + chance.between(-6, 6)).max(4) / 100;
    let hours = interruptions * chance.between(11, 28);
    vec![text(DISTRICTS[at]), Some(Value::Date(month)), integer(customers), integer(interruptions), Some(Value::Units(hours))]
}

/// Every quarter a little more is equipped; districts that lean up are ahead.
fn infrastructure(chance: &Chance<'_>, quarter: NaiveDate, age: i64, at: usize) -> Cells {
    let scale = if at == 0 { 5 } else { 1 };
    let part = |whole: i64, percent: i64| whole * (percent + leaning(at) + 2 * age + chance.between(-1, 1)).clamp(1, 99) / 100;
    let (wifi, stops, meters, households) = (14 * scale, 60 * scale, 9_000 * scale, 11_000 * scale);
    let counts = [
        wifi,
        part(wifi, 78),
        stops,
        part(stops, 22),
        meters,
        part(meters, 34),
        households,
        part(households, 41),
        households,
        part(households, 83),
    ];
    let mut cells = vec![text(DISTRICTS[at]), Some(Value::Date(quarter))];
    cells.extend(counts.map(integer));
    cells
}
