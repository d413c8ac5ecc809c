//! The HTTP client: for subgraphs, and for whoever else in the house calls out.

use std::time::Duration;

use futures_util::{StreamExt, stream, stream::BoxStream};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, body::Bytes};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use kernel::{Error, Result};
use rustls::crypto::aws_lc_rs;
use tokio::time::timeout;

/// Connections that are kept while idle, over TLS where the address says so.
pub(crate) type Pool = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The largest answer of a service that is not a subgraph.
const RESPONSE_BYTES_MAX: usize = 1024 * 1024;
/// How long such a service may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A pool of connections that must open within `connect_timeout`.
pub(crate) fn pool(connect_timeout: Duration, idle_connections_max: usize, http2: bool) -> Result<Pool> {
    let tls = over_tls(HttpConnector::new(), connect_timeout)?;
    let mut client = legacy::Client::builder(TokioExecutor::new());
    client.pool_max_idle_per_host(idle_connections_max).pool_timer(TokioTimer::new()).timer(TokioTimer::new());
    Ok(client.http2_only(http2).build(tls))
}

/// Connections that must open within `connect_timeout`, over TLS where the address says so.
pub(crate) fn over_tls<R>(mut connector: HttpConnector<R>, connect_timeout: Duration) -> Result<HttpsConnector<HttpConnector<R>>> {
    connector.enforce_http(false);
    // Small requests and answers go to and fro: nobody waits for a packet to fill.
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(connect_timeout));
    let tls = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(aws_lc_rs::default_provider()).map_err(Error::internal)?;
    Ok(tls.https_or_http().enable_all_versions().wrap_connector(connector))
}

/// A client for a service that is not a subgraph, such as a collector of traces.
#[derive(Clone, Debug)]
pub struct Client(Pool);

impl Client {
    /// # Errors
    /// When the cryptography of the build knows no version of TLS.
    pub fn new() -> Result<Client> {
        Ok(Client(pool(PATIENCE, 1, false)?))
    }

    /// Sends a request and reads the answer whole, whatever its status.
    ///
    /// # Errors
    /// `INTERNAL` when there is none within ten seconds, or one of more than a megabyte.
    pub async fn send(self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let exchange = async {
            let response = self.0.request(request.map(Full::new)).await.map_err(Error::internal)?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, RESPONSE_BYTES_MAX).collect().await.map_err(Error::internal)?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        timeout(PATIENCE, exchange).await.map_err(Error::internal)?
    }

    /// Sends a request and reads the answer piece by piece, whatever its status and its length.
    ///
    /// # Errors
    /// `INTERNAL` when it does not begin within ten seconds; a piece is one when the next does not come within them.
    pub async fn open(self, request: Request<Bytes>) -> Result<Response<BoxStream<'static, Result<Vec<u8>>>>> {
        let begun = timeout(PATIENCE, self.0.request(request.map(Full::new))).await.map_err(Error::internal)?;
        Ok(begun.map_err(Error::internal)?.map(|body| {
            let pieces = stream::unfold(body.into_data_stream(), |mut pieces| async move {
                let piece = match timeout(PATIENCE, pieces.next()).await {
                    Ok(piece) => piece?.map(|piece| piece.to_vec()).map_err(Error::internal),
                    Err(late) => Err(Error::internal(late)),
                };
                Some((piece, pieces))
            });
            pieces.boxed()
        }))
    }
}
