//! Signatures of the domain that mail comes from (DKIM: RFC 6376, with Ed25519 by RFC 8463).
//!
//! Ours, because what there is costs more than these lines: lettre's own brings `rsa` (RUSTSEC-2023-0071), and `mail-auth` a resolver of
//! names, which only those need who verify. The arithmetic is aws-lc's.

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use kernel::{Error, Personal, Result};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};

/// What is signed of a mail's head. Each name stands once more often than the mail has it, so that nobody can add another (RFC 6376 §8.15);
/// RFC 8058 §4 wants the two of `List-Unsubscribe`.
const SIGNED: [&str; 11] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-language",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// A line of a signature; RFC 5322 §2.1.1 wants fewer than 79 characters.
const LINE_CHARS: usize = 72;

/// Signs mail in the name of a domain.
pub struct Dkim {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Dkim {
    /// Signs as `domain` with a private key in PEM: RSA of 2048 bits or more (RFC 8301 §3.2), in PKCS#8 or PKCS#1, or Ed25519 in PKCS#8. The
    /// domain publishes the public one under `selector` ([`Dkim::record`]).
    ///
    /// # Errors
    /// When the key is none of these, or when domain or selector is no name.
    pub fn new(pem: &Personal<Vec<u8>>, selector: &str, domain: &str) -> Result<Dkim> {
        for (what, name) in [("selector", selector), ("domain", domain)] {
            if !is_name(name) {
                return Err(Error::internal(format!("`{name}` is no {what} for DKIM")));
            }
        }
        let key =
            Key::read(pem).ok_or_else(|| Error::internal("the key for DKIM is neither RSA of 2048 bits or more nor Ed25519, in PEM"))?;
        Ok(Dkim { domain: domain.to_ascii_lowercase(), selector: selector.to_owned(), key })
    }

    /// The name and the text of the TXT record that the domain has to publish (RFC 6376 §3.6.1), the text without quotes.
    ///
    /// # Errors
    /// When the library cannot write the public key.
    pub fn record(&self) -> Result<(String, String)> {
        let public = match &self.key {
            Key::Rsa(pair) => {
                let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(Error::internal)?;
                STANDARD.encode(der.as_ref())
            }
            // RFC 8463 §4: the 32 bytes alone.
            Key::Ed25519(pair) => STANDARD.encode(pair.public_key()),
        };
        let kind = self.key.name();
        Ok((format!("{}._domainkey.{}", self.selector, self.domain), format!("v=DKIM1; k={kind}; p={public}")))
    }

    /// The mail with its signature in front.
    ///
    /// # Errors
    /// When it is no mail, or the library cannot sign.
    pub(crate) fn sign(&self, mail: &[u8], at: DateTime<Utc>) -> Result<Vec<u8>> {
        let text = std::str::from_utf8(mail).map_err(Error::internal)?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| Error::internal("a mail without a body"))?;
        let headers = headers(head);
        let names: Vec<&str> = SIGNED.iter().flat_map(|name| std::iter::repeat_n(*name, count(&headers, name) + 1)).collect();
        let body_hash = STANDARD.encode(digest(&SHA256, relaxed_body(body).as_bytes()));
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}-sha256; c=relaxed/relaxed;\r\n\td={}; s={}; t={};\r\n\th={};\r\n\tbh={body_hash};\r\n\tb=",
            self.key.name(),
            self.domain,
            self.selector,
            at.timestamp(),
            folded(names.iter().map(|name| format!("{name}:"))).trim_end_matches(':'),
        );
        let signature = STANDARD.encode(self.key.sign(&signed_data(&headers, &names, &unsigned))?);
        let mut signed = unsigned.into_bytes();
        signed.extend(folded(signature.chars().map(String::from)).into_bytes());
        signed.extend(b"\r\n");
        signed.extend(mail);
        Ok(signed)
    }
}

impl Key {
    fn read(pem: &Personal<Vec<u8>>) -> Option<Key> {
        match PrivateKeyDer::from_pem_slice(pem.reveal()).ok()? {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok().map(Key::Rsa),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                let rsa = RsaKeyPair::from_pkcs8(der).ok().map(Key::Rsa);
                // What OpenSSL writes holds no public half to be compared with.
                rsa.or_else(|| Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok().map(Key::Ed25519))
            }
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Key::Rsa(_) => "rsa",
            Key::Ed25519(_) => "ed25519",
        }
    }

    fn sign(&self, data: &[u8]) -> Result<Vec<u8>> {
        match self {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                // RSASSA-PKCS1-v1_5 is the same each time; the library asks for chance all the same.
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature).map_err(Error::internal)?;
                Ok(signature)
            }
            // RFC 8463 §3: what is signed is the hash.
            Key::Ed25519(pair) => Ok(pair.sign(digest(&SHA256, data).as_ref()).as_ref().to_vec()),
        }
    }
}

/// Labels of letters, digits, hyphens and underscores with dots between; whatever goes into a header is no more than that.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    name.len() <= 253 && name.split('.').all(is_label)
}

/// The headers of a head, each with the lines that continue it.
fn headers(head: &str) -> Vec<(&str, &str)> {
    let mut ends: Vec<usize> =
        head.match_indices("\r\n").filter(|(at, _)| !head[at + 2..].starts_with([' ', '\t'])).map(|(at, _)| at).collect();
    ends.push(head.len());
    let mut begin = 0;
    let lines = ends.into_iter().map(|end| {
        let line = head.get(begin..end).unwrap_or_default();
        begin = end + 2;
        line
    });
    lines.filter_map(|line| line.split_once(':')).collect()
}

fn count(headers: &[(&str, &str)], name: &str) -> usize {
    headers.iter().filter(|(known, _)| known.trim().eq_ignore_ascii_case(name)).count()
}

/// What a signature is over (RFC 6376 §3.7): the headers of `names`, the lowest of a name first, then the signature's own without its value.
fn signed_data(headers: &[(&str, &str)], names: &[&str], own: &str) -> Vec<u8> {
    let mut data = String::new();
    for (place, name) in names.iter().enumerate() {
        let before = names[..place].iter().filter(|earlier| *earlier == name).count();
        let found = headers.iter().rev().filter(|(known, _)| known.trim().eq_ignore_ascii_case(name)).nth(before);
        data.extend(found.map(|(name, value)| relaxed_header(name, value) + "\r\n"));
    }
    data.extend(own.split_once(':').map(|(name, value)| relaxed_header(name, value)));
    data.into_bytes()
}

/// RFC 6376 §3.4.2.
fn relaxed_header(name: &str, value: &str) -> String {
    let value = value.split(['\r', '\n', ' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    format!("{}:{value}", name.trim().to_ascii_lowercase())
}

/// RFC 6376 §3.4.4: no white space at the ends of lines, one space for any within, no empty lines at the end.
fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::with_capacity(body.len());
    for line in body.split("\r\n") {
        let mut words = line.split([' ', '\t']).enumerate().filter(|(_, word)| !word.is_empty()).peekable();
        // White space at the beginning of a line is white space within it.
        if words.peek().is_some_and(|(place, _)| *place > 0) {
            relaxed.push(' ');
        }
        relaxed.push_str(&words.map(|(_, word)| word).collect::<Vec<_>>().join(" "));
        relaxed.push_str("\r\n");
    }
    let end = relaxed.trim_end_matches("\r\n").len();
    relaxed.truncate(end);
    if !relaxed.is_empty() {
        relaxed.push_str("\r\n");
    }
    relaxed
}

/// The pieces in lines of a header; white space may stand between any two of them.
fn folded(pieces: impl Iterator<Item = String>) -> String {
    let (mut lines, mut width) = (String::new(), 0);
    for piece in pieces {
        if width + piece.len() > LINE_CHARS {
            lines.push_str("\r\n\t ");
            width = 0;
        }
        width += piece.len();
        lines.push_str(&piece);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 8463 §A.1, which is that of RFC 8032 §7.1.
    const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    const HEAD: &str = "From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\n\
        Subject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
        Message-ID: <20030712040037.46341.5F8J@football.example.com>";
    const BODY: &str = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

    #[test]
    fn the_example_of_rfc_8463_is_signed_as_printed_there() {
        let own = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n \
            q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n \
            bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
        assert_eq!(STANDARD.encode(digest(&SHA256, relaxed_body(BODY).as_bytes())), "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
        let names = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"];
        let key = Key::Ed25519(Ed25519KeyPair::from_seed_unchecked(&STANDARD.decode(SEED).unwrap()).unwrap());
        let signature = key.sign(&signed_data(&headers(HEAD), &names, own)).unwrap();
        assert_eq!(STANDARD.encode(signature), "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
    }

    #[test]
    fn a_body_is_relaxed_as_rfc_6376_says() {
        for (body, relaxed) in [
            // §3.4.5.
            (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"),
            ("", ""),
            ("\r\n\r\n", ""),
            ("a", "a\r\n"),
            ("\t a\r\n \r\n b", " a\r\n\r\n b\r\n"),
        ] {
            assert_eq!(relaxed_body(body), relaxed, "{body:?}");
        }
        // §3.4.5, too.
        let relaxed: Vec<_> = headers("A: X\r\nB : Y\t\r\n\tZ  ").iter().map(|(name, value)| relaxed_header(name, value)).collect();
        assert_eq!(relaxed, ["a:X", "b:Y Z"]);
    }

    #[test]
    fn whatever_could_end_a_header_is_no_name() {
        for (name, fits) in [
            ("turkistan", true),
            ("2026-11._sub.example.kz", true),
            ("", false),
            ("a..b", false),
            ("a;b", false),
            ("a\r\nb", false),
            ("мысал.қаз", false),
        ] {
            assert_eq!(is_name(name), fits, "{name}");
        }
    }

    #[test]
    fn no_line_of_a_signature_is_longer_than_a_mail_should_have() {
        let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
        // The seed in the frame that OpenSSL writes (RFC 8410 §7).
        let mut der = vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
        der.extend(STANDARD.decode(SEED).unwrap());
        pem.push_str(&STANDARD.encode(der));
        pem.push_str("\n-----END PRIVATE KEY-----\n");
        let dkim = Dkim::new(&Personal::new(pem.into_bytes()), "brisbane", "Football.example.com").unwrap();
        let record = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        assert_eq!(dkim.record().unwrap(), ("brisbane._domainkey.football.example.com".to_owned(), record.to_owned()));
        let mail = format!("{HEAD}\r\n\r\n{BODY}");
        let signed = String::from_utf8(dkim.sign(mail.as_bytes(), DateTime::UNIX_EPOCH).unwrap()).unwrap();
        let (own, rest) = signed.split_at(signed.len() - mail.len());
        assert_eq!(rest, mail);
        assert!(own.lines().all(|line| line.len() < 79), "{own}");
        let names: String = own.split_once("h=").unwrap().1.split_once(';').unwrap().0.split_whitespace().collect();
        let times = |name: &str| names.split(':').filter(|known| *known == name).count();
        assert_eq!((times("from"), times("list-unsubscribe"), times("list-unsubscribe-post")), (2, 1, 1), "{names}");
    }

    #[test]
    fn a_file_that_holds_no_key_of_ours_is_refused_and_not_quoted() {
        for pem in ["", "hunter2", "-----BEGIN PRIVATE KEY-----\naHVudGVyMg==\n-----END PRIVATE KEY-----\n"] {
            let error = Dkim::new(&Personal::new(pem.as_bytes().to_vec()), "a", "b.kz").err().unwrap_or_else(|| panic!("{pem} is taken"));
            assert!(!error.internal_text().contains("hunter2") && !error.internal_text().contains("aHVu"));
        }
    }
}
