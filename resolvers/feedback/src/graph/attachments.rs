//! Photos and documents in the graph, and what the edge asks of them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use kernel::{AttachmentId, FileDigest, PersonId};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use vocabulary::{DateTime, Nullable, OrFault, OrNull, request};

use super::{
    loaders::{AttachmentsOf, reports},
    mutation::desk,
    payloads::{Payload, payloads},
    readings::{PersonalPart, reading},
};
use crate::{
    desk::{Desk, parse, word},
    entity::{attachment, feedback::Model},
    error::not_found,
    files::Form,
    model, policy,
    policy::View,
};

/// With what a photo or document came.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, Serialize, Deserialize)]
#[graphql(remote = "model::Part")]
pub(crate) enum AttachmentPart {
    /// The report.
    Report,
    /// The reporter's answer to a question.
    Answer,
    /// The office's answer: it shows the result.
    Evidence,
}

/// A photo or document of a report.
pub(crate) struct Attachment {
    row: attachment::Model,
    report: Arc<Model>,
    view: View,
}

/// A photo or document of a report. Of photos nothing is kept but the picture: no place, no time, no camera.
#[Object(tag = "scoped")]
impl Attachment {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(AttachmentId::from_uuid(self.row.id).global())
    }

    /// With what it came.
    async fn part(&self, ctx: &Context<'_>) -> Result<AttachmentPart> {
        parse::<model::Part>(self.row.part.as_deref().unwrap_or_default()).map(Into::into).or_fault(ctx)
    }

    /// When it was added.
    async fn added_at(&self) -> DateTime {
        DateTime(self.row.attached_at.unwrap_or(self.row.created_at))
    }

    /// `image/jpeg`, `image/png` or `application/pdf`.
    async fn media_type(&self) -> &str {
        &self.row.media_type
    }

    /// How large it is, in bytes.
    async fn bytes(&self) -> i32 {
        self.row.bytes
    }

    /// In pixels; null for a document.
    async fn width(&self) -> Option<i32> {
        self.row.width
    }

    /// In pixels; null for a document.
    async fn height(&self) -> Option<i32> {
        self.row.height
    }

    /// Whether the public sees it.
    async fn released(&self) -> bool {
        self.row.released_at.is_some()
    }

    /// Where it is, as a path of this site; for an hour, then ask again. A document is downloaded, a photo is shown.
    async fn url(&self, ctx: &Context<'_>) -> Nullable<String> {
        self.address(ctx, Form::Whole).await
    }

    /// Where a picture of at most 320 by 320 pixels of it is, as `url`; null for a document.
    async fn thumbnail_url(&self, ctx: &Context<'_>) -> Nullable<String> {
        if self.row.is_photo() { self.address(ctx, Form::Thumbnail).await } else { None }
    }
}

impl Attachment {
    /// All of a report that a reader may see, in the order in which they were added.
    pub(super) async fn all(ctx: &Context<'_>, report: &Arc<Model>, view: View) -> Result<Vec<Attachment>> {
        let rows = reports(ctx).load_one(AttachmentsOf(report.id)).await.or_fault(ctx)?;
        let seen = rows.iter().flat_map(|rows| rows.iter()).filter(|row| view != View::Public || row.released_at.is_some());
        Ok(seen.map(|row| Attachment { row: row.clone(), report: Arc::clone(report), view }).collect())
    }

    /// The address; that somebody who works the case has it counts as a look. What everybody sees, and what the office itself added, is not
    /// personal.
    async fn address(&self, ctx: &Context<'_>, form: Form) -> Nullable<String> {
        let personal = self.row.released_at.is_none() && self.row.part != Some(word(&model::Part::Evidence));
        if self.view == View::Whole
            && personal
            && let Err(error) = reading(ctx, &self.report, PersonalPart::Attachments).await
        {
            return Some(Err(error));
        }
        let token = ctx.data_unchecked::<Desk>().file_keys.token(self.row.id, form, request(ctx).now);
        Some(Ok(format!("/files/{token}")))
    }
}

/// A file that the edge was sent, has cleaned, and is about to keep.
#[derive(InputObject)]
pub(crate) struct AnnounceUploadInput {
    /// A UUID; announcing the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The SHA-256 of what is kept, 64 hexadecimal digits.
    digest: String,
    /// The SHA-256 of the small picture; absent for a document.
    thumbnail: Option<String>,
    /// What it is.
    media_type: UploadMedia,
    /// How large it is, in bytes.
    bytes: i32,
    /// In pixels; absent for a document.
    width: Option<i32>,
    /// In pixels; absent for a document.
    height: Option<i32>,
    /// Who sent it, when they have an account.
    uploader: Option<ID>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum UploadMedia {
    /// `image/jpeg`.
    Jpeg,
    /// `image/png`.
    Png,
    /// `application/pdf`.
    Pdf,
}

impl UploadMedia {
    fn media_type(self) -> &'static str {
        match self {
            UploadMedia::Jpeg => "image/jpeg",
            UploadMedia::Png => "image/png",
            UploadMedia::Pdf => "application/pdf",
        }
    }
}

impl AnnounceUploadInput {
    fn upload(&self) -> Option<model::Upload> {
        Some(model::Upload {
            digest: FileDigest::parse(&self.digest)?,
            thumbnail: match &self.thumbnail {
                Some(digest) => Some(FileDigest::parse(digest)?),
                None => None,
            },
            media_type: self.media_type.media_type(),
            bytes: self.bytes,
            size: self.width.zip(self.height),
            uploader: match &self.uploader {
                Some(id) => Some(PersonId::from_global(id)?.uuid()),
                None => None,
            },
        })
    }
}

/// An upload whose bytes are kept.
#[derive(InputObject)]
pub(crate) struct CompleteUploadInput {
    /// A UUID; completing the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The claim to the upload.
    claim: String,
}

/// A file that waits for its report.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct Upload {
    /// What makes it part of a report: whoever sent it is told, and nobody else.
    claim: String,
    /// Until when it waits.
    expires_at: DateTime,
}

impl Upload {
    fn of(ctx: &Context<'_>, row: &attachment::Model) -> Upload {
        Upload { claim: desk(ctx).file_keys.claim(row.id).into_inner(), expires_at: DateTime(row.expires_at) }
    }
}

payloads! {
    #[graphql(requires_scopes = "system")] AnnounceUploadPayload: upload Upload = "The upload.";
    #[graphql(requires_scopes = "system")] CompleteUploadPayload: upload Upload = "The upload, which can be attached now.";
}

/// A file that may be looked at.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct StoredFile {
    /// The SHA-256 under which it is kept, 64 hexadecimal digits.
    digest: String,
    /// Its media type.
    media_type: String,
    /// Until when its address is valid.
    until: DateTime,
}

#[derive(Default)]
pub(crate) struct UploadActs;

/// What the edge hands over.
#[Object]
impl UploadActs {
    /// Writes down that the bytes of an upload are about to be kept. Only the house itself does so, for its edge.
    #[graphql(requires_scopes = "system")]
    async fn announce_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The upload.")] input: AnnounceUploadInput,
    ) -> Nullable<AnnounceUploadPayload> {
        let outcome = match input.upload() {
            Some(upload) => desk(ctx).announce_upload(&input.idempotency_key, upload, request(ctx)).await,
            None => Err(not_found("input.digest").into()),
        };
        AnnounceUploadPayload::of(ctx, outcome.map(Some), |row| Upload::of(ctx, &row))
    }

    /// Writes down that the bytes of an upload are kept. Only the house itself does so, for its edge.
    #[graphql(requires_scopes = "system")]
    async fn complete_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which upload.")] input: CompleteUploadInput,
    ) -> Nullable<CompleteUploadPayload> {
        let outcome = desk(ctx).complete_upload(&input.idempotency_key, &input.claim, request(ctx)).await;
        CompleteUploadPayload::of(ctx, outcome.map(Some), |row| Upload::of(ctx, &row))
    }
}

#[derive(Default)]
pub(crate) struct FileQueries;

/// What the edge asks.
#[Object]
impl FileQueries {
    /// What the token of a file's address opens; null when it is none, its time is over, or the file was erased. Only the house itself asks,
    /// for its edge.
    #[graphql(requires_scopes = "system")]
    async fn stored_file(&self, ctx: &Context<'_>, #[graphql(desc = "The token.")] token: String) -> Nullable<StoredFile> {
        find(ctx, &token).await.or_null(ctx)
    }
}

async fn find(ctx: &Context<'_>, token: &str) -> kernel::Result<Option<StoredFile>> {
    policy::may_take_uploads(&request(ctx).actor)?;
    let desk = desk(ctx);
    let Some(opened) = desk.file_keys.read_token(token, request(ctx).now) else { return Ok(None) };
    let row = attachment::Entity::find_by_id(opened.id).one(&desk.house.database.reader).await.map_err(journal::fault)?;
    let Some(row) = row.filter(|row| row.feedback_id.is_some()) else { return Ok(None) };
    let (digest, media_type) = match (opened.form, row.thumbnail) {
        (Form::Whole, _) => (row.digest, row.media_type),
        (Form::Thumbnail, Some(thumbnail)) => (thumbnail, "image/jpeg".to_owned()),
        (Form::Thumbnail, None) => return Ok(None),
    };
    Ok(Some(StoredFile { digest, media_type, until: DateTime(opened.until) }))
}
