use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A real SMTP server (aiosmtpd) that keeps what it gets in a mailbox.
pub struct MailServer {
    /// Its address, `smtp://127.0.0.1:port`.
    pub url: String,
    folder: TempDir,
    child: Child,
}

impl MailServer {
    /// Starts a server on a free port.
    ///
    /// # Panics
    /// When Python or aiosmtpd is missing.
    #[must_use]
    pub fn start() -> MailServer {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let mut command = Command::new(python());
        command.args(["-m", "aiosmtpd", "-n", "-l"]).arg(format!("127.0.0.1:{port}"));
        command.args(["-c", "aiosmtpd.handlers.Mailbox"]).arg(folder.path().join("box"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("python3 -m aiosmtpd");
        MailServer { url: format!("smtp://127.0.0.1:{port}"), folder, child }
    }

    /// All mails so far, decoded.
    ///
    /// # Panics
    /// When Python cannot read the mailbox.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        let output = Command::new(python()).arg("-c").arg(READ).arg(self.folder.path().join("box")).output().expect("python3");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mails: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list");
        let field = |mail: &Value, name: &str| mail[name].as_str().unwrap_or_default().to_owned();
        let read = |mail: Value| Mail {
            to: field(&mail, "to"),
            subject: field(&mail, "subject"),
            message_id: field(&mail, "message_id"),
            language: field(&mail, "language"),
            text: field(&mail, "text"),
            html: field(&mail, "html"),
            unsubscribe: field(&mail, "unsubscribe"),
            one_click: field(&mail, "one_click"),
            return_path: field(&mail, "return_path"),
        };
        mails.into_iter().map(read).collect()
    }

    /// What dkimpy says of the signatures of all mails so far, when `name` is published as a TXT record with this text.
    ///
    /// # Panics
    /// When Python or dkimpy is missing.
    #[must_use]
    pub fn verdicts(&self, name: &str, text: &str) -> Vec<Verdict> {
        let output =
            Command::new(python()).arg("-c").arg(VERIFY).arg(self.folder.path().join("box")).args([name, text]).output().expect("python3");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let verdicts: Vec<[bool; 3]> = serde_json::from_slice(&output.stdout).expect("a list");
        let verdict = |[holds, holds_with_another_way_out, holds_for_another_text]: [bool; 3]| Verdict {
            holds,
            holds_with_another_way_out,
            holds_for_another_text,
        };
        verdicts.into_iter().map(verdict).collect()
    }
}

/// What another program says of a mail's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// Whether it would if the mail had a header more that tells how to end a subscription.
    pub holds_with_another_way_out: bool,
    /// Whether it would if the text were another.
    pub holds_for_another_text: bool,
}

/// A mail as its reader sees it.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The Message-ID.
    pub message_id: String,
    /// The Content-Language.
    pub language: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// The address of `List-Unsubscribe`, with its brackets; empty without one.
    pub unsubscribe: String,
    /// What `List-Unsubscribe-Post` says; empty without one.
    pub one_click: String,
    /// Where it goes back to when it cannot be delivered (MAIL FROM).
    pub return_path: String,
}

/// Python's own mail parser is the judge of what was sent.
const READ: &str = r#"
import email, email.policy, json, mailbox, sys
box = mailbox.Maildir(sys.argv[1], factory=lambda f: email.message_from_binary_file(f, policy=email.policy.default))
print(json.dumps([{
    "to": m["To"], "subject": m["Subject"], "message_id": m["Message-ID"], "language": m["Content-Language"],
    "text": m.get_body(("plain",)).get_content(), "html": m.get_body(("html",)).get_content(),
    "unsubscribe": m["List-Unsubscribe"], "one_click": m["List-Unsubscribe-Post"], "return_path": m["X-MailFrom"]} for m in box]))
"#;

/// The keeper of the mailbox puts headers of its own in front.
const VERIFY: &str = r#"
import dkim, json, mailbox, sys
name, text = (argument.encode() for argument in sys.argv[2:4])
txt = lambda asked, timeout=5: text if asked == name else None
holds = lambda mail: dkim.verify(mail, dnsfunc=txt)
box = mailbox.Maildir(sys.argv[1])
print(json.dumps([(
    holds(mail), holds(b"List-Unsubscribe: <https://attacker.example>\n" + mail), holds(mail + b"PS\n"),
) for mail in map(box.get_bytes, box.iterkeys())]))
"#;

pub(crate) fn python() -> String {
    std::env::var("TURKISTAN_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
