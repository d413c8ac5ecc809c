//! The code that proves that somebody holds a telephone. It is asked for at delivery and stored nowhere.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Channels, Commit, Handler, House, Job, JobError, Landed, Messenger, NewJob, Ping};
use kernel::{Clock, Error, Locale, Personal};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{letters, model::endpoint::CODE_MINUTES, recipient::RecipientKeys, store::Store};

/// The kind of the job.
const DELIVER_CODE: &str = "deliver_code";

#[derive(Deserialize)]
struct Payload {
    code: Uuid,
    locale: String,
    #[serde(default)]
    waits: u32,
}

/// The job that sends a code.
pub(crate) fn deliver_code(code: Uuid, locale: Locale, at: DateTime<Utc>, waits: u32) -> NewJob {
    let again = super::again(waits);
    let payload = json!({ "code": code, "locale": locale.tag(), "waits": waits });
    NewJob::new(DELIVER_CODE, format_args!("{code}{again}"), payload, at)
}

/// Performs `deliver_code`.
pub(crate) struct DeliverCode {
    store: Store,
    clock: Arc<dyn Clock>,
    sms: Arc<dyn Messenger>,
    keys: RecipientKeys,
}

impl DeliverCode {
    pub(crate) fn new(store: Store, house: &House, channels: &Channels) -> DeliverCode {
        let (clock, keys) = (Arc::clone(&house.clock), RecipientKeys::new(house.secret.clone()));
        DeliverCode { store, clock, sms: Arc::clone(&channels.messengers.sms), keys }
    }
}

#[async_trait]
impl Handler for DeliverCode {
    fn kinds(&self) -> &'static [&'static str] {
        &[DELIVER_CODE]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
        let (now, locale) = (self.clock.now(), Locale::from_tag(&payload.locale).unwrap_or(Locale::Kk));
        // Nobody waits for a code that has run out.
        let Some(to) = self.store.waiting_for_code(payload.code, now).await? else { return Ok(journal::nothing()) };
        let code = self.keys.code(payload.code);
        let text = letters::code(locale, code.reveal(), CODE_MINUTES);
        let ping = Ping { id: payload.code.to_string(), to, locale, title: Personal::new(text), text: Personal::default(), link: None };
        match self.sms.send(&ping).await?.landed {
            Landed::Taken => Ok(journal::nothing()),
            Landed::Busy(seconds) => {
                let again = deliver_code(payload.code, locale, super::after_peace(now, seconds), payload.waits + 1);
                Ok(Box::new(move |txn| journal::enqueue(txn, now, vec![again]).boxed()))
            }
            Landed::Gone => Err(JobError::Fail("DELIVERY_REFUSED: the telephone is gone".to_owned())),
        }
    }
}
