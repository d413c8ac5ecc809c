//! Electronic signatures. The national certification authority answers no program of ours yet, so an installation verifies none, but for the demo
//! city, whose signatures are fakes and say so.

use std::sync::Arc;

use async_trait::async_trait;
use journal::{Database, Signatory, Signatures, Signed};
use kernel::{Clock, Personal, Result, hex};
use sha2::{Digest, Sha256};

use crate::demo;

/// What a fake begins with, so that nobody takes it for a signature.
const FAKE: &str = "FAKE-SIGNATURE";

/// Takes fakes in the demo city, and nothing anywhere else.
pub(crate) struct DemoSignatures {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Signatures for DemoSignatures {
    async fn verify(&self, signature: &Personal<String>, content: &Personal<String>) -> Result<Signed> {
        let is_demo = demo::is_loaded(&self.database, self.clock.now()).await?;
        Ok(if is_demo { read(signature.reveal(), content.reveal()) } else { Signed::Unavailable })
    }
}

/// Reads `FAKE-SIGNATURE <IIN> <SHA-256 of the content in hexadecimal>`.
fn read(signature: &str, content: &str) -> Signed {
    let parts: Vec<&str> = signature.split_whitespace().collect();
    match parts[..] {
        [FAKE, iin, digest] if iin.len() == 12 && digest == hex(&Sha256::digest(content)) => {
            Signed::By(Signatory { iin: Personal::new(iin.to_owned()), fake: true })
        }
        _ => Signed::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fake_is_over_one_text_and_says_that_it_is_one() {
        let digest = hex(&Sha256::digest("Су жоқ"));
        let fake = format!("FAKE-SIGNATURE 900101300007 {digest}");
        assert!(matches!(read(&fake, "Су жоқ"), Signed::By(signatory) if signatory.fake && signatory.iin.reveal() == "900101300007"));
        for wrong in [fake.replace("FAKE", "REAL"), fake.replace("900101300007", "9001"), digest, String::new()] {
            assert!(matches!(read(&wrong, "Су жоқ"), Signed::Invalid), "{wrong}");
        }
        assert!(matches!(read(&fake, "Су бар"), Signed::Invalid));
    }
}
