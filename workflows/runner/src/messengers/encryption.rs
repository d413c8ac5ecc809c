//! Messages that only their browser can read: Message Encryption for Web Push (RFC 8291) in the content coding `aes128gcm` (RFC 8188).
//!
//! Ours, because what there is would bring a second cryptography of the same curve; the arithmetic is aws-lc's.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, ParsedPublicKey, PrivateKey, UnparsedPublicKey, agree},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use journal::Subscription;

/// Browsers write no padding; what programs keep of them sometimes has it.
const BASE64URL: GeneralPurpose =
    GeneralPurpose::new(&alphabet::URL_SAFE, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));
/// A point of P-256, uncompressed (RFC 8291 §3.1).
const POINT_BYTES: usize = 65;
/// RFC 8291 §3.2.
const AUTH_BYTES: usize = 16;
const SALT_BYTES: usize = 16;
/// RFC 8291 §4: one record. Every push service takes a body of 4096 bytes (RFC 8030 §7.2).
const RECORD_BYTES: u32 = 4_096;
/// What a body holds beside the text: salt, record size, length of the key, the key (RFC 8188 §2.1), the mark of the last record, the tag.
const FRAME_BYTES: usize = SALT_BYTES + 4 + 1 + POINT_BYTES + 1 + 16;
/// The longest text.
pub(super) const TEXT_BYTES_MAX: usize = RECORD_BYTES as usize - FRAME_BYTES;

/// The keys of a subscription, read.
pub(super) struct Reader {
    key: Vec<u8>,
    auth: Vec<u8>,
}

/// The chance that each message takes: it is never used for another.
pub(super) struct Once {
    pub(super) private_key: [u8; 32],
    pub(super) salt: [u8; SALT_BYTES],
}

/// So many bytes.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

impl Reader {
    /// Reads the keys of a subscription; nothing when they are none.
    pub(super) fn of(subscription: &Subscription) -> Option<Reader> {
        let decoded = |text: &str, bytes: usize| BASE64URL.decode(text).ok().filter(|found| found.len() == bytes);
        let (key, auth) = (decoded(&subscription.p256dh, POINT_BYTES)?, decoded(&subscription.auth, AUTH_BYTES)?);
        // A point that is not on the curve would fail at every message.
        let point = ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, key.as_slice())).ok()?;
        (point.alg() == &ECDH_P256).then_some(Reader { key, auth })
    }

    /// The body of a message with this text; nothing when the text is too long, or, once in 2³² times, the chance is no key.
    pub(super) fn encrypt(&self, text: &[u8], once: &Once) -> Option<Vec<u8>> {
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        let private = PrivateKey::from_private_key(&ECDH_P256, &once.private_key).ok()?;
        let public = private.compute_public_key().ok()?;
        let shared = agree(&private, UnparsedPublicKey::new(&ECDH_P256, &self.key), (), |shared| Ok(shared.to_vec())).ok()?;
        // RFC 8291 §3.4.
        let info = [b"WebPush: info\0".as_slice(), &self.key, public.as_ref()].concat();
        let input = derived(&self.auth, &shared, &info, 32)?;
        let key = derived(&once.salt, &input, b"Content-Encoding: aes128gcm\0", 16)?;
        let nonce = derived(&once.salt, &input, b"Content-Encoding: nonce\0", 12)?;
        // RFC 8188 §2: the last record, which is the only one, ends with a 2.
        let mut sealed = [text, &[2]].concat();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
        key.seal_in_place_append_tag(Nonce::try_assume_unique_for_key(&nonce).ok()?, Aad::empty(), &mut sealed).ok()?;
        let length = [u8::try_from(POINT_BYTES).ok()?];
        Some([once.salt.as_slice(), &RECORD_BYTES.to_be_bytes(), &length, public.as_ref(), &sealed].concat())
    }
}

/// HKDF with SHA-256 (RFC 5869), both steps.
fn derived(salt: &[u8], input: &[u8], info: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut output = vec![0; bytes];
    Salt::new(HKDF_SHA256, salt).extract(input).expand(&[info], Bytes(bytes)).and_then(|key| key.fill(&mut output)).ok()?;
    Some(output)
}

#[cfg(test)]
pub(super) mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    /// The reader of RFC 8291 §5.
    pub(crate) fn reader() -> Subscription {
        Subscription {
            url: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV".to_owned(),
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".to_owned(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
        }
    }

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn the_example_of_rfc_8291_is_encrypted_as_printed_there() {
        let (private_key, salt) = (bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), bytes("DGv6ra1nlYgDCS1FRnbzlw"));
        let text = b"When I grow up, I want to be a watermelon";
        let body = Reader::of(&reader()).unwrap().encrypt(text, &Once { private_key, salt }).unwrap();
        let printed = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_\
            yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(&body), printed);
        assert_eq!(body.len(), text.len() + FRAME_BYTES);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let fits = |change: fn(&mut Subscription)| {
            let mut subscription = reader();
            change(&mut subscription);
            Reader::of(&subscription).is_some()
        };
        assert!(fits(|_| {}));
        assert!(fits(|subscription| subscription.auth.push_str("==")), "with padding");
        assert!(!fits(|subscription| subscription.auth = "BTBZMqHH6r4Tts7J".to_owned()));
        assert!(!fits(|subscription| subscription.p256dh = URL_SAFE_NO_PAD.encode([4; POINT_BYTES])), "no point of the curve");
        assert!(!fits(|subscription| subscription.p256dh = "BCVxsr7N".to_owned()));
        assert!(!fits(|subscription| subscription.p256dh = "мәтін".to_owned()));
    }

    #[test]
    fn a_text_that_no_push_service_need_take_is_not_encrypted() {
        let (reader, private_key) = (Reader::of(&reader()).unwrap(), bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
        let body = |length: usize| reader.encrypt(&vec![b'a'; length], &Once { private_key, salt: [1; 16] });
        assert_eq!(body(TEXT_BYTES_MAX).unwrap().len(), 4_096);
        assert!(body(TEXT_BYTES_MAX + 1).is_none());
    }
}
