//! Reports of the delivery of mail (RFC 3464), as other people's servers write them.

use mail_parser::{Message, MessageParser, MimeHeaders};

/// The headers in which a server names the address that a mail was for. Which of them it adds differs.
const ADDRESSED: [&str; 5] = ["To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"];
/// `<id>.<proof>` after the `+` of a return path.
const MARK_CHARS: usize = 53;
/// A mail of ours has one receiver; a report that names many is about something else.
const FAILURES_MAX: usize = 4;
const FIELD_CHARS_MAX: usize = 16;

/// What came back, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// The mark of the return path that it came to.
    pub(super) mark: String,
    /// What it says; nothing when all went well, or when a program answers for its owner.
    pub(super) failures: Vec<Failure>,
}

/// What a report says of one receiver.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) permanent: bool,
    /// RFC 3463, e.g. `5.1.1`.
    pub(super) status: Option<String>,
    /// RFC 5321, e.g. 550.
    pub(super) reply_code: Option<u16>,
}

impl Report {
    /// Reads a mail; `None` when it did not come to a marked return path.
    pub(super) fn read(mail: &[u8]) -> Option<Report> {
        let message = MessageParser::default().parse(mail)?;
        let addressed = message.headers_raw().filter(|(name, _)| ADDRESSED.iter().any(|known| known.eq_ignore_ascii_case(name)));
        let mark = addressed.map(|(_, value)| value).find_map(mark)?;
        Some(Report { mark, failures: failures(&message) })
    }
}

/// The mark in an address such as `bounces+<mark>@example.kz`.
fn mark(text: &str) -> Option<String> {
    let marks = text.split('+').skip(1).filter_map(|rest| rest.split_once('@')).map(|(mark, _)| mark);
    let mut marks = marks.filter(|mark| mark.len() == MARK_CHARS && mark.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'.'));
    marks.next().map(str::to_ascii_lowercase)
}

fn failures(message: &Message<'_>) -> Vec<Failure> {
    let statuses = message.parts.iter().filter(|part| part.is_content_type("message", "delivery-status"));
    let texts = statuses.map(|part| String::from_utf8_lossy(part.contents()).into_owned());
    let failures: Vec<Failure> =
        texts.flat_map(|text| blocks(&text).iter().filter_map(|block| failure(block)).collect::<Vec<_>>()).collect();
    failures.into_iter().take(FAILURES_MAX).collect()
}

/// The fields of each block (§2.1): of the message first, then of each receiver. A line that begins with a space continues the one before it.
fn blocks(text: &str) -> Vec<Vec<(String, String)>> {
    let mut blocks = vec![Vec::<(String, String)>::new()];
    for line in text.lines() {
        match (line.trim(), line.starts_with([' ', '\t']), blocks.last_mut().and_then(|block| block.last_mut())) {
            ("", _, _) => blocks.push(Vec::new()),
            (more, true, Some((_, value))) => {
                value.push(' ');
                value.push_str(more);
            }
            (line, ..) => {
                if let (Some((name, value)), Some(block)) = (line.split_once(':'), blocks.last_mut()) {
                    block.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                }
            }
        }
    }
    blocks
}

/// What a block says of a receiver, when it says that the mail is late or will never arrive (§2.3.3).
fn failure(block: &[(String, String)]) -> Option<Failure> {
    let field = |name: &str| block.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let permanent = match field("action")?.to_ascii_lowercase().as_str() {
        "failed" => true,
        "delayed" => false,
        _ => return None,
    };
    // A comment may follow the code.
    let status = field("status").and_then(|value| value.split([' ', '(']).next());
    let is_status = |code: &&str| code.split('.').count() == 3 && code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let status = status.filter(|code| code.len() <= FIELD_CHARS_MAX).filter(is_status).map(str::to_owned);
    let reply = field("diagnostic-code").and_then(|value| value.split_once(';')).map(|(_, reply)| reply.trim_start());
    let reply_code = reply.and_then(|reply| reply.get(..3)).and_then(|code| code.parse().ok()).filter(|code| (200..600).contains(code));
    Some(Failure { permanent, status, reply_code })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "0199c0de000070008000000000000001.00112233445566778899";

    fn postfix(to: &str, action: &str, more: &str) -> String {
        format!(
            "Return-Path: <>\r\nX-Original-To: {to}\r\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\r\nTo: {to}\r\n\
             Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\r\n\r\n\
             --B\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry.\r\n\r\n\
             --B\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example\r\nX-Postfix-Queue-ID: 4B1\r\nArrival-Date: Tue, 24 Nov 2026 10:00:00 +0500 (+05)\r\n\r\n\
             Final-Recipient: rfc822; aigul@example.kz\r\nOriginal-Recipient: rfc822;aigul@example.kz\r\nAction: {action}\r\n{more}\r\n\
             --B\r\nContent-Description: Undelivered Message Headers\r\nContent-Type: text/rfc822-headers\r\n\r\n\
             Subject: =?utf-8?b?0KHSsA==?=\r\nTo: aigul@example.kz\r\n\r\n--B--\r\n"
        )
    }

    /// Permanent or not, status, reply code.
    type Said<'a> = (bool, Option<&'a str>, Option<u16>);

    #[track_caller]
    fn check(mail: &str, expected: Option<Vec<Said<'_>>>) {
        let found = Report::read(mail.as_bytes());
        let expected = expected.map(|failures| Report {
            mark: MARK.to_owned(),
            failures: failures
                .into_iter()
                .map(|(permanent, status, reply_code)| Failure { permanent, status: status.map(str::to_owned), reply_code })
                .collect(),
        });
        assert_eq!(found, expected, "{mail}");
    }

    #[test]
    fn a_report_says_which_mail_came_back_and_why() {
        let to = format!("bounces+{MARK}@turkistan.example");
        let diagnosis = "Remote-MTA: dns; mx.example.kz\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n    <aigul@example.kz>: unknown user\r\n";
        check(&postfix(&to, "failed", &format!("Status: 5.1.1\r\n{diagnosis}")), Some(vec![(true, Some("5.1.1"), Some(550))]));
        check(&postfix(&format!("<{}>", to.to_uppercase()), "Failed", "Status: 5.2.2 (full)\r\n"), Some(vec![(true, Some("5.2.2"), None)]));
        check(&postfix(&to, "delayed", "Status: 4.4.1\r\n"), Some(vec![(false, Some("4.4.1"), None)]));
        check(&postfix(&to, "failed", "Status: nonsense\r\nDiagnostic-Code: X-Unix; 67\r\n"), Some(vec![(true, None, None)]));
        check(&postfix(&to, "failed", "Status: 5.\0.1\r\n"), Some(vec![(true, None, None)]));
        check(&postfix(&to, "delivered", "Status: 2.0.0\r\n"), Some(vec![]));
    }

    #[test]
    fn what_is_no_report_of_a_failure_says_nothing() {
        let to = format!("bounces+{MARK}@turkistan.example");
        check(&format!("To: {to}\r\nSubject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nBack on Monday.\r\n"), Some(vec![]));
        check(&postfix("bounces@turkistan.example", "failed", "Status: 5.1.1\r\n"), None);
        check(&postfix("bounces+0123@turkistan.example", "failed", "Status: 5.1.1\r\n"), None);
        check("", None);
        check("\r\n\r\n", None);
        check(&format!("Subject: +{MARK}@\r\n\r\n"), None);
    }
}
