use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A connection on which anything can be said, HTTP or not.
pub struct Wire(TcpStream);

/// What came back until the server closed the connection.
#[derive(Debug, PartialEq, Eq)]
pub struct Heard {
    /// The HTTP status; 0 when the connection was closed without an answer.
    pub status: u16,
    /// The code of the first error, if there is one.
    pub code: String,
}

impl Wire {
    /// Connects to a server.
    ///
    /// # Panics
    /// When nobody listens.
    pub async fn open(url: &str) -> Wire {
        let address = url.strip_prefix("http://").expect("http://host:port");
        Wire(TcpStream::connect(address).await.expect("a connection"))
    }

    /// Sends all of it, or as much as the server takes before it closes the connection.
    pub async fn send(&mut self, bytes: &[u8]) {
        drop(self.0.write_all(bytes).await);
    }

    /// Says that nothing more will come.
    pub async fn finish(&mut self) {
        drop(self.0.shutdown().await);
    }

    /// Reads until the server closes the connection.
    pub async fn hear(&mut self) -> Heard {
        let mut answer = Vec::new();
        // A server that closes while it is still sent to breaks the connection; what it said before counts.
        drop(self.0.read_to_end(&mut answer).await);
        Heard::read(&answer)
    }

    /// Sends a byte each tenth of a second, again and again, until the server answers or closes the connection.
    pub async fn drip(&mut self, byte: u8) -> Heard {
        let mut first = [0; 1];
        loop {
            self.send(&[byte]).await;
            if timeout(Duration::from_millis(100), self.0.peek(&mut first)).await.is_ok() {
                return self.hear().await;
            }
        }
    }
}

impl Heard {
    fn read(answer: &[u8]) -> Heard {
        let text = String::from_utf8_lossy(answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        Heard { status, code: body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned() }
    }
}

/// The head of a request to the graph, after which the server closes the connection, with more lines.
#[must_use]
pub fn post_head(lines: &str) -> Vec<u8> {
    format!("POST /graphql HTTP/1.1\r\nHost: city\r\nConnection: close\r\nContent-Type: application/json\r\n{lines}\r\n").into_bytes()
}
