use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// A way to a PostgreSQL server that can be cut, as when the server is gone or a cable is.
pub struct Proxy {
    /// The server's address by this way.
    pub url: String,
    server: String,
    place: String,
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
        let ways = Some(tokio::spawn(serve(listener, server.to_owned())));
        Proxy { url: format!("{user}@{place}/{database}"), server: server.to_owned(), place, ways }
    }

    /// Cuts off whoever is connected, and refuses everybody.
    pub async fn cut(&mut self) {
        if let Some(ways) = self.ways.take() {
            ways.abort();
            // It ended because it was told to.
            drop(ways.await);
        }
    }

    /// Lets everybody through again.
    ///
    /// # Panics
    /// When the port was taken meanwhile.
    pub async fn heal(&mut self) {
        self.cut().await;
        let listener = TcpListener::bind(&self.place).await.expect("the port is still free");
        self.ways = Some(tokio::spawn(serve(listener, self.server.clone())));
    }
}

async fn serve(listener: TcpListener, server: String) {
    // They end with this task.
    let mut ways = JoinSet::new();
    while let Ok((mut client, _)) = listener.accept().await {
        let server = server.clone();
        ways.spawn(async move {
            if let Ok(mut server) = TcpStream::connect(server).await {
                drop(copy_bidirectional(&mut client, &mut server).await);
            }
        });
        while ways.try_join_next().is_some() {}
    }
}
