//! The morning's news: once a day each subscriber gets one message with all that is new in their areas.
//!
//! What was told is remembered by the place in the log up to which a subscription has been looked through. Places become visible in their order
//! and are given after the commit, so that a report which commits late, whenever it says that it came in, lies behind the mark and is told the next
//! day. The mark moves in the transaction that stores the job of the message: a crash leaves both or neither.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use futures_util::FutureExt;
use journal::{Commit, Job, JobError, NewJob, Priority};
use kernel::{Locale, PersonId, Request, Result, city_day, city_instant, city_time};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    acts::end_areas,
    desk::{Desk, STREAM},
    entity::area_subscription::{Column, Entity, Model},
    error::words,
    notices,
    reference::{find_category, find_district},
    store::{Fresh, Store},
};

/// The job that looks through the subscriptions, each morning.
pub(crate) const NOTIFY: &str = "notify_areas";
/// The job that tells one subscriber.
pub(crate) const SEND_NEWS: &str = "send_area_news";
/// What the messages are about, for those who do not want them.
pub(super) const TOPIC: &str = "AREA";
/// When it is told, by the city's clock.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("an hour of the day");
/// How many subscriptions one job looks through; those of one subscriber are never apart.
const PAGE: u64 = if cfg!(test) { 24 } else { 1_000 };
/// How many reports a message names; of further ones it says how many they are.
const NAMED_MAX: usize = 50;

/// Where the morning's walk through the subscriptions stands; at first nowhere.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Walk {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    through: Option<i64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    after: String,
}

/// What one subscriber is to be told of.
#[derive(Debug, Serialize, Deserialize)]
struct News {
    subscriber: String,
    reports: Vec<Uuid>,
    more: usize,
}

/// The job of the next morning; one for all processes.
pub(crate) fn tomorrow(now: DateTime<Utc>) -> NewJob {
    let local = city_time(now).naive_local();
    let day = if local.time() < MORNING { local.date() } else { local.date().checked_add_days(Days::new(1)).unwrap_or(local.date()) };
    bulk(NOTIFY, &day.to_string(), json!({}), city_instant(day.and_time(MORNING)))
}

/// What is written when a morning is given up: the next one tells what it did not.
pub(crate) fn go_on(now: DateTime<Utc>) -> Commit {
    Box::new(move |txn| journal::enqueue(txn, now, vec![tomorrow(now)]).boxed())
}

fn bulk(kind: &str, key: &str, payload: Value, run_at: DateTime<Utc>) -> NewJob {
    NewJob::new(kind, key, payload, run_at).ranked(Priority::Bulk)
}

/// What is to be written of one page of subscriptions.
struct Looked {
    /// The subscriptions that were looked through.
    ids: Vec<Uuid>,
    jobs: Vec<NewJob>,
}

impl Desk {
    /// Looks through a page of the subscriptions. Done again, it finds the same, for nothing is kept before all is.
    pub(crate) async fn notify_areas(&self, job: &Job) -> Result<Commit, JobError> {
        let now = self.house.clock.now();
        let walk: Walk = serde_json::from_value(job.payload.clone()).map_err(kernel::Error::internal)?;
        let is_first = walk.through.is_none();
        let through = match walk.through {
            Some(through) => through,
            None => journal::position_after(&self.house.database, None).await?,
        };
        let day = walk.day.unwrap_or_else(|| city_day(now));
        let mut rows = Store(self.house.database.reader.clone()).areas_after(&walk.after, PAGE).await?;
        let mut next = None;
        if u64::try_from(rows.len()).unwrap_or_default() == PAGE {
            // The last subscriber may have more of them: theirs begin the next page.
            let last = rows.last().map(|row| row.subscriber.clone()).unwrap_or_default();
            rows.retain(|row| row.subscriber != last);
            next = rows.last().map(|row| row.subscriber.clone());
        }
        let Looked { ids, mut jobs } = self.look_through(&rows, day, through, now).await?;
        if let Some(after) = next {
            let key = format!("{day}:{after}");
            let walk = Walk { day: Some(day), through: Some(through), after };
            jobs.push(bulk(NOTIFY, &key, serde_json::to_value(walk).map_err(kernel::Error::internal)?, now));
        }
        if is_first {
            jobs.push(tomorrow(now));
        }
        Ok(Box::new(move |txn| {
            async move {
                Entity::update_many()
                    .col_expr(Column::ToldThrough, Expr::value(through))
                    .col_expr(Column::ToldOn, Expr::value(day))
                    .filter(Column::Id.is_in(ids))
                    .filter(Column::ToldThrough.lte(through))
                    .exec(txn)
                    .await?;
                journal::enqueue(txn, now, jobs).await
            }
            .boxed()
        }))
    }

    async fn look_through(&self, rows: &[Model], day: NaiveDate, through: i64, now: DateTime<Utc>) -> Result<Looked> {
        let since = rows.iter().map(|row| row.told_through).min().unwrap_or(through);
        let fresh = self.fresh(since, through).await?;
        let mut looked = Looked { ids: Vec::new(), jobs: Vec::new() };
        for own in rows.chunk_by(|one, other| one.subscriber == other.subscriber) {
            // One message a day: whoever was looked after today, by a job that came late, waits until tomorrow.
            if own.iter().any(|row| row.told_on.is_some_and(|told| told >= day)) {
                continue;
            }
            looked.ids.extend(own.iter().map(|row| row.id));
            let areas: Vec<_> = own.iter().map(|row| (row.area(), row.told_through)).collect();
            let concerns = |(report, place): &&(Fresh, i64)| areas.iter().any(|(area, told)| told < place && area.holds(report));
            let reports: Vec<Uuid> = fresh.iter().filter(concerns).map(|(report, _)| report.id).collect();
            if let (false, Some(row)) = (reports.is_empty(), own.first()) {
                let news = News {
                    subscriber: row.subscriber.clone(),
                    more: reports.len().saturating_sub(NAMED_MAX),
                    reports: reports.into_iter().take(NAMED_MAX).collect(),
                };
                let key = format!("{}:{day}", row.subscriber);
                looked.jobs.push(bulk(SEND_NEWS, &key, serde_json::to_value(news).map_err(kernel::Error::internal)?, now));
            }
        }
        Ok(looked)
    }

    /// The reports that the public register shows and that came into the log between two places, with their places.
    async fn fresh(&self, after: i64, through: i64) -> Result<Vec<(Fresh, i64)>> {
        let reader = &self.house.database.reader;
        let begun = journal::begun_between(reader, STREAM, after, through).await?;
        let ids: Vec<Uuid> = begun.iter().map(|(id, _)| *id).collect();
        let mut known = Store(reader.clone()).fresh(&ids).await?;
        Ok(begun.into_iter().filter_map(|(id, place)| known.remove(&id).map(|report| (report, place))).collect())
    }

    /// Tells one subscriber. What is no longer public meanwhile is left out, and whoever has ended all is told nothing. The message has a key that
    /// follows from the subscriber and the day, so that it is sent once.
    pub(crate) async fn send_area_news(&self, job: &Job, request: &Arc<Request>) -> Result<Commit, JobError> {
        let news: News = serde_json::from_value(job.payload.clone()).map_err(kernel::Error::internal)?;
        let store = Store(self.house.database.reader.clone());
        let rows = store.areas_of(&news.subscriber).await?;
        let mut known = store.fresh(&news.reports).await?;
        let reports: Vec<Fresh> = news.reports.iter().filter_map(|id| known.remove(id)).collect();
        let Some(newest) = rows.last().filter(|_| !reports.is_empty()) else { return Ok(journal::nothing()) };
        // Whoever has no account ends all with one click on the mail: then the address is forgotten.
        if newest.person.is_none() && !notices::wants(self, &newest.email, TOPIC, request).await? {
            let now = request.now;
            return Ok(Box::new(move |txn| async move { end_areas(txn, rows, now).await }.boxed()));
        }
        let locale = newest.locale();
        let count = i64::try_from(reports.len() + news.more).unwrap_or(i64::MAX);
        let mut lines: Vec<String> = reports.iter().map(|report| line(report, locale)).collect();
        if news.more > 0 {
            lines.push(words().text(locale, "mail-area-more", &[("count", i64::try_from(news.more).unwrap_or(i64::MAX).into())]));
        }
        let facts = [("count", count.into()), ("reports", lines.join("\n").into())];
        let input = json!({
            "idempotencyKey": notices::key_of(&job.key),
            "email": newest.email,
            "locale": locale.tag().to_ascii_uppercase(),
            "topic": TOPIC,
            "about": newest.subscriber,
            "subject": words().text(locale, "mail-area-subject", &facts),
            "text": words().text(locale, "mail-area-text", &facts),
            "person": newest.person.map(|id| PersonId::from_uuid(id).global()),
        });
        notices::hand_over(self, input, request).await?;
        Ok(journal::nothing())
    }
}

/// A report in words, with no more of its place than the public register shows.
fn line(report: &Fresh, locale: Locale) -> String {
    let not_known = || words().text(locale, "not-known", &[]);
    let category = report.category.as_deref().and_then(find_category).map(|category| category.name.get(locale).to_owned());
    let district = report.district.as_deref().and_then(find_district).map(|district| district.name.get(locale).to_owned());
    let near = report.cell().map(|cell| cell.middle()).map(|middle| format!("{:.4}, {:.4}", middle.lat, middle.lon));
    let place = match (district, near) {
        (Some(district), Some(near)) => format!("{district} ({near})"),
        (Some(place), None) | (None, Some(place)) => place,
        (None, None) => not_known(),
    };
    let facts =
        [("reference", report.reference.clone().into()), ("category", category.unwrap_or_else(not_known).into()), ("place", place.into())];
    words().text(locale, "mail-area-report", &facts)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn the_morning_is_the_citys() {
        fn check(now: (u32, u32, u32), morning: (u32, u32, u32), key: &str) {
            let utc = |(day, hour, minute)| Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 0).unwrap();
            let job = tomorrow(utc(now));
            assert_eq!((job.run_at, job.key.as_str()), (utc(morning), key), "{now:?}");
        }
        // 08:00 in the city is 03:00 by UTC.
        check((24, 2, 59), (24, 3, 0), "notify_areas:2026-11-24");
        check((24, 3, 0), (25, 3, 0), "notify_areas:2026-11-25");
        check((24, 20, 0), (25, 3, 0), "notify_areas:2026-11-25");
    }
}
