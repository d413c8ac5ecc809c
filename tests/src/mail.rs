use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::Process;

/// A real SMTP server (aiosmtpd) that keeps what it takes in a mailbox.
pub struct MailServer {
    /// Its address, `smtp://127.0.0.1:port`.
    pub url: String,
    // Ends before its folder goes.
    _process: Process,
    folder: TempDir,
}

impl MailServer {
    /// Starts a server that takes all mail.
    #[must_use]
    pub fn start() -> MailServer {
        MailServer::scripted(&json!({}))
    }

    /// Starts a server that follows a script: what becomes of each mail to an address in turn, as `tests/mail/smtp.py` tells.
    ///
    /// # Panics
    /// When Python or aiosmtpd is missing.
    #[must_use]
    pub fn scripted(script: &Value) -> MailServer {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(python());
        command.arg(file("smtp.py")).arg(folder.path()).arg(script.to_string());
        let process = Process::start(&mut command, &folder.path().join("log"));
        MailServer { url: process.url.clone(), _process: process, folder }
    }

    /// Every attempt so far to deliver a mail, in their order.
    ///
    /// # Panics
    /// When the server does not write them down.
    #[must_use]
    pub fn attempts(&self) -> Vec<Attempt> {
        let text = std::fs::read_to_string(self.folder.path().join("attempts")).expect("attempts");
        let read = |line: &str| {
            let attempt: Value = serde_json::from_str(line).expect("one JSON object a line");
            Attempt { to: field(&attempt, "to"), message_id: field(&attempt, "message_id"), turn: field(&attempt, "turn") }
        };
        // The last line may be half written.
        text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(read).collect()
    }

    /// All mails so far, decoded.
    ///
    /// # Panics
    /// When Python cannot read the mailbox.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        let mails = printed(Command::new(python()).arg("-c").arg(READ).arg(self.mailbox()));
        let mails: Vec<Value> = serde_json::from_str(&mails).expect("a list");
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

    /// What a verifier says of the signatures of all mails so far, by the names of their files, when `name` is published as a TXT record with
    /// this text, and nothing else is.
    ///
    /// # Panics
    /// When the verifier is missing.
    #[must_use]
    pub fn verdicts(&self, verifier: Verifier, name: &str, text: &str) -> BTreeMap<String, Verdict> {
        let (program, script) = match verifier {
            Verifier::Dkimpy => (python(), file("verify.py")),
            Verifier::Mailauth => {
                let installed = file("node_modules").join("mailauth").exists();
                assert!(installed, "mailauth is missing: npm ci --ignore-scripts in tests/mail");
                ("node".to_owned(), file("verify.js"))
            }
        };
        let verdicts = printed(Command::new(program).arg(script).arg(self.mailbox()).args([name, text]));
        let verdicts: BTreeMap<String, [bool; 5]> = serde_json::from_str(&verdicts).expect("a verdict for each mail");
        verdicts.into_iter().map(|(mail, answers)| (mail, Verdict::new(answers))).collect()
    }

    fn mailbox(&self) -> PathBuf {
        self.folder.path().join("box")
    }
}

/// An attempt to deliver a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The recipient.
    pub to: String,
    /// The Message-ID; empty when the text never came.
    pub message_id: String,
    /// What the server did instead of taking it; empty when it took it.
    pub turn: String,
}

/// Another program that verifies signatures.
#[derive(Clone, Copy, Debug)]
pub enum Verifier {
    /// PyPI `dkimpy`.
    Dkimpy,
    /// npm `mailauth`.
    Mailauth,
}

/// What another program says of a mail's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// Whether it would if the mail had a header more that tells how to end a subscription.
    pub holds_with_another_way_out: bool,
    /// Whether it would if the mail had a header more that makes one click of it.
    pub holds_with_another_click: bool,
    /// Whether it would if the text were another.
    pub holds_for_another_text: bool,
    /// Whether it would if the domain had published no key.
    pub holds_without_a_key: bool,
}

impl Verdict {
    fn new(answers: [bool; 5]) -> Verdict {
        let [holds, holds_with_another_way_out, holds_with_another_click, holds_for_another_text, holds_without_a_key] = answers;
        Verdict { holds, holds_with_another_way_out, holds_with_another_click, holds_for_another_text, holds_without_a_key }
    }
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

fn field(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

/// A file beside the mail server.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("mail").join(name)
}

/// What another program prints.
fn printed(command: &mut Command) -> String {
    let program = command.get_program().to_owned();
    let output = command.output().unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

pub(crate) fn python() -> String {
    std::env::var("TURKISTAN_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}
