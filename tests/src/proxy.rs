use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// A way to a PostgreSQL server that can be lost.
pub struct Proxy {
    /// The server's address by this way.
    pub url: String,
    server: String,
    place: String,
    frozen: watch::Sender<bool>,
    ways: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Opens a way to the server of a `postgres://user@host:port/database`.
    ///
    /// # Panics
    /// When the address is none.
    pub async fn open(url: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let place = listener.local_addr().expect("an address").to_string();
        let (user, rest) = url.rsplit_once('@').expect("postgres://user@host:port/database");
        let (server, database) = rest.split_once('/').expect("postgres://user@host:port/database");
        let frozen = watch::Sender::new(false);
        let ways = Some(tokio::spawn(serve(listener, server.to_owned(), frozen.subscribe())));
        Proxy { url: format!("{user}@{place}/{database}"), server: server.to_owned(), place, frozen, ways }
    }

    /// Cuts off whoever is connected, and refuses everybody, as when the server has stopped.
    pub async fn cut(&mut self) {
        if let Some(ways) = self.ways.take() {
            ways.abort();
            // It ended because it was told to.
            drop(ways.await);
        }
    }

    /// Lets nothing through and tells nobody, as when a cable is broken.
    pub fn freeze(&self) {
        self.frozen.send_replace(true);
    }

    /// Lets everybody through again.
    ///
    /// # Panics
    /// When the port was taken meanwhile.
    pub async fn heal(&mut self) {
        self.frozen.send_replace(false);
        if self.ways.is_none() {
            let listener = TcpListener::bind(&self.place).await.expect("the port is still free");
            self.ways = Some(tokio::spawn(serve(listener, self.server.clone(), self.frozen.subscribe())));
        }
    }
}

async fn serve(listener: TcpListener, server: String, frozen: watch::Receiver<bool>) {
    // They end with this task.
    let mut ways = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (server, frozen) = (server.clone(), frozen.clone());
        ways.spawn(async move {
            let Ok(server) = TcpStream::connect(server).await else { return };
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            // When one side hangs up, so does the other.
            tokio::select! {
                () = pass(from_client, to_server, frozen.clone()) => {}
                () = pass(from_server, to_client, frozen) => {}
            }
        });
        while ways.try_join_next().is_some() {}
    }
}

/// Passes on what comes, unless nothing passes.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut frozen: watch::Receiver<bool>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if frozen.wait_for(|frozen| !*frozen).await.is_err() || to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}
