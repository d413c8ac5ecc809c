//! Short messages: to browsers over their push services, to chats and telephones, or into a folder where a demonstration can look at them.

mod encryption;
mod folder;
mod push;
mod sms;
mod telegram;
mod vapid;

pub use folder::FolderMessenger;
pub use push::{PushKey, WebPush};
pub use sms::Sms;
pub use telegram::{Bot, BotAddress, bot_secret};

use journal::{JobError, Landed, Landing, Receipt};

/// How long somebody is left in peace who asks for it without saying how long.
const PEACE_SECONDS: u32 = 60;

fn refused(why: &str) -> JobError {
    JobError::Fail(format!("DELIVERY_REFUSED: {why}"))
}

/// What an answer means that every messenger reads alike; what is particular about one it has read before.
fn landing(receipt: &Receipt) -> Result<Landing, JobError> {
    let landing = |landed| Ok(Landing { landed, status: Some(receipt.status) });
    match receipt.status {
        200..300 => landing(Landed::Taken),
        410 => landing(Landed::Gone),
        // RFC 6585 §4, RFC 9110 §15.6.4: it may say when to come again.
        429 => landing(Landed::Busy(receipt.retry_after_seconds.unwrap_or(PEACE_SECONDS))),
        503 if receipt.retry_after_seconds.is_some() => landing(Landed::Busy(receipt.retry_after_seconds.unwrap_or(PEACE_SECONDS))),
        408 | 500..600 => Err(JobError::Retry(format!("DELIVERY_UNAVAILABLE: http {}", receipt.status))),
        // What is wrong with a message stays wrong, and where it is the city's key, an administrator mends it and tries again.
        status => Err(refused(&format!("http {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_end_a_wait_or_a_failure() {
        fn check(status: u16, retry_after_seconds: Option<u32>, expected: &Result<Landed, JobError>) {
            let found = landing(&Receipt { status, retry_after_seconds, body: Vec::new() });
            assert_eq!(&found.map(|landing| landing.landed), expected, "{status}");
        }
        let later = |status: u16| Err(JobError::Retry(format!("DELIVERY_UNAVAILABLE: http {status}")));
        let never = |status: u16| Err(refused(&format!("http {status}")));
        check(201, None, &Ok(Landed::Taken));
        check(410, None, &Ok(Landed::Gone));
        check(429, Some(7), &Ok(Landed::Busy(7)));
        check(429, None, &Ok(Landed::Busy(PEACE_SECONDS)));
        check(503, Some(7), &Ok(Landed::Busy(7)));
        check(503, None, &later(503));
        check(500, None, &later(500));
        check(408, None, &later(408));
        for status in [301, 400, 401, 403, 413] {
            check(status, None, &never(status));
        }
    }
}
