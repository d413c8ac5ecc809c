//! Private addresses of an officer's calendar of deadlines.
//!
//! Whoever holds the token reads the calendar, for programs that show calendars can hold no other secret. It is the link's id with its
//! HMAC-SHA256 (RFC 2104) under the installation's secret, cut to 160 bits, and is never stored; it opens nothing once the link is ended.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use journal::secret;
use kernel::Personal;
use uuid::Uuid;

/// How many bytes of the HMAC are in a token.
const MAC_BYTES: usize = 20;
const ID_BYTES: usize = 16;

/// Derives and checks the tokens of calendars.
pub(crate) struct CalendarKeys<'k>(pub(crate) &'k Personal<[u8; 32]>);

impl CalendarKeys<'_> {
    /// The token of one link.
    pub(crate) fn derive(&self, link: Uuid) -> Personal<String> {
        Personal::new(URL_SAFE_NO_PAD.encode([link.as_bytes().as_slice(), &self.mac(link)].concat()))
    }

    /// The link whose token this is; compared in constant time.
    pub(crate) fn read(&self, token: &str) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, mac) = bytes.split_at_checked(ID_BYTES)?;
        let link = Uuid::from_slice(id).ok()?;
        secret::same(&self.mac(link), mac).then_some(link)
    }

    fn mac(&self, link: Uuid) -> [u8; MAC_BYTES] {
        secret::derive(self.0, &[b"calendar\0", link.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_own_link_and_no_other_text_names_one() {
        let (secret, other) = (Personal::new([7; 32]), Personal::new([8; 32]));
        let (keys, link) = (CalendarKeys(&secret), Uuid::from_u128(1));
        let token = keys.derive(link).into_inner();
        assert_eq!(keys.read(&token), Some(link));
        let forged = format!("{}{}", &CalendarKeys(&secret).derive(Uuid::from_u128(2)).into_inner()[..22], &token[22..]);
        for wrong in ["", "x", &token[1..], &token[..token.len() - 4], &forged, &CalendarKeys(&other).derive(link).into_inner()] {
            assert_eq!(keys.read(wrong), None, "{wrong}");
        }
    }
}
