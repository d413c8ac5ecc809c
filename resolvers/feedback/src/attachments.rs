//! Uploads that wait for their report, and attachments of reports: one row either way, and beside it what of the bytes is kept.
//!
//! An upload is announced, then its bytes are put, then it has arrived: so nothing that can be attached lacks its bytes, and the bytes of an
//! upload that was cut off are known. Rows go first, in the transaction that no longer needs them; a job deletes the bytes after the last row
//! that names them. From the moment at which it is decided that they go, nothing new may refer to them.

use chrono::{DateTime, TimeDelta, Utc};
use journal::{Abort, NewJob, Priority, Txn};
use kernel::{Error, FileDigest, Refusal, RefusalCode, Result};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    desk::word,
    entity::{
        attachment::{ActiveModel, Column, Entity, Model},
        blob, feedback,
    },
    error::refusal,
    model::{Outcome, Part, Upload},
    reference::find_category,
};

/// How long an upload waits for its report.
const WAIT: TimeDelta = TimeDelta::hours(24);
/// How many bytes may wait for their reports together; twice that much is on the disk at the worst, with what is being deleted.
const WAITING_BYTES_MAX: i64 = 2 * 1024 * 1024 * 1024;

/// The job that forgets an upload that nobody attached.
pub(crate) const EXPIRE_UPLOAD: &str = "expire_upload";
/// The job that deletes bytes that nothing refers to.
pub(crate) const DISCARD_FILE: &str = "discard_file";

/// The payload of [`EXPIRE_UPLOAD`].
#[derive(Deserialize)]
pub(crate) struct Expiry {
    pub(crate) upload: Uuid,
}

/// The payload of [`DISCARD_FILE`].
#[derive(Deserialize)]
pub(crate) struct Discard {
    pub(crate) digest: FileDigest,
}

/// Whom attachments are added by, and to what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adding<'a> {
    pub(crate) feedback: Uuid,
    pub(crate) part: Part,
    /// The person, when they have an account.
    pub(crate) by: Option<Uuid>,
    pub(crate) now: DateTime<Utc>,
    /// The field of the input that names the uploads.
    pub(crate) field: &'a str,
}

impl Model {
    /// Whether it is a picture, and no document.
    pub(crate) fn is_photo(&self) -> bool {
        self.thumbnail.is_some()
    }

    fn digests(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.digest).chain(&self.thumbnail)
    }
}

/// Writes an upload down whose bytes are about to be put, and when it is forgotten.
pub(crate) async fn announce(txn: &Txn, id: Uuid, upload: Upload, now: DateTime<Utc>) -> Result<Model, Abort> {
    let full = || refusal(RefusalCode::LimitReached, "refusal-uploads-full", &[]);
    let waiting = Statement::from_string(
        txn.get_database_backend(),
        "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM attachment WHERE feedback_id IS NULL",
    );
    let waiting: i64 = txn.query_one_raw(waiting).await?.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    if waiting + i64::from(upload.bytes) > WAITING_BYTES_MAX {
        return Err(full().into());
    }
    let mut digests: Vec<FileDigest> = std::iter::once(upload.digest).chain(upload.thumbnail).collect();
    // Held in one order, so that two uploads of the same files do not wait for each other.
    digests.sort_unstable();
    for digest in digests {
        keep(txn, digest).await?;
    }
    let row = ActiveModel {
        id: Set(id),
        digest: Set(upload.digest.to_string()),
        thumbnail: Set(upload.thumbnail.map(|digest| digest.to_string())),
        media_type: Set(upload.media_type.to_owned()),
        bytes: Set(upload.bytes),
        width: Set(upload.size.map(|(width, _)| width)),
        height: Set(upload.size.map(|(_, height)| height)),
        uploader: Set(upload.uploader),
        created_at: Set(now),
        expires_at: Set(now + WAIT),
        arrived_at: Set(None),
        feedback_id: Set(None),
        part: Set(None),
        place: Set(None),
        attached_at: Set(None),
        released_at: Set(None),
    };
    let job = NewJob::new(EXPIRE_UPLOAD, id, json!({ "upload": id }), now + WAIT).ranked(Priority::Bulk);
    journal::enqueue(txn, now, vec![job]).await?;
    Ok(Entity::insert(row).exec_with_returning(txn).await?)
}

/// Keeps bytes from going, until something refers to them in the same transaction.
async fn keep(txn: &Txn, digest: FileDigest) -> Result<(), Abort> {
    let statement = Statement::from_sql_and_values(
        txn.get_database_backend(),
        "INSERT INTO blob (digest, going) VALUES ($1, FALSE) ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING going",
        [digest.to_string().into()],
    );
    let row = txn.query_one_raw(statement).await?.ok_or_else(|| Error::internal("a blob was not kept"))?;
    // The same bytes are being deleted at this moment: soon they can be sent again.
    if row.try_get_by_index(0)? { Err(refusal(RefusalCode::WrongState, "refusal-upload-going", &[]).into()) } else { Ok(()) }
}

/// Writes down that the bytes of an upload are there.
pub(crate) async fn arrive(txn: &Txn, id: Uuid, now: DateTime<Utc>) -> Result<Option<Model>, Abort> {
    let Some(row) = Entity::find_by_id(id).lock_exclusive().one(txn).await? else { return Ok(None) };
    if row.arrived_at.is_some() {
        return Ok(Some(row));
    }
    let arrived = ActiveModel { id: Unchanged(id), arrived_at: Set(Some(now)), ..Default::default() };
    Ok(Some(Entity::update(arrived).exec(txn).await?))
}

/// The digests of uploads, in their order; of those that are not there, none.
pub(crate) async fn digests(db: &impl ConnectionTrait, uploads: &[Uuid]) -> Result<Vec<String>> {
    if uploads.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(uploads.iter().copied())).all(db).await.map_err(journal::fault)?;
    let digest = |id: &Uuid| rows.iter().find(|row| row.id == *id).map(|row| row.digest.clone());
    Ok(uploads.iter().filter_map(digest).collect())
}

/// Makes uploads part of a report. One that is somebody else's, that is part of a report already or that is not there answers alike.
pub(crate) async fn attach(txn: &Txn, uploads: &[Uuid], adding: Adding<'_>) -> Result<Vec<Model>, Abort> {
    let mut attached = Vec::with_capacity(uploads.len());
    for (place, id) in uploads.iter().enumerate() {
        let found = Entity::find_by_id(*id).lock_exclusive().one(txn).await?;
        let is_free = |row: &Model| row.arrived_at.is_some() && row.feedback_id.is_none() && row.expires_at > adding.now;
        // Sent without an account, it is whoever's who holds the claim.
        let is_theirs = |row: &Model| row.uploader.is_none() || row.uploader == adding.by;
        if !found.is_some_and(|row| is_free(&row) && is_theirs(&row)) {
            return Err(foreign(adding.field, place).into());
        }
        let row = ActiveModel {
            id: Unchanged(*id),
            feedback_id: Set(Some(adding.feedback)),
            part: Set(Some(word(&adding.part))),
            place: Set(i32::try_from(place).ok()),
            attached_at: Set(Some(adding.now)),
            ..Default::default()
        };
        attached.push(Entity::update(row).exec(txn).await?);
    }
    Ok(attached)
}

/// There is no such upload for whoever asks.
pub(crate) fn foreign(field: &str, place: usize) -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-attachment-foreign", &[]).at(&format!("{field}.{place}"))
}

/// Whether an answer that says “done” lacks the photo that its subject asks for.
pub(crate) fn lack_evidence(case: &feedback::Model, outcome: Outcome, shown: &[Model]) -> bool {
    let asks = case.category.as_deref().and_then(find_category).is_some_and(|category| category.evidence_asked);
    asks && outcome == Outcome::Satisfied && !shown.iter().any(Model::is_photo)
}

/// Adds to another report what was added to one: the rows are its own, and the bytes are kept once.
pub(crate) async fn copy(txn: &Txn, rows: &[Model], ids: &[Uuid], feedback: Uuid) -> Result<(), Abort> {
    let copies: Vec<ActiveModel> = rows
        .iter()
        .zip(ids)
        .map(|(row, id)| {
            let copy = Model { id: *id, feedback_id: Some(feedback), released_at: None, ..row.clone() };
            copy.into_active_model().reset_all()
        })
        .collect();
    if !copies.is_empty() {
        Entity::insert_many(copies).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Forgets what was attached to a report, and has the bytes deleted that nothing else refers to.
pub(crate) async fn forget(txn: &Txn, feedback: Uuid, now: DateTime<Utc>) -> Result<(), Abort> {
    let rows = Entity::find().filter(Column::FeedbackId.eq(feedback)).order_by_asc(Column::Id).all(txn).await?;
    Entity::delete_many().filter(Column::FeedbackId.eq(feedback)).exec(txn).await?;
    discard(txn, &rows, now).await
}

/// Forgets all of them.
pub(crate) async fn empty(txn: &Txn, now: DateTime<Utc>) -> Result<(), Abort> {
    let rows = Entity::find().all(txn).await?;
    Entity::delete_many().exec(txn).await?;
    discard(txn, &rows, now).await
}

/// Forgets an upload that nobody attached in its time.
pub(crate) async fn expire(txn: &Txn, id: Uuid, now: DateTime<Utc>) -> Result<(), Abort> {
    let waiting = Entity::find_by_id(id).filter(Column::FeedbackId.is_null()).lock_exclusive().one(txn).await?;
    let Some(row) = waiting else { return Ok(()) };
    Entity::delete_by_id(id).exec(txn).await?;
    discard(txn, &[row], now).await
}

async fn discard(txn: &Txn, rows: &[Model], now: DateTime<Utc>) -> Result<(), Abort> {
    let jobs = rows.iter().flat_map(|row| row.digests().map(|digest| (row.id, digest)));
    let jobs = jobs.map(|(id, digest)| NewJob::new(DISCARD_FILE, format_args!("{id}:{digest}"), json!({ "digest": digest }), now));
    journal::enqueue(txn, now, jobs.collect()).await
}

/// Decides whether bytes go: they do when no row refers to them. From then on none can.
pub(crate) async fn let_go(txn: &Txn, digest: &str) -> Result<bool, Abort> {
    let Some(kept) = blob::Entity::find_by_id(digest).lock_exclusive().one(txn).await? else { return Ok(false) };
    let naming = Condition::any().add(Column::Digest.eq(digest)).add(Column::Thumbnail.eq(digest));
    if Entity::find().filter(naming).count(txn).await? > 0 {
        return Ok(false);
    }
    mark(txn, kept.digest, true).await.map(|()| true)
}

/// Says that bytes are going, or that they stay after all.
pub(crate) async fn mark(txn: &Txn, digest: String, going: bool) -> Result<(), Abort> {
    let going = blob::Entity::update_many().set(blob::ActiveModel { going: Set(going), ..Default::default() });
    going.filter(blob::Column::Digest.eq(digest)).exec(txn).await?;
    Ok(())
}

/// Writes down that bytes are gone.
pub(crate) async fn gone(txn: &Txn, digest: &str) -> Result<(), Abort> {
    let going = blob::Entity::delete_many().filter(blob::Column::Digest.eq(digest)).filter(blob::Column::Going.eq(true));
    going.exec(txn).await?;
    Ok(())
}
