use std::process::Command;

use serde_json::{Value, json};

use crate::{mail::python, recorder::Received};

/// A browser that subscribed to web push: what another program (http_ece, and the library cryptography) makes of the city's messages.
pub struct Browser {
    /// Its public key, as `PushSubscription` tells it.
    pub p256dh: String,
    /// Its secret, likewise.
    pub auth: String,
    private: String,
}

impl Browser {
    /// A browser with keys of its own.
    ///
    /// # Panics
    /// When Python or its libraries are missing.
    #[must_use]
    pub fn new() -> Browser {
        let made = run(&json!({ "act": "make" }));
        let field = |name: &str| made[name].as_str().expect("a text").to_owned();
        Browser { p256dh: field("p256dh"), auth: field("auth"), private: field("private") }
    }

    /// What a message says. Its token must be signed by this public key of the city's, for the push service's origin.
    ///
    /// # Panics
    /// When it cannot be read, or its token is not the city's.
    #[must_use]
    pub fn read(&self, message: &Received, city_key: &str, origin: &str) -> Value {
        let authorization = message.headers["authorization"].to_str().expect("a text");
        let body: Vec<u8> = message.body.to_vec();
        run(&json!({
            "act": "read", "private": self.private, "auth": self.auth, "body": body, "authorization": authorization, "key": city_key,
            "origin": origin,
        }))
    }
}

impl Default for Browser {
    fn default() -> Browser {
        Browser::new()
    }
}

fn run(asked: &Value) -> Value {
    let output = Command::new(python()).args(["-c", BROWSER, &asked.to_string()]).output().expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// RFC 8291 by http_ece, RFC 8292 by hand over cryptography.
const BROWSER: &str = r#"
import base64, json, os, sys, time
import http_ece
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
asked = json.loads(sys.argv[1])
encode = lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")
decode = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
if asked["act"] == "make":
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    private = key.private_numbers().private_value.to_bytes(32, "big")
    print(json.dumps({"p256dh": encode(point), "auth": encode(os.urandom(16)), "private": encode(private)}))
else:
    key = ec.derive_private_key(int.from_bytes(decode(asked["private"]), "big"), ec.SECP256R1())
    token, named = asked["authorization"].removeprefix("vapid t=").split(", k=")
    assert named == asked["key"], "another key"
    content, signature = token.rsplit(".", 1)
    r, s = (int.from_bytes(half, "big") for half in (decode(signature)[:32], decode(signature)[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(named))
    public.verify(utils.encode_dss_signature(r, s), content.encode(), ec.ECDSA(hashes.SHA256()))
    claims = json.loads(decode(content.split(".")[1]))
    assert claims["aud"] == asked["origin"] and 0 < claims["exp"] - time.time() <= 24 * 3600, claims
    print(http_ece.decrypt(bytes(asked["body"]), private_key=key, auth_secret=decode(asked["auth"]), version="aes128gcm").decode())
"#;
