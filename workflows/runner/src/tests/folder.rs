//! Mails in a folder.

use journal::{Mail, Mailer};
use kernel::{Letter, Locale};

use tempfile::TempDir;

use super::*;
use crate::{FolderMailer, Sender};

pub(crate) fn mail(to: &str) -> Mail {
    Mail {
        id: "0199c0de-0000-7000-8000-000000000001".to_owned(),
        to: Personal::new(to.to_owned()),
        locale: Locale::Kk,
        subject: "Өтінішіңіз тіркелді: TK-2026-000123".to_owned(),
        letter: Personal::new(Letter::of("Сәлеметсіз бе!\nӨтінішіңіз тіркелді.\n.\nНөмірі: TK-2026-000123")),
        unsubscribe: None,
        return_mark: None,
    }
}

pub(crate) fn sender(from: &str) -> Sender {
    Sender::new(from, Arc::new(ManualClock::new(morning()))).unwrap()
}

fn mailer(folder: &TempDir, from: &str) -> FolderMailer {
    FolderMailer::new(folder.path().join("mail"), sender(from)).unwrap()
}

#[tokio::test]
async fn a_mail_is_one_complete_file_however_often_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = mailer(&folder, "no-reply@turkistan.example");
    mailer.send(&mail("aigul@example.kz")).await.unwrap();
    mailer.send(&mail("aigul@example.kz")).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path().join("mail")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    insta::assert_snapshot!(std::fs::read_to_string(&files[0]).unwrap().replace('\r', ""));
}

#[tokio::test]
async fn what_cannot_be_a_mail_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = mailer(&folder, "Қала <no-reply@turkistan.example>");
    for address in ["", "aigul", "a@b@c", "aigul@example.kz\r\nBcc: all@example.kz"] {
        assert_eq!(
            mailer.send(&mail(address)).await,
            Err(JobError::Fail("MAIL_REFUSED: the address is malformed".to_owned())),
            "{address}"
        );
    }
    let outside = Mail { id: "../x".to_owned(), ..mail("aigul@example.kz") };
    assert_eq!(mailer.send(&outside).await, Err(JobError::Fail("MAIL_REFUSED: the id is malformed".to_owned())));
}

#[tokio::test]
async fn nothing_that_somebody_wrote_adds_a_header_or_ends_a_part() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = mailer(&folder, "no-reply@turkistan.example");
    let plain = mail("aigul@example.kz");
    let hostile = format!("a\r\n.\r\n--=_{id}--\r\nBcc: all@example.kz\r\n\r\n</main><script>\u{202E}", id = plain.id);
    for subject in ["Hello\r\nBcc: all@example.kz", "Hello\n\nBcc: all@example.kz", "\u{2028}Bcc: all@example.kz", "\u{202E}Bcc: x"] {
        let forged = Mail { subject: subject.to_owned(), letter: Personal::new(Letter::of(&hostile)), ..plain.clone() };
        mailer.send(&forged).await.unwrap();
        let file = std::fs::read_dir(folder.path().join("mail")).unwrap().next().unwrap().unwrap().path();
        let written = std::fs::read_to_string(file).unwrap();
        let (headers, body) = written.split_once("\r\n\r\n").unwrap();
        let names: Vec<_> = headers.lines().filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect();
        let expected =
            ["From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "MIME-Version", "Content-Type"];
        assert_eq!(names, expected, "{headers}");
        assert_eq!(body.matches(&format!("--=_{}", plain.id)).count(), 3, "two parts and their end: {body}");
        assert!(!body.contains("Bcc"), "{body}");
    }
}

#[tokio::test]
async fn a_mail_that_can_be_ended_says_so_in_both_headers() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = mailer(&folder, "no-reply@turkistan.example");
    let url = format!("https://turkistan.example/unsubscribe/reminder.{}.{}", "a".repeat(40), "b".repeat(40));
    let ends = |url: &str| Mail { unsubscribe: Some(Personal::new(url.to_owned())), ..mail("aigul@example.kz") };
    mailer.send(&ends(&url)).await.unwrap();
    let file = std::fs::read_dir(folder.path().join("mail")).unwrap().next().unwrap().unwrap().path();
    let written = std::fs::read_to_string(file).unwrap();
    // RFC 8058 §3.1: one HTTPS address, and this value to the letter.
    assert!(written.contains(&format!("\r\nList-Unsubscribe: <{url}>\r\n")), "{written}");
    assert!(written.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{written}");
    for malformed in ["http://turkistan.example/x", "mailto:x@turkistan.example", "https://x\r\nBcc: y@z.kz", "https://x>, <https://y", ""]
    {
        let refused = Err(JobError::Fail("MAIL_REFUSED: the address for unsubscribing is malformed".to_owned()));
        assert_eq!(mailer.send(&ends(malformed)).await, refused, "{malformed}");
    }
}

#[test]
fn mail_goes_back_to_an_address_with_its_own_mark() {
    let marked = |mark: Option<&str>| Mail { return_mark: mark.map(str::to_owned), ..mail("aigul@example.kz") };
    let from = |sender: crate::Sender, mark| sender.compose(&marked(mark)).unwrap().envelope.from().unwrap().to_string();
    let (plain, returning) = (|| sender("no-reply@turkistan.example"), |address| sender("no-reply@turkistan.example").returning(address));
    assert_eq!(from(plain(), Some("0a.1b")), "no-reply@turkistan.example");
    assert_eq!(from(returning("bounces@turkistan.example").unwrap(), Some("0a.1b")), "bounces+0a.1b@turkistan.example");
    assert_eq!(from(returning("bounces@turkistan.example").unwrap(), None), "no-reply@turkistan.example");
    for wrong in ["bounces", "bounces@", "more-than-ten@turkistan.example"] {
        assert!(returning(wrong).is_err(), "{wrong}");
    }
}
