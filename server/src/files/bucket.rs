//! Files in a bucket of an S3-compatible store. Each request is signed (AWS Signature Version 4) and sent by the house's own client.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    body::Bytes,
    http::{Request, StatusCode, header::CONTENT_TYPE},
};
use futures_util::StreamExt;
use jiff::Timestamp;
use kernel::{Clock, Code, Error, FileDigest, FileStream, Files, Result};
use rusty_s3::{Credentials, Method, S3Action, UrlStyle};
use url::Url;

/// How long a signature is good for.
const SIGNED_FOR: Duration = Duration::from_secs(60);
/// What the region is called where there are none, as MinIO and Garage do.
const REGION: &str = "us-east-1";

/// A bucket that files are kept in.
pub(crate) struct Bucket {
    bucket: rusty_s3::Bucket,
    prefix: String,
    credentials: Credentials,
    client: remote::Client,
    clock: Arc<dyn Clock>,
}

impl Bucket {
    /// A bucket that is reached with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION` and, where it is not
    /// Amazon's, `AWS_ENDPOINT_URL`.
    pub(crate) fn from_environment(name: &str, prefix: &str, clock: Arc<dyn Clock>) -> Result<Bucket> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let credentials =
            Credentials::from_env().ok_or_else(|| Error::internal("files in a bucket need AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))?;
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).unwrap_or_else(|| REGION.to_owned());
        let endpoint = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL"));
        Bucket::new(name, prefix, endpoint.as_deref(), &region, credentials, clock)
    }

    /// A bucket of Amazon's, or of the store at an endpoint.
    pub(crate) fn new(
        name: &str,
        prefix: &str,
        endpoint: Option<&str>,
        region: &str,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
    ) -> Result<Bucket> {
        // Other stores know a bucket by the path, for their names have no subdomains.
        let style = if endpoint.is_some() { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = endpoint.map_or_else(|| format!("https://s3.{region}.amazonaws.com"), str::to_owned);
        let endpoint: Url =
            endpoint.parse().map_err(|error| Error::internal(format!("`{endpoint}` is no endpoint of a store: {error}")))?;
        let bucket = rusty_s3::Bucket::new(endpoint, style, name.to_owned(), region.to_owned()).map_err(Error::internal)?;
        Ok(Bucket { bucket, prefix: prefix.to_owned(), credentials, client: remote::Client::new()?, clock })
    }

    fn name(&self, digest: FileDigest) -> String {
        format!("{}{digest}", self.prefix)
    }

    fn request<'a, A: S3Action<'a>>(&self, action: &A, body: Vec<u8>) -> Result<Request<Bytes>> {
        let now = Timestamp::from_millisecond(self.clock.now().timestamp_millis()).map_err(Error::internal)?;
        let method = match A::METHOD {
            Method::Head => "HEAD",
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        };
        let request = Request::builder().method(method).uri(action.sign_with_time(SIGNED_FOR, &now).as_str());
        request.header(CONTENT_TYPE, "application/octet-stream").body(body.into()).map_err(Error::internal)
    }
}

#[async_trait]
impl Files for Bucket {
    async fn put(&self, digest: FileDigest, bytes: Vec<u8>) -> Result<()> {
        let name = self.name(digest);
        let request = self.request(&self.bucket.put_object(Some(&self.credentials), &name), bytes)?;
        let answer = self.client.clone().send(request).await.map_err(|error| away(&error))?;
        if answer.status().is_success() { Ok(()) } else { Err(refused(answer.status())) }
    }

    async fn get(&self, digest: FileDigest) -> Result<Option<FileStream>> {
        let name = self.name(digest);
        let request = self.request(&self.bucket.get_object(Some(&self.credentials), &name), Vec::new())?;
        let answer = self.client.clone().open(request).await.map_err(|error| away(&error))?;
        match answer.status() {
            StatusCode::OK => Ok(Some(answer.into_body().map(|piece| piece.map_err(|error| away(&error))).boxed())),
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(refused(status)),
        }
    }

    async fn delete(&self, digest: FileDigest) -> Result<()> {
        let name = self.name(digest);
        let request = self.request(&self.bucket.delete_object(Some(&self.credentials), &name), Vec::new())?;
        let answer = self.client.clone().send(request).await.map_err(|error| away(&error))?;
        // S3 says success for what is not there; some others do not.
        if answer.status().is_success() || answer.status() == StatusCode::NOT_FOUND { Ok(()) } else { Err(refused(answer.status())) }
    }
}

/// A store that does not answer.
fn away(error: &Error) -> Error {
    Error::coded(Code::SubgraphUnavailable, format!("the bucket of files: {}", error.internal_text()))
}

/// A store that says no: its text may hold what was signed, so only the status is told.
fn refused(status: StatusCode) -> Error {
    Error::coded(Code::SubgraphUnavailable, format!("the bucket of files says {}", status.as_u16()))
}
