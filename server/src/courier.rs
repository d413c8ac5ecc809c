//! Parcels to whoever is outside the house, over HTTP.

use async_trait::async_trait;
use axum::{
    body::Bytes,
    http::{HeaderValue, Request, header::RETRY_AFTER},
};
use journal::{Courier, JobError, Parcel, Receipt};
use kernel::Result;
use remote::{Outside, Unsent};

/// Hands parcels over with the client for addresses that somebody else chose.
pub(crate) struct HttpCourier(Outside);

impl HttpCourier {
    /// A courier that also goes to these hosts of the city's own network.
    pub(crate) fn new(trusted_hosts: &[String]) -> Result<HttpCourier> {
        Outside::new(trusted_hosts.to_vec()).map(HttpCourier)
    }
}

#[async_trait]
impl Courier for HttpCourier {
    fn accepts(&self, url: &str) -> bool {
        self.0.accepts(url)
    }

    async fn hand_over(&self, parcel: Parcel) -> std::result::Result<Receipt, JobError> {
        let refused = |why: &str| JobError::Fail(format!("DELIVERY_REFUSED: {why}"));
        let mut request = Request::post(parcel.url.reveal()).header("user-agent", "turkistan");
        for (name, value) in &parcel.headers {
            request = request.header(*name, value.reveal());
        }
        let request = request.body(Bytes::from(parcel.body.into_inner())).map_err(|_| refused("it cannot be a request"))?;
        let answer = self.0.send(request).await.map_err(|unsent| match unsent {
            Unsent::Refused => refused("the address is not outside"),
            Unsent::NoAnswer => JobError::Retry("DELIVERY_UNAVAILABLE: no answer".to_owned()),
        })?;
        Ok(Receipt {
            status: answer.status().as_u16(),
            retry_after_seconds: answer.headers().get(RETRY_AFTER).and_then(seconds),
            body: answer.into_body().to_vec(),
        })
    }
}

/// RFC 9110 §10.2.3 allows a date as well, which nobody who limits a rate sends.
fn seconds(value: &HeaderValue) -> Option<u32> {
    value.to_str().ok()?.trim().parse().ok()
}
