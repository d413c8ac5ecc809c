//! By what it is known who an appeal is from. APPC Art. 63 asks for the author's signature; Art. 64 forbids to turn an appeal away, so one without
//! a signature is filed too, and says what it rests on.

use journal::{Abort, Signed};
use kernel::{Actor, Personal, RefusalCode};
use serde::{Deserialize, Serialize};

use crate::{
    desk::Desk,
    error::refusal,
    model::{Filing, Submission, mask_iin},
};

/// By what it is known who a report is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Identity {
    /// An electronic signature over the text.
    Signed,
    /// One that was made for the demonstration and proves nothing.
    SignedFake,
    /// The account by which the reporter was signed in.
    Account,
    /// What the reporter said.
    Declared,
    /// Nothing: a request without a name.
    Unknown,
}

impl Identity {
    /// The message that names it.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Identity::Signed => "identity-signed",
            Identity::SignedFake => "identity-signed-fake",
            Identity::Account => "identity-account",
            Identity::Declared => "identity-declared",
            Identity::Unknown => "identity-unknown",
        }
    }
}

impl Desk {
    /// By what it is known who files. A signature is verified over the text exactly as it was sent; of its IIN, as of any, four digits are kept.
    pub(crate) async fn identity(&self, submission: &Submission, filing: &mut Filing, actor: &Actor) -> Result<Identity, Abort> {
        let Some(signature) = &submission.signature else {
            return Ok(match actor {
                Actor::Person(_) => Identity::Account,
                _ if filing.contact.name.is_some() || filing.contact.iin.is_some() => Identity::Declared,
                _ => Identity::Unknown,
            });
        };
        let refused = |code, message| Abort::from(refusal(code, message, &[]).at("input.signature"));
        let signatory = match self.signatures.verify(signature, &submission.text).await? {
            Signed::By(signatory) => signatory,
            Signed::Invalid => return Err(refused(RefusalCode::Invalid, "refusal-signature-invalid")),
            Signed::Unavailable => return Err(refused(RefusalCode::WrongState, "refusal-signature-unavailable")),
        };
        if submission.contact.iin.as_ref().is_some_and(|iin| *iin != signatory.iin) {
            return Err(refused(RefusalCode::NotAllowed, "refusal-signature-other"));
        }
        filing.contact.iin = Some(Personal::new(mask_iin(signatory.iin.reveal())));
        Ok(if signatory.fake { Identity::SignedFake } else { Identity::Signed })
    }
}
