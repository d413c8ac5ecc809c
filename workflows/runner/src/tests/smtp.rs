//! Mail to a server that follows a script.

use std::collections::VecDeque;

use journal::Mailer;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::{
    folder::{mail, sender},
    *,
};
use crate::SmtpMailer;

/// What the server does with the next mail.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Take,
    /// Replies so to RCPT.
    Reply(&'static str),
    /// Closes the connection after the text, before the reply.
    Drop,
    /// Never replies to the text.
    Silence,
}

struct Server {
    mailer: SmtpMailer,
    taken: mpsc::UnboundedReceiver<String>,
    connections: mpsc::UnboundedReceiver<()>,
}

/// A mail server that plays one turn for each mail.
async fn server(turns: impl IntoIterator<Item = Turn>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let turns = Arc::new(Mutex::new(turns.into_iter().collect::<VecDeque<_>>()));
    let (taken_sender, taken) = mpsc::unbounded_channel();
    let (connected, connections) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connected.send(()).unwrap();
            tokio::spawn(serve(stream, Arc::clone(&turns), taken_sender.clone()));
        }
    });
    let mailer = SmtpMailer::new(&Personal::new(url), sender("no-reply@turkistan.example")).unwrap();
    Server { mailer, taken, connections }
}

async fn serve(stream: TcpStream, turns: Arc<Mutex<VecDeque<Turn>>>, taken: mpsc::UnboundedSender<String>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 ready\r\n").await?;
    let mut turn = Turn::Take;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let reply = match line.split([' ', '\r']).next().unwrap_or_default() {
            "EHLO" => "250-turkistan\r\n250 8BITMIME",
            "RCPT" => {
                turn = turns.lock().unwrap().pop_front().unwrap();
                match turn {
                    Turn::Reply(reply) => reply,
                    _ => "250 ok",
                }
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut text).await?;
                }
                match turn {
                    Turn::Drop => return Ok(()),
                    Turn::Silence => std::future::pending().await,
                    _ => taken.send(text).unwrap(),
                }
                "250 taken"
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n").await,
            _ => "250 ok",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

async fn check(turn: Turn, outcome: Result<(), JobError>) {
    let mut server = server([turn, Turn::Take]).await;
    assert_eq!(server.mailer.send(&mail("aigul@example.kz")).await, outcome, "{turn:?}");
    server.mailer.send(&mail("aigul@example.kz")).await.unwrap();
    let text = server.taken.recv().await.unwrap();
    assert!(text.contains("Message-ID: <0199c0de-0000-7000-8000-000000000001@turkistan.example>\r\n"), "{text}");
}

#[tokio::test]
async fn a_reply_decides_whether_a_mail_is_sent_again() {
    let again = |why: &str| Err(JobError::Retry(format!("MAIL_UNAVAILABLE: {why}")));
    let never = |why: &str| Err(JobError::Fail(format!("MAIL_REFUSED: {why}")));
    check(Turn::Take, Ok(())).await;
    check(Turn::Reply("451 <aigul@example.kz> try later"), again("smtp 451")).await;
    check(Turn::Reply("550 <aigul@example.kz> unknown"), never("smtp 550")).await;
    check(Turn::Reply("550 5.1.1 <aigul@example.kz> unknown"), never("smtp 550 5.1.1")).await;
    check(Turn::Reply("554 5.aigul.1 no"), never("smtp 554")).await;
    check(Turn::Reply("530 authenticate first"), again("smtp 530")).await;
    check(Turn::Drop, again("no connection")).await;
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left_and_its_connection_is_not_used_again() {
    let mut server = server([Turn::Silence, Turn::Take, Turn::Take]).await;
    server.mailer = server.mailer.with_timeout(Duration::from_millis(50));
    let slow = Err(JobError::Retry("MAIL_UNAVAILABLE: the server took too long".to_owned()));
    assert_eq!(server.mailer.send(&mail("aigul@example.kz")).await, slow);
    server.mailer = server.mailer.with_timeout(Duration::from_secs(10));
    server.mailer.send(&mail("aigul@example.kz")).await.unwrap();
    server.mailer.send(&mail("aigul@example.kz")).await.unwrap();
    assert_eq!(server.connections.len(), 2, "one was given up, the other used twice");
    assert_eq!(server.taken.len(), 2);
}

#[tokio::test]
async fn a_server_that_is_away_is_asked_again_later() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    drop(listener);
    let mailer = SmtpMailer::new(&Personal::new(url), sender("no-reply@turkistan.example")).unwrap();
    let away = Err(JobError::Retry("MAIL_UNAVAILABLE: no connection".to_owned()));
    assert_eq!(mailer.send(&mail("aigul@example.kz")).await, away);
}

#[test]
fn a_url_says_how_to_encrypt_and_a_password_is_never_sent_in_the_clear() {
    let try_url = |url: &str| SmtpMailer::new(&Personal::new(url.to_owned()), sender("no-reply@turkistan.example"));
    for url in [
        "smtps://city:p%40ss@mail.example.kz",
        "smtp://city:pass@mail.example.kz:2525?tls=required",
        "smtp://mail.example.kz?tls=opportunistic",
        "smtp://localhost:1025",
    ] {
        assert!(try_url(url).is_ok(), "{url}");
    }
    for url in ["", "mail.example.kz", "http://mail.example.kz", "smtp://", "smtp://m.kz?tls=maybe", "smtp://city:pass@mail.example.kz"] {
        let error = try_url(url).err().unwrap_or_else(|| panic!("{url} is taken"));
        assert!(!error.internal_text().contains("pass@"), "{url}");
    }
}
